"""Scans of hundreds of millions of pixels: allowed on request, read and written strip by strip.

Pillow keeps four bytes for each pixel in colour, beside the arrays of the library. Above
:data:`LARGE` pixels only the grey of a JPEG, PNG or TIFF file is decoded, and files of these
formats are written from the array itself: 400 million pixels stay below 2 GB.

Taught in :doc:`/book/troubleshooting`.
"""

import numpy as np
from PIL import Image

from colorlab.errors import InputError
from colorlab.extras import MissingExtra
from colorlab.images import png_strips

__all__ = ["LARGE", "allow_pixels", "grey_of_page", "grey_of_png", "is_large", "write_tiff"]

#: More pixels than these are not read, unless they are allowed: Pillow's limit against
#: decompression bombs.
LARGE = 2 * 89_478_485
_ROWS = 64  # of a strip
_XMP = 700  # the tag of XMP data
_OF_COLORS = ("gamma", "icc_profile", "srgb", "transparency")  # of a PNG file; they are sRGB now
_CLASSIC = 3 * 10**9  # bytes of levels; a TIFF file that is no BigTIFF has at most 4 GB


def allow_pixels(largest: int) -> None:
    """Set how many million pixels a picture may have, for this process.

    Parameters
    ----------
    largest : int
        1 to 4000.

    Raises
    ------
    InputError
        If the number is out of range.
    """
    if not 1 <= largest <= 4000:
        raise InputError(f"largest must be 1 to 4000 million pixels, got {largest}")
    Image.MAX_IMAGE_PIXELS = (largest * 10**6 + 1) // 2


def is_large(height: int, width: int) -> bool:
    """Tell whether a picture of this size is to be read and written strip by strip.

    Parameters
    ----------
    height, width : int
        In pixels.

    Returns
    -------
    bool
    """
    return height * width > LARGE


def grey_of_page(page, to_levels):
    """Decode the grey of a page of a TIFF file strip by strip, or tile by tile.

    Parameters
    ----------
    page : tifffile.TiffPage
        Grey or RGB, its channels together.
    to_levels : callable
        Makes an array of decoded values uint8 levels.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        uint8 luma.

    Raises
    ------
    InputError
        If the channels are apart, or there are others.
    """
    if page.axes not in ("YX", "YXS"):
        raise InputError("is large and has its channels apart; save it with the channels together")
    grey = np.zeros((page.imagelength, page.imagewidth), "uint8")
    for data, place, _ in page.segments(maxworkers=1):
        if data is None:
            continue
        goal = grey[place[2] :, place[3] :][: data.shape[1], : data.shape[2]]
        part = to_levels(data[0, : goal.shape[0], : goal.shape[1]])  # tiles reach beyond the edge
        goal[:] = part[..., 0] if part.shape[2] < 3 else _luma(part[..., :3])
    return grey


def grey_of_png(stream, size, decode):
    """Decode the grey of a PNG file strip by strip.

    Parameters
    ----------
    stream : binary file
        Not interlaced.
    size : tuple of int
        Width and height in pixels.
    decode : callable
        Makes a picture in the file's own colours grey, alpha or None, and notes.

    Returns
    -------
    grey : PIL.Image.Image
        With the metadata of the file, but not turned upright.
    alpha : PIL.Image.Image or None
        None if nothing is transparent.
    notes : list of str
        What got lost.

    Raises
    ------
    OSError
        If the file ends before its pixels do, or they are damaged.
    """
    grey, alpha, notes, top = Image.new("L", size), None, {}, 0
    for strip in png_strips.read_strips(stream):
        part, clear, lost = decode(strip)
        grey.paste(part, (0, top))
        if clear is not None:
            alpha = alpha or Image.new("L", size, 255)
            alpha.paste(clear, (0, top))
        notes |= dict.fromkeys(lost)
        top += strip.height
    with png_strips.open_metadata(stream) as other:
        grey.text = other.text
        info = {key: value for key, value in other.info.items() if key not in _OF_COLORS}
    for each in filter(None, (grey, alpha)):
        each.info.update(info)  # by which both are turned upright
    return grey, alpha, list(notes)


def _luma(part):
    return np.asarray(Image.fromarray(np.ascontiguousarray(part)).convert("L"))


def write_tiff(stream, image, metadata):
    """Write a large picture as a TIFF file, compressed strip by strip.

    Above a thousand million pixels it is a BigTIFF file, which has no limit of 4 GB.

    Parameters
    ----------
    stream : binary file
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.
    metadata : dict
        What :func:`colorlab.images.metadata.read_metadata` returned.

    Returns
    -------
    list of str
        The names of what was not written.

    Raises
    ------
    MissingExtra
        If tifffile is not installed.
    """
    try:
        import tifffile
    except ImportError:
        raise MissingExtra(
            'tifffile is not installed; type: pip install "colorlab-book[formats]"'
        ) from None
    xmp = metadata.get("xmp")
    with tifffile.TiffWriter(stream, bigtiff=image.nbytes > _CLASSIC) as file:
        file.write(
            image,
            photometric="rgb",
            compression="adobe_deflate",
            compressionargs={"level": 1},
            rowsperstrip=_ROWS,
            maxworkers=1,
            metadata=None,
            software=False,
            resolution=metadata.get("dpi"),
            resolutionunit="inch" if "dpi" in metadata else None,
            extratags=[(_XMP, "B", len(xmp), xmp, True)] if xmp else [],
        )
    return [key for key in metadata if key not in ("dpi", "lost", "xmp")]
