"""A disk that refuses; and what was begun there."""

import pytest

from colorlab.datasets import disk
from colorlab.errors import InputError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            OSError(28, "No space left on device"),
            "the disk is full (No space left on device); make",
        ),
        (OSError(122, "Disk quota exceeded"), "the disk is full (Disk quota exceeded); make room"),
        (PermissionError(13, "Permission denied"), "cannot be written (Permission denied); choose"),
        (OSError(30, "Read-only file system"), "cannot be written (Read-only file system); choose"),
    ],
)
def test_what_a_disk_refuses_is_said_in_a_line(error, message):
    with pytest.raises(InputError) as caught, disk.writing("place"):
        raise error
    assert str(caught.value).startswith(f"place: {message}")


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "file"
    disk.write_whole(path, b"one")

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "replace", fail)
    with pytest.raises(InputError):
        disk.write_whole(path, b"two")
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    assert path.read_bytes() == b"one"


def test_free_space_of_a_folder_to_be_made(tmp_path):
    # The same disk, looked at twice.
    assert abs(disk.free_bytes(tmp_path / "a" / "b") - disk.free_bytes(tmp_path)) < 10**9
