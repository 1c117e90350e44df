"""The blocks of the U-Net: encoder, middle and decoder.

The last layer of a block has the block's name, so ``network.get_layer("encoder_3").output`` is the
output of encoder block 3. The other layers have a suffix: ``encoder_3_convolution``,
``encoder_3_activation``, ``encoder_3_normalization``.

Taught in :doc:`/notebooks/03_unet`.
"""

from colorlab.backend import keras
from colorlab.networks.normalization import BatchNormalization

__all__ = ["decoder_block", "encoder_block", "middle_block"]

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
