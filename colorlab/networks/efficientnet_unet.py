"""The network that colours: an encoder that recognises, and a decoder that takes hints.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

from collections.abc import Iterable

from colorlab.backend import keras
from colorlab.color import ab_bins
from colorlab.errors import InputError
from colorlab.networks.decoder import DECODER_STRIDES, HINT_CHANNELS, decode
from colorlab.networks.efficientnet import VERSIONS, efficientnet, encode

__all__ = ["build_efficientnet_unet", "copy_weights"]


def build_efficientnet_unet(version: int = 2, weights=None, outputs: int | None = None, **settings):
    """Build encoder and decoder as one network.

    Parameters
    ----------
    version : {0, 2}
        Of the encoder, see :func:`colorlab.networks.efficientnet.efficientnet`.
    weights : None, "imagenet" or path-like
        The encoder's, see there.
    outputs : int, optional
        Channels of the prediction; by default one for each ab bin.
    **settings
        Of :func:`colorlab.networks.decoder.decode`: ``filters`` and ``repeats``.

    Returns
    -------
    keras.Model
        From a list (grey in the signed range, shape (batch, height, width, 1); hints, shape (batch,
        height / 4, width / 4, 3)) to logits, shape (batch, height / 4, width / 4, outputs). Height
        and width are multiples of 32.

    Raises
    ------
    InputError
        If an argument is out of range, or the weights cannot be loaded.

    Examples
    --------
    >>> network = build_efficientnet_unet(0, filters=(8, 8, 8, 8))
    >>> [tensor.name for tensor in network.inputs], network.output_shape[-1]
    (['grey', 'hints'], 227)
    """
    if isinstance(version, bool) or version not in VERSIONS:
        raise InputError(f"version must be one of {', '.join(map(str, VERSIONS))}, got {version!r}")
    grey = keras.Input((None, None, 1), name="grey")
    hints = keras.Input((None, None, HINT_CHANNELS), name="hints")
    features = encode(grey, version)[-len(DECODER_STRIDES) :]
    outputs = len(ab_bins.bin_centers()) if outputs is None else outputs
    logits = decode(features, hints, outputs, **settings)
    network = keras.Model([grey, hints], logits, name=f"efficientnet_lite{version}_unet")
    if weights is not None:
        copy_weights([efficientnet(version, weights, channels=1)], network)
    return network


def copy_weights(sources: Iterable, target) -> None:
    """Copy the weights of layers to those of the same name.

    Parameters
    ----------
    sources : iterable of keras.Model
        All their layers with weights must be in the target too.
    target : keras.Model

    Raises
    ------
    ValueError
        If a layer is missing in the target, or has another shape there.
    """
    for source in sources:
        for layer in source.layers:
            if layer.weights:
                target.get_layer(layer.name).set_weights(layer.get_weights())
