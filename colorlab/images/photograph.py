"""A person's own photograph: its grey levels and the metadata of its file.

:func:`colorlab.images.read_image` reads pictures for training, all in the same form. This module
also keeps transparency, format, date and camera, which are written into the coloured file.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import dataclasses
import os

import numpy as np

from colorlab.images.large import is_large
from colorlab.images.levels import is_colored
from colorlab.images.metadata import has_date, read_metadata
from colorlab.images.reading import COLORED, decode, open_picture
from colorlab.restoration.steps import restored_grey

__all__ = ["Photograph", "read_photograph"]


@dataclasses.dataclass
class Photograph:
    """A photograph with its metadata.

    Attributes
    ----------
    name : str
        Name of the photograph in messages.
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 luma, upright, as computed by :func:`colorlab.color.grey`, or restored.
    alpha : numpy.ndarray, shape (height, width, 1), or None
        uint8, 0 where the photograph is transparent; None if it is opaque.
    format : str
        Pillow's name of the format of the file, such as ``JPEG``.
    metadata : dict
        The result of :func:`colorlab.images.metadata.read_metadata`.
    notes : list of str
        What a person should know about the conversion.
    modified : float or None
        When the file was last changed, in seconds since 1970, where its EXIF data hold no date.
    """

    name: str
    grey: np.ndarray
    alpha: np.ndarray | None
    format: str
    metadata: dict
    notes: list[str]
    modified: float | None = None


def read_photograph(source, name=None, restore=(), page=None):
    """Read a photograph with everything that its coloured copy keeps.

    Parameters
    ----------
    source : path-like or bytes
        A picture file, or its content.
    name : str, optional
        Name of the photograph in messages; by default the path.
    restore : tuple of str
        Steps of :func:`colorlab.restoration.steps.parse_steps`.
    page : int, optional
        As for :func:`colorlab.images.reading.open_picture`.

    Returns
    -------
    Photograph

    Raises
    ------
    InputError
        If it is missing, is no picture, is cut short, or is too large.

    Notes
    -----
    EXIF rotation is applied, colour profiles are converted to sRGB, 16 bits become 8, and of
    several pages or frames the first is taken by default.

    Examples
    --------
    >>> read_photograph(b"Dear Sir or Madam", name="holiday.gif")
    Traceback (most recent call last):
    colorlab.errors.InputError: holiday.gif: is not a picture that can be decoded; expected ...
    """
    with open_picture(source, name, page) as opened:
        metadata = read_metadata(opened.picture)
        modified = None if has_date(opened.picture) else _modification_time(source)
        picture, alpha = decode(opened)
        if is_colored(picture):
            opened.notes.append(COLORED)
        grey, restored = restored_grey(picture, restore)
        opened.notes += restored
        if "cast" in restore and picture.mode == "L" and is_large(*grey.shape[:2]):
            opened.notes.append("a cast is not looked for in so large a picture")
        alpha = None if alpha is None else np.asarray(alpha)[..., None]
    name = str(source) if name is None else name
    return Photograph(name, grey, alpha, opened.kind, metadata, opened.notes, modified)


def _modification_time(source):
    if isinstance(source, bytes):
        return None
    with contextlib.suppress(OSError):
        return os.stat(source).st_mtime
    return None
