"""Write files whole or not at all.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import contextlib
import fcntl
import os
import pathlib
import tempfile

from colorlab.errors import InputError

__all__ = ["remove_leftovers", "open_atomic"]

_PREFIX, _SUFFIX = ".colorlab-", ".part"


@contextlib.contextmanager
def open_atomic(path, overwrite=False):
    """Open a file for writing that appears under its name only when it is complete.

    It is written under a temporary name in the same folder and renamed at the end of the ``with``
    statement. An exception, a full disk or a killed process leaves what was there before.

    Parameters
    ----------
    path : path-like
    overwrite : bool
        Whether an existing file may be replaced. Without it, also a file that somebody else makes
        in the meantime is kept.

    Yields
    ------
    binary file

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
    path = pathlib.Path(path)
    if os.path.isdir(path):
        raise InputError(f"{path}: is a folder, expected the name of a file")
    if not overwrite and os.path.lexists(path):
        raise _exists(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=path.parent)
        with os.fdopen(handle, "w+b") as stream:
            with contextlib.suppress(OSError):  # some network drives know no locks
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield stream
            stream.flush()
            # mkstemp makes files private; a finished one gets the usual permissions.
            os.fchmod(handle, 0o666 & ~_mask())
            _rename(temporary, path, overwrite)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be written ({reason})") from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _exists(path):
    return InputError(f"{path}: exists already; choose another name or allow overwriting")


def _mask():
    """Tell the process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _rename(temporary, path, overwrite):
    if overwrite:
        os.replace(temporary, path)
        return
    try:
        # Unlike a renaming, a second name is never put in place of an existing file.
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # memory cards and some network drives know no second names
        if os.path.lexists(path):
            raise FileExistsError from None
        os.replace(temporary, path)


def remove_leftovers(folder):
    """Remove the unfinished files of processes that were killed.

    Parameters
    ----------
    folder : path-like
        What other processes are writing there at this moment is left alone.
    """
    for path in pathlib.Path(folder).glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError), open(path, "rb") as stream:
            # The lock of a living process cannot be had; that of a dead one is free.
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
