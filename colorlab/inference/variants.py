"""Several plausible colourings of one photograph.

Places that the network believes alike, such as the sky, the lawn or a dress, are found as clusters
of its distributions. In each colouring every cluster makes one choice: the distributions of its
places are tilted in one direction of the a-b plane [1]_. The tilt is measured in standard
deviations of each distribution, so a place of which the network is sure hardly moves, and one that
may be red or blue becomes red in one colouring and blue in another. The directions of one cluster
are spread evenly over the colourings. Nothing is drawn at random for single places, so no colouring
is speckled. What has to be drawn comes from an additive recurrence [2]_ rather than from a random
generator, so that the page in the browser draws the same.

A photograph whose places are all nearly alike, such as one of a single grey, is one cluster: each
place would belong to several ones about equally, and hardly move.

A tilt by ``s`` standard deviations adds ``s ** 2 / 2`` of the variance to the expected squared
error of a Gaussian distribution's mean: with :data:`TILT`, 0.7 dB, if the network's
probabilities are right.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] Exponential tilting: F. Esscher, "On the probability function in the collective theory of
   risk", Skandinavisk Aktuarietidskrift 15 (1932),
   https://doi.org/10.1080/03461238.1932.10405883
.. [2] H. Niederreiter, "Random Number Generation and Quasi-Monte Carlo Methods", SIAM (1992),
   https://doi.org/10.1137/1.9781611970081
"""

import math
import numbers

import numpy as np

from colorlab.color import ab_bins
from colorlab.errors import InputError
from colorlab.inference.doubt import probabilities

__all__ = ["TILT", "require_count", "tilted_logits"]

#: Standard deviations by which a variant moves its colours.
TILT = 0.6

_CLUSTERS, _ROUNDS = 6, 10
_LEAST_DEVIATION = 5.0  # half a bin
_SOFTNESS = 0.05  # of squared Hellinger distances: how gradually one cluster becomes another
_MOST = 16
_GOLDEN, _BETWEEN_SEEDS = 0.6180339887498949, 0.7548776662466927


def tilted_logits(logits: np.ndarray, count: int, seed: int = 0) -> list[np.ndarray]:
    """Tilt a photograph's distributions to several plausible colourings.

    Parameters
    ----------
    logits : numpy.ndarray, shape (height, width, bins)
        Of one photograph.
    count : int
        How many, 1 to 16.
    seed : int
        From 0; of the clusters' first centres and of the directions.

    Returns
    -------
    list of numpy.ndarray, shape (height, width, bins)
        float32, for :func:`colorlab.color.ab_bins.annealed_mean`.

    Raises
    ------
    InputError
        If a number is not whole or out of range.

    Examples
    --------
    >>> logits = np.zeros((2, 3, 227), "float32")
    >>> [each.shape for each in tilted_logits(logits, 2)]
    [(2, 3, 227), (2, 3, 227)]
    """
    require_count(count)
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"seed must be a whole number from 0, got {seed}")
    shares = probabilities(np.asarray(logits, dtype="float32"))
    members = _memberships(shares, seed)
    first = [2 * math.pi * _draw(_CLUSTERS + n, seed) for n in range(members.shape[-1])]
    whitening = _inverse_deviations(shares)
    centers = ab_bins.bin_centers()
    tilted = []
    for number in range(int(count)):
        angles = np.array(first) + 2 * math.pi * number / count
        directions = members @ np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        weights = TILT * np.einsum("hwij,hwj->hwi", whitening, directions)
        tilted.append((logits + weights @ centers.T).astype("float32"))
    return tilted


def require_count(count: int) -> None:
    """Refuse a number of variants that is out of range.

    Parameters
    ----------
    count : int
        1 to 16.

    Raises
    ------
    InputError
    """
    if not isinstance(count, numbers.Integral) or count is True or not 1 <= count <= _MOST:
        raise InputError(f"variants must be a whole number from 1 to {_MOST}, got {count}")


def _draw(number, seed):
    """Return a number from 0 to 1; successive ones lie far apart."""
    return ((number + 1) * _GOLDEN + seed * _BETWEEN_SEEDS) % 1.0


def _memberships(shares, seed):
    """Cluster distributions by k-means under Hellinger's distance; memberships sum to 1."""
    height, width, bins = shares.shape
    points = np.sqrt(shares).reshape(-1, bins)
    count = min(_CLUSTERS, len(points))
    means = points[[int(_draw(0, seed) * len(points))]]
    while len(means) < count:  # the next one is far from the others (k-means++)
        far = np.cumsum(_squared_distances(points, means).min(axis=-1))
        if far[-1] <= (_SOFTNESS * len(points) if len(means) == 1 else 1e-9):
            break  # all are alike
        drawn = np.searchsorted(far, _draw(len(means), seed) * far[-1], side="right")
        means = np.concatenate([means, points[[min(drawn, len(points) - 1)]]])
    for _ in range(_ROUNDS):
        nearest = _squared_distances(points, means).argmin(axis=-1)
        means = np.stack(
            [
                points[nearest == number].mean(axis=0) if (nearest == number).any() else mean
                for number, mean in enumerate(means)
            ]
        )
    # A large cluster outweighs a small one that is much like it.
    sizes = np.bincount(nearest, minlength=len(means))
    weights = np.log(np.maximum(sizes, 1)) - _squared_distances(points, means) / _SOFTNESS
    return probabilities(weights).reshape(height, width, -1)


def _squared_distances(points, means):
    squares = (points**2).sum(axis=-1)[:, None] + (means**2).sum(axis=-1)
    return np.maximum(squares - 2 * points @ means.T, 0).astype("float64")


def _inverse_deviations(shares):
    """Compute the inverse square roots of the covariance matrices, shape (height, width, 2, 2)."""
    centers = ab_bins.bin_centers()
    mean = shares @ centers
    squares = np.einsum("ki,kj->kij", centers, centers).reshape(-1, 4)
    second = (shares @ squares).reshape(*mean.shape, 2)
    covariance = second - mean[..., :, None] * mean[..., None, :]
    values, vectors = np.linalg.eigh(covariance.astype("float64"))
    inverse = 1 / np.sqrt(np.maximum(values, _LEAST_DEVIATION**2))
    return np.einsum("hwik,hwk,hwjk->hwij", vectors, inverse, vectors)
