"""Picture files: decode what a person owns, save without ever leaving half a file.

Taught in :doc:`/notebooks/01_data`.
"""

import pathlib

import numpy
from PIL import Image

from colorlab.decoding import (
    convert_profile,
    one_line_errors,
    open_regular,
    range_of_levels,
    to_eight_bits,
    turn_upright,
)
from colorlab.errors import InputError
from colorlab.files import whole_file

__all__ = [
    "PICTURE_SUFFIXES",
    "center_square",
    "read_image",
    "resize",
    "save_image",
    "standardize",
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

    Notes
    -----
    Taught in :doc:`/notebooks/01_data`.

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
        return numpy.array(_to_rgb(turn_upright(picture), highest))


def center_square(image):
    """Cut the largest centred square out of a picture.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, ...)

    Returns
    -------
    numpy.ndarray, shape (side, side, ...)
        A view; ``side`` is the shorter of height and width.

    Notes
    -----
    Taught in :doc:`/notebooks/01_data`.

    Examples
    --------
    >>> center_square(numpy.zeros((30, 40, 3))).shape
    (30, 30, 3)
    """
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def resize(image, height, width):
    """Resize a picture with the Lanczos filter.

    Parameters
    ----------
    image : numpy.ndarray, shape (old height, old width) or (old height, old width, 3)
        uint8.
    height, width : int
        The new size in pixels.

    Returns
    -------
    numpy.ndarray
        uint8 of the new size; the picture itself if the size is already right.

    Notes
    -----
    Pillow's Lanczos, three lobes, widened when it makes a picture smaller. Taught in
    :doc:`/notebooks/01_data`.

    Examples
    --------
    >>> resize(numpy.zeros((30, 40, 3), "uint8"), 15, 20).shape
    (15, 20, 3)
    """
    if image.shape[:2] == (height, width):
        return image
    picture = Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS)
    return numpy.array(picture)


def standardize(image, size=256):
    """Bring a picture to the form in which every number of the course is measured.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB of any size.
    size : int
        Side of the square in pixels.

    Returns
    -------
    numpy.ndarray, shape (size, size, 3)
        uint8: the centred square, resized with the Lanczos filter.

    Notes
    -----
    Taught in :doc:`/notebooks/04_results`.

    Examples
    --------
    >>> standardize(numpy.zeros((300, 400, 3), "uint8")).shape
    (256, 256, 3)
    """
    return resize(center_square(image), size, size)


def save_image(path, image, overwrite=False, quality=95):
    """Save a picture, whole or not at all.

    The file is written under a temporary name in the same folder and renamed when it is
    complete: a crash or a full disk leaves either the old file or the whole new one.

    Parameters
    ----------
    path : path-like
        The ending chooses the format, see :data:`PICTURE_SUFFIXES`.
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.
    overwrite : bool
        Whether an existing file may be replaced.
    quality : int
        1 to 100, for the formats that lose detail.

    Raises
    ------
    InputError
        If the ending is not known, the file exists, or it cannot be written.

    Notes
    -----
    Taught in :doc:`/notebooks/00_quickstart`.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        raise InputError(f"{path}: unknown ending, expected one of {', '.join(PICTURE_SUFFIXES)}")
    image_format = Image.registered_extensions()[path.suffix.lower()]
    with whole_file(path, overwrite) as stream:
        Image.fromarray(image).save(stream, format=image_format, quality=quality)
