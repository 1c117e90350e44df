"""An archive is listed as a plan is, in parts that need no coordinator, one folder at a time."""

import hashlib
import io
import os
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from colorlab.errors import InputError
from colorlab.inference.archive import Archive
from colorlab.inference.jobs import plan
from colorlab.inference.name_list import read_names
from colorlab.inference.shards import Shard

NAMES = [f"{year}/{number:03d}.jpg" for year in range(1900, 1910) for number in range(100)]


@pytest.fixture
def place(tmp_path):
    """Return a folder with every kind of name that a plan treats in its own way."""
    place = tmp_path / "in"
    (place / "deep" / "deeper").mkdir(parents=True)
    names = ("b.gif", "a.jpg", "x.gif", "x.png", "x.pgm", "deep/a.JPG", "deep/deeper/C.TIF")
    for name in (*names, "deep/.hidden.png", "deep/notes.txt", "deep/raw.nef"):
        (place / name).write_bytes(b"")
    return place


def pairs(jobs):
    return sorted((str(job.source), str(job.target)) for job in jobs)


# --- parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_photograph_belongs_to_one_part(count):
    parts = [Shard(index, count) for index in range(1, count + 1)]
    held = [[part.holds(name) for part in parts] for name in NAMES]
    assert (np.sum(held, axis=1) == 1).all()
    # Parts of a fair draw differ by a few standard deviations at most.
    expected = len(NAMES) / count
    assert np.abs(np.sum(held, axis=0) - expected).max() < 4 * np.sqrt(expected)


def test_the_part_follows_from_the_bytes_of_the_path_alone():
    """On every machine, in every version: the number is that of BLAKE2b with 8 bytes."""
    for name in ("a.jpg", "ü/ä.png", os.fsdecode(b"\xff.png")):
        number = int(hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest(), 16)
        assert [Shard(index, 7).holds(name) for index in range(1, 8)].index(True) == number % 7


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "3/0", "-1/3", "1/2/3", "a/b", "1.0/2", "²/3"])
def test_a_part_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="I/N with I from 1 to N"):
        Shard.parse(text)


# --- the listing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "ending"), [("", None), ("_c", None), ("", ".jpg"), ("_c", ".png")]
)
def test_an_archive_has_the_jobs_of_a_plan(place, tmp_path, suffix, ending):
    out = tmp_path / "out"
    planned, archive = (
        plan([place], out, suffix, ending),
        Archive(place, out, None, None, suffix, ending),
    )
    assert pairs(archive) == pairs(planned.jobs)
    assert tuple(archive.passed_over) == planned.passed_over
    assert all(job.source.relative_to(place).as_posix() == job.path for job in archive)
    assert all((out / job.result) == job.target for job in archive)
    (out / "deep").mkdir(parents=True)
    next(iter(planned.jobs)).target.write_bytes(b"mine")
    jobs = list(archive)
    assert (archive.found, archive.existing, len(jobs)) == (7, 1, 6)
    assert pairs(jobs) == pairs(plan([place], out, suffix, ending).jobs)
    assert len(list(Archive(place, out, None, None, suffix, ending, overwrite=True))) == 7


def test_parts_are_the_whole_and_new_photographs_move_none(place, tmp_path):
    def part(index):
        return pairs(Archive(place, tmp_path / "out", shard=Shard(index, 3)))

    before = [part(index) for index in (1, 2, 3)]
    assert sorted(sum(before, [])) == pairs(Archive(place, tmp_path / "out"))
    for number in range(20):
        (place / "deep" / f"new{number}.jpg").write_bytes(b"")
    after = [part(index) for index in (1, 2, 3)]
    assert len(sum(after, [])) == 27
    assert all(set(old) <= set(new) for old, new in zip(before, after, strict=True))


def test_results_inside_the_archive_are_no_photographs(place):
    out = place / "coloured"
    out.mkdir()
    (out / "a.jpg").write_bytes(b"")
    archive = Archive(place, out, overwrite=True)
    assert len(list(archive)) == archive.listed == 7
    names = ["b.gif", "coloured/a.jpg"]
    assert [job.path for job in Archive(place, out, names)] == ["b.gif"]


def test_results_among_the_photographs_are_refused(place, tmp_path):
    for out in (place, tmp_path, place / "deep" / ".."):
        with pytest.raises(InputError, match="holds the photographs; choose another folder"):
            Archive(place, out)
    with pytest.raises(InputError, match="is no folder"):
        Archive(place / "a.jpg", tmp_path / "out")


@pytest.mark.parametrize("make", [plan, Archive])
def test_names_and_formats_that_are_none_are_refused(place, make):
    with pytest.raises(InputError, match="is empty"):
        make(place, "")
    with pytest.raises(InputError, match="is empty"):
        make("", "out")
    with pytest.raises(InputError, match=r"image_format must be one of \.jpg, .*, got 'png'"):
        make(place, "out", image_format="png")


def test_one_photograph_may_be_named_without_a_list():
    assert plan("scan.tif", "out") == plan(["scan.tif"], "out")


def test_a_list_names_photographs_below_the_folder(place, tmp_path, monkeypatch):
    names = ["./x.gif", "deep/../x.png", str(place / "deep" / "a.JPG"), "x.gif", "../other.jpg"]
    names += [str(tmp_path / "other.jpg"), "not there.png"]
    archive = Archive(place, tmp_path / "out", names)
    assert [(job.path, job.result) for job in archive] == [
        ("x.gif", "x.gif.png"),
        ("x.png", "x.png"),
        ("not there.png", "not there.png"),
        ("deep/a.JPG", "deep/a.JPG"),
    ]
    assert [line.partition(":")[0] for line in archive.unreadable] == [
        "../other.jpg",
        str(tmp_path / "other.jpg"),
    ]
    monkeypatch.chdir(place)
    assert [job.path for job in Archive(".", "../out", [str(place / "a.jpg")])] == ["a.jpg"]


def test_names_that_are_spelled_otherwise_are_photographs_of_the_list_too(place, tmp_path):
    """As `find` prints them below a link, of folders, and with what a script put behind them."""
    link = tmp_path / "link"
    link.symlink_to(place)
    names = [str(place / "a.jpg"), str(link / "b.gif"), "deep/a.JPG/", "deep//./a.JPG", "x\ny.jpg"]
    archive = Archive(link, link / "out", [*names, "out", "out/a.jpg", str(link / "out")])
    found = [job.path for job in archive]
    assert (found, archive.unreadable) == (["a.jpg", "b.gif", "x\ny.jpg", "deep/a.JPG"], [])


@pytest.mark.parametrize("folder", ["in", "./in/", "../in", "../in/deep/.."])
def test_names_are_those_that_find_prints(place, monkeypatch, folder):
    monkeypatch.chdir(place if folder.startswith("..") else place.parent)
    names = [f"{folder.rstrip('/')}/{name}" for name in ("a.jpg", "deep/a.JPG", "deep/../b.gif")]
    assert [job.path for job in Archive(folder, "/nowhere", names)] == [
        "a.jpg",
        "b.gif",
        "deep/a.JPG",
    ]
    # A folder within the folder may have its name; what is there is meant.
    (place / "in" / "deep").mkdir(parents=True)
    (place / "in" / "a.jpg").touch()
    names = ["in/a.jpg", "in/b.gif", "in/deep/a.JPG"]
    expected = ["in/a.jpg", "b.gif", "deep/a.JPG"] if folder in ("in", "./in/") else names
    assert sorted(job.path for job in Archive(folder, "/nowhere", names)) == sorted(expected)


def test_a_list_of_a_part_finds_the_names_that_the_whole_has(place, tmp_path):
    """Or a repeated photograph would take the place of another one's result."""
    whole = {job.path: job.result for job in Archive(place, tmp_path / "out")}
    assert (whole["x.gif"], whole["x.png"]) == ("x.gif.png", "x.png")
    for path, result in whole.items():
        (job,) = Archive(place, tmp_path / "out", [path])
        assert (job.path, job.result) == (path, result)


def test_a_list_may_spell_the_folder_as_find_does(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["in/a.jpg", "in/deep/a.JPG"]
    assert [job.path for job in Archive("in", "out", names)] == ["a.jpg", "deep/a.JPG"]
    # A folder of the same name inside wins: then the names stand below the folder.
    (place / "in").mkdir()
    (place / "in" / "a.jpg").write_bytes(b"")
    assert [job.path for job in Archive("./in", "out", ["in/a.jpg"])] == ["in/a.jpg"]


@pytest.mark.parametrize("separator", [b"\n", b"\0", b"\r\n"])
@pytest.mark.parametrize("end", [True, False])
def test_lists_are_read_in_blocks(separator, end):
    names = [f"folder/{'é' * (number % 700)}{number}.jpg" for number in range(5000)]
    content = separator.join(map(os.fsencode, names)) + (separator if end else b"")
    assert len(content) > 2**21
    assert list(read_names(io.BytesIO(content))) == names


def test_names_may_hold_anything(tmp_path):
    odd = ["line\nbreak.png", os.fsdecode(b"\xff\xfe.png"), "-.png", "ünï.PNG", "a\\b.png"]
    (tmp_path / "in").mkdir()
    for name in odd:
        Image.new("L", (2, 2)).save(tmp_path / "in" / name, format="PNG")
    listed = read_names(io.BytesIO(b"\0".join(map(os.fsencode, odd))))
    by_list = pairs(Archive(tmp_path / "in", tmp_path / "out", listed))
    assert by_list == pairs(Archive(tmp_path / "in", tmp_path / "out"))
    assert len(by_list) == len(odd)


def test_memory_does_not_grow_with_the_number_of_folders(tmp_path):
    peaks = []
    for folders in (5, 50):
        place = tmp_path / str(folders)
        for number in range(folders):
            (place / f"{number:03d}").mkdir(parents=True)
            for name in range(40):
                (place / f"{number:03d}" / f"{name}.jpg").touch()
        tracemalloc.start()
        assert sum(1 for _ in Archive(place, tmp_path / "out")) == 40 * folders
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # A plan needs more than 1 kB a photograph.
    assert peaks[1] - peaks[0] < 100 * 40 * 45
