"""Which photographs there are, of the files and folders that a person named.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import os
import pathlib
from collections.abc import Iterable

from colorlab.images.listing import list_pictures
from colorlab.inference.storage import require_name

__all__ = ["STANDARD", "find_photographs", "to_paths"]

#: Stands for standard input and standard output.
STANDARD = pathlib.Path("-")


def to_paths(names: str | os.PathLike | Iterable[str | os.PathLike]) -> list[pathlib.Path]:
    """Return the files and folders that a person named.

    Parameters
    ----------
    names : path-like, or iterable of path-like

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    InputError
        If one is empty.

    Examples
    --------
    >>> [path.as_posix() for path in to_paths("scan.tif")]
    ['scan.tif']
    """
    names = [names] if isinstance(names, str | os.PathLike) else list(names)
    return [pathlib.Path(require_name(os.fspath(name))) for name in names]


def find_photographs(
    photos: Iterable[pathlib.Path], out: pathlib.Path
) -> tuple[list[tuple[pathlib.Path, pathlib.Path]], list[str], list[tuple[pathlib.Path, str]]]:
    """List photographs with their places below the folder that was named.

    Hidden files, and what lies in the folder for the results, are left out.

    Parameters
    ----------
    photos : iterable of pathlib.Path
        Files, folders, or :data:`STANDARD`.
    out : pathlib.Path
        The folder for the results.

    Returns
    -------
    found : list of (pathlib.Path, pathlib.Path)
        Each photograph, and what follows the named folder in its path.
    unreadable : list of str
        One line for each folder that holds no pictures or could not be looked into.
    passed_over : list of (pathlib.Path, str)
        Files that look like pictures and are not taken, each with the reason.
    """
    found: list[tuple[pathlib.Path, pathlib.Path]] = []
    unreadable: list[str] = []
    passed_over: list[tuple[pathlib.Path, str]] = []
    photos = list(photos)
    for photo in photos:
        if photo == STANDARD or not os.path.isdir(photo):
            found.append((photo, pathlib.Path(photo.name)))
            continue
        if len(photos) > 1 and _same(photo, out):
            continue  # as when all that lies beside it was named with a *
        listing = list_pictures(photo, skip=lambda place: _same(place, out))
        found += [(path, path.relative_to(photo)) for path in listing.pictures]
        unreadable += [f"{path}: cannot be looked into ({why})" for path, why in listing.unreadable]
        passed_over += listing.passed_over
        if not listing.pictures and not listing.unreadable:
            unreadable.append(f"{photo}: holds no pictures, such as .jpg, .png or .tif files")
    return found, unreadable, passed_over


def _same(first, second):
    try:
        return first.samefile(second)
    except OSError:
        return False
