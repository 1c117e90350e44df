"""Save pictures, and coloured photographs with the metadata of the originals.

Taught in :doc:`/notebooks/01_data` and
:doc:`/notebooks/10_your_own_photographs`.
"""

import io
import os
import pathlib
import struct

import numpy as np
from PIL import Image, TiffImagePlugin

from colorlab.atomic import open_atomic
from colorlab.errors import InputError
from colorlab.images import jpeg_strips, large, png_strips
from colorlab.images.formats import FORMATS
from colorlab.images.levels import flatten
from colorlab.images.refusals import ignored_warnings
from colorlab.images.save_options import save_options

__all__ = ["save_image", "write_pages", "write_photograph"]

_WITH_ALPHA = ("PNG", "WEBP", "TIFF", "AVIF")
_METADATA_ERRORS = (
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    struct.error,
)
_PIXEL_OPTIONS = ("quality", "compress_level", "compression")
_LARGEST_SIDE = {"JPEG": 65_500, "WEBP": 16_383, "AVIF": 65_536}
_LARGEST_TIFF = 2**32 - 1  # bytes; Pillow appends no pages to BigTIFF files that are compressed


def save_image(
    path: str | os.PathLike[str], image: np.ndarray, overwrite: bool = False, quality: int = 95
) -> None:
    """Save a picture atomically.

    The file is written under a temporary name in the same folder and renamed when it is
    complete: a crash or a full disk leaves either the old file or the whole new one.

    Parameters
    ----------
    path : path-like
        The ending determines the format, see :data:`colorlab.images.formats.FORMATS`, or ``.gif``.
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB; with a fourth channel RGBA. Or grey levels, (height, width, 1) or (height,
        width).
    overwrite : bool
        Whether an existing file may be replaced.
    quality : int
        1 to 100, for the formats that lose detail.

    Raises
    ------
    InputError
        If the ending is not known, the array is no such picture, the file exists, or it cannot be
        written.
    """
    path = pathlib.Path(path)
    image_format = {**FORMATS, ".gif": "GIF"}.get(path.suffix.lower())
    if image_format is None:
        raise InputError(f"{path}: unknown ending, expected one of {', '.join(FORMATS)}, .gif")
    pixels = _pixels(image)
    with open_atomic(path, overwrite) as stream:
        _save(stream, pixels, image_format, {"quality": quality})


def _pixels(image):
    """Return an array as Pillow takes it: a grey picture without an axis for its channel."""
    array = np.asarray(image)
    array = array[..., 0] if array.shape[2:] == (1,) else array
    if array.dtype != np.uint8 or array.shape[2:] not in ((), (3,), (4,)) or array.ndim < 2:
        hint = ""
        if array.dtype.kind == "f":
            hint = "; of floats from 0 to 1, type np.rint(255 * image).astype('uint8')"
        raise InputError(
            "image must be uint8 of the shape (height, width, 3), or (height, width) for grey, got "
            f"{array.dtype} {array.shape}{hint}"
        )
    if 0 in array.shape:
        raise InputError(f"image has no pixels, its shape is {array.shape}")
    return array


def write_photograph(stream, image, photograph, image_format, quality=95):
    """Write a coloured photograph with the metadata of the original.

    Parameters
    ----------
    stream : binary file
        Open for writing; TIFF also reads from it.
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB, of the photograph's size or, for a comparison, twice as wide.
    photograph : Photograph
    image_format : str
        One of the values of :data:`colorlab.images.formats.FORMATS`.
    quality : int
        1 to 100, for the formats that lose detail.

    Returns
    -------
    list of str
        What the format cannot store.

    Raises
    ------
    InputError
        If the format cannot hold a picture of this size.

    Notes
    -----
    Transparency is composited over white if the format does not support it.
    """
    height, width = image.shape[:2]
    if max(height, width) > _LARGEST_SIDE.get(image_format, max(height, width)):
        raise InputError(
            f"{photograph.name}: a {image_format} file holds at most "
            f"{_LARGEST_SIDE[image_format]} pixels a side; choose PNG or TIFF"
        )
    notes = []
    if lost := photograph.metadata.get("lost"):
        notes.append(f"could not be carried over: {', '.join(lost)}")
    alpha = photograph.alpha
    if alpha is not None:
        alpha = np.tile(alpha, (1, width // alpha.shape[1], 1))
        if image_format in _WITH_ALPHA:
            image = np.concatenate([image, alpha], axis=-1)
        else:
            image = np.asarray(flatten(Image.fromarray(image), Image.fromarray(alpha[..., 0])))
            notes.append(f"{image_format} knows no transparency, it was laid on white")
    if image_format == "TIFF" and large.is_large(height, width) and alpha is None:
        lost = large.write_tiff(stream, image, photograph.metadata)
        return notes + ([f"could not be carried over: {', '.join(lost)}"] if lost else [])
    options, lost = save_options(photograph.metadata, image_format)
    if lost:
        notes.append(f"{image_format} could not hold: {', '.join(lost)}")
    if image_format in ("JPEG", "WEBP", "AVIF"):
        options["quality"] = quality
    elif image_format == "PNG":
        options["compress_level"] = 3  # nearly as small, and twice as fast
    elif image_format == "TIFF" and "exif" not in options:
        # Pillow cannot store EXIF data in compressed TIFF files.
        options["compression"] = "tiff_adobe_deflate"
    # Without metadata that it cannot hold, the picture can still be saved, and with the mark.
    plain = {key: options[key] for key in options if key in _PIXEL_OPTIONS}
    xmp = {key: value for key, value in photograph.metadata.items() if key == "xmp"}
    marked = {**plain, **save_options(xmp, image_format)[0]}
    for each in (options, marked, plain):
        try:
            with ignored_warnings:  # damaged metadata are written as they were
                _save(stream, image, image_format, each)
            break
        except _METADATA_ERRORS:
            if each is plain:
                raise
            stream.seek(0)
            stream.truncate()
    return notes if each is options else [*notes, "its metadata could not be written"]


def _save(stream, image, image_format, options):
    in_strips = {"JPEG": jpeg_strips.write_jpeg, "PNG": png_strips.write_png}.get(image_format)
    if in_strips and large.is_large(*image.shape[:2]):
        in_strips(stream, image, options)
    else:
        Image.fromarray(image).save(stream, format=image_format, **options)


def write_pages(stream, pages):
    """Write coloured photographs as the pages of one TIFF file, each with its own metadata.

    Parameters
    ----------
    stream : binary file
        Open for writing and reading, and empty.
    pages : iterable of (Photograph, numpy.ndarray)
        As for :func:`write_photograph`. One page is in memory at a time.

    Returns
    -------
    list of str
        The number of pages, and what the format cannot store.

    Raises
    ------
    InputError
        If the pages need more than 4 GB together.
    """
    count, size, notes = 0, 0, []
    with TiffImagePlugin.AppendingTiffWriter(stream) as file:
        for count, (photograph, image) in enumerate(pages, 1):
            content = io.BytesIO()
            lost = write_photograph(content, image, photograph, "TIFF")
            notes += [note for note in lost + photograph.notes * (count > 1) if note not in notes]
            size += content.getbuffer().nbytes
            if size > _LARGEST_TIFF:
                raise InputError(
                    f"{photograph.name}: its pages need more than the 4 GB of a TIFF file; choose "
                    "another format, which makes each page a file"
                )
            file.write(content.getvalue())
            file.newFrame()
    return [f"{count} pages", *notes]
