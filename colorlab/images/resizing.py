"""Crop and resize pictures to the form in which all results are measured.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np
from PIL import Image

__all__ = ["center_square", "resize", "standardize"]


def center_square(image: np.ndarray) -> np.ndarray:
    """Crop the largest central square of a picture.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, ...)

    Returns
    -------
    numpy.ndarray, shape (side, side, ...)
        A view; ``side`` is the shorter of height and width.

    Examples
    --------
    >>> center_square(np.zeros((30, 40, 3))).shape
    (30, 30, 3)
    """
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
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
        uint8 of the new size; the picture itself if it has this size already.

    Notes
    -----
    Pillow's Lanczos filter with three lobes, which is widened to reduce a picture.

    Examples
    --------
    >>> resize(np.zeros((30, 40, 3), "uint8"), 15, 20).shape
    (15, 20, 3)
    """
    if image.shape[:2] == (height, width):
        return image
    picture = Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS)
    return np.array(picture)


def standardize(image: np.ndarray, size: int = 256) -> np.ndarray:
    """Crop and resize a picture to the form in which all results of the course are measured.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB of any size.
    size : int
        Side of the square in pixels.

    Returns
    -------
    numpy.ndarray, shape (size, size, 3)
        uint8: the central square, resized with the Lanczos filter.

    Examples
    --------
    >>> standardize(np.zeros((300, 400, 3), "uint8")).shape
    (256, 256, 3)
    """
    return resize(center_square(image), size, size)
