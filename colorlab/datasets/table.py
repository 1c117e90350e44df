"""Pictures as rows of a table, whose parts are tables too.

Taught in :doc:`/notebooks/01_data`.
"""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Iterable

import numpy as np

from colorlab import images
from colorlab.errors import InputError

__all__ = ["Picture", "PictureTable"]


@dataclasses.dataclass(frozen=True)
class Picture:
    """One row of a table: a picture file that can be read.

    Attributes
    ----------
    path : str
        Relative to the table's folder, with forward slashes.
    category : str
        Name of the sub-folder.
    height, width : int
        In pixels, upright.
    digest : str
        SHA-256 of the file's bytes.
    plain : bool
        Whether any JPEG decoder gives the right picture, see
        :func:`colorlab.images.jpeg.is_plain`.
    descriptor : numpy.ndarray, shape (1536,)
        See :func:`colorlab.datasets.descriptors.describe`. Not part of comparisons.
    colored : bool
        False for a grey picture, which teaches no colour.
    """

    path: str
    category: str
    height: int
    width: int
    digest: str
    plain: bool
    descriptor: np.ndarray = dataclasses.field(compare=False, repr=False)
    colored: bool = True


@dataclasses.dataclass(frozen=True)
class PictureTable:
    """The pictures of a folder, or a part of them.

    Attributes
    ----------
    folder : pathlib.Path
        The folder that all paths are relative to.
    pictures : tuple of Picture
        Sorted by path.
    skipped : tuple of (str, str)
        Path and reason of each file that looks like a picture and cannot be read or is not taken.
    """

    folder: pathlib.Path
    pictures: tuple[Picture, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def __len__(self):
        """Count the pictures."""
        return len(self.pictures)

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories, in alphabetical order (tuple of str)."""
        return tuple(sorted({picture.category for picture in self.pictures}))

    @property
    def counts(self) -> dict[str, int]:
        """Number of pictures of each category (dict)."""
        counts = dict.fromkeys(self.categories, 0)
        for picture in self.pictures:
            counts[picture.category] += 1
        return counts

    @property
    def fingerprint(self) -> str:
        """SHA-256 over categories and contents (str); another picture gives another one."""
        rows = sorted(f"{picture.category} {picture.digest}" for picture in self.pictures)
        return hashlib.sha256(os.fsencode("\n".join(rows))).hexdigest()

    def select(self, indices: Iterable[int]) -> "PictureTable":
        """Take the pictures at the given positions, in table order.

        Parameters
        ----------
        indices : iterable of int
            Positions, from 0.

        Returns
        -------
        PictureTable
        """
        return dataclasses.replace(
            self, pictures=tuple(self.pictures[index] for index in sorted(indices)), skipped=()
        )

    def without_grey(self) -> "PictureTable":
        """Leave out the grey pictures, which teach no colour, and list them in ``skipped``.

        Returns
        -------
        PictureTable

        Raises
        ------
        InputError
            If there is no other one.
        """
        kept = tuple(row for row in self.pictures if row.colored)
        grey = [row.path for row in self.pictures if not row.colored]
        if not kept:
            raise InputError(
                f"{self.folder}: all {len(grey)} pictures are grey, no colour to learn"
            )
        skipped = (*self.skipped, *((path, "is grey and teaches no colour") for path in grey))
        return dataclasses.replace(self, pictures=kept, skipped=skipped)

    def of(self, *categories: str) -> "PictureTable":
        """Take the pictures of the named categories.

        Parameters
        ----------
        *categories : str

        Returns
        -------
        PictureTable

        Raises
        ------
        InputError
            If a category is not in the table.
        """
        for category in categories:
            if category not in self.categories:
                raise InputError(
                    f"{self.folder}: has no category {category!r}; "
                    f"expected one of {', '.join(self.categories)}"
                )
        return self.select(
            index for index, row in enumerate(self.pictures) if row.category in categories
        )

    def read(self, index: int) -> np.ndarray:
        """Read the picture at a position.

        Parameters
        ----------
        index : int
            From 0.

        Returns
        -------
        numpy.ndarray, shape (height, width, 3)
            uint8 sRGB.
        """
        return images.read_image(self.folder / self.pictures[index].path)
