"""Stretch the contrast of a faded photograph.

Taught in :doc:`/book/troubleshooting`.
"""

import numpy as np

__all__ = ["stretch_contrast"]

_MARGIN = 0.05  # of each side: the mount of a print and the frame of a negative say nothing
_CLIPPED = 0.5  # per cent of the pixels, at each end
_NEARLY = 12  # levels from 0 and 255: a photograph that reaches so far is not faded
_MOST = 4.0  # a stronger stretch would show mostly noise


def stretch_contrast(grey: np.ndarray) -> np.ndarray:
    """Stretch the levels of a faded photograph to the whole range.

    The level below which 0.5 % of the pixels lie becomes 0, the one above which 0.5 % lie becomes
    255, and those between move in proportion. The outer 5 % at each side of the photograph are
    stretched too, but not counted, because many scans show the mount there.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width) or (height, width, 1)
        uint8 levels.

    Returns
    -------
    numpy.ndarray
        uint8 levels of the same shape. The photograph itself, unchanged, if its levels reach from
        at most 12 to at least 243. Contrast grows fourfold at most.

    Raises
    ------
    ValueError
        If the array is not uint8.

    Examples
    --------
    >>> faded = np.linspace(80, 180, 101).astype("uint8")[None].repeat(50, axis=0)
    >>> restored = stretch_contrast(faded)
    >>> int(restored.min()), int(restored.max())
    (0, 255)
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
    if black <= _NEARLY and white >= 255 - _NEARLY:
        return grey
    black, white = float(black), float(white)
    gain = min(255 / max(white - black, 1), _MOST)
    # Where the stretch is limited, the middle of the levels stays where it is.
    middle = (black + white) / 2
    start = black if gain < _MOST else middle * (1 - 1 / gain)
    table = np.clip(np.rint((np.arange(256) - start) * gain), 0, 255).astype("uint8")
    return table[grey]
