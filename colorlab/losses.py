"""Losses: what a network minimises while it learns.

Taught in :doc:`/notebooks/03_training` and :doc:`/notebooks/06_why_brown`.
"""

import math

import numpy as np

from colorlab import color
from colorlab.backend import keras
from colorlab.color import ab_bins

__all__ = [
    "BIN_STRIDE",
    "AbCrossEntropy",
    "AbDistance",
    "log_cosh",
]

#: Pixels in height and width that share one answer of the classes.
BIN_STRIDE = 4

ops = keras.ops


@keras.saving.register_keras_serializable(package="colorlab")
def log_cosh(truth, prediction):
    """Logarithm of the hyperbolic cosine of the error, the recipe's loss.

    For a small error e it is close to e**2 / 2, for a large one to abs(e) - log(2): it is smooth
    where the absolute error has a kink, and one wild pixel cannot dominate as with the square.

    Parameters
    ----------
    truth, prediction : array, shape (..., channels)
        Same shape and range; the recipe uses the signed range, -1 to 1.

    Returns
    -------
    tensor, shape (...)
        float32, at least 0: the mean over the channels of each pixel. Keras averages the rest.

    Notes
    -----
    Computed as abs(e) + log(1 + exp(-2 abs(e))) - log(2), which cannot overflow; always in
    float32, also in a network that computes in half precision.

    Examples
    --------
    >>> round(float(log_cosh([[0.5]], [[0.0]])[0]), 4)
    0.1201
    >>> round(float(log_cosh([[1000.0]], [[0.0]])[0]), 2)
    999.31
    """
    error = ops.cast(prediction, "float32") - ops.cast(truth, "float32")
    size = ops.abs(error)
    return ops.mean(size + ops.softplus(-2.0 * size) - math.log(2.0), axis=-1)


def _target_ab(truth):
    return color.srgb_to_lab((ops.cast(truth, "float32") + 1.0) / 2.0)[..., 1:]


class AbDistance:
    """Distance between true and answered chroma in the plane of a and b.

    Parameters
    ----------
    rarity : float
        A pixel of true chroma c weighs (1 + c / 20) ** rarity: saturated colours are rare, and
        with 0 the many dull pixels settle what the network dares.

    Notes
    -----
    The distance d counts as sqrt(d**2 + 5**2) - 5: a square near zero, and a straight line from
    about five units on, where the difference begins to show. Called with the truth, sRGB in the
    signed range of shape (..., 3), and a prediction in Lab units of shape (..., 2); returns
    float32 of shape (...).

    Examples
    --------
    >>> grey, answer = np.zeros((1, 3), "float32"), np.array([[30.0, 40.0]], "float32")
    >>> round(float(AbDistance()(grey, answer)[0]), 2)
    45.25
    """

    _SOFTNESS, _USUAL_CHROMA = 5.0, 20.0

    def __init__(self, rarity=0.0):
        self.rarity = rarity
        self.__name__ = "chroma_distance"

    def __call__(self, truth, prediction):
        """Return the weighted distance of each pixel."""
        true = _target_ab(ops.convert_to_tensor(truth))
        square = ops.sum(ops.square(ops.cast(prediction, "float32") - true), axis=-1)
        distance = ops.sqrt(square + self._SOFTNESS**2) - self._SOFTNESS
        if not self.rarity:
            return distance
        chroma = ops.sqrt(ops.sum(ops.square(true), axis=-1) + 1e-6)
        return distance * ops.power(1.0 + chroma / self._USUAL_CHROMA, self.rarity)


class AbCrossEntropy:
    """Cross-entropy between true chroma and answered classes, rare classes weighing more.

    The truth is averaged over squares of 4 x 4 pixels, as the logits stand for them, and shared
    out among the classes near it: a weight exp(-d**2 / (2 * 5**2)) at distance d.

    Parameters
    ----------
    frequencies : sequence of float
        How often each class of :func:`ab_bins.bin_centers` occurs in the training pictures.
    rarity : float
        0 weighs all classes alike; 1 by the inverse of a half-and-half mix of their frequency
        and an even distribution, as the source does; between the two, that power of it.

    Notes
    -----
    After Zhang, Isola and Efros, Colorful Image Colorization, ECCV 2016. Called with the truth,
    sRGB in the signed range of shape (batch, height, width, 3), and logits of shape (batch,
    height / 4, width / 4, classes).
    """

    _SPREAD = 5.0

    def __init__(self, frequencies, rarity=1.0):
        self._classes = ab_bins.bin_centers()
        share = np.asarray(frequencies, dtype="float64")
        share = share / share.sum()
        weights = (0.5 * share + 0.5 / len(share)) ** -float(rarity)
        # Scaled so that a pixel of the training pictures weighs 1 on average.
        self._weights = (weights / (share * weights).sum()).astype("float32")
        self.__name__ = "chroma_cross_entropy"

    def soft_classes(self, truth):
        """Share the truth out among the classes: (batch, height / 4, width / 4, classes)."""
        coarse = ops.average_pool(ops.cast(truth, "float32"), BIN_STRIDE, BIN_STRIDE)
        true = _target_ab(coarse)
        # |t - c|^2 less |t|^2, which is the same for all classes.
        square = (self._classes**2).sum(axis=-1) - 2.0 * ops.matmul(true, self._classes.T)
        return ops.softmax(-square / (2.0 * self._SPREAD**2), axis=-1)

    def __call__(self, truth, logits):
        """Return the weighted cross-entropy of each square."""
        shares = self.soft_classes(ops.convert_to_tensor(truth))
        entropy = -ops.sum(shares * ops.log_softmax(ops.cast(logits, "float32"), axis=-1), axis=-1)
        return entropy * ops.sum(shares * self._weights, axis=-1)
