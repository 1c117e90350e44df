"""Read a folder of pictures, with one sub-folder per category, into a table.

Taught in :doc:`/notebooks/01_data`.
"""

import concurrent.futures
import hashlib
import os
import pathlib

import numpy as np

from colorlab import images
from colorlab.checksum import sha256_of
from colorlab.datasets import table_cache
from colorlab.datasets.descriptors import describe
from colorlab.datasets.table import Picture, PictureTable
from colorlab.errors import InputError
from colorlab.images.jpeg import is_plain
from colorlab.images.levels import flatten, is_colored
from colorlab.images.listing import list_pictures
from colorlab.images.reading import decode, open_picture
from colorlab.images.refusals import one_line_errors, open_regular

__all__ = ["scan"]


def _read_row(folder, path):
    """Return a Picture, or the reason why there is none."""
    relative = path.relative_to(folder)
    try:
        with one_line_errors(str(path)), open_regular(path) as stream:
            content = stream.read()
        with open_picture(content, str(path)) as opened:
            plain = is_plain(opened, content)
            picture = flatten(*decode(opened))
            image = np.array(picture.convert("RGB"))
        return Picture(
            path=relative.as_posix(),
            category=relative.parts[0],
            height=image.shape[0],
            width=image.shape[1],
            digest=sha256_of(content),
            plain=plain,
            descriptor=describe(image),
            colored=is_colored(picture),
        )
    except InputError as error:
        return (relative.as_posix(), str(error).removeprefix(f"{path}: "))


def _read_rows(folder, paths):
    """Return a Picture, or the reason why there is none, for each path; read what is new."""
    known = table_cache.TableCache(folder)

    def read(path):
        name = path.relative_to(folder).as_posix()
        try:
            stamp = known.stamp(path)
        except OSError:
            return None, _read_row(folder, path)  # it says why
        fields = known.find(name, stamp)
        return (None, Picture(**fields)) if fields else (stamp, _read_row(folder, path))

    # Decoding releases Python's lock, so threads use all cores.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(read, paths))
    new = {row.path: (stamp, vars(row)) for stamp, row in found if stamp and type(row) is Picture}
    if new:
        known.write(new)
    return [row for _, row in found]


def _candidates(folder):
    """List the pictures below the sub-folders, and files that look like one and are not taken."""
    paths, skipped, beside = [], [], 0
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            listing = list_pictures(entry)
            paths += listing.pictures
            skipped += [*listing.passed_over, *listing.unreadable]
        else:
            beside += entry.suffix.lower() in images.PICTURE_SUFFIXES
    skipped = [(path.relative_to(folder).as_posix(), why) for path, why in skipped]
    if beside:
        skipped.append((".", f"pictures in no sub-folder, so of no category: {beside}"))
    return sorted(paths), skipped


def _sample(folder, paths, limit):
    """Take at most ``limit`` paths per category, by a hash of their names: always the same."""

    def draw(path):
        return hashlib.sha256(os.fsencode(path.relative_to(folder).as_posix())).digest()

    taken, kept = {}, []
    for path in sorted(paths, key=draw):
        category = path.relative_to(folder).parts[0]
        taken[category] = taken.get(category, 0) + 1
        if taken[category] <= limit:
            kept.append(path)
    return sorted(kept)


def scan(folder: str | os.PathLike[str], limit: int | None = None) -> PictureTable:
    """Read a folder of pictures, with one sub-folder per category, into a table.

    Every picture is decoded once, so that a damaged file is found now and not in the middle of a
    training run. Files that cannot be read are left out and listed in ``skipped``. A second look at
    a folder reads only what has changed, see :mod:`colorlab.datasets.table_cache`.

    Parameters
    ----------
    folder : path-like
        Pictures may lie in folders below the sub-folders, see
        :func:`colorlab.images.listing.list_pictures`.
    limit : int, optional
        Largest number of pictures per category. The selection depends on the names of the files
        alone, so it is always the same.

    Returns
    -------
    PictureTable

    Raises
    ------
    InputError
        If the folder is missing or no folder, there is no readable picture in any sub-folder, or
        the limit is below 1.

    Examples
    --------
    >>> scan("no/such/folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    colorlab.errors.InputError: no/such/folder: no such folder; ...
    """
    folder = pathlib.Path(folder)
    expected = "expected one with one sub-folder of pictures a category"
    if limit is not None and limit < 1:
        raise InputError(f"limit must be at least 1, got {limit}")
    if not folder.exists():
        raise InputError(f"{folder}: no such folder; {expected}")
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file, not a folder; {expected}")
    try:
        paths, passed_over = _candidates(folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be listed ({error.strerror})") from None
    if not paths:
        raise InputError(f"{folder}: has no pictures in any sub-folder; {expected}")

    if limit is not None:
        paths = _sample(folder, paths, limit)

    rows = _read_rows(folder, paths)
    pictures = tuple(row for row in rows if isinstance(row, Picture))
    skipped = (*(row for row in rows if not isinstance(row, Picture)), *passed_over)
    if not pictures:
        raise InputError(
            f"{folder}: none of the {len(rows)} picture files can be read; "
            f"the first: {skipped[0][0]} {skipped[0][1]}"
        )
    return PictureTable(folder, pictures, skipped)
