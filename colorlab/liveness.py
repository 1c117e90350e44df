"""Locks that tell other processes that this one is alive, and what it left if it was killed.

An unfinished file or folder is ``.colorlab-NUMBER.part`` with more behind it; beside it,
``.colorlab-NUMBER.lock`` is locked as long as the writing process is alive. What is written to one
folder at a time shares a lock.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import itertools
import os
import pathlib
import shutil
import threading
from collections.abc import Iterator

__all__ = ["is_unfinished", "locks_kept", "remove_leftovers", "unfinished"]

_PREFIX, _PART, _LOCK = ".colorlab-", ".part", ".lock"


class _Lock:
    """That of one folder, and how many files are being written under it."""

    def __init__(self, folder):
        import filelock  # not needed to read, and a tenth of what reading imports

        self.stem = f"{_PREFIX}{os.urandom(8).hex()}"
        self.users, self.numbers = 0, itertools.count()
        self._lock = filelock.FileLock(folder / (self.stem + _LOCK), timeout=0, thread_local=False)
        with contextlib.suppress(OSError):  # some network drives do not support locks
            self._lock.acquire()

    def remove(self):
        _remove(self._lock)


_held: dict[pathlib.Path, _Lock] = {}
_turn = threading.RLock()  # over _held, _latest and _keepers
_latest: pathlib.Path | None = None
_keepers = 0


@contextlib.contextmanager
def unfinished(folder: pathlib.Path, suffix: str = "") -> Iterator[pathlib.Path]:
    """Provide the path of a temporary file, under a lock.

    Parameters
    ----------
    folder : pathlib.Path
        Where it will lie.
    suffix : str
        Its ending.

    Yields
    ------
    pathlib.Path
        Nothing is there yet, and nothing may be left there.
    """
    global _latest
    place = folder.absolute()  # a program may change its working folder
    with _turn:
        if place not in _held:
            _held[place] = _Lock(place)
        lock, _latest = _held[place], place
        lock.users += 1
        _remove_unused()
    try:
        yield folder / f"{lock.stem}{_PART}{next(lock.numbers)}{suffix}"
    finally:
        with _turn:
            lock.users -= 1
            _remove_unused()


@contextlib.contextmanager
def locks_kept() -> Iterator[None]:
    """Keep the lock of the latest folder until the next one: a lock costs as much as a small file.

    For programs that write many files to a folder.
    """
    global _keepers
    with _turn:
        _keepers += 1
    try:
        yield
    finally:
        with _turn:
            _keepers -= 1
            _remove_unused()


def _forget():
    """Leave the locks to the process that this one was forked from."""
    global _turn, _latest, _keepers
    _turn, _latest, _keepers = threading.RLock(), None, 0
    _held.clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forget)


def _remove_unused():
    for folder, lock in list(_held.items()):
        if not lock.users and not (_keepers > 0 and folder == _latest):
            _held.pop(folder).remove()


def _remove(lock):
    path = pathlib.Path(lock.lock_file)
    # Removed while it is held, so that it is not mistaken for the lock of a dead process; on
    # Windows it can only be removed after its release.
    for step in (path.unlink, lock.release, path.unlink):
        with contextlib.suppress(OSError):
            step()


def is_unfinished(name: str) -> bool:
    """Tell whether a file is, or was, being written, by its name or that of its lock.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool
    """
    return name.startswith(_PREFIX)


def remove_leftovers(folder: str | os.PathLike) -> None:
    """Remove the unfinished files and folders of processes that were killed.

    Parameters
    ----------
    folder : path-like
        What a running process is writing there is kept.
    """
    found: dict[str, list[pathlib.Path]] = {}
    for path in pathlib.Path(folder).glob(f"{_PREFIX}*.*"):
        number, _, kind = path.name.removeprefix(_PREFIX).partition(".")
        if f".{kind}" == _LOCK:
            found.setdefault(number, [])
        elif f".{kind}".startswith(_PART):
            found.setdefault(number, []).append(path)
    if not found:
        return
    import filelock

    for number, parts in found.items():
        lock = filelock.FileLock(pathlib.Path(folder, f"{_PREFIX}{number}{_LOCK}"), timeout=0)
        with contextlib.suppress(OSError):
            lock.acquire()  # fails if the process is running
            for part in parts:
                if part.is_dir():
                    shutil.rmtree(part)
                else:
                    part.unlink(missing_ok=True)
            _remove(lock)
