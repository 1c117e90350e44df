"""What stands out in a photograph as dust, scratches and cracks do, and what it looks like.

Taught in :doc:`/book/troubleshooting`.
"""

import dataclasses

import numpy as np
from PIL import Image

__all__ = ["MEASURES", "Candidates", "find_candidates"]

_SIDE = 640  # pixels on the shorter side of the copy that is searched
_WINDOW, _SURROUNDINGS, _NEAR = 11, 31, 25  # pixels
_LOWEST, _NOISE, _PEAK = 18, 4.0, 1.6  # levels; times the activity; times the threshold
_MOST_ACTIVITY = 40  # levels: what stands out further counts no more
_FRAME, _LEAST_WITHIN = 0.03, 0.1  # of each side; of a candidate's area
_CROWD = 40 / 256  # of the shorter side
_UNLIKE = 6  # no two candidates count as less alike

#: What is measured of each candidate; most are logarithms, and lengths are in pixels of the copy
#: that is searched.
MEASURES = (
    "area contrast width length ring_residual activity ring_deviation own_deviation gradient "
    "level beyond_surroundings density share ring_like edge_like crowd ring_background grain "
    "mean_activity beyond_picture minor_axis nearest_alike third_alike"
).split()


@dataclasses.dataclass(frozen=True)
class Candidates:
    """What stands out in a photograph.

    Attributes
    ----------
    labels : numpy.ndarray, shape (height, width)
        int32, the number of the candidate that a pixel of the searched copy belongs to, or 0.
    measures : numpy.ndarray, shape (candidates, 23)
        float64, :data:`MEASURES` of the candidates 1, 2, ...
    """

    labels: np.ndarray
    measures: np.ndarray


def find_candidates(grey: np.ndarray, most_activity: float = _MOST_ACTIVITY) -> Candidates:
    """Find and measure what is brighter or darker than its surroundings.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width)
        uint8 levels. If the shorter side has more than 640 pixels, a reduced copy is searched.
    most_activity : float
        In levels: what differs more from its surroundings raises the threshold no further.

    Returns
    -------
    Candidates

    Examples
    --------
    >>> grey = np.full((90, 90), 80, "uint8")
    >>> grey[40:42, 20:70] = 255
    >>> find_candidates(grey).measures.shape
    (1, 23)
    """
    from scipy import ndimage
    from skimage.filters import rank

    grey = _small(grey)
    levels = grey.astype("float32")
    background = rank.median(grey, np.ones((_WINDOW, _WINDOW), "uint8")).astype("float32")
    residual = levels - background
    activity = ndimage.uniform_filter(np.minimum(np.abs(residual), most_activity), _SURROUNDINGS)
    threshold = np.maximum(_LOWEST, _NOISE * activity)
    labels, signs = np.zeros(grey.shape, "int32"), np.zeros(0)
    for sign in (1, -1):
        part, number = ndimage.label(sign * residual > threshold, np.ones((3, 3)))
        if not number:
            continue
        peak = ndimage.maximum(sign * residual / threshold, part, np.arange(number + 1))
        area = np.bincount(part.reshape(-1), minlength=number + 1)
        kept = (peak >= _PEAK) & (area >= 3) & _away_from_the_frame(part, number)
        kept[0] = False
        part = (np.cumsum(kept) * kept)[part]
        labels[part > 0] = part[part > 0] + len(signs)
        signs = np.append(signs, np.full(kept.sum(), float(sign)))
    if not len(signs):
        return Candidates(labels, np.zeros((0, len(MEASURES))))
    gradient = np.hypot(*(ndimage.sobel(levels, axis) for axis in (0, 1))) / 8
    around = (ndimage.maximum_filter(background, _NEAR), ndimage.minimum_filter(background, _NEAR))
    shape = np.zeros((len(signs), 11))
    for sign, beyond in ((1, levels - around[0]), (-1, around[1] - levels)):
        # Bright ones and dark ones do not count as each other's surroundings.
        own = np.flatnonzero(signs == sign)
        if not len(own):
            continue
        part = np.where(np.isin(labels, own + 1), labels - own[0], 0)
        level = levels if sign > 0 else 255 - levels
        shape[own] = _shape(part, len(own), sign * residual, level, activity, gradient, beyond)
    measures = np.column_stack([shape, _place(labels, signs, levels, background)])
    return Candidates(labels, np.column_stack([measures, _alike(measures)]))


def _small(grey):
    factor = min(1.0, _SIDE / min(grey.shape))
    if factor == 1:
        return np.array(grey)
    size = [max(1, round(factor * side)) for side in grey.shape[::-1]]
    return np.array(Image.fromarray(grey).resize(size, Image.Resampling.BOX))


def _away_from_the_frame(part, number):
    """Tell of each candidate whether its middle lies inside the frame, and more than that."""
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


def _mean(values, where, number):
    """Average over the pixels of each candidate; 0 for one without."""
    sums = np.bincount(where, values, minlength=number + 1)[1:]
    return sums / np.maximum(np.bincount(where, minlength=number + 1)[1:], 1)


def _deviation(values, where, number):
    mean = _mean(values, where, number)
    return np.sqrt(np.maximum(_mean(values**2, where, number) - mean**2, 0))


def _axes(places, own, number):
    """Return the length and width of each candidate: of the bar that spreads as far."""
    rows, columns = (_mean(axis, own, number) for axis in places.T)
    spread_rows = _mean(places[:, 0] ** 2, own, number) - rows**2
    spread_columns = _mean(places[:, 1] ** 2, own, number) - columns**2
    covariance = _mean(places[:, 0] * places[:, 1], own, number) - rows * columns
    middle = (spread_rows + spread_columns) / 2
    longer = np.hypot((spread_rows - spread_columns) / 2, covariance)
    return [1 + np.sqrt(12 * np.maximum(each, 0)) for each in (middle + longer, middle - longer)]


def _shape(part, number, residual, level, activity, gradient, beyond):
    """Describe each candidate by eleven numbers, most of them logarithms."""
    from scipy import ndimage

    distance, nearest = ndimage.distance_transform_edt(part == 0, return_indices=True)
    around = part[tuple(nearest)]
    inside, edge, ring = part > 0, distance <= 1.5, (distance > 2.5) & (distance <= 5)
    own, rim, ringed = part[inside], around[edge], around[ring]
    area = np.bincount(own, minlength=number + 1)[1:]
    contrast = _mean(residual[inside], own, number)
    length, _ = _axes(np.argwhere(inside).astype("float64"), own, number)
    shares = [
        _mean(np.abs(residual[ring]), ringed, number),
        _mean(activity[inside], own, number),
        _deviation(level[ring], ringed, number),
        _deviation(level[inside], own, number),
        _mean(gradient[edge], rim, number),
    ]
    logarithms = [area, contrast, area / length, length]
    logarithms += [np.maximum(share / contrast, 0.01) for share in shares]
    return np.column_stack(
        [np.log(each) for each in logarithms]
        + [_mean(level[inside], own, number) / 100, _mean(beyond[inside], own, number) / 50]
    )


def _place(labels, signs, levels, background):
    """Describe by ten numbers what lies around each candidate, and in the whole photograph."""
    from scipy import ndimage

    number, residual = len(signs), levels - background
    inside, sign = labels > 0, np.append(0, signs)
    own = labels[inside]
    area = np.bincount(own, minlength=number + 1)[1:]
    level, contrast = _mean(levels[inside], own, number), _mean(residual[inside], own, number)
    halfway = np.append(0, level - contrast / 2)
    distance, nearest = ndimage.distance_transform_edt(~inside, return_indices=True)
    around = labels[tuple(nearest)]
    alike = []
    for ring in ((distance > 2.5) & (distance <= 5), (distance > 1.5) & (distance <= 3.5)):
        # At the corner of a window or roof there is much of the same level beside it.
        of = around[ring]
        alike.append(_mean(1.0 * (sign[of] * (levels[ring] - halfway[of]) > 0), of, number))
    ring = (distance > 2.5) & (distance <= 5)
    edge = _deviation(background[ring], around[ring], number) / np.abs(contrast)
    side = round(_CROWD * min(labels.shape)) | 1
    crowd = _mean(ndimage.uniform_filter(1.0 * inside, side)[inside], own, number) - area / side**2
    low, high = np.percentile(background, [0.5, 99.5])
    _, minor = _axes(np.argwhere(inside).astype("float64"), own, number)
    whole = [
        number / labels.size,
        inside.mean(),
        np.median(np.abs(residual)) + 0.5,
        np.minimum(np.abs(residual), _MOST_ACTIVITY).mean() + 0.5,
    ]
    density, share, grain, activity = (np.full(number, np.log(each)) for each in whole)
    places = [np.log(np.maximum(crowd, 0.001)), np.log(np.maximum(edge, 0.01))]
    beyond = np.where(signs > 0, level - high, low - level) / 50
    return np.column_stack(
        [density, share, *alike, *places, grain, activity, beyond, np.log(minor)]
    )


def _alike(measures):
    """Measure how far the most similar other candidate is, and the third one, as logarithms.

    Masts, birches and windows come in numbers, and each is like the next.
    """
    from scipy.spatial import cKDTree

    names = ("area", "contrast", "width", "length", "level", "minor_axis")
    points = measures[:, [MEASURES.index(name) for name in names]]
    number = min(4, len(points))
    distances = np.full((len(points), 4), float(_UNLIKE))
    nearest, _ = cKDTree(points).query(points, k=number)
    distances[:, :number] = np.minimum(nearest.reshape(len(points), number), _UNLIKE)
    return np.log(distances[:, [1, 3]] + 0.1)
