"""Fill damaged places of a photograph from what surrounds them.

Taught in :doc:`/book/troubleshooting`.
"""

import numpy as np
from PIL import Image

__all__ = ["fill"]

_ROUNDS = 100


def fill(grey: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fill the damaged places of a photograph smoothly from their surroundings.

    Each damaged pixel becomes the mean of its four neighbours, which is the discrete form of
    Laplace's equation; a pyramid of reduced copies gives the start.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width) or (height, width, 1)
        uint8 levels.
    mask : numpy.ndarray, shape (height, width)
        bool, true where the photograph is damaged.

    Returns
    -------
    numpy.ndarray
        uint8 levels of the shape of ``grey``; outside the mask they are those of ``grey``. Where
        everything is damaged, nothing is changed.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    The grain of the photograph is not imitated: a wide place looks smoother than what is around it.

    Examples
    --------
    >>> grey = np.tile(np.arange(0, 250, 10, dtype="uint8"), (9, 1))
    >>> mask = np.zeros(grey.shape, bool)
    >>> mask[4, 3:20] = True
    >>> bool((fill(np.where(mask, 255, grey).astype("uint8"), mask) == grey).all())
    True
    """
    grey, mask = np.asarray(grey), np.asarray(mask, dtype=bool)
    if grey.shape[:2] != mask.shape or grey.size != mask.size:
        raise ValueError(f"grey and mask must have one size, got {grey.shape} and {mask.shape}")
    if mask.all() or not mask.any():
        return grey
    levels = np.pad(_start(grey.reshape(mask.shape).astype("float32"), ~mask), 1, mode="edge")
    rows, columns = np.nonzero(mask)
    width = levels.shape[1]
    places = (rows + 1) * width + columns + 1
    flat = levels.reshape(-1)
    # Beyond the border lies what lies at the border.
    around = [
        places + np.where(rows > 0, -width, 0),
        places + np.where(rows < mask.shape[0] - 1, width, 0),
        places + np.where(columns > 0, -1, 0),
        places + np.where(columns < mask.shape[1] - 1, 1, 0),
    ]
    for _ in range(_ROUNDS):
        flat[places] = sum(flat[each] for each in around) / 4
    filled = grey.copy()
    filled.reshape(mask.shape)[mask] = np.clip(np.rint(flat[places]), 0, 255)
    return filled


def _start(levels, known):
    """Fill from a copy of half the size, which is filled in the same way."""
    if known.all() or min(levels.shape) == 1:
        mean = levels[known].mean() if known.any() else 0
        return np.where(known, levels, mean).astype("float32")
    size = tuple((side + 1) // 2 for side in levels.shape[::-1])
    share, part = (
        np.asarray(Image.fromarray(each.astype("float32")).resize(size, Image.Resampling.BOX))
        for each in (known, levels * known)
    )
    small = _start(part / np.maximum(share, 1e-6), share > 1e-3)
    whole = Image.fromarray(small).resize(levels.shape[::-1], Image.Resampling.BILINEAR)
    return np.where(known, levels, np.asarray(whole))
