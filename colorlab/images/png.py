"""The chunks of PNG files, and repair where a file is truncated or ancillary ones are damaged.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import io
import struct
import zlib

from PIL import Image

from colorlab.errors import InputError
from colorlab.images.refusals import note_missing, require_size

__all__ = ["SAMPLES", "SIGNATURE", "chunk", "read_chunks", "row_length", "without_bad_chunks"]

#: The first bytes of a PNG file.
SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: How many numbers make a pixel of each colour type.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_LONGEST_PROFILE = 2**24  # bytes


def chunk(kind, data):
    """Write a chunk of a PNG file.

    Parameters
    ----------
    kind : bytes
        Four letters.
    data : bytes

    Returns
    -------
    bytes
    """
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def read_chunks(content):
    """List the chunks of a PNG file.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    kind, data : bytes
    whole : bool
        Whether its checksum is right.
    """
    place = len(SIGNATURE)
    while place + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length]
        end = content[place + 8 + length : place + 12 + length]
        yield kind, data, end == struct.pack(">I", zlib.crc32(kind + data))
        place += 12 + length


def row_length(width, bits, kind):
    """Count the bytes of a row of pixels, without the one that names its filter.

    Parameters
    ----------
    width : int
        In pixels.
    bits : int
        Of a sample.
    kind : int
        The colour type.

    Returns
    -------
    int
    """
    return (width * bits * SAMPLES.get(kind, 1) + 7) // 8


def without_bad_chunks(content):
    """Make a file that can be decoded of one whose side chunks are damaged, or that was cut short.

    Parameters
    ----------
    content : bytes
        Content of a file that could not be decoded.

    Returns
    -------
    content : bytes or None
        The repaired file; None if it is damaged in another way.
    info : dict
        Entries of Pillow's ``info`` that the repaired file lost.
    notes : list of str
        What is missing.

    Raises
    ------
    InputError
        If more than half of the picture is missing.
    """
    chunks = list(read_chunks(content))
    kept, lost, pixels, info = [], [], [], {}
    whole = False
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        return None, {}, []
    for number, (kind, data, right) in enumerate(chunks):
        last = number == len(chunks) - 1
        if kind == b"IDAT":
            if not right and not last:
                return None, {}, []  # the pixels themselves are damaged
            pixels.append(data)
        elif kind == b"IEND":
            whole = True
        elif kind[:1].isupper():
            if not right:
                return None, {}, []
            kept.append(chunk(kind, data))
        elif right and _is_readable(chunks[0][1], kind, data):
            kept.append(chunk(kind, data))
        elif kind == b"iCCP" and right and (profile := _long_profile(data)):
            info["icc_profile"] = profile
        elif not last or right:
            lost.append(kind.decode("ascii", "replace"))
    packed, notes = b"".join(pixels), []
    if not whole:
        packed, notes = _filled(chunks[0][1], packed)
    if lost:
        notes.append(f"damaged or overlong metadata were left out: {', '.join(sorted(set(lost)))}")
    body = b"".join(kept) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return SIGNATURE + body, info, notes


def _is_readable(header, kind, data):
    """Test an ancillary chunk in a file of its own."""
    try:
        content = SIGNATURE + chunk(b"IHDR", header) + chunk(kind, data) + chunk(b"IDAT", b"")
        with Image.open(io.BytesIO(content), formats=("PNG",)):
            return True
    except Exception:
        return False


def _long_profile(data):
    """Decompress a colour profile that exceeds Pillow's limit."""
    with contextlib.suppress(zlib.error):
        packed = data.partition(b"\0")[2][1:]
        unpacker = zlib.decompressobj()
        profile = unpacker.decompress(packed, _LONGEST_PROFILE)
        return profile if unpacker.eof else None


def _filled(header, packed):
    """Fill the missing pixels of a truncated file."""
    width, height, bits, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    row = 1 + row_length(width, bits, color)
    require_size(width, height)
    # An interlaced file has up to 15 rows for 8, each with its filter and a byte that is not full.
    most = (row + 4) * height + 14 if interlaced else row * height
    try:
        unpacker = zlib.decompressobj()
        pixels = unpacker.decompress(packed, most)
    except zlib.error:
        raise InputError("is cut short; get a whole copy") from None
    if interlaced:
        if not unpacker.eof:
            raise InputError("is cut short; get a whole copy")
        return packed, []
    share = 1 - (len(pixels) // row) / height
    notes = note_missing(share)
    return (zlib.compress(pixels.ljust(row * height, b"\0"), 1) if share else packed), notes
