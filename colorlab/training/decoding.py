"""Picture files to squares of one size, inside a pipeline of TensorFlow.

Taught in :doc:`/notebooks/04_training`.
"""

import os
from typing import Any

from colorlab import color, images
from colorlab.backend import silent_stderr

with silent_stderr():
    import tensorflow as tf

__all__ = ["choose_decoder", "crop_square", "decode", "picture_reader", "to_network", "to_square"]

_PILLOW = 0
_RATIOS = (1, 2, 4, 8)


def choose_decoder(picture, size):
    """Choose the decoder of a file.

    Parameters
    ----------
    picture : colorlab.datasets.table.Picture
    size : int
        The side in pixels that is needed.

    Returns
    -------
    int
        0 for Pillow, or 1 + the index of the ratio at which TensorFlow decodes.
    """
    if not picture.plain:
        return _PILLOW
    side = min(picture.height, picture.width)
    fitting = [place for place, ratio in enumerate(_RATIOS) if side // ratio >= size]
    return 1 + max(fitting, default=0)


def decode(path, decoder):
    """Decode one file to uint8 RGB.

    A JPEG decoder can skip the finest detail of a large picture and decode it at a half, a quarter
    or an eighth of its size in a fraction of the time.

    Parameters
    ----------
    path : tensor of str
    decoder : tensor of int
        From :func:`choose_decoder`.

    Returns
    -------
    tensor, shape (height, width, 3)
        uint8 sRGB.
    """

    def with_tensorflow(ratio):
        return lambda: tf.io.decode_jpeg(
            tf.io.read_file(path), 3, ratio=ratio, dct_method="INTEGER_ACCURATE"
        )

    def with_pillow():
        image = tf.numpy_function(
            lambda name: images.read_image(os.fsdecode(name)), [path], tf.uint8
        )
        return tf.ensure_shape(image, (None, None, 3))

    return tf.switch_case(decoder, [with_pillow, *map(with_tensorflow, _RATIOS)])


def picture_reader(table, size, min_crop_area=1.0):
    """Make the function that decodes the pictures of a table, as large as their crops need.

    Parameters
    ----------
    table : colorlab.datasets.table.PictureTable
    size : int
        Side of the crops in pixels.
    min_crop_area : float
        Smallest share of a picture that a crop shows.

    Returns
    -------
    callable
        From a position in the table (tensor of int) to what :func:`decode` returns.
    """
    paths = tf.constant([os.fsencode(table.folder / row.path) for row in table.pictures])
    needed = round(size / min_crop_area**0.5)
    decoders = tf.constant([choose_decoder(picture, needed) for picture in table.pictures])
    return lambda index: decode(paths[index], decoders[index])


def to_square(image, size):
    """Crop the central square and resize it.

    Parameters
    ----------
    image : tensor, shape (height, width, 3)
        uint8 sRGB.
    size : int
        Side of the result in pixels.

    Returns
    -------
    tensor, shape (size, size, 3)
        uint8 sRGB.
    """
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _resize_square(image[top : top + side, left : left + side], size)


def crop_square(image, size, smallest, key):
    """Crop a square of random size and position, and resize it.

    Parameters
    ----------
    image : tensor, shape (height, width, 3)
        uint8 sRGB.
    size : int
        Side of the result in pixels.
    smallest : float
        Least area of the square, as a fraction of the largest one, above 0, at most 1.
    key : tensor, shape (2,)
        Whole numbers that decide size and position.

    Returns
    -------
    tensor, shape (size, size, 3)
        uint8 sRGB.
    """
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    longest = tf.minimum(height, width)
    share, down, across = tf.unstack(tf.random.stateless_uniform((3,), key))
    share = tf.sqrt(smallest + (1.0 - smallest) * share)
    side = tf.maximum(1, tf.cast(tf.round(share * tf.cast(longest, tf.float32)), tf.int32))

    def place(share, length):
        return tf.cast(share * tf.cast(length - side + 1, tf.float32), tf.int32)

    top, left = place(down, height), place(across, width)
    return _resize_square(image[top : top + side, left : left + side], size)


def _resize_square(image, size):
    """Resize a square with area averaging if it gets smaller, and bicubic if it gets larger.

    Both are several times as fast as the Lanczos filter of
    :func:`colorlab.images.resizing.standardize`.
    """
    side = tf.shape(image)[0]

    def resized(method):
        scaled = tf.image.resize(image, (size, size), method)
        return tf.cast(tf.clip_by_value(tf.round(scaled), 0, 255), tf.uint8)

    image = tf.case(
        [
            (tf.equal(side, size), lambda: image),
            (tf.greater(side, size), lambda: resized("area")),
        ],
        default=lambda: resized("bicubic"),
    )
    return tf.ensure_shape(image, (size, size, 3))


def to_network(rgb: Any) -> tuple[Any, Any]:
    """Convert a batch of pictures to the input and the target of a network.

    Parameters
    ----------
    rgb : tensor, shape (batch, height, width, 3)
        sRGB levels, uint8.

    Returns
    -------
    grey : tensor, shape (batch, height, width, 1)
        float32 in the signed range, -1 to 1.
    rgb : tensor, shape (batch, height, width, 3)
        float32 in the signed range, -1 to 1.

    Notes
    -----
    Grey is computed after scaling; its weights add up to one, so the order does not matter.

    Examples
    --------
    >>> grey, rgb = to_network(tf.constant([[[[255, 255, 255], [0, 0, 0]]]], tf.uint8))
    >>> grey[0, 0, :, 0].numpy().round(4).tolist()
    [1.0, -1.0]
    """
    rgb = tf.cast(rgb, tf.float32) / 127.5 - 1.0
    # A 1 x 1 convolution is several times faster here than a product with a vector.
    weights = tf.reshape(tf.constant(color.GREY_WEIGHTS), (1, 1, 3, 1))
    return tf.nn.conv2d(rgb, weights, strides=1, padding="VALID"), rgb
