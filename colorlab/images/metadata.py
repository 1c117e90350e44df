"""What a picture file says about itself, carried from the old file to the new one.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import contextlib
import re
import struct

from PIL import ExifTags, Image, IptcImagePlugin, PngImagePlugin

__all__ = ["read_metadata", "save_options"]

_EXIF_HEADER = b"Exif\x00\x00"
_JPEG_LIMIT = 65_500  # bytes in one segment of a JPEG file, less what stands before them
_ORIENTATION = ExifTags.Base.Orientation
_IPTC = 0x0404  # the place of IPTC data among Photoshop's in a JPEG file
_IPTC_IN_TIFF = 33723
# Of a TIFF file, where the description of the pixels stands among that of the photograph.
_KEPT_FROM_TIFF = tuple(
    ExifTags.Base[name]
    for name in (
        *("ImageDescription", "Make", "Model", "Software", "DateTime", "Artist", "Copyright"),
        *("ExifOffset", "GPSInfo"),
    )
)


def read_metadata(picture):
    """Collect what is worth carrying over.

    Parameters
    ----------
    picture : PIL.Image.Image
        As it was opened, before anything else is done with it.

    Returns
    -------
    dict
        ``exif`` (bytes, the orientation reset, the small preview left out), ``xmp`` (bytes, the
        orientation reset), ``comment`` (bytes), ``text`` (dict of str), ``dpi`` (two numbers) and
        ``iptc`` (bytes: captions of archives and agencies), as far as the file has them.
    """
    found = {}
    exif = picture.info.get("exif")
    if picture.format == "TIFF" or not isinstance(exif, bytes):
        exif = _exif_of_tags(picture)
    else:
        exif = _reset_exif(exif.removeprefix(_EXIF_HEADER))
    xmp = picture.info.get("xmp")
    if isinstance(xmp, bytes):
        found["xmp"] = re.sub(rb"(tiff:Orientation\s*(?:=\s*[\"']|>)\s*)[2-8]", rb"\g<1>1", xmp)
    if exif:
        found["exif"] = _EXIF_HEADER + exif
    if isinstance(picture.info.get("comment"), bytes):
        found["comment"] = picture.info["comment"]
    text = getattr(picture, "text", None)
    if isinstance(text, dict):
        found["text"] = {key: str(value) for key, value in text.items() if _is_plain(key)}
    found["iptc"] = _iptc(picture)
    dpi = picture.info.get("dpi")
    with contextlib.suppress(TypeError, ValueError, ZeroDivisionError):
        dpi = tuple(float(number) for number in dpi)
        if len(dpi) == 2 and all(0 < number < 60_000 for number in dpi):
            found["dpi"] = dpi
    return {key: value for key, value in found.items() if value}


def _iptc(picture):
    """Write the IPTC data of a file anew, free of the form that this file has them in."""
    with contextlib.suppress(Exception):  # they may be damaged in any way
        return b"".join(
            struct.pack(">3BH", 0x1C, *place, len(value)) + value
            for place, values in (IptcImagePlugin.getiptcinfo(picture) or {}).items()
            for value in (values if isinstance(values, list) else [values])
        )


def _is_plain(key):
    """Tell text of a PNG file from metadata that are wrapped in text, and would be out of date."""
    return "xmp" not in key.lower() and not key.lower().startswith("raw profile type")


def _exif_of_tags(picture):
    """Build EXIF data from tags, where the file does not hold them in one piece."""
    with contextlib.suppress(Exception):  # some cameras write what cannot be written again
        kept = _kept_tags(picture.getexif())
        return kept.tobytes().removeprefix(_EXIF_HEADER) if len(kept) else None


def _kept_tags(tags):
    kept = Image.Exif()
    for tag in _KEPT_FROM_TIFF:
        if tag in tags:
            nested = dict(tags.get_ifd(tag))
            # Pillow looks for groups of tags in one of two places, depending on the format.
            if nested:
                kept.get_ifd(tag).update(nested)
            kept[tag] = nested or _as_stored(tags[tag])
    return kept


def _as_stored(value):
    """Give text back as the bytes that stood in the file; Pillow would write ASCII only."""
    return value.encode("latin-1", "replace") if isinstance(value, str) else value


def _reset_exif(exif):
    """Reset the orientation and cut the preview off, and leave every other byte as it is.

    The preview would show the old picture. What cameras add in forms of their own survives only
    if nothing moves.
    """
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(exif[:4])
    if order is None:
        return None
    data = bytearray(exif)
    with contextlib.suppress(struct.error):
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for number in range(count):
            entry = start + 2 + 12 * number
            (tag,) = struct.unpack_from(f"{order}H", data, entry)
            if tag == _ORIENTATION:
                # The type is a short number, there is one, and it is 1: upright.
                struct.pack_into(f"{order}HIHH", data, entry + 2, 3, 1, 1, 0)
        struct.pack_into(f"{order}I", data, start + 2 + 12 * count, 0)
    return bytes(data)


def save_options(metadata, image_format):
    """Say in Pillow's words how the metadata go into a file of some format.

    Parameters
    ----------
    metadata : dict
        What :func:`read_metadata` returned.
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
        if image_format == "JPEG" and key in _SEGMENTS and len(value) > _JPEG_LIMIT:
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


_SEGMENTS = ("exif", "xmp", "iptc")
_HELD = {
    "JPEG": ("exif", "xmp", "comment", "iptc", "dpi"),
    "PNG": ("exif", "xmp", "text", "dpi"),
    "WEBP": ("exif", "xmp"),
    "TIFF": ("exif", "iptc", "dpi"),
    "BMP": ("dpi",),
    "GIF": ("comment",),
}


def _tiff_tags(exif):
    """Keep the tags that speak of the photograph, not of the pixels of another file."""
    tags = Image.Exif()
    with contextlib.suppress(Exception):  # they may be damaged in any way
        tags.load(exif)
        return _kept_tags(tags)  # as bytes, Pillow would read them as text again
    return Image.Exif()
