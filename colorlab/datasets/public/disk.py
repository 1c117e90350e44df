"""A disk that may be full, read-only or in use by another process."""

import contextlib
import errno
import os
import pathlib
import shutil

import filelock

from colorlab.errors import InputError

__all__ = ["disk_errors", "free_bytes", "locked"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def disk_errors(path):
    """Turn an `OSError` of a ``with`` block into an `InputError` that says what to do.

    Parameters
    ----------
    path : path-like
        What the message names.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _FULL:
            raise InputError(
                f"{path}: the disk is full ({reason}); make room, or choose another folder "
                "with to=FOLDER, and do the same again"
            ) from None
        raise InputError(
            f"{path}: cannot be written ({reason}); choose another folder with to=FOLDER"
        ) from None


def free_bytes(folder):
    """Return the free space of the disk that holds a folder or will hold it, in bytes.

    Parameters
    ----------
    folder : path-like
        It need not exist yet.

    Returns
    -------
    int
    """
    folder = pathlib.Path(folder).absolute()
    while not os.path.exists(folder):
        folder = folder.parent
    return shutil.disk_usage(folder).free


@contextlib.contextmanager
def locked(path, notify):
    """Hold a lock file for a ``with`` block; say so if another process has it, and wait.

    The operating system frees the lock of a process that is killed.

    Parameters
    ----------
    path : pathlib.Path
        The lock file.
    notify : callable
        Gets the line that says so.
    """
    lock = filelock.FileLock(path)
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            notify(f"another colorlab is at work in {path.parent}; waiting until it is done")
            lock.acquire()
    try:
        yield
    finally:
        # Deleted while it is held: whoever waits for it notices, and locks a new file. Windows
        # cannot delete an open file; there filelock deletes it on release.
        with contextlib.suppress(OSError):
            path.unlink()
        lock.release()
