"""Picture files to squares of one size, inside a pipeline of TensorFlow.

Taught in :doc:`/notebooks/04_training`.
"""

import os

from colorlab import images
from colorlab.backend import silent_stderr

with silent_stderr():
    import tensorflow as tf

__all__ = ["choose_decoder", "crop_square", "decode", "to_square"]

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

    Both are several times as fast as the Lanczos filter of images.standardize.
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
