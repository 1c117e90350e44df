"""A second look at a folder reads what has changed, and nothing else; what it says is the same."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from colorlab.datasets import folder, table_cache
from colorlab.datasets.folder import scan


@pytest.fixture
def place(tmp_path, monkeypatch, make_folder):
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "cache"))
    return make_folder(tmp_path / "pictures", ("coast", "street"), 3)


@pytest.fixture
def read(monkeypatch):
    """Names of the files that are read."""
    names, read_row = [], folder._read_row

    def note(place, path):
        names.append(path.relative_to(place).as_posix())
        return read_row(place, path)

    monkeypatch.setattr(folder, "_read_row", note)
    return names


def check_equal(table, other):
    assert table == other
    for ours, theirs in zip(table.pictures, other.pictures, strict=True):
        assert ours.descriptor.dtype == theirs.descriptor.dtype
        np.testing.assert_array_equal(ours.descriptor, theirs.descriptor)


def test_an_unchanged_folder_is_not_read_again(place, read):
    first = scan(place)
    assert len(read) == len(first) == 6
    read.clear()
    check_equal(scan(place), first)
    assert {row.path for row in scan(place, limit=1).pictures} <= {
        row.path for row in first.pictures
    }
    assert not read


def test_only_what_is_new_or_changed_is_read(place, read, tmp_path):
    scan(place)
    read.clear()
    changed = place / "coast" / "coast_001.jpg"
    Image.new("RGB", (20, 10), "red").save(changed)
    shutil.copy(changed, place / "street" / "more.jpg")
    (place / "street" / "street_000.jpg").unlink()
    (place / "coast" / "note.jpg").write_text("text")
    table = scan(place)
    assert sorted(read) == ["coast/coast_001.jpg", "coast/note.jpg", "street/more.jpg"]
    assert [path for path, _ in table.skipped] == ["coast/note.jpg"]
    shutil.rmtree(tmp_path / "cache")
    check_equal(scan(place), table)
    (row,) = [row for row in table.pictures if row.path == "coast/coast_001.jpg"]
    assert (row.height, row.width) == (10, 20)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", b"[]"])
def test_a_damaged_cache_costs_time_only(place, read, tmp_path, content):
    first = scan(place)
    (kept,) = (tmp_path / "cache" / "tables").iterdir()
    kept.write_bytes(content)
    check_equal(scan(place), first)
    assert len(read) == 12
    scan(place)
    assert len(read) == 12


def test_a_cache_that_cannot_be_written_costs_time_only(place, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "file"))
    assert len(scan(place)) == 6
    assert (tmp_path / "file").read_text() == "mine"


def test_another_folder_has_rows_of_its_own(place, read, tmp_path):
    scan(place)
    shutil.copytree(place, tmp_path / "copy")
    assert scan(tmp_path / "copy").fingerprint == scan(place).fingerprint
    assert len(read) == 12


def test_the_tables_of_the_folders_written_last_are_kept(place, read, tmp_path, monkeypatch):
    monkeypatch.setattr(table_cache, "_MOST_TABLES", 2)
    tables = tmp_path / "cache" / "tables"
    tables.mkdir(parents=True)
    for age, name in enumerate(["new", "old", "oldest"]):
        (tables / f"{name}.npz").write_bytes(b"")
        os.utime(tables / f"{name}.npz", (10**9 - age, 10**9 - age))
    (tables / "note.txt").write_text("mine")
    first = scan(place)
    assert {path.name for path in tables.iterdir()} >= {"new.npz", "note.txt"}
    assert len(list(tables.iterdir())) == 3
    check_equal(scan(place), first)
    assert len(read) == len(first)
