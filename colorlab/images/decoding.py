"""What every reader of picture files needs: upright, 8 bits, sRGB, and errors of one line.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib
import io
import os
import stat
import struct
import warnings

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from colorlab.errors import InputError

__all__ = [
    "convert_profile",
    "one_line_errors",
    "open_regular",
    "range_of_levels",
    "to_eight_bits",
    "turn_upright",
]

_EXIF_ORIENTATION = 0x0112
_BITS_A_SAMPLE, _SAMPLE_FORMAT = 0x0102, 0x0153  # of a TIFF file
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
    turn = None
    with contextlib.suppress(Exception):  # damaged EXIF data are no reason to refuse the picture
        turn = _UPRIGHT.get(picture.getexif().get(_EXIF_ORIENTATION))
    return picture if turn is None else picture.transpose(turn)


# The 8-bit level nearest to each of 16 bits.
_EIGHT_BITS = ((np.arange(2**16) + 128) // 257).astype("uint8")


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
    bits = picture.tag_v2.get(_BITS_A_SAMPLE, (16,))[0]
    if bits > 16 or picture.tag_v2.get(_SAMPLE_FORMAT, (1,))[0] != 1:
        raise InputError("holds numbers of 32 bits or with a sign, expected levels of 8 or 16 bits")
    return 2**bits - 1


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
        levels stands for transparency.
    """
    if not picture.mode.startswith("I"):
        return picture
    levels = np.asarray(picture)
    if levels.dtype != np.uint16:
        levels = np.clip(levels, 0, 65535)
    wide = levels if highest == 65535 else levels.astype("uint32") * 65535 // highest
    small = Image.fromarray(_EIGHT_BITS[wide])
    clear = picture.info.get("transparency")
    if not isinstance(clear, int):
        return small
    alpha = Image.fromarray(np.where(levels == clear, 0, 255).astype("uint8"))
    return Image.merge("LA", (small, alpha))


def convert_profile(picture, profile):
    """Convert a picture from its own colour profile to sRGB.

    Parameters
    ----------
    picture : PIL.Image.Image
    profile : bytes or None
        An ICC profile.

    Returns
    -------
    PIL.Image.Image
        RGB; the picture itself without a profile, or with one that is damaged or does not fit.
    """
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        # A damaged or mismatched profile is no reason to refuse the picture.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    return picture


def open_regular(path):
    """Open a file for reading, and nothing that could make its reader wait for ever.

    Pillow gets the open file and not its path: of a path it maps uncompressed TIFF files into
    memory, and mixes their rows up where they have to be turned.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    binary file

    Raises
    ------
    InputError
        If it is a pipe or a device.
    OSError
        If it is missing or cannot be read.
    """
    if stat.S_ISREG(os.stat(path).st_mode) or os.path.isdir(path):
        return open(path, "rb")
    raise InputError("is a pipe or a device, expected a picture file")


@contextlib.contextmanager
def one_line_errors(name):
    """Turn what goes wrong while a picture is read into one line with its name.

    Parameters
    ----------
    name : str
        Whose errors these are.

    Raises
    ------
    InputError
        In place of everything that Pillow raises for files that are missing or damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FileNotFoundError:
        raise InputError(f"{name}: no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{name}: is a folder, expected a picture file") from None
    except PermissionError:
        raise InputError(f"{name}: may not be read; check its permissions") from None
    except UnidentifiedImageError:
        raise InputError(
            f"{name}: is not a picture that can be decoded; expected JPEG, PNG, WebP, TIFF, BMP "
            "or GIF"
        ) from None
    except Image.DecompressionBombError:
        limit = 2 * Image.MAX_IMAGE_PIXELS // 10**6
        raise InputError(
            f"{name}: has more than {limit} million pixels; make it smaller first"
        ) from None
    except MemoryError:
        raise InputError(f"{name}: does not fit into memory; make it smaller first") from None
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        struct.error,
    ) as error:  # Pillow's decoders raise all of these on damaged files.
        if getattr(error, "errno", None):
            raise InputError(f"{name}: cannot be read ({error.strerror})") from None
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{name}: is damaged or cut short ({reason}); get a whole copy") from None
