"""Recognise a picture file, and look up its size and its pages without decoding it.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import io
import os
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from colorlab.errors import InputError
from colorlab.images import formats, large, png_strips, tiff
from colorlab.images.refusals import EXPECTED, one_line_errors, open_regular

__all__ = [
    "is_decoded_whole",
    "open_as",
    "open_stream",
    "page_numbers",
    "picture_size",
    "recognize",
]


def open_stream(source: str | os.PathLike | bytes) -> BinaryIO:
    """Open a file, or its content, for reading; see :func:`refusals.open_regular`.

    Parameters
    ----------
    source : path-like or bytes

    Returns
    -------
    binary file
    """
    return io.BytesIO(source) if isinstance(source, bytes) else open_regular(source)


def recognize(stream: BinaryIO, source: str | os.PathLike | bytes) -> str:
    """Tell the format of a picture by its first bytes, and import what decodes it.

    Parameters
    ----------
    stream : binary file
    source : path-like or bytes
        What it was opened from.

    Returns
    -------
    str
        Pillow's name of the format.

    Raises
    ------
    InputError, PIL.UnidentifiedImageError
        If it is no picture, or its format cannot be read.
    """
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


def open_as(kind: str, stream: BinaryIO) -> Image.Image:
    """Open a picture as one format and no other; nothing is decoded yet.

    Parameters
    ----------
    kind : str
        Pillow's name of the format.
    stream : binary file

    Returns
    -------
    PIL.Image.Image
    """
    try:
        return Image.open(stream, formats=(kind,))
    except UnidentifiedImageError:
        stream.seek(0)
        Image.OPEN[kind][0](stream, b"")  # says why
        raise


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
    with contextlib.suppress(Exception), one_line_errors("picture"), open_stream(source) as stream:
        with open_as(recognize(stream, source), stream) as picture:
            return picture.height, picture.width
    return 0, 0


def is_decoded_whole(source: str | os.PathLike | bytes, whole: bool = False) -> bool:
    """Tell whether a picture is large, and cannot be read strip by strip.

    Parameters
    ----------
    source : path-like or bytes
    whole : bool
        Whether it is needed as a whole anyway.

    Returns
    -------
    bool
        False where that cannot be told.
    """
    with contextlib.suppress(Exception), one_line_errors("picture"), open_stream(source) as stream:
        kind = recognize(stream, source)
        with open_as(kind, stream) as picture:
            if kind == "JPEG":
                whole = whole or picture.mode == "CMYK" or "progressive" in picture.info
            elif kind != "TIFF":
                whole = whole or kind != "PNG" or png_strips.is_interlaced(stream)
            return whole and large.is_large(picture.height, picture.width)
    return False


def page_numbers(source: str | os.PathLike | bytes) -> tuple[tuple[int, ...], bool]:
    """List the pages of a TIFF file, without previews: reduced copies of other pages.

    Parameters
    ----------
    source : path-like or bytes

    Returns
    -------
    numbers : tuple of int
        In order; what follows a damaged page is not listed. (0,) for files of other formats, and
        where the pages cannot be told.
    whole : bool
        False if a page is damaged.
    """
    numbers: list[int] = []
    whole = True
    with contextlib.suppress(Exception), one_line_errors("picture"), open_stream(source) as stream:
        if recognize(stream, source) == "TIFF":
            tiff.quiet_libtiff()
            with open_as("TIFF", stream) as picture:
                while True:
                    page = picture.tell()
                    if not tiff.is_reduced(picture.tag_v2):  # type: ignore[attr-defined]
                        numbers.append(page)
                    whole = False  # until the next one is found, or the end
                    try:
                        picture.seek(page + 1)
                    except EOFError:
                        whole = True
                        break
                    whole = True
    return tuple(numbers) or (0,), whole
