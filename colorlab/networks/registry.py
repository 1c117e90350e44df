"""What a network answers, and what is asked of it: the classic recipe and those that go past it.

======== ============================== ================================= ========================
recipe   the head answers               the loss                          what it tends to
======== ============================== ================================= ========================
classic  red, green and blue            log-cosh of each channel          re-draws the light, brown
chroma   a and b of Lab                 distance in the plane of a and b  keeps the light, dull
classes  a probability for each of      cross-entropy, rare classes       keeps the light, vivid
         many chromas, on a coarser     weighing more
         grid
======== ============================== ================================= ========================

The seven and seven blocks below the head are the same. Written in ``keras.ops``, for any backend.

Taught in :doc:`/notebooks/05_keep_the_light` and :doc:`/notebooks/06_why_brown`.
"""

import numpy as np

from colorlab import losses
from colorlab.backend import keras
from colorlab.losses import BIN_STRIDE
from colorlab.networks import unet

__all__ = ["prediction_network", "build_network", "make_loss"]

layers = keras.layers

# Lab units of chroma for one unit of the head. A head that ended at the largest chroma of a screen
# would move by several units in each step, for most photographs stay below this.
_USUAL_CHROMA = 20.0


def build_network(configuration, input_shape=(None, None, 1)):
    """Build the network of a recipe, as it is trained.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    input_shape : tuple
        See :func:`colorlab.networks.unet.build_unet`.

    Returns
    -------
    keras.Model
        From grey, shape (batch, height, width, 1) in the signed range, to what the recipe
        answers: ``classic`` sRGB in the signed range, three channels; ``chroma`` a and b of Lab,
        two channels; ``classes`` logits, one for each of
        :func:`colorlab.losses.ab_bins.bin_centers`, at a quarter of height and width.
    """
    classic = configuration.recipe == "classic"
    network = unet.build_unet(
        input_shape,
        3 if classic else 2,
        configuration.filters,
        configuration.dropout_rate,
        configuration.normalization_momentum,
        "tanh" if classic else None,
    )
    if classic:
        return network
    if configuration.recipe == "chroma":
        outputs = layers.Rescaling(_USUAL_CHROMA, dtype="float32", name="chroma")(network.output)
        return keras.Model(network.input, outputs, name="chroma_unet")
    features = network.get_layer(f"decoder_{len(configuration.filters)}").output
    coarse = layers.AveragePooling2D(BIN_STRIDE, name="pooling")(features)
    count = len(losses.ab_bins.bin_centers())
    logits = layers.Conv2D(count, 1, dtype="float32", name="classes")(coarse)
    return keras.Model(network.input, logits, name="classes_unet")


def prediction_network(network, configuration, temperature=0.4):
    """Turn a trained network into one that answers in colours.

    Only ``classes`` needs it: its probabilities are sharpened and averaged to one chroma, the
    annealed mean of Zhang, Isola and Efros (Colorful Image Colorization, ECCV 2016).

    Parameters
    ----------
    network : keras.Model
        As :func:`build_network` makes it.
    configuration : colorlab.configuration.Configuration
    temperature : float
        1 averages over all the network holds possible, which is dull; towards 0 the most
        probable class alone is left, which is vivid and blotchy.

    Returns
    -------
    keras.Model
        From grey in the signed range to sRGB in the signed range (``classic``) or to chroma.
    """
    if configuration.recipe != "classes":
        return network
    x = layers.Rescaling(1.0 / temperature, dtype="float32", name="sharpening")(network.output)
    x = layers.Softmax(dtype="float32", name="probabilities")(x)
    mean = layers.Conv2D(2, 1, use_bias=False, dtype="float32", name="chroma")
    chroma = mean(x)
    mean.set_weights([losses.ab_bins.bin_centers()[None, None].astype("float32")])
    return keras.Model(network.input, chroma, name="answering_classes_unet")


def make_loss(configuration, frequencies=None):
    """Make the loss of a recipe.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
        Its ``recipe`` and ``rarity`` are used.
    frequencies : sequence of float, optional
        How often each chroma class occurs, for ``classes``.

    Returns
    -------
    callable
        From the truth, sRGB in the signed range, and the network's output to a tensor.
    """
    if configuration.recipe == "classic":
        return losses.log_cosh
    if configuration.recipe == "chroma":
        return losses.AbDistance(configuration.rarity)
    if frequencies is None:
        frequencies = np.ones(len(losses.ab_bins.bin_centers()))
    return losses.AbCrossEntropy(frequencies, configuration.rarity)
