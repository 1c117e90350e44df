"""What the network leaves of a hint's colour, carried to the places that resemble the hinted one.

A network follows hints roughly: at the hinted place itself its colour is still some units away from
the given one. This residual is known there and wanted everywhere. It is interpolated by Gaussian
process regression [1]_, also called kriging: places that lie close together, are equally light and
were given similar colours by the network have similar residuals; far from all hints the residual
is 0.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press
   2006, https://doi.org/10.7551/mitpress/3206.001.0001
"""

import numpy as np

__all__ = ["add_residuals"]

# How far apart two places may be and still share most of a residual: in shorter sides of the
# grid, in the range of grey, and in units of a and b.
_DISTANCE, _LIGHTNESS, _AB = 0.3, 0.2, 15.0
# Variance of the given colours about what the network can follow; that of residuals is 1.
_NOISE = 0.5
_MOST_KEYS = 200
_CHUNK = 2**15  # kernels that are computed at a time, few enough for the processor's cache


def add_residuals(ab: np.ndarray, grey: np.ndarray, hints: np.ndarray) -> np.ndarray:
    """Add to predicted colour channels what they lack of the hinted colours.

    Parameters
    ----------
    ab : numpy.ndarray, shape (height, width, 2)
        The prediction that was made with the hints, a and b of CIE Lab.
    grey : numpy.ndarray, shape (n height, n width, 1)
        The network's input, levels from 0 to 255; ``n`` is a whole number.
    hints : numpy.ndarray, shape (height, width, 3)
        a, b and 1 where a colour is known, 0 elsewhere.

    Returns
    -------
    numpy.ndarray, shape (height, width, 2)
        float32; the prediction itself where nothing is hinted.

    Notes
    -----
    The mean of a Gaussian process with the kernel ``exp(-d^2 / 2)``, where ``d`` is the Euclidean
    distance between two cells described by their place (a unit is 0.3 of the grid's shorter side),
    their grey (0.2 of its range), and the a and b that were predicted there (15 units). The
    variance of the noise is half that of the residuals. The numbers were chosen on
    photographs for validation. More than 200 hinted cells are averaged over squares of 2 x 2, 4 x 4
    and so on, until no more are left; the noise of a mean is less accordingly.

    Examples
    --------
    All is alike, and the hint asks for more red than was predicted:

    >>> ab, hints = np.zeros((4, 4, 2)), np.zeros((4, 4, 3))
    >>> hints[0, 0] = 30, 0, 1
    >>> red = add_residuals(ab, np.full((16, 16, 1), 90, "uint8"), hints)[..., 0]
    >>> red[0].round(1).tolist()
    [20.0, 14.1, 5.0, 0.9]
    """
    hinted = np.flatnonzero(hints[..., 2] > 0)
    if not hinted.size:
        return np.asarray(ab, dtype="float32")
    height, width = ab.shape[:2]
    cells = _describe(ab, grey)
    residuals = (hints[..., :2] - ab).reshape(-1, 2).take(hinted, axis=0)
    keys, residuals, counts = _pool(cells.take(hinted, axis=0), residuals, hinted, width)
    covariance = _kernel(keys, keys) + np.diag(_NOISE / counts)
    weights = np.linalg.solve(covariance, residuals)
    chunk = max(1, _CHUNK // len(keys))
    added = [
        _kernel(cells[start : start + chunk], keys) @ weights
        for start in range(0, len(cells), chunk)
    ]
    return (ab + np.concatenate(added).reshape(height, width, 2)).astype("float32")


def _describe(ab, grey):
    """Return place, grey, a and b of each cell, one row a cell, divided by their scales."""
    height, width = ab.shape[:2]
    stride = grey.shape[0] // height
    # The rows of a cell first: NumPy adds them many columns at a time.
    sums = np.reshape(grey, (height, stride, -1)).sum(axis=1, dtype="float64")
    light = sums.reshape(height, width, stride).sum(axis=2) / (stride**2 * 255.0 * _LIGHTNESS)
    rows, columns = np.mgrid[:height, :width] / (min(height, width) * _DISTANCE)
    return np.dstack([rows, columns, light, ab / _AB]).reshape(-1, 5)


def _pool(described, residuals, hinted, width):
    """Average hinted cells over squares, until at most `_MOST_KEYS` are left."""
    side, keys = 1, hinted
    while True:
        squares, owner, counts = np.unique(keys, return_inverse=True, return_counts=True)
        if len(squares) <= _MOST_KEYS:
            break
        side *= 2
        keys = hinted // width // side * width + hinted % width // side
    means = np.zeros((len(squares), described.shape[1] + residuals.shape[1]))
    np.add.at(means, owner, np.concatenate([described, residuals], axis=1))
    means /= counts[:, None]
    return means[:, : described.shape[1]], means[:, described.shape[1] :], counts


def _kernel(first, second):
    exponent = first @ second.T
    exponent -= 0.5 * np.einsum("ij,ij->i", first, first)[:, None]
    exponent -= 0.5 * np.einsum("ij,ij->i", second, second)
    return np.exp(np.minimum(exponent, 0, out=exponent))
