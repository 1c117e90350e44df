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

Taught in :doc:`/notebooks/03_unet`.
"""

import numbers
from collections.abc import Sequence
from typing import Any

from colorlab.backend import keras
from colorlab.networks import heads
from colorlab.networks.blocks import decoder_block, encoder_block, middle_block

__all__ = ["build", "build_unet"]


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
    head = keras.layers.Conv2D(output_channels, 1, activation="tanh", dtype="float32", name="head")
    return keras.Model(inputs, head(features), name="unet")


def build(configuration):
    """Build the blocks of the U-Net with the head of a configuration's target.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration

    Returns
    -------
    keras.Model
    """
    inputs = keras.Input((None, None, 1), name="grey")
    features = _features(
        inputs,
        configuration.filters,
        configuration.dropout_rate,
        configuration.normalization_momentum,
    )
    return keras.Model(inputs, heads.add_head(features, configuration.target), name="unet")
