"""The true a and b, which losses of colour compare predictions with.

Taught in :doc:`/notebooks/06_keep_the_light` and :doc:`/notebooks/07_why_brown`.
"""

from typing import Any

from colorlab import color
from colorlab.backend import keras
from colorlab.color.ab_bins import BIN_STRIDE

__all__ = ["coarse_ab", "pixel_ab"]

ops = keras.ops


def pixel_ab(target: Any) -> Any:
    """Compute a and b of each pixel.

    Parameters
    ----------
    target : array-like or tensor, shape (..., 3)
        sRGB in the signed range, -1 to 1.

    Returns
    -------
    tensor, shape (..., 2)
        float32, in Lab units.
    """
    return color.srgb_to_lab((ops.cast(target, "float32") + 1.0) / 2.0)[..., 1:]


def coarse_ab(target: Any) -> Any:
    """Compute a and b of the mean sRGB of squares of 4 x 4 pixels.

    Parameters
    ----------
    target : array-like or tensor, shape (batch, height, width, 3)
        sRGB in the signed range, -1 to 1; height and width are multiples of 4.

    Returns
    -------
    tensor, shape (batch, height / 4, width / 4, 2)
        float32, in Lab units.

    Examples
    --------
    >>> tuple(coarse_ab(ops.zeros((1, 8, 8, 3))).shape)
    (1, 2, 2, 2)
    """
    return pixel_ab(ops.average_pool(ops.cast(target, "float32"), BIN_STRIDE, BIN_STRIDE))
