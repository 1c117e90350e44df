"""Take the grey of a print that is tinted: sepia, yellowed paper, stains.

Taught in :doc:`/book/troubleshooting`.
"""

import numpy as np
from PIL import Image

from colorlab.color.conversions import GREY_WEIGHTS

__all__ = ["grey_without_cast"]

_WEIGHTS = np.array(GREY_WEIGHTS)
_SIDE = 256  # of the reduced copy that is measured
_GREY = 8  # levels between the channels of a grey picture that was compressed as colour
_ONE_TONE = 10.0  # levels: standard deviation across the line on which its colours lie
_CELLS = 40  # on the shorter side: what changes faster is no stain


def grey_without_cast(rgb: np.ndarray) -> np.ndarray:
    """Compute the grey of a photograph without the stains of a tinted print.

    A print of one tone (sepia, yellowed paper) gets its luma, corrected by the red channel for what
    varies slowly: stains are yellow or brown, and hardly visible in red. A photograph that is grey
    already, or that has colours, keeps its luma exactly: there a cast moves black and white, which
    :func:`colorlab.restoration.stretch_contrast` corrects, and little else.

    Parameters
    ----------
    rgb : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Returns
    -------
    numpy.ndarray, shape (height, width, 1)
        uint8 levels.

    Raises
    ------
    ValueError
        If the array has another shape or type.

    Examples
    --------
    >>> grey = np.arange(0, 250, 10, dtype="uint8").reshape(5, 5)
    >>> bool((grey_without_cast(np.stack([grey] * 3, axis=-1))[..., 0] == grey).all())
    True
    """
    rgb = np.asarray(rgb)
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(
            f"rgb must be uint8 of the shape (height, width, 3), got {rgb.dtype} {rgb.shape}"
        )
    picture = Image.fromarray(rgb)
    luma = np.asarray(picture.convert("L"))
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    colors = np.asarray(small, dtype="float32").reshape(-1, 3)
    if np.ptp(colors, axis=1).max() <= _GREY:
        return luma[..., None]
    across = np.linalg.eigvalsh(np.cov(colors.T))[-2] if len(colors) > 1 else 0.0
    if across >= _ONE_TONE**2:
        return luma[..., None]
    small_red = np.asarray(small)[..., 0]
    small_luma = (colors @ _WEIGHTS).reshape(small_red.shape)
    slope, level = _line(small_red.reshape(-1), small_luma.reshape(-1))
    difference = Image.fromarray((slope * small_red + level - small_luma).astype("float32"))
    part = min(1.0, _CELLS / min(difference.size))
    cells = [max(1, round(part * side)) for side in difference.size]
    slow = difference.resize(cells, Image.Resampling.BOX)
    slow = np.asarray(slow.resize(luma.shape[::-1], Image.Resampling.BICUBIC))
    return np.clip(np.rint(luma + slow), 0, 255).astype("uint8")[..., None]


def _line(x, y):
    """Fit a line through most of the points: stains, which lie beside it, have little weight."""
    slope, level = np.polyfit(x, y, 1) if np.ptp(x) > 0 else (0.0, float(y.mean()))
    for _ in range(5 if np.ptp(x) > 0 else 0):
        distance = np.abs(slope * x + level - y)
        slope, level = np.polyfit(x, y, 1, w=1 / np.sqrt(np.maximum(distance, 2)))
    return slope, level
