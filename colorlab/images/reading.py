"""Read the picture files that people own: the one way from a file to upright 8-bit sRGB.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib
import dataclasses
import io
import os
from collections.abc import Iterator

import numpy as np
from PIL import Image, UnidentifiedImageError

from colorlab.errors import InputError
from colorlab.images import formats, jpeg, levels, png, profiles, tiff
from colorlab.images.refusals import EXPECTED, PILLOW_ERRORS, one_line_errors, open_regular

__all__ = ["Opened", "decode", "open_picture", "picture_size", "read_image"]

_BIG_ENDIAN_BIGTIFF = b"MM\0+"


@dataclasses.dataclass
class Opened:
    """A picture file, decoded as it is stored.

    Attributes
    ----------
    picture : PIL.Image.Image
    kind : str
        Pillow's name of the format, such as ``JPEG``.
    notes : list of str
        What the file lost on the way so far.
    whole : bool
        False if the file is damaged and had to be repaired.
    """

    picture: Image.Image
    kind: str
    notes: list[str]
    whole: bool = True


@contextlib.contextmanager
def open_picture(source: str | os.PathLike | bytes, name: str | None = None) -> Iterator[Opened]:
    """Open a picture file by its content, not its ending, and decode it.

    Nothing is decoded but the formats of :mod:`colorlab.images.formats`; others, such as
    PostScript, are programs rather than pictures.

    Parameters
    ----------
    source : path-like or bytes
        A picture file, or its content.
    name : str, optional
        What messages call it; by default the path.

    Yields
    ------
    Opened

    Raises
    ------
    InputError
        If it is missing, is no picture, is cut short, or is too large.
    """
    with one_line_errors(_name(source, name)), _stream(source) as stream:
        kind = _kind(stream, source)
        opened = _load(kind, stream)
        with opened.picture:
            yield opened


def _name(source, name):
    return name or ("image" if isinstance(source, bytes) else os.fspath(source))


def _stream(source):
    return io.BytesIO(source) if isinstance(source, bytes) else open_regular(source)


def _kind(stream, source):
    head = stream.read(formats.HEAD_BYTES)
    if not head:
        raise InputError("is empty, expected a picture")
    kind = formats.kind_of(head)
    if kind is None:
        foreign = formats.foreign_kind(head, "" if isinstance(source, bytes) else source)
        if foreign:
            raise InputError(f"is {foreign}, not a picture that can be decoded; {EXPECTED}")
        raise UnidentifiedImageError
    formats.load_plugin(kind)
    stream.seek(0)
    return kind


def _open(kind, stream):
    try:
        return Image.open(stream, formats=(kind,))
    except UnidentifiedImageError:
        stream.seek(0)
        Image.OPEN[kind][0](stream, None)  # says why
        raise


def _load(kind, stream):
    try:
        return _load_once(kind, stream)
    except (Image.DecompressionBombError, InputError):
        raise
    except PILLOW_ERRORS:
        repair = {"JPEG": jpeg.with_its_end, "PNG": png.without_bad_chunks}.get(kind)
        if repair is None:
            raise
        stream.seek(0)
        content, info, notes = repair(stream.read())
        if content is None:
            raise
        opened = _load_once(kind, io.BytesIO(content))
        opened.picture.info.update(info)
        return dataclasses.replace(opened, notes=opened.notes + notes, whole=False)


def _load_once(kind, stream):
    if kind == "TIFF":
        return _load_tiff(stream)
    picture = _open(kind, stream)
    notes = _count_frames(kind, stream, picture) + _wide_color(picture)
    picture.load()
    return Opened(picture, "JPEG" if picture.format == "MPO" else kind, notes)


def _load_tiff(stream):
    tiff.quiet_libtiff()
    try:
        picture = _open("TIFF", stream)
    except (SyntaxError, KeyError) as error:
        stream.seek(0)
        if stream.read(4) != _BIG_ENDIAN_BIGTIFF and "unknown" not in str(error):
            raise
        picture, notes = tiff.read_with_tifffile(stream)
        return Opened(picture, "TIFF", notes)
    notes = _count_frames("TIFF", stream, picture)
    picture = tiff.full_size(picture, stream)
    if tiff.needs_tifffile(picture):
        picture, lost = tiff.read_with_tifffile(stream)
        return Opened(picture, "TIFF", notes + lost)
    notes += _wide_color(picture)
    picture.load()
    tiff.fix_palette(picture)
    return Opened(picture, "TIFF", notes)


def _count_frames(kind, stream, picture):
    if kind not in ("GIF", "PNG", "TIFF", "WEBP"):
        return []
    place, count = stream.tell(), 1
    # Counted in a second look at the file: where a later page is damaged, the first one is not.
    with contextlib.suppress(Exception), Image.open(stream, formats=(kind,)) as other:
        count = other.n_frames
    stream.seek(place)
    return [f"first of {count} {'pages' if kind == 'TIFF' else 'frames'}"] if count > 1 else []


def _wide_color(picture):
    """Note where Pillow itself brings colours of 16 bits to 8."""
    with contextlib.suppress(IndexError, TypeError):
        layout = picture.tile[0][3]
        layout = layout if isinstance(layout, str) else layout[0]
        if picture.mode in ("RGB", "RGBA", "CMYK", "LA") and ";16" in layout:
            return ["16 bits became 8"]
    return []


def decode(opened: Opened) -> tuple[Image.Image, Image.Image | None]:
    """Bring a picture upright to 8-bit sRGB, its transparency apart.

    Parameters
    ----------
    opened : Opened
        Its ``notes`` get what is lost here.

    Returns
    -------
    picture : PIL.Image.Image
        Grey, RGB, or CMYK without a profile.
    alpha : PIL.Image.Image or None
        Grey, 0 where it is transparent; None if that is nowhere.

    Raises
    ------
    InputError
        If its numbers have a range that nobody knows, or are no levels of grey, RGB or CMYK.
    """
    stored = opened.picture
    highest = levels.range_of_levels(stored)
    if stored.mode.startswith("I") and opened.kind != "PPM":
        opened.notes.append(f"{highest.bit_length()} bits became 8")
    profile = stored.info.get("icc_profile") or profiles.adobe_profile(stored)
    picture = levels.to_eight_bits(levels.turn_upright(stored), highest)
    picture, alpha = levels.split_alpha(picture)
    if profile:
        picture = profiles.convert_profile(picture, profile)
    elif "srgb" not in stored.info:
        picture = profiles.convert_gamma(picture, stored.info.get("gamma"))
    return picture, alpha


def read_image(source: str | os.PathLike) -> np.ndarray:
    """Read a picture file as upright 8-bit sRGB.

    Parameters
    ----------
    source : path-like
        A file of a format in :data:`PICTURE_SUFFIXES`, whatever its ending. Of several frames or
        pages the first is taken.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB. EXIF rotation is applied, colour profiles are converted to sRGB, grey becomes
        three equal channels, 16 bits become 8, transparent parts are laid on white.

    Raises
    ------
    InputError
        If the file is missing, is a folder, cannot be read, is not a picture, is cut short, or
        is larger than Pillow's limit against decompression bombs.

    Examples
    --------
    >>> read_image("holiday.jpg")
    Traceback (most recent call last):
    colorlab.errors.InputError: holiday.jpg: no such file; check the path
    """
    with open_picture(source) as opened:
        return np.array(levels.flatten(*decode(opened)).convert("RGB"))


def picture_size(source: str | os.PathLike | bytes) -> tuple[int, int]:
    """Look up the size of a picture without decoding it.

    Parameters
    ----------
    source : path-like or bytes

    Returns
    -------
    tuple of int
        Height and width in pixels as they are stored; (0, 0) where they cannot be told.
    """
    with contextlib.suppress(Exception), one_line_errors("picture"), _stream(source) as stream:
        with _open(_kind(stream, source), stream) as picture:
            return picture.height, picture.width
    return 0, 0
