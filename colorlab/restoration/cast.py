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
_TONE_SIDE = 64  # of the copy in which its tone is looked at, without noise
_ONE_TONE, _OF_ONE_TONE = 1.8, 40  # levels from the usual colour of what is as light; per cent
_WARM = 6  # levels: how much red exceeds blue, at least, in the median pixel
_CLIPPED = 250  # a red channel that has reached the end tells nothing
_CELLS = 40  # on the shorter side: what changes faster is no stain


def grey_without_cast(rgb: np.ndarray) -> np.ndarray:
    """Compute the grey of a photograph without the stains of a tinted print.

    A print of one warm tone (sepia, yellowed paper) gets its luma, corrected by the red channel for
    what varies slowly: stains are yellow or brown, and hardly visible in red. Which luma belongs to
    a red level is read from the print itself. A photograph that is grey already, is toned blue or
    has colours keeps its luma exactly: there a cast moves black and white, which
    :func:`colorlab.restoration.fading.stretch_contrast` corrects, and little else.

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
    if not _has_one_warm_tone(small):
        return luma[..., None]
    lightness = colors @ _WEIGHTS
    known = colors[:, 0] < _CLIPPED
    difference = np.where(known, _expected(colors[:, 0], lightness, known) - lightness, 0)
    difference = Image.fromarray(difference.reshape(small.size[::-1]).astype("float32"))
    part = min(1.0, _CELLS / min(difference.size))
    cells = [max(1, round(part * side)) for side in difference.size]
    slow = difference.resize(cells, Image.Resampling.BOX)
    slow = np.asarray(slow.resize(luma.shape[::-1], Image.Resampling.BICUBIC))
    return np.clip(np.rint(luma + slow), 0, 255).astype("uint8")[..., None]


def _has_one_warm_tone(picture):
    """Tell whether many pixels have the colour that is usual among those as light as they are."""
    picture = picture.copy()
    picture.thumbnail((_TONE_SIDE, _TONE_SIDE), Image.Resampling.BOX)
    colors = np.asarray(picture, dtype="float32").reshape(-1, 3)
    lightness = colors @ _WEIGHTS
    if np.median(colors[:, 0] - colors[:, 2]) < _WARM:
        return False
    opponent = colors[:, [0, 2]] - lightness[:, None]
    distance, bins = np.empty(len(colors)), (lightness // 16).astype(int)
    for number in np.unique(bins):
        part = opponent[bins == number]
        distance[bins == number] = np.hypot(*(part - np.median(part, axis=0)).T)
    return np.percentile(distance, _OF_ONE_TONE) <= _ONE_TONE


def _expected(red, lightness, known):
    """Compute the luma that belongs to a red level; stains, which lie beside it, weigh little."""
    if known.sum() < 10 or np.ptp(red[known]) < 10:
        return lightness
    x, y = red[known] / 255, lightness[known]
    curve = np.polynomial.Polynomial.fit(x, y, 3)
    for _ in range(10):
        weights = 1 / np.sqrt(np.maximum(np.abs(curve(x) - y), 1))
        curve = np.polynomial.Polynomial.fit(x, y, 3, w=weights)
    return curve(red / 255)
