"""What TIFF files hold beyond what Pillow reads: previews in front, wide numbers, odd colour maps.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import ctypes
import functools
import io
import logging
import pathlib
import struct

import numpy as np
import PIL
from PIL import ExifTags, Image

from colorlab.errors import InputError
from colorlab.images.large import grey_of_page, is_large
from colorlab.images.levels import EIGHT_BITS
from colorlab.images.refusals import require_size

__all__ = [
    "fix_palette",
    "full_size",
    "is_reduced",
    "needs_tifffile",
    "quiet_libtiff",
    "read_with_tifffile",
]

_TAGS = ExifTags.Base
_SUBIFDS, _DNG_VERSION = 330, 50706
_RAW = (32803, 34892)  # photometric interpretations: a sensor's colour filters, linear raw
_CAMERA = "is a camera's raw file; develop it first, and save it as TIFF, PNG or JPEG"
_DESCRIPTIONS = (270, 271, 272, 305, 306, 315, 33432)


@functools.cache
def quiet_libtiff():
    """Keep libtiff, which Pillow decodes with, from writing its own lines to standard error.

    What is wrong with a file is in the exceptions. Where the library is not found, as on Windows,
    where it is part of Pillow, nothing changes.
    """
    package = pathlib.Path(PIL.__file__).parent
    names = [
        *package.parent.glob("pillow.libs/libtiff*"),
        *package.glob(".dylibs/libtiff*"),
    ]
    for name in names or ["libtiff.so.6"]:
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(str(name))
            library.TIFFSetWarningHandler(None)
            library.TIFFSetErrorHandler(None)


@functools.cache  # a handler more for each file would never be removed
def _quiet_tifffile():
    # What is wrong with a file is raised, too.
    logging.getLogger("tifffile").addHandler(logging.NullHandler())


def full_size(picture, stream):
    """Go to the first page that is not a reduced copy of another one, a preview.

    Parameters
    ----------
    picture : PIL.Image.Image
        A TIFF file as it was opened.
    stream : binary file
        What it was opened from.

    Returns
    -------
    PIL.Image.Image
        The same, or, where the picture lies in a directory below the first one, another one.

    Raises
    ------
    InputError
        If it is a camera's raw file, which holds no finished picture but the preview.
    """
    if _DNG_VERSION in picture.tag_v2 or _photometric(picture.tag_v2) in _RAW:
        raise InputError(_CAMERA)
    if not is_reduced(picture.tag_v2):
        return picture
    with contextlib.suppress(EOFError, OSError, SyntaxError, struct.error):
        while True:
            picture.seek(picture.tell() + 1)
            if not is_reduced(picture.tag_v2):
                require_size(*picture.size)
                return picture
    picture.seek(0)
    return _below(picture, stream)


def is_reduced(tags):
    """Tell whether a page is a reduced copy of another one, a preview (bool)."""
    return bool(tags.get(254, 0) & 1) or tags.get(255) == 2


def _photometric(tags):
    return tags.get(_TAGS.PhotometricInterpretation)


def _below(picture, stream):
    places = picture.tag_v2.get(_SUBIFDS, ())
    places = places if isinstance(places, tuple) else (places,)
    stream.seek(0)
    head = stream.read(8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None:
        return picture
    from PIL import TiffImagePlugin  # imported by Pillow itself where a file needs it

    for place in places:
        tags = TiffImagePlugin.ImageFileDirectory_v2(head)
        stream.seek(place)
        tags.load(stream)
        if _photometric(tags) in _RAW:
            raise InputError(_CAMERA)
        if not is_reduced(tags):
            # The same file with this directory as the first one.
            stream.seek(8)
            content = head[:4] + struct.pack(f"{order}I", place) + stream.read()
            return Image.open(io.BytesIO(content), formats=("TIFF",))
    return picture


def needs_tifffile(picture):
    """Tell whether Pillow opens a TIFF file and would decode it wrongly, or not as numbers.

    Parameters
    ----------
    picture : PIL.Image.Image
        A TIFF file as it was opened.

    Returns
    -------
    bool
    """
    bits = picture.tag_v2.get(_TAGS.BitsPerSample, (1,))
    separate = picture.tag_v2.get(_TAGS.PlanarConfiguration) == 2 and len(bits) > 1
    large = is_large(picture.height, picture.width) and len(bits) > 1
    return picture.mode == "F" or max(bits) > 16 or (separate and max(bits) > 8) or large


def read_with_tifffile(stream, number=None):
    """Read the first full-size page, or another one, of a TIFF file that Pillow does not decode.

    Parameters
    ----------
    stream : binary file
    number : int, optional
        Of the page.

    Returns
    -------
    picture : PIL.Image.Image
        Of 8 bits; its profile, orientation and descriptions as Pillow would give them.
    notes : list of str
        What was lost.

    Raises
    ------
    InputError
        If its numbers are no levels, or the library that reads it is not installed.
    """
    try:
        import tifffile
    except ImportError:
        raise InputError(
            'is a TIFF file of an unusual kind; type: pip install "colorlab-book[formats]" or '
            "save it as PNG or 8-bit TIFF first"
        ) from None
    _quiet_tifffile()
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        full = next((page for page in file.pages if not page.is_reduced), file.pages[0])
        page = full if number is None else file.pages[number]
        if page.photometric in _RAW:
            raise InputError(_CAMERA)
        require_size(page.imagewidth, page.imagelength)
        if page.photometric not in (0, 1, 2) or page.axes not in ("YX", "YXS", "SYX"):
            what = getattr(page.photometric, "name", page.photometric)
            raise InputError(f"holds {what} in {page.axes} order, expected grey or RGB pictures")
        if is_large(page.imagelength, page.imagewidth):
            array = grey_of_page(page, lambda part: _levels(part, page.bitspersample))
        else:
            array = page.asarray()
            array = np.moveaxis(array, 0, -1) if page.axes == "SYX" else array
            array = _levels(array, page.bitspersample)
        if page.photometric == 0:
            array = 255 - array
        picture = _picture(array, [int(extra) for extra in page.extrasamples])
        for tag in (*_DESCRIPTIONS, _TAGS.Orientation):
            if tag in page.tags:
                value = page.tags[tag].value
                picture.getexif()[tag] = value if isinstance(value, str) else int(value)
        if 34675 in page.tags:
            picture.info["icc_profile"] = bytes(page.tags[34675].value)
        bits = page.bitspersample
    return picture, [f"{bits} bits became 8"] if bits > 8 else []


def _levels(array, bits):
    if array.dtype.kind == "i":
        raise InputError("holds numbers of 32 bits or with a sign, expected levels of 8 or 16 bits")
    if array.dtype.kind == "f":
        lowest, highest = float(array.min()), float(array.max())
        if not (-1e-5 <= lowest and highest <= 1 + 1e-5):
            raise InputError(
                f"holds floating point values from {lowest:g} to {highest:g}, expected 0 to 1"
            )
        return np.rint(array.clip(0, 1) * np.float32(255)).astype("uint8")
    if array.dtype.itemsize > 2 and array.max() <= 65535:
        raise InputError("holds numbers of 32 bits or with a sign, expected levels of 8 or 16 bits")
    if bits == array.dtype.itemsize * 8:
        return EIGHT_BITS[array] if bits == 16 else (array >> (bits - 8)).astype("uint8")
    return np.rint(array * np.float32(255 / (2**bits - 1))).astype("uint8")


def _picture(array, extra):
    if array.ndim == 2 or array.shape[2] == 1:
        return Image.fromarray(array.reshape(array.shape[:2]))
    channels = 1 if array.shape[2] < 3 else 3
    transparent = extra[:1] in ([1], [2])
    array = np.ascontiguousarray(array[..., : channels + transparent])
    if array.shape[2] == 1:
        return Image.fromarray(array[..., 0])
    if extra[:1] == [1]:  # the colours are multiplied by the alpha already
        array = array if channels == 3 else np.ascontiguousarray(array[..., [0, 0, 0, 1]])
        return Image.frombuffer("RGBa", array.shape[1::-1], array.tobytes(), "raw", "RGBa", 0, 1)
    return Image.fromarray(array)


def fix_palette(picture):
    """Read a colour map that ends at 255 as every viewer does: its numbers have 8 bits, not 16.

    Parameters
    ----------
    picture : PIL.Image.Image
        A TIFF file, decoded.
    """
    colors = picture.tag_v2.get(_TAGS.ColorMap)
    if picture.mode == "P" and colors and max(colors) <= 255:
        count = len(colors) // 3
        columns = (colors[:count], colors[count : 2 * count], colors[2 * count :])
        picture.putpalette([value for color in zip(*columns, strict=False) for value in color])
