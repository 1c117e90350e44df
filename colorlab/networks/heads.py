"""Heads of networks, which turn features into predictions, and bins into colours.

Taught in :doc:`/notebooks/06_keep_the_light` and :doc:`/notebooks/07_why_brown`.
"""

from colorlab.backend import keras
from colorlab.color import ab_bins
from colorlab.color.ab_bins import BIN_STRIDE

__all__ = ["add_annealed_mean", "add_head", "prediction_network"]

layers = keras.layers

# Lab units per unit of the head's output. Most colours of photographs are below this value; with
# the largest a and b of sRGB, each training step would move predictions by several units.
_USUAL_AB = 20.0


def add_head(features, target, stride=1):
    """Add the layers that turn features into the prediction of a target.

    Parameters
    ----------
    features : symbolic tensor, shape (batch, height, width, channels)
    target : {"rgb", "ab", "ab_bins"}
        See :data:`colorlab.networks.registry.TARGETS`.
    stride : int
        Ratio of the input's height and width to those of ``features``; 1, 2 or 4.

    Returns
    -------
    symbolic tensor
        float32. ``rgb``: sRGB in the signed range, three channels; ``ab``: a and b in Lab units,
        two channels; both at the size of ``features``. ``ab_bins``: logits, one for each bin, at
        stride 4.

    Examples
    --------
    >>> add_head(keras.Input((32, 32, 8)), "ab_bins").shape
    (None, 8, 8, 227)
    """
    if target == "rgb":
        # Half precision is too coarse for the levels of a picture; a and b need no finer steps.
        return layers.Conv2D(3, 1, activation="tanh", dtype="float32", name="head")(features)
    if target == "ab":
        x = layers.Conv2D(2, 1, name="head")(features)
        return layers.Rescaling(_USUAL_AB, dtype="float32", name="ab")(x)
    x = features
    if stride < BIN_STRIDE:
        x = layers.AveragePooling2D(BIN_STRIDE // stride, name="pooling")(x)
    # Shipped weights are stored under this layer's name.
    return layers.Conv2D(len(ab_bins.bin_centers()), 1, dtype="float32", name="classes")(x)


def add_annealed_mean(network, temperature):
    """Add layers that compute the annealed mean [1]_ of a distribution over ab bins.

    Parameters
    ----------
    network : keras.Model
        Its output is the logits.
    temperature : float
        Divisor of the logits, above 0. At 1 the result is the mean of the distribution, towards 0
        its mode.

    Returns
    -------
    keras.Model
        Maps the same inputs to a and b in Lab units.

    References
    ----------
    .. [1] R. Zhang, P. Isola and A. A. Efros, "Colorful Image Colorization", ECCV 2016,
       https://doi.org/10.1007/978-3-319-46487-9_40
    """
    x = layers.Rescaling(1.0 / temperature, dtype="float32", name="sharpening")(network.output)
    x = layers.Softmax(dtype="float32", name="probabilities")(x)
    # The mean of the bins' centres is a product with a matrix. Shipped weights are stored under
    # this layer's name.
    mean = layers.Conv2D(2, 1, use_bias=False, dtype="float32", name="chroma")
    ab = mean(x)
    mean.set_weights([ab_bins.bin_centers()[None, None].astype("float32")])
    return keras.Model(network.input, ab, name=f"{network.name}_prediction")


def prediction_network(network, configuration, temperature=0.4):
    """Turn a trained network into one that predicts colours.

    Only the target ``ab_bins`` needs it: its logits become one pair (a, b), see
    :func:`add_annealed_mean`.

    Parameters
    ----------
    network : keras.Model
        As :func:`colorlab.networks.registry.build_network` makes it.
    configuration : colorlab.configuration.Configuration
    temperature : float
        1 averages over all that the network holds possible, which is dull; towards 0 the most
        probable bin alone is left, which is vivid and blotchy.

    Returns
    -------
    keras.Model
        From the same inputs to sRGB in the signed range (target ``rgb``) or to a and b.
    """
    if configuration.target != "ab_bins":
        return network
    return add_annealed_mean(network, temperature)
