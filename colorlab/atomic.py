"""Write files atomically: a file is complete or not there. The library writes all files this way.

A folder of many files, of which some would be of no use, is written the same way.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import errno
import os
import pathlib
import shutil
from collections.abc import Iterator
from typing import BinaryIO

from colorlab.errors import InputError
from colorlab.liveness import unfinished

__all__ = [
    "atomic_folder",
    "atomic_path",
    "open_atomic",
    "write_text_atomic",
]


@contextlib.contextmanager
def atomic_path(
    path: str | os.PathLike, overwrite: bool = False, suffix: str = ""
) -> Iterator[pathlib.Path]:
    """Provide the path of a temporary file that becomes the file at ``path`` when it is complete.

    This is for libraries that open files themselves. The temporary file is in the same folder and
    is renamed at the end of the ``with`` statement. After an exception, with a full disk or if the
    process is killed, the previous file is unchanged.

    Parameters
    ----------
    path : path-like
    overwrite : bool
        Whether an existing file may be replaced. If false, a file that another process creates in
        the meantime is kept, too.
    suffix : str
        An ending that the library requires, such as ``.weights.h5``.

    Yields
    ------
    pathlib.Path
        The path of a file that does not exist yet.

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
    try:
        with unfinished(path.parent, suffix) as temporary:
            try:
                yield temporary
                _rename(temporary, path, overwrite)
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise _cannot_be_written(path, error) from None


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Provide a new folder that becomes the folder at ``path`` when it is complete.

    Parameters
    ----------
    path : path-like
        A folder that does not exist, or is empty; the one above it exists.

    Yields
    ------
    pathlib.Path
        An empty folder beside it.

    Raises
    ------
    InputError
        If the folder holds something, or cannot be written.
    """
    path = pathlib.Path(path)
    try:
        with unfinished(path.parent) as temporary:
            try:
                temporary.mkdir()
                yield temporary
                with contextlib.suppress(FileNotFoundError):
                    path.rmdir()  # removes only an empty folder
                temporary.rename(path)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise _cannot_be_written(path, error) from None


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
    # A new file gets the permissions of the process's umask.
    with atomic_path(path, overwrite) as temporary, open(temporary, "x+b") as stream:
        yield stream


def write_text_atomic(path: str | os.PathLike, text: str, overwrite: bool = False) -> None:
    """Write a text file in UTF-8, atomically.

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


def _exists(path):
    return InputError(f"{path}: exists already; choose another name or allow overwriting")


def _cannot_be_written(path, error):
    return InputError(f"{path}: cannot be written ({error.strerror or error})")


def _rename(temporary, path, overwrite):
    if overwrite:
        os.replace(temporary, path)
        return
    try:
        # Unlike a rename, a hard link never replaces an existing file.
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, AttributeError):  # memory cards and some network drives have no hard links
        if os.path.lexists(path):
            raise FileExistsError from None
        os.replace(temporary, path)
