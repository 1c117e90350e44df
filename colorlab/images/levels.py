"""Convert the stored values of a picture to 8-bit levels, upright and with separate transparency.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib

import numpy as np
from PIL import ExifTags, Image, ImageChops

from colorlab.errors import InputError

__all__ = [
    "EIGHT_BITS",
    "flatten",
    "is_colored",
    "orientation",
    "range_of_levels",
    "split_alpha",
    "to_eight_bits",
    "turn_upright",
]

_LOSSY = 8  # differences between the channels of a grey picture that was compressed as colour
_TAGS = ExifTags.Base
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn_upright(picture):
    """Apply the EXIF orientation, without writing the EXIF data as Pillow's function does.

    Some cameras store text in place of a number, which can be read but not written.

    Parameters
    ----------
    picture : PIL.Image.Image

    Returns
    -------
    PIL.Image.Image
        The picture itself if it is upright already.
    """
    turn = _UPRIGHT.get(orientation(picture))
    return picture if turn is None else picture.transpose(turn)


def orientation(picture):
    """Return the EXIF orientation of a picture, 1 for upright.

    Parameters
    ----------
    picture : PIL.Image.Image

    Returns
    -------
    int
        1 to 8.
    """
    with contextlib.suppress(Exception):  # a picture with damaged EXIF data can still be used
        stored = picture.getexif().get(_TAGS.Orientation, 1)
        if isinstance(stored, bytes | tuple):  # stored as a byte instead of a short number
            (stored,) = stored
        return int(stored)
    return 1


def range_of_levels(picture):
    """Return the largest level of a picture of more than 8 bits.

    Parameters
    ----------
    picture : PIL.Image.Image
        As returned by ``PIL.Image.open``.

    Returns
    -------
    int
        65535, or 4095 for a TIFF file of 12 bits.

    Raises
    ------
    InputError
        If the range of its values is unknown, or they are no levels of grey, RGB or CMYK.
    """
    if picture.mode == "F":
        raise InputError("holds floating point values, expected whole levels")
    if picture.mode in ("LAB", "HSV"):
        raise InputError(
            f"is stored as {picture.mode}, expected grey, RGB or CMYK; save it as RGB first"
        )
    if picture.format != "TIFF" or not picture.mode.startswith("I"):
        return 65535
    bits = picture.tag_v2.get(_TAGS.BitsPerSample, (16,))[0]
    if bits > 16 or picture.tag_v2.get(_TAGS.SampleFormat, (1,))[0] != 1:
        raise InputError("holds numbers of 32 bits or with a sign, expected levels of 8 or 16 bits")
    return 2**bits - 1


#: The nearest 8-bit level for each 16-bit level.
EIGHT_BITS = ((np.arange(2**16) + 128) // 257).astype("uint8")


def to_eight_bits(picture, highest=65535):
    """Scale grey pictures of more than 8 bits to 8 bits.

    Parameters
    ----------
    picture : PIL.Image.Image
    highest : int
        The result of :func:`range_of_levels` for the file.

    Returns
    -------
    PIL.Image.Image
        The picture itself if it has at most 8 bits; grey with alpha if one of its
        levels means transparency. A TIFF file in which 0 is white is inverted, which
        Pillow does for 8 bits only.
    """
    if not picture.mode.startswith("I"):
        return picture
    levels = np.asarray(picture)
    if levels.dtype != np.uint16:
        levels = np.clip(levels, 0, 65535)
    wide = levels if highest == 65535 else levels.astype("uint32") * 65535 // highest
    small = Image.fromarray(EIGHT_BITS[wide])
    tags = getattr(picture, "tag_v2", {})
    if picture.mode.startswith("I;16") and tags.get(_TAGS.PhotometricInterpretation) == 0:
        small = ImageChops.invert(small)
    clear = picture.info.get("transparency")
    if not isinstance(clear, int):
        return small
    alpha = Image.fromarray(np.where(levels == clear, 0, 255).astype("uint8"))
    return Image.merge("LA", (small, alpha))


def split_alpha(picture):
    """Split a picture into its colours and its transparency.

    Parameters
    ----------
    picture : PIL.Image.Image
        With 8 bits per channel.

    Returns
    -------
    picture : PIL.Image.Image
        Without alpha and without a palette.
    alpha : PIL.Image.Image or None
        Grey, 0 where the picture is transparent; None if it is opaque.
    """
    if "transparency" in picture.info and picture.mode in ("1", "L"):
        picture = picture.convert("L").convert("LA")
    elif picture.mode == "La":
        picture = picture.convert("LA")
    elif "transparency" in picture.info or picture.mode in ("PA", "RGBa"):
        picture = picture.convert("RGBA")
    if picture.mode not in ("RGBA", "LA"):
        return picture.convert("RGB") if picture.mode == "P" else picture, None
    alpha = picture.getchannel("A")
    lowest, highest = alpha.getextrema()
    # Programs without support for transparency usually leave the fourth byte of a bitmap 0.
    opaque = lowest == 255 or (highest == 0 and picture.format == "BMP")
    # A profile of one channel fits grey, one of three fits colour.
    picture = picture.convert("L" if picture.mode == "LA" else "RGB")
    return picture, None if opaque else alpha


def flatten(picture, alpha):
    """Composite a transparent picture over white.

    Parameters
    ----------
    picture : PIL.Image.Image
        Without alpha and without a palette.
    alpha : PIL.Image.Image or None

    Returns
    -------
    PIL.Image.Image
        Grey or RGB.
    """
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    if alpha is None:
        return picture
    return Image.composite(picture, Image.new(picture.mode, picture.size, "white"), alpha)


def is_colored(picture):
    """Return whether a picture has colours, or only grey that was stored as colour.

    Parameters
    ----------
    picture : PIL.Image.Image
        Without alpha and without a palette.

    Returns
    -------
    bool
    """
    if picture.mode in ("1", "L"):
        return False
    red, green, blue = (picture if picture.mode == "RGB" else picture.convert("RGB")).split()
    differences = (ImageChops.difference(red, other).getextrema()[1] for other in (green, blue))
    return max(differences) > _LOSSY
