"""Read the picture files that people own: the one way from a file to upright 8-bit sRGB.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib
import dataclasses
import io
import os
from collections.abc import Iterator

import numpy as np
from PIL import Image

from colorlab.errors import InputError
from colorlab.images import jpeg, large, levels, opening, png, png_strips, profiles, tiff
from colorlab.images.refusals import PILLOW_ERRORS, one_line_errors, require_size

__all__ = ["COLORED", "Opened", "decode", "open_picture", "read_image"]

#: The note on a picture in colours.
COLORED = "was in colour, only its grey was used"
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
    alpha : PIL.Image.Image or None
        Its transparency, where that was decoded apart.
    """

    picture: Image.Image
    kind: str
    notes: list[str]
    whole: bool = True
    alpha: Image.Image | None = None


@contextlib.contextmanager
def open_picture(
    source: str | os.PathLike | bytes, name: str | None = None, page: int | None = None
) -> Iterator[Opened]:
    """Open a picture file by its content, not its ending, and decode it.

    Nothing is decoded but the formats of :mod:`colorlab.images.formats`; others, such as
    PostScript, are programs rather than pictures.

    Parameters
    ----------
    source : path-like or bytes
        A picture file, or its content.
    name : str, optional
        What messages call it; by default the path.
    page : int, optional
        One of :func:`colorlab.images.opening.page_numbers`; by default the first page.

    Yields
    ------
    Opened

    Raises
    ------
    InputError
        If it is missing, is no picture, is cut short, or is too large.
    """
    with one_line_errors(_name(source, name)), opening.open_stream(source) as stream:
        kind = opening.recognize(stream, source)
        opened = _load(kind, stream, page)
        with opened.picture:
            yield opened


def _name(source, name):
    return name or ("image" if isinstance(source, bytes) else os.fspath(source))


def _load(kind, stream, page):
    try:
        return _load_once(kind, stream, page)
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
        opened = _load_once(kind, io.BytesIO(content), page)
        opened.picture.info.update(info)
        return dataclasses.replace(opened, notes=opened.notes + notes, whole=False)


def _load_once(kind, stream, page):
    if kind == "TIFF":
        return _load_tiff(stream, page)
    picture = opening.open_as(kind, stream)
    notes = _count_frames(kind, stream, picture) + _wide_color(picture)
    if large.is_large(picture.height, picture.width):
        if kind == "PNG" and not png_strips.is_interlaced(stream):
            grey, alpha, lost = large.grey_of_png(stream, picture.size, _decode_strip)
            return Opened(grey, "PNG", notes + lost, alpha=alpha)
        if kind == "JPEG":
            picture.draft("L", None)  # its luma, as it is stored
    picture.load()
    return Opened(picture, "JPEG" if picture.format == "MPO" else kind, notes)


def _decode_strip(strip):
    opened = Opened(strip, "PNG", [])
    picture, alpha = decode(opened)
    if levels.is_colored(picture):
        opened.notes.append(COLORED)
    return picture.convert("L"), alpha, opened.notes


def _load_tiff(stream, page):
    tiff.quiet_libtiff()
    try:
        picture = opening.open_as("TIFF", stream)
    except (SyntaxError, KeyError) as error:
        stream.seek(0)
        if stream.read(4) != _BIG_ENDIAN_BIGTIFF and "unknown" not in str(error):
            raise
        picture, notes = tiff.read_with_tifffile(stream)
        return Opened(picture, "TIFF", notes)
    if page is None:
        notes = _count_frames("TIFF", stream, picture)
        picture = tiff.full_size(picture, stream)
    else:
        notes = []
        picture.seek(page)
        require_size(*picture.size)
    if tiff.needs_tifffile(picture):
        picture, lost = tiff.read_with_tifffile(stream, page)
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
    if opened.alpha is not None:
        alpha = levels.turn_upright(opened.alpha)
    if profile:
        picture = profiles.convert_profile(picture, profile)
    elif "srgb" not in stored.info:
        picture = profiles.convert_gamma(picture, stored.info.get("gamma"))
    return picture, alpha


def read_image(source: str | os.PathLike | bytes) -> np.ndarray:
    """Read a picture file as upright 8-bit sRGB.

    Parameters
    ----------
    source : path-like or bytes
        A file, or its content, of a format in :data:`PICTURE_SUFFIXES`, whatever its ending. Of
        several frames or pages the first is taken.

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
