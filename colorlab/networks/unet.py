"""The U-Net of the recipe: seven encoder blocks, a middle block, seven decoder blocks and a head.

=========== ============================================================== ===================
block       layers, in order                                               at 256 x 256 input
=========== ============================================================== ===================
encoder 1-7 convolution 3x3 stride 2, leaky ReLU 0.2, batch normalization, 128 x 128 x 64 ...
            dropout 0.3                                                    2 x 2 x 512
middle      transposed convolution 3x3 stride 1, leaky ReLU 0.2, batch     2 x 2 x 512
            normalization
decoder 1-7 addition of the skip, transposed convolution 3x3 stride 2,     4 x 4 x 512 ...
            leaky ReLU 0.2, batch normalization                            256 x 256 x 64
head        convolution 1x1, tanh                                          256 x 256 x 3
=========== ============================================================== ===================

The last layer of a block has the block's name, so ``network.get_layer("encoder_3").output`` is the
output of encoder block 3. The other layers have a suffix: ``encoder_3_convolution``,
``encoder_3_activation``, ``encoder_3_normalization``.

Taught in :doc:`/notebooks/03_unet`.
"""

import numbers
from collections.abc import Sequence
from typing import Any

from colorlab.backend import keras
from colorlab.networks import heads
from colorlab.networks.normalization import BatchNormalization

__all__ = ["build", "build_unet", "decoder_block", "encoder_block", "middle_block"]

NEGATIVE_SLOPE = 0.2

layers = keras.layers


def encoder_block(inputs, filters, dropout_rate=0.3, name="encoder", momentum=0.99):
    """Apply an encoder block, which halves height and width.

    Parameters
    ----------
    inputs : tensor, shape (batch, height, width, channels)
        A batch, or a symbolic tensor while a network is being built.
    filters : int
        Channels of the output.
    dropout_rate : float
        Fraction of values that dropout sets to zero during training, 0 up to but not including 1.
    name : str
        Name of the block, and of its last layer.
    momentum : float
        Momentum of the moving averages of batch normalization, 0 up to but not including 1.

    Returns
    -------
    tensor, shape (batch, ceil(height / 2), ceil(width / 2), filters)

    Examples
    --------
    >>> encoder_block(keras.ops.zeros((2, 64, 64, 1)), filters=8).shape
    TensorShape([2, 32, 32, 8])
    """
    x = layers.Conv2D(filters, 3, strides=2, padding="same", name=f"{name}_convolution")(inputs)
    x = layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE, name=f"{name}_activation")(x)
    x = BatchNormalization(momentum=momentum, name=f"{name}_normalization")(x)
    return layers.Dropout(dropout_rate, name=name)(x)


def _transposed_block(inputs, filters, strides, name, momentum):
    x = layers.Conv2DTranspose(
        filters, 3, strides=strides, padding="same", name=f"{name}_convolution"
    )(inputs)
    x = layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE, name=f"{name}_activation")(x)
    return BatchNormalization(momentum=momentum, name=name)(x)


def middle_block(inputs, filters, name="middle", momentum=0.99):
    """Apply the middle block, which mixes the positions of the bottleneck and keeps its size.

    Parameters
    ----------
    inputs : tensor, shape (batch, height, width, channels)
    filters : int
        Channels of the output.
    name : str
        Name of the block, and of its last layer.
    momentum : float
        Momentum of the moving averages of batch normalization, 0 up to but not including 1.

    Returns
    -------
    tensor, shape (batch, height, width, filters)

    Examples
    --------
    >>> middle_block(keras.ops.zeros((2, 4, 4, 8)), filters=16).shape
    TensorShape([2, 4, 4, 16])
    """
    return _transposed_block(inputs, filters, strides=1, name=name, momentum=momentum)


def decoder_block(inputs, skip, filters, name="decoder", momentum=0.99):
    """Apply a decoder block, which adds the skip and doubles height and width.

    Parameters
    ----------
    inputs, skip : tensor, shape (batch, height, width, channels)
        The output of the previous block, and the encoder's output of the same shape.
    filters : int
        Channels of the output.
    name : str
        Name of the block, and of its last layer.
    momentum : float
        Momentum of the moving averages of batch normalization, 0 up to but not including 1.

    Returns
    -------
    tensor, shape (batch, 2 height, 2 width, filters)

    Notes
    -----
    The skip is *added*, not concatenated as in the original U-Net.

    Examples
    --------
    >>> below, skip = keras.ops.zeros((2, 4, 4, 8)), keras.ops.ones((2, 4, 4, 8))
    >>> decoder_block(below, skip, filters=6).shape
    TensorShape([2, 8, 8, 6])
    """
    x = layers.Add(name=f"{name}_skip")([inputs, skip])
    return _transposed_block(x, filters, strides=2, name=name, momentum=momentum)


def _check_count(value, name):
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")


def _check_arguments(input_shape, output_channels, filters, dropout_rate):
    try:
        filters = tuple(filters)
    except TypeError:
        raise ValueError(f"filters must be a sequence of numbers, got {filters!r}") from None
    if not filters:
        raise ValueError("filters must name at least one encoder block, got an empty sequence")
    for count in filters:
        _check_count(count, "each of filters")
    _check_count(output_channels, "output_channels")
    if (
        isinstance(dropout_rate, bool)
        or not isinstance(dropout_rate, numbers.Real)
        or not 0 <= dropout_rate < 1
    ):
        raise ValueError(f"dropout_rate must be at least 0 and below 1, got {dropout_rate!r}")
    try:
        height, width, channels = input_shape
    except (TypeError, ValueError):
        raise ValueError(
            f"input_shape must be (height, width, channels), got {input_shape!r}"
        ) from None
    _check_count(channels, "the channels of input_shape")
    step = 2 ** len(filters)
    for side in (height, width):
        if side is None:
            continue
        _check_count(side, "each side of input_shape")
        if side % step:
            raise ValueError(
                f"each side of input_shape must be None or a multiple of {step} "
                f"(2 to the power of {len(filters)} encoder blocks), got {side}"
            )
    return filters


def _features(inputs, filters, dropout_rate, momentum):
    """Apply all blocks except the head."""
    x, skips = inputs, []
    for number, count in enumerate(filters, start=1):
        x = encoder_block(x, count, dropout_rate, f"encoder_{number}", momentum)
        skips.append(x)

    x = middle_block(x, filters[-1], "middle", momentum)

    # A decoder block ends at the size and with the channels of the next encoder block to be
    # added; the last one, at full size, keeps the channels of encoder block 1.
    for number, (skip, count) in enumerate(
        zip(reversed(skips), (*reversed(filters[:-1]), filters[0]), strict=True), start=1
    ):
        x = decoder_block(x, skip, count, f"decoder_{number}", momentum)
    return x


def build_unet(
    input_shape: tuple[int | None, int | None, int] = (None, None, 1),
    output_channels: int = 3,
    filters: Sequence[int] = (64, 64, 128, 256, 256, 512, 512),
    dropout_rate: float = 0.3,
    momentum: float = 0.99,
) -> Any:
    """Build the U-Net of the course, a variant of the original one [1]_.

    Parameters
    ----------
    input_shape : tuple
        ``(height, width, channels)``. A side is None (any multiple of 128) or a multiple of 128;
        with another number of encoder blocks n, of 2 ** n.
    output_channels : int
        Three for red, green and blue.
    filters : sequence of int
        Channels of each encoder block, from the largest picture to the smallest. Its length is
        the number of encoder blocks and of decoder blocks.
    dropout_rate : float
        0 up to but not including 1.
    momentum : float
        Momentum of the moving averages of batch normalization. With 0.99 they need some 500 steps
        before the network can be used; use a lower value for a short training.

    Returns
    -------
    keras.Model
        From ``(batch, height, width, channels)`` to ``(batch, height, width, output_channels)``,
        both in the signed range, -1 to 1. With the defaults it has 11,483,715 parameters.

    Raises
    ------
    ValueError
        If an argument is out of range; the message names it.

    Notes
    -----
    Strided convolutions replace pooling, and the skips are added instead of concatenated.

    References
    ----------
    .. [1] O. Ronneberger, P. Fischer and T. Brox, "U-Net: Convolutional Networks for Biomedical
       Image Segmentation", MICCAI 2015, https://doi.org/10.1007/978-3-319-24574-4_28

    Examples
    --------
    >>> network = build_unet()
    >>> network.count_params()
    11483715
    >>> build_unet((256, 256, 1)).get_layer("encoder_7").output.shape
    (None, 2, 2, 512)
    """
    filters = _check_arguments(input_shape, output_channels, filters, dropout_rate)
    inputs = keras.Input(tuple(input_shape), name="grey")
    features = _features(inputs, filters, dropout_rate, momentum)
    # Half precision is too coarse for the levels of a picture.
    head = layers.Conv2D(output_channels, 1, activation="tanh", dtype="float32", name="head")
    return keras.Model(inputs, head(features), name="unet")


def build(configuration):
    """Build the blocks of the U-Net with the head of a configuration's target (keras.Model)."""
    inputs = keras.Input((None, None, 1), name="grey")
    features = _features(
        inputs,
        configuration.filters,
        configuration.dropout_rate,
        configuration.normalization_momentum,
    )
    return keras.Model(inputs, heads.add_head(features, configuration.target), name="unet")
