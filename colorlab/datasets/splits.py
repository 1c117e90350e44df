"""Splits into training, validation and test pictures without near-duplicates between the parts.

Taught in :doc:`/notebooks/01_data`.
"""

import dataclasses
import hashlib

import numpy as np

from colorlab.datasets.table import PictureTable
from colorlab.errors import InputError

__all__ = ["Splits", "add_training_pictures", "group_near_duplicates", "split"]

# Chosen by looking at the closest pairs of 5,278 photographs: pairs that meet both conditions show
# the same scene, or are so similar that keeping them together does no harm.
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
    training_only : tuple of str
        Categories that have too few scenes to be split, and are in the training part as a whole.
    """

    train: PictureTable
    validation: PictureTable
    test: PictureTable
    training_only: tuple[str, ...] = ()


def group_near_duplicates(table: PictureTable, chunk: int = 1024) -> np.ndarray:
    """Find pictures that show the same scene.

    Two pictures match if their files are identical, or if at least three quarters of the 512 signs
    of their descriptors are equal and the correlation of their thumbnails is at least 0.88; see
    :func:`colorlab.datasets.descriptors.describe`. Groups are transitive: if A matches B and B
    matches C, all three are in one group.

    Parameters
    ----------
    table : PictureTable
    chunk : int
        Number of rows compared at a time. Memory grows with ``chunk`` times the number of pictures.

    Returns
    -------
    numpy.ndarray, shape (number of pictures,)
        int64: for each picture the index of the first picture of its group.

    Notes
    -----
    Every pair is compared, so the time grows with the square of the number of pictures: 5,000
    pictures take about a second, 50,000 about a hundred.
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

    first_with: dict[str, int] = {}
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
    """Return a number in [0, 1) that depends only on the seed and the content of the file."""
    number = hashlib.sha256(f"{seed} {digest}".encode()).digest()[:8]
    return int.from_bytes(number, "big") / 2**64


def _fill_empty_parts(sides, draws, groups, categories, category, fixed):
    """Move one scene of a small category into each part that its draws left empty, in place.

    Scenes where ``fixed`` is true stay in their part. Returns whether all parts have a scene now.
    """
    mask = categories == category
    for side in (_TEST, _VALIDATION, _TRAIN):
        if np.any(sides[mask] == side):
            continue
        order = [index for index in np.argsort(draws) if mask[index]]
        # The lowest draws belong to the test part, the highest to training.
        for index in reversed(order) if side == _TRAIN else order:
            if fixed[index]:
                continue
            moved = groups == groups[index]
            # A scene may occur in several categories; none of them may lose its last scene.
            if all(
                len(np.unique(groups[(categories == other) & (sides == sides[index])])) > 1
                for other in np.unique(categories[moved])
            ):
                sides[moved] = side
                break
    return len(np.unique(sides[mask])) == 3


def _assign_sides(drawn, draws, groups, categories):
    """Return the part of each picture, and the categories that are for training only."""
    training_only = []
    while True:
        small = np.isin(categories, np.array(training_only, dtype=categories.dtype))
        fixed = np.isin(groups, groups[small])
        sides = np.where(fixed, _TRAIN, drawn)
        for category in np.unique(categories):
            if category not in training_only and not _fill_empty_parts(
                sides, draws, groups, categories, category, fixed
            ):
                # Its scenes may be shared with other categories, which are filled again.
                training_only.append(str(category))
                break
        else:
            return sides, tuple(sorted(training_only))


def split(
    table: PictureTable, validation: float = 0.1, test: float = 0.17, seed: int = 0
) -> Splits:
    """Split a table into training, validation and test pictures.

    A random number is computed for each picture from the seed and the picture's own content; the
    lowest numbers go to the test part, the next to validation, the rest to training. So the split
    does not depend on names, order or other pictures: when files are added, the old ones stay in
    their parts. Near-duplicates share one number and stay in the same part. There are two
    exceptions: a new file that connects two groups of near-duplicates, and a category so small
    that a part would be empty. Such a part gets one scene from another part, until it has one of
    its own. A category of fewer than three different scenes (or few, which it shares with other
    small categories) is in the training part as a whole, see :attr:`Splits.training_only`.

    Parameters
    ----------
    table : PictureTable
    validation, test : float
        Fraction of each category's pictures, above 0; together below 1. The fraction is exact on
        average: in a category of n pictures its standard deviation is the square root of
        fraction * (1 - fraction) / n. A category that is split has at least one scene in each part.
    seed : int
        Another seed gives another split.

    Returns
    -------
    Splits

    Raises
    ------
    InputError
        If a fraction is out of range, there is only one category, or no category has three
        different scenes of its own.
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

    drawn = np.where(draws < test, _TEST, np.where(draws < test + validation, _VALIDATION, _TRAIN))
    categories = np.array([picture.category for picture in table.pictures])
    sides, training_only = _assign_sides(drawn, draws, groups, categories)
    if len(training_only) == len(table.categories):
        raise InputError(
            f"{table.folder}: no category has three different scenes, one each for training, "
            "validation and test; add pictures"
        )
    train, validation_part, test_part = (
        table.select(np.flatnonzero(sides == side)) for side in (_TRAIN, _VALIDATION, _TEST)
    )
    return Splits(train, validation_part, test_part, training_only)


def add_training_pictures(parts: Splits, table: PictureTable) -> Splits:
    """Add the pictures of another folder to the training part only.

    Pictures that show the same scene as a validation or test picture, or that are already in the
    training part, are excluded; see :func:`group_near_duplicates`.

    Parameters
    ----------
    parts : Splits
    table : PictureTable

    Returns
    -------
    Splits
        The paths of the added pictures are absolute.
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
