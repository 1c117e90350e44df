"""A folder becomes a table: what is in it, what is left out, and what its name depends on."""

import hashlib
import os
import pathlib
import shutil
import sys

import numpy as np
import pytest
from PIL import Image

from colorlab.datasets import toy
from colorlab.datasets.descriptors import describe
from colorlab.datasets.folder import scan
from colorlab.errors import InputError


def save(path, seed=0, size=24, category="coast", **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(toy.paint(category, seed, size)).save(path, **options)
    return path


def paths(table):
    return [picture.path for picture in table.pictures]


# --- what is found -------------------------------------------------------------------------------


def test_every_picture_is_a_row(picture_folder):
    table = scan(picture_folder)
    assert table.categories == ("coast", "forests", "street")
    assert table.counts == {"coast": 6, "forests": 6, "street": 6}
    assert len(table) == 18 and table.skipped == ()
    assert paths(table) == sorted(paths(table))
    for row in table.pictures:
        file = picture_folder / row.path
        assert row.category == file.parent.name
        assert (row.height, row.width) == (48, 48)
        assert row.digest == hashlib.sha256(file.read_bytes()).hexdigest()
        assert row.plain


def test_pictures_are_read_by_position(picture_folder):
    table = scan(str(picture_folder))
    row = table.pictures[7]
    expected = np.asarray(Image.open(picture_folder / row.path).convert("RGB"))
    np.testing.assert_array_equal(table.read(7), expected)
    assert row.category == "forests"


def test_sizes_are_those_of_the_upright_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a").mkdir()
    Image.new("RGB", (30, 20)).save(tmp_path / "a" / "turned.jpg", exif=exif)
    (row,) = scan(tmp_path).pictures
    assert (row.height, row.width) == (30, 20)
    assert not row.plain


def test_plain_is_what_any_jpeg_decoder_gets_right(tmp_path):
    picture = Image.fromarray(toy.paint("street", 0, 24))
    place = tmp_path / "a"
    place.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 1
    picture.save(place / "rgb.jpg", exif=exif)
    picture.convert("L").save(place / "grey.jpg")
    picture.save(place / "progressive.jpg", progressive=True)
    picture.convert("CMYK").save(place / "not_cmyk.jpg")
    picture.save(place / "not_profile.jpg", icc_profile=b"some profile")
    picture.save(place / "not_png.png")
    shutil.copy(place / "not_png.png", place / "not_really.jpg")
    for row in scan(tmp_path).pictures:
        assert row.plain != ("not" in row.path), row.path


def test_nested_folders_belong_to_the_first_one(tmp_path):
    save(tmp_path / "coast" / "2024" / "june" / "a.png")
    save(tmp_path / "coast" / "b.png", 1)
    save(tmp_path / "street" / "c.PNG", 2)
    table = scan(tmp_path)
    assert paths(table) == ["coast/2024/june/a.png", "coast/b.png", "street/c.PNG"]
    assert table.counts == {"coast": 2, "street": 1}


def test_hidden_and_other_files_are_not_looked_at(tmp_path):
    save(tmp_path / "coast" / "a.png")
    save(tmp_path / "top_level.png")
    save(tmp_path / ".hidden" / "b.png")
    save(tmp_path / "coast" / ".thumbnails" / "c.png")
    save(tmp_path / "coast" / "._a.png")
    (tmp_path / "coast" / "notes.txt").write_text("not a picture")
    (tmp_path / "coast" / "Thumbs.db").write_bytes(b"\0")
    (tmp_path / "empty").mkdir()
    table = scan(tmp_path)
    assert paths(table) == ["coast/a.png"]
    assert table.skipped == ((".", "pictures in no sub-folder, so of no category: 1"),)


def test_every_ending_that_can_be_read_is_taken(tmp_path):
    for number, suffix in enumerate((".jfif", ".jpe", ".jp2", ".ppm", ".mpo", ".apng", ".avif")):
        save(tmp_path / "coast" / f"{number}.png", number)
        (tmp_path / "coast" / f"{number}.png").rename(tmp_path / "coast" / f"{number}{suffix}")
    assert len(scan(tmp_path)) == 7


def test_what_looks_like_a_picture_and_is_not_taken_is_named(tmp_path):
    content = save(tmp_path / "coast" / "a.png").read_bytes()
    (tmp_path / "coast" / "b.NEF").write_bytes(b"MM\0*")
    (tmp_path / "coast" / "c.psd").write_bytes(b"8BPS")
    (tmp_path / "coast" / "below").mkdir()
    (tmp_path / "coast" / "below" / "without ending").write_bytes(content)
    (tmp_path / "coast" / "notes.txt").write_text("not a picture")
    table = scan(tmp_path)
    assert paths(table) == ["coast/a.png"]
    reasons = dict(table.skipped)
    assert reasons["coast/b.NEF"].startswith("is a camera's raw file; save it as")
    assert reasons["coast/c.psd"].startswith("is a picture of a format that is not read")
    assert reasons["coast/below/without ending"].startswith("holds PNG and has not the ending")
    assert len(reasons) == 3


def test_links_to_folders_are_followed_and_none_for_ever(tmp_path):
    save(tmp_path / "elsewhere" / "deep" / "a.png")
    (tmp_path / "set" / "street").mkdir(parents=True)
    save(tmp_path / "set" / "street" / "b.png", 1)
    (tmp_path / "set" / "coast").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set" / "street" / "more").symlink_to(tmp_path / "elsewhere" / "deep")
    (tmp_path / "elsewhere" / "deep" / "round").symlink_to(tmp_path / "elsewhere")
    table = scan(tmp_path / "set")
    assert paths(table) == ["coast/deep/a.png", "street/b.png", "street/more/a.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
def test_names_in_other_encodings_are_taken(tmp_path):
    place = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(place)
    content = save(tmp_path / "street" / "a.png").read_bytes()
    with open(os.path.join(place, b"\xe9.png"), "wb") as stream:
        stream.write(content)
    for table in (scan(tmp_path), scan(tmp_path, limit=1)):
        assert len(table) == 2 and len(table.fingerprint) == 64
        assert table.read(0).shape == table.read(1).shape


def test_unreadable_files_are_listed_with_the_reason(tmp_path):
    whole = save(tmp_path / "coast" / "a.jpg", size=48)
    content = whole.read_bytes()
    (tmp_path / "coast" / "cut.jpg").write_bytes(content[: len(content) // 2])
    (tmp_path / "coast" / "empty.png").touch()
    (tmp_path / "street").mkdir()
    (tmp_path / "street" / "text.webp").write_text("a letter")
    table = scan(tmp_path)
    assert paths(table) == ["coast/a.jpg"]
    reasons = dict(table.skipped)
    assert list(reasons) == [
        "coast/cut.jpg",
        "coast/empty.png",
        "street/text.webp",
    ]
    assert "cut short" in reasons["coast/cut.jpg"]
    assert "is empty" in reasons["coast/empty.png"]
    assert reasons["street/text.webp"].startswith("is not a picture")
    for reason in reasons.values():
        assert str(tmp_path) not in reason


# --- tables --------------------------------------------------------------------------------------


def test_select_and_of_take_parts(picture_folder):
    table = scan(picture_folder)
    part = table.select([9, 0, 4])
    assert paths(part) == [paths(table)[index] for index in (0, 4, 9)]
    assert part.folder == table.folder
    assert len(table) == 18
    street = table.of("street")
    assert street.counts == {"street": 6}
    assert table.of("street", "coast").counts == {"coast": 6, "street": 6}
    np.testing.assert_array_equal(street.read(2), table.read(14))
    with pytest.raises(InputError, match="no category 'city'.*coast, forests, street"):
        table.of("coast", "city")


def test_fingerprint_depends_on_contents_and_categories_alone(tmp_path, make_folder):
    folder = make_folder(tmp_path / "one", categories=("coast", "street"), count=2)
    before = scan(folder).fingerprint
    assert before == scan(folder).fingerprint
    assert before == scan(make_folder(tmp_path / "two", ("street", "coast"), 2)).fingerprint

    # Other names in another order: the same pictures.
    (folder / "coast" / "coast_000.jpg").rename(folder / "coast" / "z.jpg")
    assert scan(folder).fingerprint == before

    # One bit more in a file, a picture less, another category: other pictures.
    content = (folder / "coast" / "z.jpg").read_bytes()
    (folder / "coast" / "z.jpg").write_bytes(content + b"\0")
    changed = scan(folder).fingerprint
    (folder / "coast" / "z.jpg").unlink()
    fewer = scan(folder).fingerprint
    (folder / "street" / "z.jpg").write_bytes(content)
    moved = scan(folder).fingerprint
    assert len({before, changed, fewer, moved}) == 4


def test_parts_have_fingerprints_of_their_own(picture_folder):
    table = scan(picture_folder)
    assert table.select(range(18)).fingerprint == table.fingerprint
    assert table.of("coast").fingerprint != table.of("street").fingerprint


# --- limit ---------------------------------------------------------------------------------------


def test_limit_takes_always_the_same_ones(picture_folder, tmp_path):
    whole = paths(scan(picture_folder))
    two, three = scan(picture_folder, limit=2), scan(picture_folder, limit=3)
    assert two.counts == {"coast": 2, "forests": 2, "street": 2}
    assert three.counts == {"coast": 3, "forests": 3, "street": 3}
    assert set(paths(two)) < set(paths(three)) < set(whole)
    assert paths(two) == paths(scan(picture_folder, limit=2)) == sorted(paths(two))
    assert paths(scan(picture_folder, limit=100)) == whole
    # It does not matter where the folder lies, nor that the first names would be the handiest.
    copy = shutil.copytree(picture_folder, tmp_path / "copy")
    assert paths(scan(copy, limit=2)) == paths(two)
    assert paths(two) != [path for path in whole if path.endswith(("_000.jpg", "_001.jpg"))]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(picture_folder, limit):
    with pytest.raises(InputError, match="limit must be at least 1"):
        scan(picture_folder, limit=limit)


# --- errors --------------------------------------------------------------------------------------


def test_folders_that_cannot_be_used(tmp_path):
    file = save(tmp_path / "file.png")
    (tmp_path / "empty").mkdir()
    save(tmp_path / "flat" / "a.png")
    (tmp_path / "damaged" / "coast").mkdir(parents=True)
    (tmp_path / "damaged" / "coast" / "a.jpg").write_text("not a picture")
    for folder, message in {
        tmp_path / "missing": "missing: no such folder; expected one with one sub-folder",
        file: r"file\.png: is a file, not a folder",
        tmp_path / "empty": "empty: has no pictures in any sub-folder",
        tmp_path / "flat": "flat: has no pictures in any sub-folder",
        tmp_path / "damaged": r"none of the 1 picture files.*coast/a\.jpg is not a picture",
    }.items():
        with pytest.raises(InputError, match=message) as error:
            scan(folder)
        assert len(str(error.value).splitlines()) == 1


# --- descriptors ---------------------------------------------------------------------------------


def test_a_descriptor_is_signs_and_a_thumbnail_of_length_one():
    found = describe(toy.paint("street", 3, 64))
    assert found.dtype == np.float16 and found.shape == (1536,)
    assert set(found[:512].tolist()) == {-1.0, 1.0}
    thumbnail = found[512:].astype(float)
    assert thumbnail.sum() == pytest.approx(0, abs=0.02)
    assert (thumbnail**2).sum() == pytest.approx(1, abs=2e-3)


def test_the_signs_tell_where_grey_rises():
    slope = np.repeat(np.linspace(0, 255, 68).astype("uint8")[None, :, None], 68, axis=0)
    right = np.repeat(slope, 3, axis=-1)
    found = describe(right)[:512].reshape(2, 16, 16)
    assert (found[0] == 1).all() and (found[1] == -1).all()
    found = describe(right.swapaxes(0, 1))[:512].reshape(2, 16, 16)
    assert (found[0] == -1).all() and (found[1] == 1).all()
    assert (describe(right[:, ::-1])[:256] == -1).all()


def test_the_thumbnail_is_the_mean_of_each_field():
    picture = toy.paint("forests", 1, 64)
    grey = np.asarray(Image.fromarray(picture).convert("L")).astype(float)
    expected = grey.reshape(32, 2, 32, 2).mean(axis=(1, 3)).ravel()
    expected -= expected.mean()
    expected /= np.sqrt((expected**2).sum())
    np.testing.assert_allclose(describe(picture)[512:], expected, atol=1e-3)


def test_one_plain_colour_has_a_descriptor_without_infinities():
    found = describe(np.full((20, 30, 3), 77, "uint8"))
    assert np.isfinite(found).all()
    assert (found[512:] == 0).all()


def test_paths_have_forward_slashes(picture_folder):
    for row in scan(picture_folder).pictures:
        assert row.path == pathlib.PurePosixPath(row.category, row.path.split("/")[-1]).as_posix()


def test_grey_pictures_are_left_out_where_colour_is_to_be_learnt(tmp_path):
    for number in range(3):
        save(tmp_path / "coast" / f"{number}.png", number)
    grey = Image.open(save(tmp_path / "coast" / "grey.png", 4)).convert("L")
    grey.save(tmp_path / "coast" / "grey.png")
    grey.convert("RGB").save(tmp_path / "coast" / "grey.jpg", quality=50)
    table = scan(tmp_path)
    assert len(table) == 5
    colored = table.without_grey()
    assert paths(colored) == ["coast/0.png", "coast/1.png", "coast/2.png"]
    assert colored.skipped == (
        ("coast/grey.jpg", "is grey and teaches no colour"),
        ("coast/grey.png", "is grey and teaches no colour"),
    )
    with pytest.raises(InputError, match="all 2 pictures are grey"):
        table.select([3, 4]).without_grey()
