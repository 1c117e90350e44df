"""Find dust and scratches by what they look like, and fill them from what surrounds them.

Taught in :doc:`/book/troubleshooting`.
"""

import math

import numpy as np
from PIL import Image, ImageFilter

from colorlab.restoration.filling import fill

__all__ = ["find_scratches", "remove_scratches"]

_SIDE = 640  # pixels on the shorter side of the copy that is searched
_WINDOW, _SURROUNDINGS, _NEAR = 11, 31, 25  # pixels
_LOWEST, _NOISE, _PEAK = 18, 4.0, 1.6  # levels; times the activity; times the threshold
_MOST_ACTIVITY, _MOST_OF_CRACKED = 40, 15  # levels: what stands out further counts no more
_FRAME, _LEAST_WITHIN = 0.03, 0.1  # of each side; of a thing's area

# Logistic regression on 149 photographs, clean and with painted damage. The measures are those of
# `_features`, and the logarithms of the number of things and of the share of pixels in them.
_WEIGHTS = (-0.02, 0.33, -1.3, 0.57, -0.13, -4.46, 0.25, -0.55, -1.93, 1.5, 0.32, -1.08, 0.48)
_BIAS, _SURE, _LIKELY, _ENOUGH = -12.09, 2.5, 0.5, 2

# The same on 428 copies of photographs with painted cracks and scratches, and on none without.
_CRACKED = (0.14, -0.68, -0.76, 0.72, -0.45, -2.31, 0.1, -0.24, -3.3, 0.32, 0.35)
_CRACKED_BIAS = -8.81


def find_scratches(grey: np.ndarray, sensitivity: float = 0.0, cracked: bool = False) -> np.ndarray:
    """Find dust, scratches and cracks: thin or small, opaque, and unlike what surrounds them.

    A photograph with fewer than two things that are surely damage is left alone: what looks like
    a scratch in it is rather a wire, a whisker or a highlight.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width) or (height, width, 1)
        uint8 levels.
    sensitivity : float
        By default little of an undamaged photograph is found, and not all of a damaged one. From
        2 to 4 much more is found, wires and whiskers too: look at the mask.
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
    labels, features = _measure(_small(grey), _MOST_OF_CRACKED if cracked else _MOST_ACTIVITY)
    if cracked:
        likely = features[:, : len(_CRACKED)] @ np.array(_CRACKED) + _CRACKED_BIAS + sensitivity > 0
    else:
        scores = features @ np.array(_WEIGHTS) + _BIAS + sensitivity
        likely = (scores > _LIKELY) & ((scores > _SURE).sum() >= _ENOUGH)
    if not likely.any():
        return np.zeros(grey.shape, dtype=bool)
    found = np.concatenate([[False], likely])[labels]
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


def _small(grey):
    factor = min(1.0, _SIDE / min(grey.shape))
    if factor == 1:
        return np.array(grey)
    size = [max(1, round(factor * side)) for side in grey.shape[::-1]]
    return np.array(Image.fromarray(grey).resize(size, Image.Resampling.BOX))


def _measure(grey, most_activity):
    """Measure what is brighter or darker than its surroundings.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width)
        uint8 levels.
    most_activity : float
        In levels: what differs more from its surroundings raises the threshold no further.

    Returns
    -------
    labels : numpy.ndarray, shape (height, width)
        int32, the number of the thing that a pixel belongs to, 0 for none.
    features : numpy.ndarray, shape (things, features)
        float64, of the things 1, 2, ...
    """
    from scipy import ndimage
    from skimage.filters import rank

    levels = grey.astype("float32")
    background = rank.median(grey, np.ones((_WINDOW, _WINDOW), "uint8")).astype("float32")
    residual = levels - background
    activity = ndimage.uniform_filter(np.minimum(np.abs(residual), most_activity), _SURROUNDINGS)
    threshold = np.maximum(_LOWEST, _NOISE * activity)
    gradient = np.hypot(*(ndimage.sobel(levels, axis) for axis in (0, 1))) / 8
    brightest = ndimage.maximum_filter(background, _NEAR)
    darkest = ndimage.minimum_filter(background, _NEAR)
    labels, count, found = np.zeros(grey.shape, "int32"), 0, []
    for sign in (1, -1):
        part, number = ndimage.label(sign * residual > threshold, np.ones((3, 3)))
        if not number:
            continue
        peak = ndimage.maximum(sign * residual / threshold, part, np.arange(number + 1))
        area = np.bincount(part.reshape(-1), minlength=number + 1)
        kept = (peak >= _PEAK) & (area >= 3)
        kept &= _away_from_the_frame(part, number)
        kept[0] = False
        part = (np.cumsum(kept) * kept)[part]
        number = int(kept.sum())
        if not number:
            continue
        beyond = levels - brightest if sign > 0 else darkest - levels
        level = levels if sign > 0 else 255 - levels
        found.append(
            _features(part, number, sign * residual, level, activity, gradient, beyond, ndimage)
        )
        labels[part > 0] = part[part > 0] + count
        count += number
    if not found:
        return labels, np.zeros((0, len(_WEIGHTS)))
    features = np.concatenate(found)
    unit = min(grey.shape) / 256
    features[:, 0] -= 2 * math.log(unit)
    features[:, 2:4] -= math.log(unit)
    whole = np.array([math.log(count), math.log((labels > 0).mean())])
    return labels, np.column_stack([features, np.tile(whole, (count, 1))])


def _away_from_the_frame(part, number):
    """Tell of each thing whether its middle lies inside the frame, and more than that."""
    area = np.maximum(np.bincount(part.reshape(-1), minlength=number + 1), 1)
    inside, within = np.ones(number + 1, dtype=bool), np.ones(part.shape, dtype=bool)
    for side, places in zip(part.shape, np.indices(part.shape, sparse=True), strict=True):
        where = (places + 0.5) / side
        weights = np.broadcast_to(where, part.shape).reshape(-1)
        middle = np.bincount(part.reshape(-1), weights, minlength=number + 1) / area
        inside &= (middle > _FRAME) & (middle < 1 - _FRAME)
        within &= (where > _FRAME) & (where < 1 - _FRAME)
    # A frame that goes round a corner has its middle in the picture.
    return inside & (np.bincount(part[within], minlength=number + 1) > _LEAST_WITHIN * area)


def _features(part, number, residual, level, activity, gradient, beyond, ndimage):
    """Describe each thing by ten numbers, most of them logarithms."""
    distance, nearest = ndimage.distance_transform_edt(part == 0, return_indices=True)
    around = part[tuple(nearest)]

    def mean(values, where):
        sums = np.bincount(where, values, minlength=number + 1)[1:]
        return sums / np.maximum(np.bincount(where, minlength=number + 1)[1:], 1)

    inside, edge, ring = part > 0, distance <= 1.5, (distance > 2.5) & (distance <= 5)
    own, rim, ringed = part[inside], around[edge], around[ring]
    area = np.bincount(own, minlength=number + 1)[1:]
    contrast = mean(residual[inside], own)
    places = np.argwhere(inside).astype("float64")
    rows, columns = (mean(axis, own) for axis in places.T)
    spread_rows = mean(places[:, 0] ** 2, own) - rows**2
    spread_columns = mean(places[:, 1] ** 2, own) - columns**2
    covariance = mean(places[:, 0] * places[:, 1], own) - rows * columns
    spread = (spread_rows + spread_columns) / 2
    spread = spread + np.hypot((spread_rows - spread_columns) / 2, covariance)
    length = 1 + np.sqrt(12 * np.maximum(spread, 0))
    inner = np.sqrt(np.maximum(mean(level[inside] ** 2, own) - mean(level[inside], own) ** 2, 0))
    outer = np.sqrt(np.maximum(mean(level[ring] ** 2, ringed) - mean(level[ring], ringed) ** 2, 0))
    shares = [
        mean(np.abs(residual[ring]), ringed),
        mean(activity[inside], own),
        outer,
        inner,
        mean(gradient[edge], rim),
    ]
    logarithms = [area, contrast, area / length, length]
    logarithms += [np.maximum(share / contrast, 0.01) for share in shares]
    return np.column_stack(
        [np.log(each) for each in logarithms]
        + [mean(level[inside], own) / 100, mean(beyond[inside], own) / 50]
    )
