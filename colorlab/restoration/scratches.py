"""Find dust and scratches by what they look like, and fill them from what surrounds them.

Taught in :doc:`/book/troubleshooting`.
"""

import math

import numpy as np
from PIL import Image, ImageFilter

from colorlab.restoration.candidates import find_candidates
from colorlab.restoration.evidence import damage_scores, damaged_picture
from colorlab.restoration.filling import fill

__all__ = ["find_scratches", "remove_scratches"]

_LIKELY = 1.0  # a score: as a probability 73 %

# Logistic regression on 428 copies of photographs with painted cracks and scratches, and on none
# without. The measures are the first eleven, with lengths in units of 1/256 of the shorter side.
_CRACKED = (0.14, -0.68, -0.76, 0.72, -0.45, -2.31, 0.1, -0.24, -3.3, 0.32, 0.35)
_CRACKED_BIAS, _CRACKED_UNIT, _CRACKED_ACTIVITY = -8.81, (2, 0, 1, 1), 15


def find_scratches(grey: np.ndarray, sensitivity: float = 0.0, cracked: bool = False) -> np.ndarray:
    """Find dust, scratches and cracks: thin or small, opaque, and unlike what surrounds them.

    First it is decided whether the photograph is damaged at all. Damage differs from the scene:
    there are a few things that are surely damage, and little that is doubtful. Where they are
    not, what looks like a scratch is rather a wire, a mast or a highlight, and nothing is found.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width) or (height, width, 1)
        uint8 levels.
    sensitivity : float
        By default nothing is found in nearly all undamaged photographs, and not all of a damaged
        one. From 2 to 4 more photographs are taken for damaged, and more in each, wires and
        whiskers too: look at the mask.
    cracked : bool
        Whether the photograph is known to be full of cracks or scratches. What is doubtful is then
        rather damage than not; on an undamaged photograph wires, whiskers and highlights are found.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        bool, true where the photograph is damaged, and at the next pixel around.

    Raises
    ------
    ValueError
        If the array is not uint8 of this shape.
    ModuleNotFoundError
        If scikit-image is not installed; it belongs to the extra ``restore``.

    Notes
    -----
    Large photographs are searched in a copy whose shorter side has 640 pixels: what is finer than
    about a thousandth of the shorter side is not found. Neither are creases wider than about five
    pixels of this copy, missing parts, stains, cracks in a busy place, and what lies in the outer
    3 %, where many scans show the frame of the negative.

    Examples
    --------
    >>> bool(find_scratches(np.full((64, 64), 90, "uint8")).any())
    False
    """
    grey = np.asarray(grey)
    grey = grey[..., 0] if grey.ndim == 3 and grey.shape[2] == 1 else grey
    if grey.dtype != np.uint8 or grey.ndim != 2 or 0 in grey.shape:
        raise ValueError(
            f"grey must be uint8 of the shape (height, width), got {grey.dtype} {grey.shape}"
        )
    candidates = find_candidates(grey, **({"most_activity": _CRACKED_ACTIVITY} if cracked else {}))
    if cracked:
        likely = _cracked_scores(candidates) + sensitivity > 0
    else:
        scores = damage_scores(candidates.measures)
        likely = scores + sensitivity > _LIKELY
        likely &= damaged_picture(scores, sensitivity)
    if not likely.any():
        return np.zeros(grey.shape, dtype=bool)
    found = np.concatenate([[False], likely])[candidates.labels]
    mask = Image.fromarray(255 * found.astype("uint8")).filter(ImageFilter.MaxFilter(3))
    return np.asarray(mask.resize(grey.shape[::-1], Image.Resampling.BILINEAR)) > 0


def remove_scratches(
    grey: np.ndarray, sensitivity: float = 0.0, cracked: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Find dust and scratches, and fill them from what surrounds them.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width) or (height, width, 1)
        uint8 levels.
    sensitivity : float
    cracked : bool
        As for :func:`find_scratches`.

    Returns
    -------
    filled : numpy.ndarray
        uint8 levels of the same shape; outside the mask they are those of ``grey``.
    mask : numpy.ndarray, shape (height, width)
        The result of :func:`find_scratches`.

    Raises
    ------
    ValueError, ModuleNotFoundError
        As :func:`find_scratches`.
    """
    mask = find_scratches(grey, sensitivity, cracked)
    return fill(grey, mask), mask


def _cracked_scores(candidates):
    measures = candidates.measures[:, : len(_CRACKED)].copy()
    unit = math.log(min(candidates.labels.shape) / 256)
    measures[:, : len(_CRACKED_UNIT)] -= unit * np.array(_CRACKED_UNIT)
    return measures @ np.array(_CRACKED) + _CRACKED_BIAS
