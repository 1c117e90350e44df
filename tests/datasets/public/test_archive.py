"""Archives that others made: opened and unpacked with care, or refused as a whole."""

import dataclasses
import hashlib
import io
import stat
import struct
import zipfile

import made_sets
import pytest
from misbehaving_server import PAGE

from colorlab.datasets.public import archive
from colorlab.errors import InputError


def unpack(made, path, folder):
    """Return the names of the pictures that were taken, and of those that were wrong."""
    data_set, names = made[0], sorted(made[0].paths)
    with archive.open_source(data_set, path) as pictures:
        digests, wrong = archive.unpack(data_set, pictures, names, folder, lambda *step: None)
    found = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert digests == {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}
    return set(digests), wrong


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
    assert unpack((data_set,), path, tmp_path / "out") == (set(files), set())
    assert made_sets.contents(tmp_path / "out") == {
        data_set.paths[name]: data for name, data in files.items()
    }


@pytest.mark.parametrize("top", ["", "deep/er", "__MACOSX"])
def test_the_folder_inside_the_archive_does_not_matter(scenes, tmp_path, top):
    (tmp_path / "a.zip").write_bytes(made_sets.pack("scenes", scenes[1], top))
    assert unpack(scenes, tmp_path / "a.zip", tmp_path / "out") == (set(scenes[1]), set())


def test_other_files_stay_in_the_archive(scenes, tmp_path):
    files = {**scenes[1], "Thumbs.db": b"x", "read me.txt": b"hello", "._coast_art294.jpg": b"mac"}
    (tmp_path / "a.zip").write_bytes(made_sets.pack("scenes", files))
    assert unpack(scenes, tmp_path / "a.zip", tmp_path / "out") == (set(scenes[1]), set())


def test_missing_and_wrong_pictures(scenes, tmp_path):
    files = dict(scenes[1])
    gone, changed = sorted(files)[2], sorted(files)[5]
    del files[gone]
    files[changed] += b"."
    (tmp_path / "a.zip").write_bytes(made_sets.pack("scenes", files))
    found, wrong = unpack(scenes, tmp_path / "a.zip", tmp_path / "out")
    assert (found, wrong) == (set(scenes[1]) - {gone, changed}, {changed})


def test_a_damaged_picture_in_a_whole_archive_is_wrong(scenes, tmp_path):
    name = sorted(scenes[1])[0]
    data = bytearray(made_sets.pack("scenes", scenes[1]))
    place = data.index(name.encode()) + len(name) + 200
    data[place : place + 20] = bytes(20)
    (tmp_path / "a.zip").write_bytes(data)
    assert unpack(scenes, tmp_path / "a.zip", tmp_path / "out") == (
        set(scenes[1]) - {name},
        {name},
    )


@pytest.mark.parametrize(
    "evil",
    [
        "../{}",
        "a/../../{}",
        "/etc/{}",
        "..\\{}",
        "C:\\{}",
        "C:{}",
    ],
)
def test_an_archive_does_not_say_where_a_file_goes(scenes, tmp_path, evil):
    first, second = sorted(scenes[1])[:2]
    packed = zipped((first, scenes[1][first]), (evil.format(second), scenes[1][second]))
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    (place / "a.zip").write_bytes(packed)
    found, wrong = unpack(scenes, place / "a.zip", place / "out")
    assert first in found and not wrong
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - {place / "a.zip"}
    assert written == {place / "out" / scenes[0].paths[name] for name in found}


def test_a_link_is_no_picture(scenes, tmp_path):
    name = min(scenes[1])
    link = zipfile.ZipInfo(name)
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "a.zip").write_bytes(zipped((link, b"/etc/passwd")))
    assert unpack(scenes, tmp_path / "a.zip", tmp_path / "out") == (set(), {name})
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("told", [5_000_000, 1000], ids=["honest", "lying about the size"])
def test_a_bomb_is_not_unpacked(scenes, tmp_path, told, monkeypatch):
    sizes, real = [], archive._read
    monkeypatch.setattr(
        archive, "_read", lambda picture: sizes.append(len(data := real(picture))) or data
    )
    name = min(scenes[1])
    packed = zipped((name, bytes(5_000_000)))
    honest = struct.pack("<I", 5_000_000)
    assert packed.count(honest) == 2
    (tmp_path / "a.zip").write_bytes(packed.replace(honest, struct.pack("<I", told)))
    assert unpack(scenes, tmp_path / "a.zip", tmp_path / "out") == (set(), {name})
    assert max(sizes) <= 2_000_000 and not (tmp_path / "out").exists()


def test_an_encrypted_picture_is_wrong(scenes, tmp_path):
    (name, data), *_ = scenes[1].items()
    packed = bytearray(zipped((name, data)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + offset] |= 1
    (tmp_path / "a.zip").write_bytes(packed)
    assert unpack(scenes, tmp_path / "a.zip", tmp_path / "out") == (set(), {name})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PAGE, "is a web page, not a zip archive"),
        (b"\n  <html>", "is a web page, not a zip archive"),
        (b"", "is not a whole zip archive"),
        (b"PK\x03\x04 and so on", "is not a whole zip archive"),
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


# --- folders -------------------------------------------------------------------------------------


def write_folder(made, place, nested):
    for name, data in made[1].items():
        path = place / (made[0].paths[name].split("/")[1] if nested else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", ["scenes", "faces"])
def test_a_folder_of_pictures(name, nested, tmp_path):
    made = made_sets.make(name)
    place = write_folder(made, tmp_path / "in", nested)
    assert unpack(made, place, tmp_path / "out") == (set(made[1]), set())


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
    found, wrong = unpack(faces, place, tmp_path / "out")
    assert wrong == {"000001.jpg", "000002.jpg", "000003.jpg"}
    assert found == set(faces[1]) - wrong - {"000004.jpg"}


@pytest.mark.parametrize("name", ["img_align_celeba.zip", "celeba.zip"])
def test_the_archive_is_found_in_a_folder(faces, tmp_path, name):
    data_set = dataclasses.replace(faces[0], addresses=("http://127.0.0.1/celeba.zip",))
    (tmp_path / name).write_bytes(faces[2])
    assert len(unpack((data_set,), tmp_path, tmp_path / "out")[0]) == made_sets.SMALL_FACES


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
    assert unpack(scenes, tmp_path / "b.zip", tmp_path / "out") == (set(), {entry})


def test_a_web_page_that_begins_with_a_mark_is_known(scenes, tmp_path):
    line = refusal(scenes, tmp_path / "a.zip", b"\xef\xbb\xbf\r\n" + PAGE)
    assert "is a web page, not a zip archive" in line
