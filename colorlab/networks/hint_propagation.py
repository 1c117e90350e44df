"""Attention that carries the colour of a hint to the places that look like the hinted one.

A convolution carries a hint a few cells far, and blindly. Here every place asks every hinted place
how much the two look alike and how far apart they are, and takes over the hinted colours in that
proportion; a place that resembles none keeps what the network believes without hints.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017,
   https://doi.org/10.48550/arXiv.1706.03762
"""

import numpy as np

from colorlab.backend import keras
from colorlab.color import ab_bins

__all__ = ["AB_SCALE", "HintPropagation", "hint_logits"]

layers, ops = keras.layers, keras.ops

#: Units of a and b per unit in the network: most hints are then between -1 and 1.
AB_SCALE = 50.0

# Standard deviation in Lab units of the belief that a hint begins with, before any training.
_BEGINNING_SPREAD = 20.0


@keras.saving.register_keras_serializable(package="colorlab")
class HintPropagation(layers.Layer):
    """Attention [1]_ from every place to the hinted places.

    Notes
    -----
    Takes a list: queries of the shape (batch, height, width, channels), and hints on the same grid
    as :class:`colorlab.networks.decoder.PooledHints` gives them: a and b divided by 50 and a mask;
    height and width are even. Gives (batch, height, width, 3): the share of attention that goes to
    hinted places, times their mean a and b divided by 50, and that share itself, from 0 to 1.
    Without hints all three are 0.

    The hinted cells of each square of 2 x 2 cells are one key: their mean direction in the space
    of the queries, their mean position and their mean colour. The logit of a place and a key is
    ``exp(log_similarity)`` times the cosine between query and key, less ``exp(log_distance)`` times
    the square of their distance in cells; ``nothing`` is the logit of taking over no colour.
    Attention is computed in float32.

    References
    ----------
    .. [1] A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017,
       https://doi.org/10.48550/arXiv.1706.03762

    Examples
    --------
    One hint, and alike everywhere: the nearer place takes over more of it.

    >>> hints = ops.array([[[[0.5, -1.0, 1.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]] * 2]])
    >>> share = ops.convert_to_numpy(HintPropagation()([ops.ones((1, 2, 2, 4)), hints]))[..., 2]
    >>> bool(1 > share[0, 0, 0] > share[0, 0, 1] > share[0, 1, 1] > 0)
    True
    """

    def __init__(self, **settings):
        super().__init__(**{**settings, "dtype": "float32"})

    def build(self, input_shape):
        """Create the three numbers that are learned."""
        for name, value in (("log_similarity", 1.4), ("log_distance", -3.5), ("nothing", 3.0)):
            start = keras.initializers.Constant(value)
            setattr(self, name, self.add_weight(shape=(1,), initializer=start, name=name))

    def call(self, inputs):
        """Attend."""
        queries, hints = (ops.cast(each, "float32") for each in inputs)
        mask = hints[..., 2:]
        length = ops.sqrt(ops.sum(ops.square(queries), axis=-1, keepdims=True) + 1e-6)
        queries = queries / length
        one = ops.ones_like(mask)
        places = ops.concatenate([ops.cumsum(one, axis=1), ops.cumsum(one, axis=2)], axis=-1)
        gathered = ops.concatenate([queries, places, hints[..., :2]], axis=-1) * mask
        sums = ops.average_pool(ops.concatenate([gathered, mask], axis=-1), 2, 2)
        means = _flat(sums[..., :-1] / ops.maximum(sums[..., -1:], 1e-6))
        hinted = ops.cast(_flat(sums[..., -1:]) > 0, "float32")
        channels = queries.shape[-1]
        keys, key_places = means[..., :channels], means[..., channels : channels + 2]
        flat_places = _flat(places)
        cosine = ops.matmul(_flat(queries), ops.transpose(keys, (0, 2, 1)))
        product = ops.matmul(flat_places, ops.transpose(key_places, (0, 2, 1)))
        norms = ops.sum(ops.square(key_places), axis=-1)[:, None]
        distance = ops.sum(ops.square(flat_places), axis=-1, keepdims=True) - 2 * product + norms
        logits = ops.exp(self.log_similarity) * cosine - ops.exp(self.log_distance) * distance
        logits = logits + (ops.transpose(hinted, (0, 2, 1)) - 1) * 1e4
        none = ops.zeros_like(logits[..., :1]) + self.nothing
        shares = ops.softmax(ops.concatenate([none, logits], axis=-1), axis=-1)[..., 1:]
        values = ops.concatenate([means[..., channels + 2 :], hinted], axis=-1)
        return ops.reshape(ops.matmul(shares, values), ops.shape(hints))

    def compute_output_shape(self, input_shape):
        """Return the shape of the hints."""
        return input_shape[1]


def _flat(x):
    """Put the places of a picture in one row."""
    return ops.reshape(x, (ops.shape(x)[0], -1, x.shape[-1]))


@keras.saving.register_keras_serializable(package="colorlab", name="gaussian_beliefs")
def _beginning(shape, dtype=None):
    """Start a 1x1 convolution with Gaussian beliefs around the hinted colours."""
    centers = ab_bins.bin_centers()
    scale = 1 / (2 * _BEGINNING_SPREAD**2)
    one = np.concatenate([2 * AB_SCALE * scale * centers, -scale * (centers**2).sum(1)[:, None]], 1)
    return ops.cast(np.tile(one.T, (shape[2] // 3, 1))[None, None], dtype or "float32")


def hint_logits(logits, hints):
    """Add to the logits of the ab bins what hints say by themselves.

    The logarithm of a Gaussian belief around a colour is linear in its a and b, so that a 1x1
    convolution computes it. It starts as just that, with a standard deviation of 20 Lab units, and
    is trained like every other.

    Parameters
    ----------
    logits : KerasTensor, shape (batch, height, width, bins)
    hints : KerasTensor, shape (batch, height, width, 3 n)
        Triples of a and b divided by 50 and a mask, the first two multiplied by the mask.

    Returns
    -------
    KerasTensor, shape (batch, height, width, bins)
    """
    said = layers.Conv2D(
        logits.shape[-1],
        1,
        use_bias=False,
        kernel_initializer=_beginning,
        dtype="float32",
        name="hint_logits",
    )(hints)
    return layers.Add(dtype="float32", name="logits")([logits, said])
