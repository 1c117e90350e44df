"""Save pictures, whole or not at all.

Taught in :doc:`/notebooks/01_data`.
"""

import pathlib

from PIL import Image

from colorlab.atomic import open_atomic
from colorlab.errors import InputError
from colorlab.images.reading import PICTURE_SUFFIXES

__all__ = ["save_image"]


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
    """
    path = pathlib.Path(path)
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        raise InputError(f"{path}: unknown ending, expected one of {', '.join(PICTURE_SUFFIXES)}")
    image_format = Image.registered_extensions()[path.suffix.lower()]
    with open_atomic(path, overwrite) as stream:
        Image.fromarray(image).save(stream, format=image_format, quality=quality)
