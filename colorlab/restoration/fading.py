"""Stretch the contrast of a faded photograph.

Taught in :doc:`/book/troubleshooting`.
"""

import numpy as np

__all__ = ["stretch_contrast"]

_MARGIN = 0.05  # of each side: the mount of a print and the frame of a negative say nothing
_CLIPPED = 0.5  # per cent of the pixels, at each end
_FADED = (40, 230)  # 98 of 100 undamaged photographs are darker or lighter than that
_USUAL = (10, 243)  # the ends of the median undamaged photograph
_MOST = 2.0  # a scene of low contrast, which looks the same, is not distorted beyond this


def stretch_contrast(grey: np.ndarray) -> np.ndarray:
    """Stretch the levels of a faded photograph to the usual range.

    The level below which 0.5 % of the pixels lie becomes 10, the one above which 0.5 % lie becomes
    243, and those between move in proportion. The outer 5 % at each side of the photograph are
    stretched too, but not counted, because many scans show the mount there.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width) or (height, width, 1)
        uint8 levels.

    Returns
    -------
    numpy.ndarray
        uint8 levels of the same shape. The photograph itself, unchanged, unless both ends have
        faded: black to more than 40 and white to less than 230. Contrast grows twofold at most.

    Raises
    ------
    ValueError
        If the array is not uint8.

    Notes
    -----
    A faded photograph and a scene without black and white, such as fog or a wall of bricks, have
    the same levels: such a scene gets more contrast than it had.

    Examples
    --------
    >>> faded = np.linspace(80, 180, 101).astype("uint8")[None].repeat(50, axis=0)
    >>> restored = stretch_contrast(faded)
    >>> int(restored.min()), int(restored.max())
    (30, 230)
    >>> stretch_contrast(restored) is restored
    True
    """
    grey = np.asarray(grey)
    if grey.dtype != np.uint8:
        raise ValueError(f"grey must be uint8, got {grey.dtype}")
    rows, columns = (int(_MARGIN * side) for side in grey.shape[:2])
    inner = grey[rows : grey.shape[0] - rows, columns : grey.shape[1] - columns]
    counts = np.bincount(inner.reshape(-1), minlength=256).cumsum()
    black, white = np.searchsorted(counts, counts[-1] * np.array([_CLIPPED, 100 - _CLIPPED]) / 100)
    if black <= _FADED[0] or white >= _FADED[1]:
        return grey
    middle = (int(black) + int(white)) / 2
    gain, goal = (_USUAL[1] - _USUAL[0]) / max(int(white) - int(black), 1), sum(_USUAL) / 2
    if gain > _MOST:  # then the middle of the levels stays where it is
        gain, goal = _MOST, middle
    table = np.clip(np.rint((np.arange(256) - middle) * gain + goal), 0, 255).astype("uint8")
    return table[grey]
