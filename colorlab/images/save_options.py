"""How metadata go into a file of some format, and what the format cannot hold.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import struct

from PIL import Image, PngImagePlugin

from colorlab.images.metadata import kept_tags

__all__ = ["save_options"]

# What one segment of a JPEG file holds, less what stands before it there.
_JPEG_LIMITS = {"exif": 65_533, "xmp": 65_504, "iptc": 65_506, "comment": 65_533}
_IPTC = 0x0404  # the place of IPTC data among Photoshop's in a JPEG file
_IPTC_IN_TIFF, _XMP_IN_TIFF = 33723, 700


def save_options(metadata, image_format):
    """Say in Pillow's words how the metadata go into a file of some format.

    Parameters
    ----------
    metadata : dict
        What :func:`colorlab.images.metadata.read_metadata` returned.
    image_format : str
        Pillow's name of the format, such as ``JPEG``.

    Returns
    -------
    options : dict
        For Pillow's ``save``.
    lost : list of str
        The names of what the format cannot hold.
    """
    options, lost = {}, []
    for key, value in metadata.items():
        if key == "lost":
            continue
        if image_format == "JPEG" and len(value) > _JPEG_LIMITS.get(key, len(value)):
            lost.append(key)
        elif image_format == "PNG" and key == "comment":
            continue  # becomes a line of text
        elif key in _HELD.get(image_format, ()):
            options[key] = value
        elif key != "dpi":
            lost.append(key)
    if image_format == "PNG":
        lines = PngImagePlugin.PngInfo()
        text = options.pop("text", {})
        if "comment" in metadata:
            text = {"Comment": metadata["comment"].decode("utf-8", "replace"), **text}
        for key, value in text.items():
            with contextlib.suppress(ValueError, UnicodeError):
                lines.add_itxt(key, value)
        if "xmp" in options:
            lines.add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode("utf-8", "replace"))
        options["pnginfo"] = lines
    iptc = options.pop("iptc", None)
    if image_format == "TIFF":
        tags = _tiff_tags(options.pop("exif", b""))
        if iptc:
            tags[_IPTC_IN_TIFF] = iptc
        if "xmp" in options:
            tags[_XMP_IN_TIFF] = options.pop("xmp")
        if len(tags):
            options["exif"] = tags
    elif iptc:
        options["extra"] = _photoshop_segment(iptc)
    return options, lost


def _photoshop_segment(iptc):
    """Wrap IPTC data as a JPEG file holds them: as one of Photoshop's blocks, without a name."""
    block = struct.pack(">4sHHI", b"8BIM", _IPTC, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    block = b"Photoshop 3.0\0" + block
    return struct.pack(">HH", 0xFFED, 2 + len(block)) + block


_HELD = {
    "JPEG": ("exif", "xmp", "comment", "iptc", "dpi"),
    "PNG": ("exif", "xmp", "text", "dpi"),
    "WEBP": ("exif", "xmp"),
    "TIFF": ("exif", "xmp", "iptc", "dpi"),
    "AVIF": ("exif", "xmp"),
    "BMP": ("dpi",),
    "GIF": ("comment",),
}


def _tiff_tags(exif):
    with contextlib.suppress(Exception):  # they may be damaged in any way
        tags = Image.Exif()
        tags.load(exif)
        return kept_tags(tags)  # as bytes, Pillow would read them as text again
    return Image.Exif()
