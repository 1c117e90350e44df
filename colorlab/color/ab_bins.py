"""Bins of the a-b plane of CIE Lab: the classes of a network that predicts a distribution.

Taught in :doc:`/notebooks/07_why_brown`.
"""

import functools
import math

import numpy as np

from colorlab.color import conversions

__all__ = ["BIN_STRIDE", "DEFAULT_TEMPERATURE", "annealed_mean", "bin_centers"]

#: Pixels in height and in width for one prediction of the bins.
BIN_STRIDE = 4

#: Temperature of :func:`annealed_mean`, close to the 0.38 of its authors.
DEFAULT_TEMPERATURE = 0.4


def bin_centers(spacing: float = 10.0) -> np.ndarray:
    """Compute the centres of the bins: grid points of the a-b plane that sRGB contains.

    Parameters
    ----------
    spacing : float
        Distance of neighbouring grid points in Lab units.

    Returns
    -------
    numpy.ndarray, shape (bins, 2)
        float32; a and b of each bin. A grid point is a bin if the colour with these a and b is in
        gamut at some lightness.

    Notes
    -----
    After Zhang, Isola and Efros [1]_.

    References
    ----------
    .. [1] R. Zhang, P. Isola and A. A. Efros, "Colorful Image Colorization", ECCV 2016,
       https://doi.org/10.1007/978-3-319-46487-9_40

    Examples
    --------
    >>> grid = bin_centers()
    >>> grid.shape
    (227, 2)
    """
    steps = np.arange(-110.0, 110.0 + spacing, spacing, dtype="float32")
    a, b = (axis.ravel() for axis in np.meshgrid(steps, steps, indexing="ij"))
    lightness = np.arange(1.0, 100.0)[:, None]
    lab = np.stack(np.broadcast_arrays(lightness, a, b), axis=-1)
    inside = conversions.in_gamut(lab).any(axis=0)
    return np.stack([a[inside], b[inside]], axis=-1)


_default_centers = functools.cache(bin_centers)


def annealed_mean(logits: np.ndarray, temperature: float = DEFAULT_TEMPERATURE) -> np.ndarray:
    """Compute the annealed mean [1]_ of a distribution over ab bins, given its logits.

    Parameters
    ----------
    logits : numpy.ndarray, shape (..., bins)
        One for each of :func:`bin_centers`.
    temperature : float
        Divisor of the logits, above 0. 1 gives the mean of the distribution, which is dull; towards
        0 the result is the most probable bin, which is vivid and blotchy.

    Returns
    -------
    numpy.ndarray, shape (..., 2)
        float32, a and b of CIE Lab.

    Raises
    ------
    ValueError
        If there is not one logit for each bin, or the temperature is not above 0.

    References
    ----------
    .. [1] R. Zhang, P. Isola and A. A. Efros, "Colorful Image Colorization", ECCV 2016,
       https://doi.org/10.1007/978-3-319-46487-9_40

    Examples
    --------
    >>> logits = np.full(227, -50.0)
    >>> logits[[0, 226]] = 0.0
    >>> bool(np.allclose(annealed_mean(logits), bin_centers()[[0, 226]].mean(axis=0)))
    True
    """
    centers = _default_centers()
    logits = np.asarray(logits, dtype="float32")
    if logits.shape[-1:] != centers.shape[:1]:
        raise ValueError(
            f"logits must have the shape (..., {len(centers)}), one for each bin, got "
            f"{logits.shape}"
        )
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    weights = logits - logits.max(axis=-1, keepdims=True)  # a copy, worked on in place
    weights /= temperature
    np.exp(weights, out=weights)
    return (weights @ centers) / weights.sum(axis=-1, keepdims=True)
