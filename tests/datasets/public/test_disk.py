"""A disk that refuses, and one that another process uses."""

import errno

import filelock
import pytest

from colorlab.datasets.public import disk
from colorlab.errors import InputError


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "the disk is full (no); make room"),
        (errno.EDQUOT, "the disk is full (no); make room"),
        (errno.EACCES, "cannot be written (no); choose"),
        (errno.EROFS, "cannot be written (no); choose"),
    ],
)
def test_what_a_disk_refuses_is_said_in_a_line(number, message):
    with pytest.raises(InputError) as caught, disk.disk_errors("place"):
        raise OSError(number, "no")
    assert str(caught.value).startswith(f"place: {message}")


def test_free_space_of_a_folder_to_be_made(tmp_path):
    # The same disk, looked at twice.
    assert abs(disk.free_bytes(tmp_path / "a" / "b") - disk.free_bytes(tmp_path)) < 10**9


def test_a_lock_keeps_others_out_and_leaves_no_file(tmp_path):
    path = tmp_path / "new" / "lock"
    with pytest.raises(KeyboardInterrupt), disk.locked(path, None):
        with pytest.raises(filelock.Timeout):
            filelock.FileLock(path).acquire(timeout=0)
        raise KeyboardInterrupt
    assert not path.exists()
