"""The picture files of a folder, and what looks like one and is not taken.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import dataclasses
import os
import pathlib
import stat
from collections.abc import Callable, Iterator

from colorlab.images.formats import HEAD_BYTES, PICTURE_SUFFIXES, foreign_kind, kind_of

__all__ = ["Listing", "is_picture", "list_pictures", "walk_pictures"]


@dataclasses.dataclass(frozen=True)
class Listing:
    """What lies in a folder and below it.

    Attributes
    ----------
    pictures : tuple of pathlib.Path
        Files whose names have the ending of a picture, folder by folder, sorted.
    passed_over : tuple of (pathlib.Path, str)
        Files that look like pictures by their ending or their first bytes and are not taken, each
        with the reason.
    unreadable : tuple of (pathlib.Path, str)
        Folders that could not be looked into, each with the reason.
    """

    pictures: tuple[pathlib.Path, ...]
    passed_over: tuple[tuple[pathlib.Path, str], ...]
    unreadable: tuple[tuple[pathlib.Path, str], ...]


def list_pictures(
    folder: str | os.PathLike, skip: Callable[[pathlib.Path], bool] | None = None
) -> Listing:
    """List the picture files of a folder and of all folders below it.

    Links to folders are followed, and each folder is looked into once. Hidden files and folders
    are left out.

    Parameters
    ----------
    folder : path-like
    skip : callable, optional
        Tells which folders below this one are left out.

    Returns
    -------
    Listing
    """
    pictures: list[pathlib.Path] = []
    passed_over: list[tuple[pathlib.Path, str]] = []
    unreadable: list[tuple[pathlib.Path, str]] = []
    for place, names, not_taken, closed in walk_pictures(folder, skip):
        pictures += [place / name for name in names]
        passed_over += not_taken
        unreadable += closed
    return Listing(tuple(pictures), tuple(passed_over), tuple(unreadable))


def walk_pictures(
    folder: str | os.PathLike, skip: Callable[[pathlib.Path], bool] | None = None
) -> Iterator[tuple[pathlib.Path, list[str], list, list]]:
    """List the picture files of one folder after the other, as :func:`list_pictures` does.

    Parameters
    ----------
    folder : path-like
    skip : callable, optional
        As of :func:`list_pictures`.

    Yields
    ------
    place : pathlib.Path
        A folder.
    names : list of str
        Those of its pictures, sorted.
    passed_over, unreadable : list of (pathlib.Path, str)
        As of :class:`Listing`, since the folder before.
    """
    unreadable: list[tuple[pathlib.Path, str]] = []
    seen: set = set()

    def note(error):
        unreadable.append((pathlib.Path(error.filename), error.strerror))

    for path, folders, names in os.walk(os.fspath(folder), onerror=note, followlinks=True):
        place = pathlib.Path(path)
        if not _is_new(place, seen):
            folders.clear()
            continue
        folders[:] = sorted(
            name for name in folders if name[0] != "." and not (skip and skip(place / name))
        )
        pictures, passed_over = [], []
        for name in sorted(names):
            if name.startswith("."):
                continue
            if is_picture(name):
                pictures.append(name)
            elif reason := _resemblance(place / name):
                passed_over.append((place / name, reason))
        yield place, pictures, passed_over, unreadable
        unreadable = []
    if unreadable:
        yield pathlib.Path(folder), [], [], unreadable


def is_picture(name: str) -> bool:
    """Tell whether a file's name has the ending of a picture.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_picture("scan.TIF"), is_picture("notes.txt")
    (True, False)
    """
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES


def _is_new(place, seen):
    try:
        status = os.stat(place)
    except OSError:
        return True
    # Windows may know no numbers of folders; it has few links to them.
    key = (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(place)
    if key in seen:
        return False
    seen.add(key)
    return True


def _resemblance(path):
    """Say why a file that looks like a picture is not taken, or None."""
    foreign = foreign_kind(path=path)
    if foreign:
        return f"is {foreign}; save it as JPEG, PNG or TIFF first"
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as stream:
            kind = kind_of(stream.read(HEAD_BYTES))
    except OSError:
        return None
    if kind is None:
        return None
    return f"holds {kind} and has not the ending of a picture; give it one"
