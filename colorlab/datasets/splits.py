"""Training, validation and test pictures that share nothing.

Taught in :doc:`/notebooks/01_data`.
"""

import dataclasses
import hashlib

import numpy as np

from colorlab.datasets.folder import PictureTable
from colorlab.errors import InputError

__all__ = ["Splits", "add_training_pictures", "group_near_duplicates", "split"]

# Found by looking at the closest pairs of 5,278 photographs: with both conditions the pairs are
# the same scene, or so alike that keeping them together does no harm.
_EQUAL_SIGNS = 0.75
_CORRELATION = 0.88
_SIGNS = 512

_TRAIN, _VALIDATION, _TEST = 0, 1, 2


@dataclasses.dataclass(frozen=True)
class Splits:
    """Three tables that share no picture and no near-duplicate.

    Attributes
    ----------
    train, validation, test : PictureTable
    """

    train: PictureTable
    validation: PictureTable
    test: PictureTable


def group_near_duplicates(table, chunk=1024):
    """Find pictures that show the same scene.

    Two pictures belong together when the same file stands twice, or when at least three quarters
    of the 512 signs of their descriptors agree and their thumbnails correlate by 0.88 or more;
    see :func:`colorlab.datasets.folder.describe`. Groups are closed: if A goes with B and B with
    C, all three are one group.

    Parameters
    ----------
    table : PictureTable
    chunk : int
        Rows compared at a time. Memory grows with ``chunk`` times the number of pictures.

    Returns
    -------
    numpy.ndarray, shape (number of pictures,)
        int64: for each picture the position of the first picture of its group.

    Notes
    -----
    Every pair is compared: 5,000 pictures take about a second, and ten times as many a hundred
    times as long.
    """
    count = len(table)
    parent = np.arange(count)

    def root(index):
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(first, second):
        first, second = sorted((root(first), root(second)))
        parent[second] = first

    first_with = {}
    for index, picture in enumerate(table.pictures):
        join(first_with.setdefault(picture.digest, index), index)

    descriptors = np.stack([row.descriptor for row in table.pictures]).astype("float32")
    signs, thumbnails = descriptors[:, :_SIGNS], descriptors[:, _SIGNS:]
    # A dot product of n signs is n - 2 * (number that differ).
    sign_limit = _SIGNS * (2 * _EQUAL_SIGNS - 1)
    for start in range(0, count, chunk):
        rows = slice(start, start + chunk)
        alike = (signs[rows] @ signs[start:].T >= sign_limit) & (
            thumbnails[rows] @ thumbnails[start:].T >= _CORRELATION
        )
        for first, second in zip(*np.nonzero(alike), strict=True):
            if second > first:
                join(start + int(first), start + int(second))
    return np.array([root(index) for index in range(count)], dtype="int64")


def _draw(seed, digest):
    """Return a number from 0 up to 1 that depends on the seed and the file's content alone."""
    number = hashlib.sha256(f"{seed} {digest}".encode()).digest()[:8]
    return int.from_bytes(number, "big") / 2**64


def _fill_empty_parts(sides, draws, groups, categories, category):
    """Give a small category, whose draws left a part empty, one scene in each part, in place."""
    mask = categories == category
    for side in (_TEST, _VALIDATION, _TRAIN):
        if np.any(sides[mask] == side):
            continue
        order = [index for index in np.argsort(draws) if mask[index]]
        # The lowest draws belong to the test part, the highest to training.
        for index in reversed(order) if side == _TRAIN else order:
            moved = groups == groups[index]
            # A scene may stand in several categories: none of them may lose its last one.
            if all(
                len(np.unique(groups[(categories == other) & (sides == sides[index])])) > 1
                for other in np.unique(categories[moved])
            ):
                sides[moved] = side
                break


def split(table, validation=0.1, test=0.17, seed=0):
    """Split a table into training, validation and test pictures.

    Each picture draws a number from the seed and its own content; the lowest go to the test
    split, the next to validation, the rest to training. So the split does not depend on names,
    order or the other pictures: when files are added, the old ones stay where they were. Near-
    duplicates share one draw and stay on one side. Two things can move a picture all the same: a
    new file that ties two groups together, and a category so small that its draws leave a part
    empty, which is lent one scene until it has one of its own.

    Parameters
    ----------
    table : PictureTable
    validation, test : float
        Share of each category's pictures, above 0; together below 1. The share is met on
        average: in a category of n pictures it varies by about the square root of
        share * (1 - share) / n. A small category has at least one scene in each part.
    seed : int
        Another seed, another split.

    Returns
    -------
    Splits

    Raises
    ------
    InputError
        If a share is out of range, there is one category only, or a category holds fewer than
        three different scenes (or few, and shares them with other small categories).
    """
    if not (0 < validation and 0 < test and validation + test < 1):
        raise InputError(
            "validation and test must be shares above 0 that add up to less than 1, "
            f"got {validation} and {test}"
        )
    if len(table.categories) < 2:
        raise InputError(
            f"{table.folder}: has one category only ({table.categories[0]}); expected pictures "
            "in at least two sub-folders, one a category"
        )
    draws = np.array([_draw(seed, picture.digest) for picture in table.pictures])
    groups = group_near_duplicates(table)
    lowest = np.full(len(table), 1.0)
    np.minimum.at(lowest, groups, draws)
    draws = lowest[groups]

    sides = np.where(draws < test, _TEST, np.where(draws < test + validation, _VALIDATION, _TRAIN))
    categories = np.array([picture.category for picture in table.pictures])
    for category in table.categories:
        _fill_empty_parts(sides, draws, groups, categories, category)
        mask = categories == category
        if len(np.unique(sides[mask])) < 3:
            raise InputError(
                f"{table.folder / category}: {mask.sum()} picture(s) of "
                f"{len(np.unique(groups[mask]))} different scene(s) cannot be split into "
                "training, validation and test; add pictures"
            )
    return Splits(*(table.select(np.flatnonzero(sides == side)) for side in range(3)))


def add_training_pictures(parts, table):
    """Add the pictures of another folder to the training part, and to no other.

    Left out is what shows the same scene as a picture of the validation or test part, or is in the
    training part already; see :func:`group_near_duplicates`.

    Parameters
    ----------
    parts : Splits
    table : PictureTable

    Returns
    -------
    Splits
        The added pictures' paths are absolute.
    """
    known = (*parts.train.pictures, *parts.validation.pictures, *parts.test.pictures)
    everything = dataclasses.replace(table, pictures=(*known, *table.pictures))
    groups = group_near_duplicates(everything)
    digests = {picture.digest for picture in known}
    kept_back = set(groups[len(parts.train) : len(known)])
    added = tuple(
        dataclasses.replace(picture, path=str(table.folder.absolute() / picture.path))
        for picture, group in zip(table.pictures, groups[len(known) :], strict=True)
        if group not in kept_back and picture.digest not in digests
    )
    train = dataclasses.replace(parts.train, pictures=(*parts.train.pictures, *added))
    return dataclasses.replace(parts, train=train)
