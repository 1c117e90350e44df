"""From the numbers in a picture file to upright 8-bit levels, their transparency apart.

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

_LOSSY = 8  # levels between the channels of a grey picture that was compressed as colour
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
    """Apply the EXIF rotation; unlike Pillow's own function it does not write EXIF data again.

    Some cameras store text where a number belongs, which can be read and not written.

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
    """Tell the EXIF orientation of a picture (int), 1 for upright."""
    with contextlib.suppress(Exception):  # damaged EXIF data are no reason to refuse the picture
        stored = picture.getexif().get(_TAGS.Orientation, 1)
        if isinstance(stored, bytes | tuple):  # stored as a byte instead of a short number
            (stored,) = stored
        return int(stored)
    return 1


def range_of_levels(picture):
    """Tell the largest level that a picture of more than 8 bits can hold.

    Parameters
    ----------
    picture : PIL.Image.Image
        As it was opened.

    Returns
    -------
    int
        65535, or 4095 for a TIFF file of 12 bits.

    Raises
    ------
    InputError
        If its numbers have a range that nobody knows, or are no levels of grey, RGB or CMYK.
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


#: The 8-bit level nearest to each of 16 bits.
EIGHT_BITS = ((np.arange(2**16) + 128) // 257).astype("uint8")


def to_eight_bits(picture, highest=65535):
    """Bring grey pictures of more than 8 bits to 8, over their whole range.

    Parameters
    ----------
    picture : PIL.Image.Image
    highest : int
        What :func:`range_of_levels` says of the file.

    Returns
    -------
    PIL.Image.Image
        The picture itself if it has no more than 8 bits already; grey with alpha if one of its
        levels stands for transparency. A TIFF file in which 0 is white is turned round, which
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
    """Give a picture without its transparency, and this apart.

    Parameters
    ----------
    picture : PIL.Image.Image
        Of 8 bits.

    Returns
    -------
    picture : PIL.Image.Image
        Without alpha and without a palette.
    alpha : PIL.Image.Image or None
        Grey, 0 where it is transparent; None if that is nowhere.
    """
    if "transparency" in picture.info and picture.mode in ("1", "L"):
        picture = picture.convert("L").convert("LA")
    elif "transparency" in picture.info or picture.mode in ("PA", "La", "RGBa"):
        picture = picture.convert("RGBA")
    if picture.mode not in ("RGBA", "LA"):
        return picture.convert("RGB") if picture.mode == "P" else picture, None
    alpha = picture.getchannel("A")
    lowest, highest = alpha.getextrema()
    # A bitmap's fourth byte is mostly left 0 by programs that know no transparency.
    opaque = lowest == 255 or (highest == 0 and picture.format == "BMP")
    # A profile of one channel fits grey, one of three fits colour.
    picture = picture.convert("L" if picture.mode == "LA" else "RGB")
    return picture, None if opaque else alpha


def flatten(picture, alpha):
    """Lay what is transparent on white, as paper would show it.

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
    """Tell whether a picture shows colour, and not only grey that was stored as colour.

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
    red, green, blue = picture.convert("RGB").split()
    differences = (ImageChops.difference(red, other).getextrema()[1] for other in (green, blue))
    return max(differences) > _LOSSY
