"""Write files whole or not at all: the one way that this library writes a file.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import contextlib
import errno
import os
import pathlib
from collections.abc import Iterator
from typing import BinaryIO

import filelock

from colorlab.errors import InputError

__all__ = ["atomic_path", "open_atomic", "remove_leftovers", "write_text_atomic"]

# Of one file in the making: `.colorlab-NUMBER.part`, and `.colorlab-NUMBER.lock`, which is locked
# as long as the process that writes is alive.
_PREFIX, _PART, _LOCK = ".colorlab-", ".part", ".lock"


@contextlib.contextmanager
def atomic_path(
    path: str | os.PathLike, overwrite: bool = False, suffix: str = ""
) -> Iterator[pathlib.Path]:
    """Name a temporary file that becomes the file at ``path`` when it is complete.

    For libraries that open files by themselves. The temporary file lies in the same folder and is
    renamed at the end of the ``with`` statement. An exception, a full disk or a killed process
    leaves what was there before.

    Parameters
    ----------
    path : path-like
    overwrite : bool
        Whether an existing file may be replaced. Without it, also a file that somebody else makes
        in the meantime is kept.
    suffix : str
        An ending that the library asks for, such as ``.weights.h5``.

    Yields
    ------
    pathlib.Path
        Nothing exists there yet.

    Raises
    ------
    InputError
        If the file exists, or it cannot be written.
    """
    path = pathlib.Path(path)
    if os.path.isdir(path):
        raise InputError(f"{path}: is a folder, expected the name of a file")
    if not os.path.isdir(path.parent):
        raise InputError(f"{path}: cannot be written ({os.strerror(errno.ENOENT)})")
    if not overwrite and os.path.lexists(path):
        raise _exists(path)
    stem = f"{_PREFIX}{os.urandom(8).hex()}"
    temporary = path.with_name(f"{stem}{_PART}{suffix}")
    try:
        with _locked(path.with_name(stem + _LOCK)):
            try:
                yield temporary
                _rename(temporary, path, overwrite)
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be written ({reason})") from None


@contextlib.contextmanager
def open_atomic(path: str | os.PathLike, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name only when it is complete.

    Parameters
    ----------
    path : path-like
    overwrite : bool
        As of :func:`atomic_path`.

    Yields
    ------
    binary file
        Its ``name`` is that of the temporary file.

    Raises
    ------
    InputError
        If the file exists, or it cannot be written.

    Examples
    --------
    >>> with open_atomic("/nowhere/at/all.txt") as stream:
    ...     written = stream.write(b"text")
    Traceback (most recent call last):
    colorlab.errors.InputError: /nowhere/at/all.txt: cannot be written (No such file or directory)
    """
    # A new file gets the permissions that the process's umask leaves; nobody has to look at that.
    with atomic_path(path, overwrite) as temporary, open(temporary, "x+b") as stream:
        yield stream


def write_text_atomic(path: str | os.PathLike, text: str, overwrite: bool = False) -> None:
    """Write a text file, UTF-8, whole or not at all.

    Parameters
    ----------
    path : path-like
    text : str
    overwrite : bool
        As of :func:`atomic_path`.

    Raises
    ------
    InputError
        If the file exists, or it cannot be written.
    """
    with open_atomic(path, overwrite) as stream:
        stream.write(text.encode())


@contextlib.contextmanager
def _locked(path):
    """Hold a lock that tells other processes that this one is alive."""
    lock = filelock.FileLock(path, timeout=0, thread_local=False)
    with contextlib.suppress(OSError):  # some network drives know no locks
        lock.acquire()
    try:
        yield
    finally:
        _remove(lock)


def _remove(lock):
    path = pathlib.Path(lock.lock_file)
    # While it is held, so that nobody takes it for that of a dead process; Windows wants it after.
    for step in (path.unlink, lock.release, path.unlink):
        with contextlib.suppress(OSError):
            step()


def _exists(path):
    return InputError(f"{path}: exists already; choose another name or allow overwriting")


def _rename(temporary, path, overwrite):
    if overwrite:
        os.replace(temporary, path)
        return
    try:
        # Unlike a renaming, a second name is never put in place of an existing file.
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, AttributeError):  # memory cards and some network drives know no second names
        if os.path.lexists(path):
            raise FileExistsError from None
        os.replace(temporary, path)


def remove_leftovers(folder: str | os.PathLike) -> None:
    """Remove the unfinished files of processes that were killed.

    Parameters
    ----------
    folder : path-like
        What other processes are writing there at this moment is left alone.
    """
    found: dict[str, list[pathlib.Path]] = {}
    for path in pathlib.Path(folder).glob(f"{_PREFIX}*.*"):
        number, _, kind = path.name.removeprefix(_PREFIX).partition(".")
        if f".{kind}" == _LOCK:
            found.setdefault(number, [])
        elif f".{kind}".startswith(_PART):
            found.setdefault(number, []).append(path)
    for number, parts in found.items():
        lock = filelock.FileLock(pathlib.Path(folder, f"{_PREFIX}{number}{_LOCK}"), timeout=0)
        with contextlib.suppress(OSError):
            lock.acquire()  # that of a living process cannot be had
            for part in parts:
                part.unlink(missing_ok=True)
            _remove(lock)
