"""The network that colours: an encoder that recognises, and a decoder that takes hints.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

from collections.abc import Iterable

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks.decoder import DECODER_STRIDES, HINT_CHANNELS, decode
from colorlab.networks.efficientnet import FEATURE_STAGES, VERSIONS, efficientnet, encode

__all__ = [
    "build",
    "build_efficientnet_unet",
    "copy_weights",
    "encoder_stage",
    "load_encoder",
    "split",
]


def build_efficientnet_unet(version: int = 2, weights=None, **settings):
    """Build encoder and decoder as one network.

    Parameters
    ----------
    version : {0, 2}
        Of the encoder, see :func:`colorlab.networks.efficientnet.efficientnet`.
    weights : None, "imagenet" or path-like
        The encoder's, see there.
    **settings
        Of :func:`colorlab.networks.decoder.decode`: ``target``, ``filters`` and ``repeats``.

    Returns
    -------
    keras.Model
        From a list (grey in the signed range, shape (batch, height, width, 1); hints, shape (batch,
        height / 4, width / 4, 3)) to the prediction at stride 4, by default the logits of the ab
        bins. Height and width are multiples of 32.

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
    prediction = decode(features, hints, **settings)
    network = keras.Model([grey, hints], prediction, name=f"efficientnet_lite{version}_unet")
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


def encoder_stage(name: str) -> int | None:
    """Tell which of the encoder's stages a layer belongs to.

    Parameters
    ----------
    name : str
        Of a layer, or the path of one of its weights.

    Returns
    -------
    int or None
        1 to 7, the stem with the first one; None outside the encoder.

    Examples
    --------
    >>> encoder_stage("block4a_expand_conv/kernel"), encoder_stage("decoder_8_conv")
    (4, None)
    """
    if name.startswith("stem_"):
        return 1
    return int(name[5]) if name.startswith("block") else None


def build(configuration):
    """Build the network of a configuration, its first stages frozen as configured.

    The normalization of a pretrained encoder keeps its means and variances, which small batches of
    few pictures would spoil; that of an encoder from nothing has the configured momentum.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration

    Returns
    -------
    keras.Model
    """
    network = build_efficientnet_unet(
        configuration.encoder_version,
        target=configuration.target,
        filters=configuration.filters,
    )
    pretrained = configuration.encoder_weights is not None
    for layer in network.layers:
        stage = encoder_stage(layer.name)
        normalizes = isinstance(layer, keras.layers.BatchNormalization)
        if stage is not None:
            frozen = stage <= configuration.frozen_stages
            layer.trainable = not (frozen or (normalizes and pretrained))
            if normalizes and not pretrained:
                layer.momentum = configuration.normalization_momentum
    return network


def load_encoder(network, configuration):
    """Load the encoder's weights that a configuration names, if it names any.

    Parameters
    ----------
    network : keras.Model
        Of :func:`build`.
    configuration : colorlab.configuration.Configuration
    """
    if configuration.encoder_weights is not None:
        version, weights = configuration.encoder_version, configuration.encoder_weights
        copy_weights([efficientnet(version, weights, channels=1)], network)


def split(network):
    """Split the network into encoder and decoder, which share its layers.

    Parameters
    ----------
    network : keras.Model
        Of :func:`build`.

    Returns
    -------
    encoder : keras.Model
        From grey to a list of features, one for each of
        :data:`colorlab.networks.decoder.DECODER_STRIDES`.
    decoder : keras.Model
        From a list of these features and the hints to the prediction.
    """
    # The layers are in the order of computation: the last one of a stage gives its output.
    ends = {encoder_stage(layer.name): layer.output for layer in network.layers}
    features = [ends[stage] for stage in FEATURE_STAGES[-len(DECODER_STRIDES) :]]
    grey, hints = network.inputs
    encoder = keras.Model(grey, features, name="encoder")
    return encoder, keras.Model([*features, hints], network.output, name="decoder")
