"""Views of a picture: what the cache of features keeps of it, and the colours of its cells.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import numpy as np
from PIL import Image

from colorlab import color

__all__ = ["ab_cells", "make_view"]


def make_view(
    image: np.ndarray, number: int, size: int, rng: np.random.Generator, min_crop_area: float = 0.4
) -> np.ndarray:
    """Take one of the views of a picture.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.
    number : int
        0 is the largest centred square, any other a random square. Odd ones are mirrored.
    size : int
        Side of the view in pixels.
    rng : numpy.random.Generator
        Draws area and place of a random square.
    min_crop_area : float
        Smallest area of a random square, as a share of that of the largest square.

    Returns
    -------
    numpy.ndarray, shape (size, size, 3)
        uint8 sRGB.

    Examples
    --------
    >>> ramp = np.tile(np.arange(4, dtype="uint8")[None, :, None], (4, 1, 3))
    >>> make_view(ramp, 0, 4, np.random.default_rng(0))[0, :, 0].tolist()
    [0, 1, 2, 3]
    """
    height, width = image.shape[:2]
    side = min(height, width)
    if number == 0:
        top, left = (height - side) // 2, (width - side) // 2
    else:
        side = max(1, round(side * rng.uniform(min_crop_area, 1.0) ** 0.5))
        top, left = (int(rng.integers(0, length - side + 1)) for length in (height, width))
    square = image[top : top + side, left : left + side]
    if side != size:
        resized = Image.fromarray(square).resize((size, size), Image.Resampling.LANCZOS)
        square = np.asarray(resized)
    return square[:, ::-1] if number % 2 else square


def ab_cells(rgb: np.ndarray, stride: int = 4) -> np.ndarray:
    """Average a and b of CIE Lab over squares of pixels.

    Parameters
    ----------
    rgb : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB; sides are multiples of the stride.
    stride : int
        Side of a square in pixels.

    Returns
    -------
    numpy.ndarray, shape (height / stride, width / stride, 2)
        float32.

    Examples
    --------
    >>> ab_cells(np.full((8, 8, 3), 90, "uint8")).shape
    (2, 2, 2)
    """
    ab = color.srgb_to_lab(rgb.astype("float32") / 255.0)[..., 1:]
    height, width = ab.shape[:2]
    return ab.reshape(height // stride, stride, width // stride, stride, 2).mean(axis=(1, 3))
