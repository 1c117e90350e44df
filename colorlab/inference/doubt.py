"""Where a network is unsure: the entropy of its distribution over the ab bins.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import math

import numpy as np
from PIL import Image

from colorlab.color import ab_bins

__all__ = ["enlarge", "normalized_entropy", "probabilities"]


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Compute the probabilities of logits, of any shape whose last axis is the bins.

    Parameters
    ----------
    logits : numpy.ndarray, shape (..., bins)

    Returns
    -------
    numpy.ndarray, shape (..., bins)
        At least 0; the sum over the bins is 1.

    Examples
    --------
    >>> probabilities(np.log([[1.0, 3.0]])).tolist()
    [[0.25, 0.75]]
    """
    weights = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def normalized_entropy(logits: np.ndarray) -> np.ndarray:
    """Compute the entropy of distributions as a fraction of the largest possible one [1]_.

    Parameters
    ----------
    logits : numpy.ndarray, shape (..., bins)
        One for each of :func:`colorlab.color.ab_bins.bin_centers`.

    Returns
    -------
    numpy.ndarray, shape (...)
        0 where one bin has all the probability, 1 where all bins have the same.

    References
    ----------
    .. [1] C. E. Shannon, "A Mathematical Theory of Communication", Bell System Technical Journal
       27 (1948), https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    >>> normalized_entropy(np.zeros((2, 227))).tolist()
    [1.0, 1.0]
    """
    relative = np.asarray(logits, dtype="float64")
    relative = relative - relative.max(axis=-1, keepdims=True)
    weights = np.exp(relative)
    total = weights.sum(axis=-1)
    entropy = np.log(total) - (weights * relative).sum(axis=-1) / total
    return np.clip(entropy / math.log(len(ab_bins.bin_centers())), 0, 1)


def enlarge(
    entropy: np.ndarray, shape: tuple[int, ...], valid_fraction: tuple[float, float]
) -> np.ndarray:
    """Enlarge a map of doubt to the size of the photograph.

    Parameters
    ----------
    entropy : numpy.ndarray, shape (rows, columns)
        0 to 1, on the grid of the network.
    shape : tuple of int
        Height and width of the photograph in pixels; more numbers are ignored.
    valid_fraction : tuple of float
        Of :func:`colorlab.inference.network_input.network_input`.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        float32, 0 to 1.

    Examples
    --------
    >>> enlarge(np.full((1, 2), 0.5), (1, 3), (1.0, 0.5)).tolist()
    [[0.5, 0.5, 0.5]]
    """
    rows, columns = (part * side for part, side in zip(valid_fraction, entropy.shape, strict=True))
    field, box = Image.fromarray(entropy.astype("float32")), (0, 0, columns, rows)
    enlarged = field.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box)
    return np.asarray(enlarged).clip(0, 1)
