"""Writing to a disk that may be full, read-only or in use by another run.

Taught in :doc:`/book/data_and_licences`.
"""

import contextlib
import errno
import os
import pathlib
import shutil

import filelock

from colorlab.errors import InputError

__all__ = ["free_bytes", "locked", "write_whole", "writing"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def writing(path):
    """Turn what a disk refuses into an error that says what to do.

    Used in a ``with`` statement around everything that writes, moves or deletes.

    Parameters
    ----------
    path : path-like
        The file or folder to name in the message.

    Raises
    ------
    InputError
        For any `OSError` raised inside.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise InputError(
                f"{path}: the disk is full ({error.strerror}); make room, or choose another folder "
                "with --to, and run the same command again"
            ) from None
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); choose another folder with --to"
        ) from None


def free_bytes(folder):
    """Return the free space of the disk that a folder, which need not exist yet, would lie on.

    Parameters
    ----------
    folder : path-like

    Returns
    -------
    int
        In bytes.
    """
    folder = pathlib.Path(folder).absolute()
    while not os.path.exists(folder):
        folder = folder.parent
    return shutil.disk_usage(folder).free


def write_whole(path, data):
    """Write a file so that it is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is made if need be.
    data : bytes

    Raises
    ------
    InputError
        If the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def locked(path, say):
    """Keep all others out who lock the same file, and wait for them first.

    The operating system gives the lock back when a program ends, however it ends.

    Parameters
    ----------
    path : pathlib.Path
        The file that stands for the lock; its folder is made if need be.
    say : callable
        Told, in one line, that there is somebody to wait for.

    Raises
    ------
    InputError
        If the disk refuses.
    """
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            say(f"another colorlab is at work in {path.parent}; waiting until it is done")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()
