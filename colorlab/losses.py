"""Losses, which training minimises.

Taught in :doc:`/notebooks/04_training` and :doc:`/notebooks/07_why_brown`.
"""

import math
from typing import Any

import numpy as np

from colorlab.backend import keras
from colorlab.color import ab_bins
from colorlab.target_ab import coarse_ab, pixel_ab

__all__ = ["AbCrossEntropy", "AbCrossEntropyAndDistance", "AbDistance", "log_cosh"]

ops = keras.ops


@keras.saving.register_keras_serializable(package="colorlab")
def log_cosh(target: Any, prediction: Any) -> Any:
    """Logarithm of the hyperbolic cosine of the error, the recipe's loss.

    For a small error e it is close to e**2 / 2, for a large one to abs(e) - log(2). It is smooth
    where the absolute error has a kink, and less sensitive to outliers than the squared error.

    Parameters
    ----------
    target, prediction : array, shape (..., channels)
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
    error = ops.cast(prediction, "float32") - ops.cast(target, "float32")
    size = ops.abs(error)
    return ops.mean(size + ops.softplus(-2.0 * size) - math.log(2.0), axis=-1)


_SOFTNESS = 5.0  # Lab units


def _charbonnier(ab, prediction):
    square = ops.sum(ops.square(ops.cast(prediction, "float32") - ab), axis=-1)
    return ops.sqrt(square + _SOFTNESS**2) - _SOFTNESS


class AbDistance:
    """Distance between target and prediction in the a-b plane of CIE Lab.

    Parameters
    ----------
    class_rebalancing : float
        A pixel whose target has the chroma C* = sqrt(a**2 + b**2) has the weight
        (1 + C* / 20) ** class_rebalancing. Saturated colours are rare; with 0 the many dull pixels
        dominate the loss.

    Notes
    -----
    The loss of a distance d is sqrt(d**2 + 5**2) - 5, the Charbonnier loss [1]_: quadratic near
    zero, and linear above about five units, where a difference becomes visible.

    References
    ----------
    .. [1] P. Charbonnier et al., "Deterministic edge-preserving regularization in computed
       imaging", IEEE Transactions on Image Processing 6 (1997),
       https://doi.org/10.1109/83.551699

    Examples
    --------
    >>> target, prediction = np.zeros((1, 3), "float32"), np.array([[30.0, 40.0]], "float32")
    >>> round(float(AbDistance()(target, prediction)[0]), 2)
    45.25
    """

    _USUAL_CHROMA = 20.0

    def __init__(self, class_rebalancing: float = 0.0):
        self.class_rebalancing = class_rebalancing
        self.__name__ = "ab_distance"

    def __call__(self, target, prediction):
        """Compute the weighted distance of each pixel.

        Parameters
        ----------
        target : array, shape (..., 3)
            sRGB in the signed range, -1 to 1.
        prediction : array, shape (..., 2)
            a and b in Lab units.

        Returns
        -------
        tensor, shape (...)
            float32, at least 0.
        """
        ab = pixel_ab(ops.convert_to_tensor(target))
        distance = _charbonnier(ab, prediction)
        if not self.class_rebalancing:
            return distance
        chroma = ops.sqrt(ops.sum(ops.square(ab), axis=-1) + 1e-6)
        return distance * ops.power(1.0 + chroma / self._USUAL_CHROMA, self.class_rebalancing)


class AbCrossEntropy:
    """Cross-entropy between target and predicted distribution over ab bins [1]_.

    The target is averaged over squares of 4 x 4 pixels, as one prediction stands for them, and its
    a and b are soft-encoded: a bin at distance d gets a share proportional to
    exp(-d**2 / (2 * 5**2)).

    Parameters
    ----------
    bin_frequencies : sequence of float, optional
        Frequency of each bin of :func:`colorlab.color.ab_bins.bin_centers` in the training
        pictures; by default uniform.
    class_rebalancing : float
        With 0 all bins have the same weight. With 1 the weight of a bin is the inverse of the mean
        of its frequency and the uniform distribution, as in [1]_; other values are powers of this.

    References
    ----------
    .. [1] R. Zhang, P. Isola and A. A. Efros, "Colorful Image Colorization", ECCV 2016,
       https://doi.org/10.1007/978-3-319-46487-9_40
    """

    _SPREAD = 5.0

    def __init__(self, bin_frequencies: np.ndarray | None = None, class_rebalancing: float = 1.0):
        self._centers = ab_bins.bin_centers()
        if bin_frequencies is None:
            bin_frequencies = np.ones(len(self._centers))
        share = np.asarray(bin_frequencies, dtype="float64")
        share = share / share.sum()
        weights = (0.5 * share + 0.5 / len(share)) ** -float(class_rebalancing)
        # Scaled so that the mean weight of the pixels of the training pictures is 1.
        self._weights = (weights / (share * weights).sum()).astype("float32")
        self.__name__ = "ab_cross_entropy"

    def soft_encode(self, target: Any) -> Any:
        """Encode the target as a distribution over the nearest bins.

        Parameters
        ----------
        target : array, shape (batch, height, width, 3)
            sRGB in the signed range, -1 to 1.

        Returns
        -------
        tensor, shape (batch, height / 4, width / 4, bins)
            float32, at least 0; the sum over the bins is 1.
        """
        return self.soft_encode_ab(coarse_ab(target))

    def soft_encode_ab(self, ab: Any) -> Any:
        """Encode a and b as a distribution over the nearest bins.

        Parameters
        ----------
        ab : array, shape (..., 2)
            In Lab units.

        Returns
        -------
        tensor, shape (..., bins)
            float32, at least 0; the sum over the bins is 1.
        """
        # |t - c|^2 minus |t|^2, which is the same for all bins.
        square = (self._centers**2).sum(axis=-1) - 2.0 * ops.matmul(ab, self._centers.T)
        return ops.softmax(-square / (2.0 * self._SPREAD**2), axis=-1)

    def __call__(self, target, logits):
        """Compute the weighted cross-entropy of each square of 4 x 4 pixels.

        Parameters
        ----------
        target : array, shape (batch, height, width, 3)
            sRGB in the signed range, -1 to 1.
        logits : array, shape (batch, height / 4, width / 4, bins)

        Returns
        -------
        tensor, shape (batch, height / 4, width / 4)
            float32, at least 0.
        """
        return self.of_ab(coarse_ab(ops.convert_to_tensor(target)), logits)

    def of_ab(self, ab: Any, logits: Any) -> Any:
        """Compute the loss from the true a and b on the grid of the logits.

        Parameters
        ----------
        ab : array, shape (..., 2)
            float32, in Lab units.
        logits : array, shape (..., bins)

        Returns
        -------
        tensor, shape (...)
            float32, at least 0.
        """
        shares = self.soft_encode_ab(ab)
        entropy = -ops.sum(shares * ops.log_softmax(ops.cast(logits, "float32"), axis=-1), axis=-1)
        return entropy * ops.sum(shares * self._weights, axis=-1)


class AbCrossEntropyAndDistance(AbCrossEntropy):
    """Cross-entropy, and a tenth of the distance from the target to the distribution's mean.

    Cross-entropy looks at each bin by itself: a bin next to the right one is as wrong as any other.
    The distance in the a-b plane, of the mean that a picture is coloured with, knows how far off it
    is. Parameters are those of :class:`AbCrossEntropy`.
    """

    _DISTANCE_WEIGHT = 0.1

    def __init__(self, bin_frequencies: np.ndarray | None = None, class_rebalancing: float = 1.0):
        super().__init__(bin_frequencies, class_rebalancing)
        self.__name__ = "ab_cross_entropy_and_distance"

    def of_ab(self, ab: Any, logits: Any) -> Any:
        """Compute the loss from the true a and b, as :meth:`AbCrossEntropy.of_ab` does."""
        probabilities = ops.softmax(ops.cast(logits, "float32"), axis=-1)
        distance = _charbonnier(ab, ops.matmul(probabilities, self._centers))
        return super().of_ab(ab, logits) + self._DISTANCE_WEIGHT * distance
