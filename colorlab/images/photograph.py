"""A person's own photograph: its grey, and what its file holds beside it.

:mod:`colorlab.images` reads pictures for learning, all alike. Here each stays what it is: its
transparency, its format, its date and camera go with it into the coloured file.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import contextlib
import dataclasses
import io
import os
import pathlib
import struct

import numpy as np
from PIL import ExifTags, Image, ImageChops, UnidentifiedImageError

from colorlab.errors import InputError
from colorlab.images.decoding import (
    convert_profile,
    one_line_errors,
    open_regular,
    range_of_levels,
    to_eight_bits,
    turn_upright,
)
from colorlab.images.metadata import read_metadata, save_options

__all__ = ["FORMATS", "Photograph", "format_of", "read_photograph", "write_photograph"]

#: The formats that coloured photographs are written in, by the endings of their names.
FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}

# Others, such as PostScript, are programs rather than pictures.
READ = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP", "JPEG2000")
_LOSSY = 8  # levels between the channels of a grey picture that was compressed as colour
_WITH_ALPHA = ("PNG", "WEBP", "TIFF")
_METADATA_ERRORS = (
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    struct.error,
)
_PIXEL_OPTIONS = ("quality", "compress_level", "compression")
_LARGEST_SIDE = {"JPEG": 65_535, "WEBP": 16_383}


@dataclasses.dataclass
class Photograph:
    """A photograph as it was read.

    Attributes
    ----------
    name : str
        What messages call it.
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 levels, upright. :mod:`colorlab.color` says how grey is made of colour.
    alpha : numpy.ndarray, shape (height, width, 1), or None
        uint8, 0 where the photograph is transparent; None if it is nowhere.
    format : str
        Pillow's name of the format of the file, such as ``JPEG``.
    metadata : dict
        What :func:`colorlab.images.metadata.read_metadata` found.
    notes : list of str
        What a person should know of the way from the file to these numbers.
    """

    name: str
    grey: np.ndarray
    alpha: np.ndarray | None
    format: str
    metadata: dict
    notes: list[str]


def read_photograph(source, name=None):
    """Read a photograph with everything that its coloured copy shall keep.

    Parameters
    ----------
    source : path-like or bytes
        A picture file, or its content.
    name : str, optional
        What messages call it; by default the path.

    Returns
    -------
    Photograph

    Raises
    ------
    InputError
        If it is missing, is no picture, is cut short, or is too large.

    Notes
    -----
    EXIF rotation is applied, colour profiles are converted to sRGB, 16 bits become 8, and of
    several pages or frames the first is taken.

    Examples
    --------
    >>> read_photograph(b"GIF89a, or so", name="holiday.gif")
    Traceback (most recent call last):
    colorlab.errors.InputError: holiday.gif: is not a picture that can be decoded; expected ...
    """
    name = str(source) if name is None else name
    with one_line_errors(name), open_picture(source) as picture:
        image_format = "JPEG" if picture.format == "MPO" else picture.format
        notes = _notes(picture)
        highest = range_of_levels(picture)
        picture.load()
        metadata = read_metadata(picture)
        if picture.mode.startswith("I") and image_format != "PPM":
            notes.append(f"{highest.bit_length()} bits became 8")
        upright, alpha = upright_levels(picture, highest)
        if _is_colored(upright):
            notes.append("was in colour, only its grey was used")
        grey = np.asarray(upright.convert("L"))[..., None]
        alpha = None if alpha is None else np.asarray(alpha)[..., None]
    return Photograph(name, grey, alpha, image_format, metadata, notes)


@contextlib.contextmanager
def open_picture(source):
    """Open a picture file of a format that is decoded here, by its content and not by its ending.

    Parameters
    ----------
    source : path-like or bytes
        A picture file, or its content.

    Yields
    ------
    PIL.Image.Image
        Not decoded yet.

    Raises
    ------
    InputError
        If it is empty, a pipe or a device.
    OSError, and what else Pillow raises
        To be turned into one line by :func:`colorlab.images.decoding.one_line_errors`.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else open_regular(source) as stream:
        try:
            picture = Image.open(stream, formats=READ)
        except UnidentifiedImageError:
            if not stream.seek(0, os.SEEK_END):
                raise InputError("is empty, expected a picture") from None
            raise
        with picture:
            yield picture


def upright_levels(picture, highest):
    """Bring a picture upright to 8-bit sRGB, its transparency apart.

    Parameters
    ----------
    picture : PIL.Image.Image
        Of any mode.
    highest : int
        What :func:`colorlab.images.decoding.range_of_levels` says of it.

    Returns
    -------
    levels : PIL.Image.Image
        Grey or RGB; CMYK without a profile stays.
    alpha : PIL.Image.Image or None
        None if nothing is transparent.
    """
    profile = picture.info.get("icc_profile")
    levels = to_eight_bits(turn_upright(picture), highest)
    if _is_stored_inverted(picture):
        levels = ImageChops.invert(levels)
    levels, alpha = _split_alpha(levels)
    return convert_profile(levels, profile), alpha


def flatten(levels, alpha):
    """Lay what is transparent on white, as paper would show it.

    Parameters
    ----------
    levels : PIL.Image.Image
    alpha : PIL.Image.Image or None

    Returns
    -------
    PIL.Image.Image
        Grey or RGB.
    """
    if levels.mode not in ("L", "RGB"):
        levels = levels.convert("L" if levels.mode == "1" else "RGB")
    if alpha is None:
        return levels
    return Image.composite(levels, Image.new(levels.mode, levels.size, "white"), alpha)


def _is_stored_inverted(picture):
    """Tell whether 0 is white in a TIFF of 16 bits, which Pillow hands over as it is."""
    return (
        picture.format == "TIFF"
        and picture.mode.startswith("I;16")
        and picture.tag_v2.get(ExifTags.Base.PhotometricInterpretation) == 0
    )


def _notes(picture):
    if picture.format not in ("GIF", "PNG", "TIFF", "WEBP"):
        return []
    stream, count = picture.fp, 1
    place = stream.tell()
    # Counted in a second look at the file: where a later page is damaged, the first one is not.
    with contextlib.suppress(Exception), Image.open(stream, formats=READ) as other:
        count = other.n_frames
    stream.seek(place)
    if count < 2:
        return []
    return [f"first of {count} {'pages' if picture.format == 'TIFF' else 'frames'}"]


def _split_alpha(picture):
    """Give the picture without its transparency, and this apart."""
    if "transparency" in picture.info and picture.mode in ("1", "L"):
        picture = picture.convert("L").convert("LA")
    elif "transparency" in picture.info or picture.mode in ("PA", "La", "RGBa"):
        picture = picture.convert("RGBA")
    if picture.mode not in ("RGBA", "LA"):
        return picture.convert("RGB") if picture.mode == "P" else picture, None
    alpha = picture.getchannel("A")
    # A profile of one channel fits grey, one of three fits colour.
    picture = picture.convert("L" if picture.mode == "LA" else "RGB")
    return picture, None if alpha.getextrema()[0] == 255 else alpha


def _is_colored(picture):
    if picture.mode in ("1", "L"):
        return False
    red, green, blue = picture.convert("RGB").split()
    differences = (ImageChops.difference(red, other).getextrema()[1] for other in (green, blue))
    return max(differences) > _LOSSY


def format_of(path, otherwise="PNG"):
    """Tell the format that a coloured photograph of this name is written in.

    Parameters
    ----------
    path : path-like
    otherwise : str
        The format for endings that say nothing.

    Returns
    -------
    str
        Pillow's name of the format, such as ``JPEG``.

    Examples
    --------
    >>> format_of("holiday.JPG"), format_of("holiday")
    ('JPEG', 'PNG')
    """
    otherwise = otherwise if otherwise in FORMATS.values() else "PNG"
    return FORMATS.get(pathlib.Path(path).suffix.lower(), otherwise)


def write_photograph(stream, image, photograph, image_format, quality=95):
    """Write a coloured photograph with what its grey one held beside the pixels.

    Parameters
    ----------
    stream : binary file
        Open for writing; TIFF also reads from it.
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB, of the photograph's size or, for a comparison, twice as wide.
    photograph : Photograph
    image_format : str
        One of the values of :data:`FORMATS`.
    quality : int
        1 to 100, for the formats that lose detail.

    Returns
    -------
    list of str
        What the format could not hold.

    Raises
    ------
    InputError
        If the format cannot hold a picture of this size.

    Notes
    -----
    Transparency is laid on white where the format knows none.
    """
    height, width = image.shape[:2]
    if max(height, width) > _LARGEST_SIDE.get(image_format, max(height, width)):
        raise InputError(
            f"{photograph.name}: a {image_format} file holds at most "
            f"{_LARGEST_SIDE[image_format]} pixels a side; choose PNG or TIFF with --format"
        )
    notes = []
    alpha = photograph.alpha
    if alpha is not None:
        alpha = np.tile(alpha, (1, width // alpha.shape[1], 1))
        if image_format in _WITH_ALPHA:
            image = np.concatenate([image, alpha], axis=-1)
        else:
            image = _on_white(image, alpha)
            notes.append(f"{image_format} knows no transparency, it was laid on white")
    options, lost = save_options(photograph.metadata, image_format)
    if lost:
        notes.append(f"{image_format} could not hold: {', '.join(lost)}")
    if image_format in ("JPEG", "WEBP"):
        options["quality"] = quality
    elif image_format == "PNG":
        options["compress_level"] = 3  # nearly as small, and twice as fast
    elif image_format == "TIFF" and "exif" not in options:
        # Pillow's compressed TIFF files cannot hold EXIF data.
        options["compression"] = "tiff_adobe_deflate"
    picture = Image.fromarray(image)
    try:
        picture.save(stream, format=image_format, **options)
    except _METADATA_ERRORS:
        # Odd metadata are no reason to lose the picture.
        stream.seek(0)
        stream.truncate()
        plain = {key: options[key] for key in options if key in _PIXEL_OPTIONS}
        picture.save(stream, format=image_format, **plain)
        notes.append("its metadata could not be written")
    return notes


def _on_white(image, alpha):
    picture = Image.fromarray(image)
    white = Image.new("RGB", picture.size, "white")
    return np.asarray(Image.composite(picture, white, Image.fromarray(alpha[..., 0])))
