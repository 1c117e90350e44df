"""What a picture file says about itself, carried from the old file to the new one.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import re
import struct

from PIL import ExifTags, Image

__all__ = ["EXIF_HEADER", "has_date", "kept_tags", "read_metadata"]

EXIF_HEADER = b"Exif\x00\x00"
_TAGS = ExifTags.Base
_IPTC = 0x0404  # the place of IPTC data among Photoshop's in a JPEG file
_IPTC_IN_TIFF = 33723
# Of a TIFF file, where the description of the pixels stands among that of the photograph.
_KEPT_FROM_TIFF = tuple(
    _TAGS[name]
    for name in (
        *("DocumentName", "ImageDescription", "Make", "Model", "PageName", "Software", "DateTime"),
        *("Artist", "HostComputer", "Rating", "Copyright", "ExifOffset", "GPSInfo"),
        *("XPTitle", "XPComment", "XPAuthor", "XPKeywords", "XPSubject"),
    )
)
# The second picture of a file, which says how much brighter than white the first one may be shown,
# is not carried over.
_GAIN_MAP = re.compile(
    rb"""\shdrgm:\w+\s*=\s*(?:"[^"]*"|'[^']*')|<(hdrgm:\w+)[^>]*?(?:/>|>.*?</\1>)"""
    rb"|<Container:Directory>.*?</Container:Directory>",
    re.DOTALL,
)
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation\s*(?:=\s*[\"']|>)\s*)[2-8]")


def read_metadata(picture: Image.Image) -> dict:
    """Collect what is worth carrying over.

    Parameters
    ----------
    picture : PIL.Image.Image
        As it was opened, before anything else is done with it.

    Returns
    -------
    dict
        ``exif`` (bytes; the orientation reset, sRGB as the colour space, the small preview left
        out), ``xmp`` (bytes, the orientation reset, without gain maps), ``comment`` (bytes),
        ``text`` (dict of str), ``dpi`` (two numbers) and ``iptc`` (bytes: captions of archives
        and agencies), as far as the file has them; ``lost`` (list of str), what it has in a form
        that cannot be written again.
    """
    found, lost = {}, []
    exif = picture.info.get("exif")
    if picture.format == "TIFF" or not isinstance(exif, bytes):
        exif, whole = _exif_of_tags(picture)
        if not whole:
            lost.append("exif")
    else:
        exif = _corrected(exif.removeprefix(EXIF_HEADER))
    xmp = picture.info.get("xmp")
    xmp = xmp.encode() if isinstance(xmp, str) else xmp
    if isinstance(xmp, bytes):
        found["xmp"] = _GAIN_MAP.sub(b"", _XMP_ORIENTATION.sub(rb"\g<1>1", xmp))
    if exif:
        found["exif"] = EXIF_HEADER + exif
    if isinstance(picture.info.get("comment"), bytes):
        found["comment"] = picture.info["comment"]
    text = getattr(picture, "text", None)
    if isinstance(text, dict):
        found["text"] = {key: str(value) for key, value in text.items() if _is_plain(key)}
    found["iptc"] = _iptc(picture)
    dpi = picture.info.get("dpi")
    with contextlib.suppress(TypeError, ValueError, ZeroDivisionError):
        dpi = tuple(float(number) for number in dpi)
        if len(dpi) == 2 and all(1 < number < 60_000 for number in dpi):
            found["dpi"] = dpi
    found["lost"] = lost
    return {key: value for key, value in found.items() if value}


def has_date(picture: Image.Image) -> bool:
    """Tell whether EXIF data say when a picture was taken or digitised.

    Parameters
    ----------
    picture : PIL.Image.Image

    Returns
    -------
    bool
    """
    with contextlib.suppress(Exception):  # they may be damaged in any way
        exif = picture.getexif()
        nested = exif.get_ifd(ExifTags.IFD.Exif)
        dates = (exif.get(_TAGS.DateTime), nested.get(_TAGS.DateTimeOriginal))
        return any(str(date).strip("\0 :0") for date in dates if date)
    return False


def _iptc(picture):
    """Write the IPTC data of a file anew, free of the form that this file has them in."""
    data = b""
    with contextlib.suppress(Exception):  # they may be damaged in any way
        if picture.format == "TIFF":
            # The bytes as they lie in the file: some programs call them whole numbers.
            data = picture.tag_v2._tagdata.get(_IPTC_IN_TIFF, b"")
        else:
            data = picture.info.get("photoshop", {}).get(_IPTC, b"")
    fields, place = [], 0
    while data[place : place + 1] == b"\x1c" and place + 5 <= len(data):
        end = place + 5 + int.from_bytes(data[place + 3 : place + 5], "big")
        if end > len(data):
            break
        fields.append(data[place:end])
        place = end
    return b"".join(fields)


def _is_plain(key):
    """Tell text of a PNG file from metadata that are wrapped in text, and would be out of date."""
    return "xmp" not in key.lower() and not key.lower().startswith("raw profile type")


def _exif_of_tags(picture):
    """Build EXIF data from tags, where the file does not hold them in one piece."""
    tags = {}
    with contextlib.suppress(Exception):  # some cameras write what cannot be written again
        tags = picture.getexif()
        kept = kept_tags(tags)
        return _corrected(kept.tobytes().removeprefix(EXIF_HEADER)) if len(kept) else None, True
    return None, not any(tag in tags for tag in _KEPT_FROM_TIFF)


def kept_tags(tags):
    """Keep the tags that speak of the photograph, not of the pixels of its file.

    Parameters
    ----------
    tags : PIL.Image.Exif

    Returns
    -------
    PIL.Image.Exif
    """
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


def _corrected(exif):
    """Correct what does not hold any more, and leave every other byte as it is.

    The picture is upright and its colours are sRGB; the preview would show the old one. What
    cameras add in forms of their own survives only if nothing moves.
    """
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(exif[:4])
    if order is None:
        return None
    data = bytearray(exif)

    def number(place):
        return struct.unpack_from(f"{order}I", data, place)[0]

    def entries(start):
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            yield struct.unpack_from(f"{order}H", data, place)[0], place

    def set_to_one(place):  # the type is a short number, and there is one
        struct.pack_into(f"{order}HIHH", data, place + 2, 3, 1, 1, 0)

    with contextlib.suppress(struct.error):
        camera = interoperability = None
        end = number(4) + 2
        for tag, place in entries(number(4)):
            if tag == _TAGS.Orientation:
                set_to_one(place)
            elif tag == _TAGS.ExifOffset:
                camera = number(place + 8)
            end = place + 12
        struct.pack_into(f"{order}I", data, end, 0)  # where the preview would be
        for tag, place in entries(camera) if camera else ():
            if tag == _TAGS.ColorSpace:
                set_to_one(place)
            elif tag == _TAGS.ExifInteroperabilityOffset:
                interoperability = number(place + 8)
        for tag, place in entries(interoperability) if interoperability else ():
            if tag == 1 and data[place + 8 : place + 12] == b"R03\0":  # Adobe RGB
                data[place + 8 : place + 12] = b"R98\0"
    return bytes(data)
