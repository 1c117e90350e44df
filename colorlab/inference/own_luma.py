"""The luma of a photograph in the colours of a network that predicts red, green and blue.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import numpy as np

from colorlab.color.luma import replace_luma
from colorlab.color.ranges import signed_to_levels
from colorlab.images.resizing import resize

__all__ = ["recombine_rgb", "saturate"]


def recombine_rgb(
    rgb: np.ndarray,
    grey: np.ndarray,
    saturation: float = 1.0,
    valid_fraction: tuple[float, float] = (1.0, 1.0),
) -> np.ndarray:
    """Enlarge a prediction to a photograph's size and replace its luma by the photograph's.

    Parameters
    ----------
    rgb : numpy.ndarray, shape (small height, small width, 3)
        sRGB in the signed range.
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 levels.
    saturation : float
        Factor of the colours' distance from grey.
    valid_fraction : tuple of float
        As for :func:`colorlab.color.luma.recombine`.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.
    """
    rows, columns = (
        round(part * side) for part, side in zip(valid_fraction, rgb.shape, strict=False)
    )
    small = np.ascontiguousarray(signed_to_levels(rgb[:rows, :columns]))
    enlarged = replace_luma(resize(small, *grey.shape[:2]), grey)
    return np.round(saturate(enlarged, grey, saturation)).astype("uint8")


def saturate(rgb: np.ndarray, grey: np.ndarray, saturation: float) -> np.ndarray:
    """Multiply the distance of colours from their grey, and clip the result to 0 to 255.

    Parameters
    ----------
    rgb : numpy.ndarray, shape (..., 3)
        Levels, 0 to 255.
    grey : numpy.ndarray, shape (..., 1)
        Of the same pixels.
    saturation : float
        0 gives grey, 1 the colours as they are.

    Returns
    -------
    numpy.ndarray, shape (..., 3)
        Levels, 0 to 255.
    """
    if saturation == 1:
        return rgb
    return np.clip(grey + np.float32(saturation) * (rgb - np.float32(grey)), 0, 255)
