"""Convert a photograph to grey levels, given as a file, its content, a Pillow image or an array.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import os
from typing import Any

import numpy as np
from PIL import Image

from colorlab.errors import InputError
from colorlab.images import formats, levels
from colorlab.images.photograph import Photograph
from colorlab.images.reading import Opened, decode, open_picture
from colorlab.images.refusals import one_line_errors
from colorlab.restoration.steps import parse_steps, restored_grey

__all__ = ["to_grey"]

_EXPECTED = (
    "image must be a path, an open file or its bytes, a Pillow image, or an array of the shape "
    "(height, width) or (height, width, channels)"
)
_ALMOST = 1e-5  # tolerance of a computed 0 or 1


def to_grey(image: Any, restore: Any = None) -> np.ndarray:
    """Compute the grey of one photograph.

    Parameters
    ----------
    image : path-like, bytes, binary file, PIL.Image.Image, Photograph or array-like
        A picture file, its content, or a Pillow image of any mode: all are read as
        :func:`colorlab.images.read_image` reads files. Or an array or nested lists of the shape
        (height, width), or (height, width, channels) with grey, grey and alpha, RGB, or RGBA:
        whole numbers from 0 to 255, uint16 from 0 to 65535, floats from 0 to 1, or bools.
    restore : str or iterable of str, optional
        Of an old photograph: ``fading``, ``scratches``, ``cast``, or ``all``; see
        :mod:`colorlab.restoration`. By default nothing is changed.

    Returns
    -------
    numpy.ndarray, shape (height, width, 1)
        uint8 levels. Transparent parts are laid on white; of a
        :class:`~colorlab.images.photograph.Photograph`, which keeps its transparency, they are
        not.

    Raises
    ------
    InputError
        If it is no picture, or if the range of its numbers is ambiguous. The message
        says what to type.

    Notes
    -----
    Grey is 0.299 R + 0.587 G + 0.114 B of the sRGB levels, rounded as Pillow rounds it [1]_.

    References
    ----------
    .. [1] ITU-R Recommendation BT.601-7, 2011.

    Examples
    --------
    >>> to_grey([[0.0, 0.5], [1.0, 0.25]])[..., 0].tolist()
    [[0, 128], [255, 64]]
    >>> to_grey(np.zeros((3, 8, 8), "uint8"))
    Traceback (most recent call last):
    colorlab.errors.InputError: image has the shape (3, 8, 8), with the channels first; ...
    """
    steps = parse_steps(restore)
    if isinstance(image, Photograph):
        return restored_grey(Image.fromarray(image.grey[..., 0]), steps)[0] if steps else image.grey
    if isinstance(image, str | os.PathLike):
        return _read(image, os.fspath(image), steps)
    if isinstance(image, bytes | bytearray | memoryview):
        return _read(bytes(image), "image", steps)
    if hasattr(image, "read"):
        return _read(_content(image), str(getattr(image, "name", "image")), steps)
    if isinstance(image, Image.Image):
        return _of_picture(image, steps)
    return _of_array(image, steps)


def _read(source, name, steps):
    with open_picture(source, name) as opened:
        return _grey(opened, steps)


def _content(stream):
    try:
        if stream.seekable():
            stream.seek(0)
        content = stream.read()
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"image: the file cannot be read ({reason}); open it again") from None
    if isinstance(content, str):
        raise InputError("image is a file opened as text; type open(path, 'rb')")
    return content


def _grey(opened, steps):
    return restored_grey(levels.flatten(*decode(opened)), steps)[0]


def _of_picture(picture, steps):
    if picture.format is None and picture.mode in ("F", "I"):
        return _of_array(np.asarray(picture), steps)
    if 0 in picture.size:
        raise InputError(f"image has no pixels, its size is {picture.size}")
    if picture.mode == "HSV":
        picture = picture.convert("RGB")
    with one_line_errors("image"):
        if getattr(picture, "tile", None) and not formats.is_read(picture.format):
            # The image is opened, but not decoded yet: decoding some formats would run a program.
            raise InputError(f"is an open {picture.format} file; type image.load() before")
        picture.load()
        return _grey(Opened(picture, picture.format, []), steps)


def _of_array(image, steps):
    try:
        array = np.asarray(image)
    except (ValueError, TypeError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{_EXPECTED}; it cannot be made an array ({reason})") from None
    if array.dtype.kind not in "buif":
        what = type(image).__name__
        if isinstance(image, list | tuple) and image and isinstance(image[0], str | os.PathLike):
            raise InputError(f"{_EXPECTED}, got a {what} of paths; give one at a time")
        raise InputError(f"{_EXPECTED}, got {what}")
    _require_shape(array)
    # Arrays that were read from a file may have its order of bytes.
    array = _eight_bits(array.astype(array.dtype.newbyteorder("="), copy=False))
    channels = array.shape[2] if array.ndim == 3 else 1
    if channels == 1:
        grey = array.reshape(*array.shape[:2], 1)
        return restored_grey(Image.fromarray(grey[..., 0]), steps)[0] if steps else grey
    picture = Image.fromarray(np.ascontiguousarray(array))
    alpha = picture.getchannel("A") if channels in (2, 4) else None
    if alpha is not None:
        picture = picture.convert("L" if channels == 2 else "RGB")
    return restored_grey(levels.flatten(picture, alpha), steps)[0]


def _require_shape(array):
    shape = array.shape
    if 0 in shape or len(shape) < 2:
        raise InputError(f"{_EXPECTED}, got the shape {shape}")
    if len(shape) == 4:
        hint = "image[0]" if shape[0] == 1 else "image[0], image[1], ... one after the other"
        raise InputError(f"image has the shape {shape}, a batch of pictures; type {hint}")
    if len(shape) > 4:
        raise InputError(f"{_EXPECTED}, got the shape {shape}")
    if len(shape) == 3 and shape[2] not in (1, 2, 3, 4):
        if shape[0] in (1, 3, 4):
            raise InputError(
                f"image has the shape {shape}, with the channels first; "
                "type image.transpose(1, 2, 0)"
            )
        raise InputError(f"image has the shape {shape}; expected 1 to 4 channels at the end")


def _eight_bits(array):
    """Convert an array of numbers of any type to uint8, or refuse an ambiguous range."""
    kind, lowest, highest = array.dtype, array.min(), array.max()
    if kind == np.uint8:
        return array
    if kind == np.bool_:
        return array.astype("uint8") * 255
    if kind.kind == "f":
        return _eight_bits_of_floats(array, float(lowest), float(highest))
    if kind == np.uint16 and (highest > 255 or highest == 0):
        return levels.EIGHT_BITS[array]
    if kind == np.uint32 and highest >= 2**24:  # else all of it would be black
        return (array >> 24).astype("uint8")
    if kind != np.uint16 and 0 <= lowest and highest <= 255:
        return array.astype("uint8")
    hint = "np.clip(image, 0, 255).astype('uint8')"
    if kind == np.uint16:
        hint = "image.astype('uint8') if 255 is white"
    elif 0 <= lowest and highest <= 65535:
        hint = "image.astype('uint16') if 65535 is white"
    raise InputError(
        f"image holds {kind} numbers from {lowest} to {highest}: it is not clear which one is "
        f"white; type {hint}"
    )


def _eight_bits_of_floats(array, lowest, highest):
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise InputError("image holds NaN or infinite numbers; type np.nan_to_num(image)")
    if -_ALMOST <= lowest and highest <= 1 + _ALMOST:
        return np.rint(np.clip(array, 0, 1) * np.float32(255)).astype("uint8")
    hint = "np.clip(image, 0, 1)"
    if lowest >= 0 and highest <= 255:
        hint = "image / 255 if it holds levels from 0 to 255"
    elif lowest >= -1 - _ALMOST and highest <= 1 + _ALMOST:
        hint = "(image + 1) / 2 if it holds numbers from -1 to 1"
    raise InputError(
        f"image holds floats from {lowest:g} to {highest:g}, expected 0 to 1; type {hint}"
    )
