"""What is asked of the network while it learns."""

import math

from colorlab.backend import keras

__all__ = ["log_cosh"]

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
    float32, also in a network that computes in half precision. Taught in
    :doc:`/notebooks/03_training`.

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
