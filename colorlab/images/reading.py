"""Read the picture files that people own.

Taught in :doc:`/notebooks/01_data`.
"""

import pathlib

import numpy as np
from PIL import Image

from colorlab.images.decoding import (
    convert_profile,
    one_line_errors,
    open_regular,
    range_of_levels,
    to_eight_bits,
    turn_upright,
)

__all__ = [
    "PICTURE_SUFFIXES",
    "read_image",
]

#: File name endings that :mod:`colorlab.datasets.folder` takes for pictures.
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")


def _to_rgb(picture, highest):
    """Convert any Pillow mode to RGB without losing the range of 16-bit files."""
    profile = picture.info.get("icc_profile")
    picture = to_eight_bits(picture, highest)
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        # Transparent parts have no colour of their own: show them on white, as paper would.
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    if picture.mode in ("P", "RGBA"):
        picture = picture.convert("RGB")
    return convert_profile(picture, profile).convert("RGB")


def read_image(source):
    """Read a picture file as upright 8-bit sRGB.

    Parameters
    ----------
    source : path-like
        A file in any format that Pillow decodes. Of several frames or pages the first is taken.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB. EXIF rotation is applied, colour profiles are converted to sRGB, grey becomes
        three equal channels, 16 bits become 8, transparent parts are laid on white.

    Raises
    ------
    InputError
        If the file is missing, is a folder, cannot be read, is not a picture, is cut short, or
        is larger than Pillow's limit against decompression bombs.

    Examples
    --------
    >>> read_image("holiday.jpg")
    Traceback (most recent call last):
    colorlab.errors.InputError: holiday.jpg: no such file; check the path
    """
    with (
        one_line_errors(str(source)),
        open_regular(pathlib.Path(source)) as stream,
        Image.open(stream) as picture,
    ):
        highest = range_of_levels(picture)
        picture.load()
        return np.array(_to_rgb(turn_upright(picture), highest))
