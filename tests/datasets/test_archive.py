"""Archives that others made: opened and unpacked with care, or refused as a whole."""

import dataclasses
import io
import stat
import struct
import zipfile

import made_sets
import pytest
from misbehaving_server import PAGE

from colorlab.datasets import archive
from colorlab.datasets import unpack as unpacking
from colorlab.errors import InputError


@pytest.fixture
def scenes():
    return made_sets.make("scenes")


@pytest.fixture
def faces():
    return made_sets.make("faces")


def unpack(made, path, folder=None):
    data_set = made[0]
    with archive.open_source(data_set, path) as source:
        return unpacking.unpack(data_set, source, sorted(data_set.digests), folder)


def refusal(made, path, data):
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        unpack(made, path, path.with_name("out"))
    assert not path.with_name("out").exists(), "nothing is written from a refused archive"
    text = str(caught.value)
    assert text.startswith(f"{path}: ") and "\n" not in text
    return text


def zipped(*entries):
    """Make an archive of (ZipInfo or name, bytes)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for entry, data in entries:
            made.writestr(entry, data)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["scenes", "faces"])
def test_the_published_layout(name, tmp_path):
    data_set, files, packed = made_sets.make(name)
    path = tmp_path / data_set.archive
    path.write_bytes(packed)
    unpacking.verify_archive(data_set, path)
    outcome = unpack((data_set,), path, tmp_path / "out")
    assert set(outcome.digests) == set(files) and not outcome.missing + outcome.wrong
    found = {file.name: file.read_bytes() for file in (tmp_path / "out").rglob("*.jpg")}
    assert found == files
    places = {file.parent.relative_to(tmp_path / "out").as_posix() for file in
              (tmp_path / "out").rglob("*.jpg")}  # fmt: skip
    assert places == {data_set.folder_of(category) for category in data_set.categories}


@pytest.mark.parametrize("top", ["", "deep/er", "__MACOSX"])
def test_the_folder_inside_the_archive_does_not_matter(scenes, tmp_path, top):
    (tmp_path / "a.zip").write_bytes(made_sets.pack("scenes", scenes[1], top))
    assert len(unpack(scenes, tmp_path / "a.zip").digests) == 16


def test_other_files_stay_in_the_archive(scenes, tmp_path):
    files = {**scenes[1], "Thumbs.db": b"x", "read me.txt": b"hello", "._coast_art294.jpg": b"mac"}
    (tmp_path / "a.zip").write_bytes(made_sets.pack("scenes", files))
    unpack(scenes, tmp_path / "a.zip", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").rglob("*.*")} == set(scenes[1])


def test_missing_and_wrong_pictures_are_named(scenes, tmp_path):
    files = dict(scenes[1])
    gone, changed = sorted(files)[2], sorted(files)[5]
    del files[gone]
    files[changed] += b"."
    path = tmp_path / "a.zip"
    path.write_bytes(made_sets.pack("scenes", files))
    outcome = unpack(scenes, path, tmp_path / "out")
    assert (outcome.missing, outcome.wrong) == ((gone,), (changed,))
    assert len(list((tmp_path / "out").rglob("*.jpg"))) == 14
    with pytest.raises(InputError, match=f"2 of 16 pictures are missing or damaged.*{gone}"):
        unpacking.verify_archive(scenes[0], path)


def test_a_damaged_picture_in_a_whole_archive_is_wrong(scenes, tmp_path):
    name = sorted(scenes[1])[0]
    data = bytearray(made_sets.pack("scenes", scenes[1]))
    place = data.index(name.encode()) + len(name) + 200
    data[place : place + 20] = bytes(20)
    (tmp_path / "a.zip").write_bytes(data)
    outcome = unpack(scenes, tmp_path / "a.zip")
    assert outcome.wrong == (name,) and not outcome.missing


def test_of_two_files_of_one_name_the_good_one_is_taken(scenes, tmp_path):
    name = sorted(scenes[1])[0]
    good = scenes[1][name]
    entries = [(f"a/{name}", good[:-40]), (f"b/{name}", good), (f"c/{name}", b"")]
    (tmp_path / "a.zip").write_bytes(zipped(*entries))
    outcome = unpack(scenes, tmp_path / "a.zip")
    assert set(outcome.digests) == {name} and len(outcome.missing) == 15


@pytest.mark.parametrize(
    "evil",
    [
        "../coast_art294.jpg",
        "a/../../coast_art294.jpg",
        "/etc/coast_art294.jpg",
        "..\\coast_art294.jpg",
        "C:\\coast_art294.jpg",
        "C:coast_art294.jpg",
    ],
)
def test_paths_that_leave_the_folder_are_refused(scenes, tmp_path, evil):
    (name, data), *_ = scenes[1].items()
    packed = zipped((name, data), (evil, b"data"))
    text = refusal(scenes, tmp_path / "a.zip", packed)
    assert "is refused" in text and "would leave the folder" in text


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(scenes, tmp_path, kind):
    (name, data), *_ = scenes[1].items()
    link = zipfile.ZipInfo("link.jpg")
    link.create_system = 3
    link.external_attr = (kind | 0o777) << 16
    text = refusal(scenes, tmp_path / "a.zip", zipped((name, data), (link, b"/etc/passwd")))
    assert "'link.jpg' is a link, not a file" in text


def test_a_bomb_among_the_pictures_is_refused(scenes, tmp_path):
    name = sorted(scenes[1])[0]
    text = refusal(scenes, tmp_path / "a.zip", zipped((name, bytes(5_000_000))))
    assert f"{name} would unpack to 5.0 MB" in text


def test_a_bomb_beside_the_pictures_is_refused(scenes, tmp_path):
    # Each of the entries is small packed; together they declare far more than the set has.
    entries = [*scenes[1].items(), *((f"{n}.bin", bytes(30_000_000)) for n in range(4))]
    text = refusal(scenes, tmp_path / "a.zip", zipped(*entries))
    assert "would unpack to 120." in text


def test_too_many_files_are_refused(scenes, tmp_path):
    entries = [*scenes[1].items(), *((f"{n}.txt", b"") for n in range(10_100))]
    text = refusal(scenes, tmp_path / "a.zip", zipped(*entries))
    assert "holds 10,116 files" in text


def test_an_archive_that_lies_about_a_size_is_no_bomb(scenes, tmp_path):
    name = sorted(scenes[1])[0]
    packed = bytearray(zipped((name, bytes(5_000_000))))
    honest = struct.pack("<I", 5_000_000)
    assert packed.count(honest) == 2
    (tmp_path / "a.zip").write_bytes(packed.replace(honest, struct.pack("<I", 1000)))
    outcome = unpack(scenes, tmp_path / "a.zip", tmp_path / "out")
    assert outcome.wrong == (name,) and not (tmp_path / "out").exists()


def test_encrypted_archives_are_refused(scenes, tmp_path):
    (name, data), *_ = scenes[1].items()
    packed = bytearray(zipped((name, data)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + offset] |= 1
    assert "is encrypted" in refusal(scenes, tmp_path / "a.zip", bytes(packed))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PAGE, "is a web page, not a zip archive"),
        (b"\n  <html>", "is a web page, not a zip archive"),
        (b"", "is not a whole zip archive"),
        (b"PK\x03\x04 and so on", "is not a whole zip archive"),
        (zipped(("other.jpg", b"x")), "holds no picture of scenes; expected files named as"),
    ],
)
def test_what_is_no_archive_of_the_set(scenes, tmp_path, data, reason):
    assert reason in refusal(scenes, tmp_path / "a.zip", data)


def test_a_cut_archive_is_refused(scenes, tmp_path):
    packed = made_sets.pack("scenes", scenes[1])
    assert "is not a whole zip" in refusal(scenes, tmp_path / "a.zip", packed[: len(packed) // 2])


def test_an_archive_with_another_checksum_is_refused(faces, tmp_path):
    other = made_sets.pack("faces", faces[1], "other")
    text = refusal(faces, tmp_path / "a.zip", other)
    assert faces[0].archive_md5 in text and "unpack it and name the folder" in text


def test_a_path_that_is_not_there(scenes, tmp_path):
    with pytest.raises(InputError, match="no such file or folder; expected spatial_envelope"):
        unpack(scenes, tmp_path / "none")


# --- folders -------------------------------------------------------------------------------------


def write_folder(made, place, nested):
    for name, data in made[1].items():
        path = place / (made[0].category_of(name) if nested else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", ["scenes", "faces"])
def test_a_folder_of_pictures(name, nested, tmp_path):
    made = made_sets.make(name)
    outcome = unpack(made, write_folder(made, tmp_path / "in", nested), tmp_path / "out")
    assert set(outcome.digests) == set(made[1])


def test_pictures_of_another_size_or_kind_are_wrong_where_no_checksum_is_known(faces, tmp_path):
    place = write_folder(faces, tmp_path / "in", nested=False)
    (place / "000001.jpg").write_bytes(made_sets.jpeg("x", (256, 256)))
    (place / "000002.jpg").write_bytes(b"not a picture")
    # A header that promises more pixels than fit into memory.
    size = (218).to_bytes(2, "big") + (178).to_bytes(2, "big")
    huge = faces[1]["000003.jpg"].replace(size, b"\xff\xdc\xff\xdc")
    (place / "000003.jpg").write_bytes(huge)
    (place / "000004.jpg").unlink()
    (place / "000004.jpg").mkdir()
    outcome = unpack(faces, place)
    assert outcome.wrong == ("000001.jpg", "000002.jpg", "000003.jpg")
    assert outcome.missing == ("000004.jpg",)


@pytest.mark.parametrize("name", ["img_align_celeba.zip", "celeba.zip"])
def test_the_archive_is_found_in_a_folder(faces, tmp_path, name):
    data_set = dataclasses.replace(faces[0], addresses=("http://127.0.0.1/celeba.zip",))
    (tmp_path / name).write_bytes(faces[2])
    assert len(unpack((data_set,), tmp_path).digests) == made_sets.SMALL_FACES


def test_archives_with_broken_names_or_bytes_are_refused_by_name(scenes, tmp_path):
    name = "coast_ä.jpg"
    content = zipped((name, b"x")).replace(name.encode(), b"coast_\xc3\xff.jpg")
    assert "is not a whole zip archive" in refusal(scenes, tmp_path / "a.zip", content)
    entry = min(scenes[1])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as made:
        made.writestr(entry, scenes[1][entry])
    content = bytearray(buffer.getvalue())
    start = 30 + len(entry)
    content[start + 4 : start + 9] = b"\xff" * 5  # the properties of the compressed stream
    (tmp_path / "b.zip").write_bytes(content)
    assert unpack(scenes, tmp_path / "b.zip").wrong == (entry,)


def test_a_web_page_that_begins_with_a_mark_is_known(scenes, tmp_path):
    line = refusal(scenes, tmp_path / "a.zip", b"\xef\xbb\xbf\r\n" + PAGE)
    assert "is a web page, not a zip archive" in line
