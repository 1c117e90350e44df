"""Read and write PNG files of any size strip by strip: no more than a strip is in memory.

A row of a PNG file is stored as differences from its left and upper neighbours [1]_. So a strip is
read and written as a small PNG file of its own, with the row above it as its first one. Pillow
takes and makes the differences; what lies here is the way from the file to such strips and back.

Taught in :doc:`/book/troubleshooting`.

References
----------
.. [1] W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, section 9,
   https://www.w3.org/TR/png-3/
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from colorlab.images.png import SAMPLES, SIGNATURE, chunk, read_chunks, row_length

__all__ = ["is_interlaced", "open_metadata", "read_strips", "write_png"]

_PIXELS = 2**21  # of a strip
_PIECE = 2**16  # bytes
_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # the colour type of so many samples
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")
_OF_COLORS = (b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"iCCP")


def is_interlaced(stream):
    """Tell whether the rows of a PNG file lie in another order than from top to bottom.

    Parameters
    ----------
    stream : binary file

    Returns
    -------
    bool
    """
    place = stream.tell()
    stream.seek(len(SIGNATURE) + 8 + 12)
    interlaced = stream.read(1) != b"\0"
    stream.seek(place)
    return interlaced


def open_metadata(stream):
    """Open a PNG file of one black row in place of the pixels, for what stands beside them.

    Parameters
    ----------
    stream : binary file

    Returns
    -------
    PIL.Image.Image
        With what stands behind the pixels, too.
    """
    header, side, _ = _parts(stream)
    width, _, bits, kind = struct.unpack_from(">IIBB", header)
    row = np.zeros((1, 1 + row_length(width, bits, kind)), "uint8")
    header = struct.pack(">II", width, 1) + header[8:]
    return _opened(header, b"".join(chunk(*each) for each in side), row)


def read_strips(stream):
    """Decode the strips of a PNG file, from top to bottom.

    Parameters
    ----------
    stream : binary file
        Not interlaced.

    Yields
    ------
    PIL.Image.Image
        Of the file's width, with what its colours depend on and without other metadata.

    Raises
    ------
    OSError
        If the file ends before its pixels do, or they are damaged.
    """
    header, side, pixels = _parts(stream)
    side = b"".join(chunk(*each) for each in side if each[0] in _OF_COLORS)
    width, height, bits, kind = struct.unpack_from(">IIBB", header)
    length, step = row_length(width, bits, kind), max(1, bits * SAMPLES[kind] // 8)
    rows = max(1, _PIXELS // width)
    above = np.zeros(length, "uint8")
    for top in range(0, height, rows):
        count = min(rows, height - top)
        content = pixels(count * (1 + length))
        if len(content) < count * (1 + length):
            raise OSError(f"image file is truncated ({len(content)} bytes of a strip)")
        packed = np.frombuffer(content, "uint8").reshape(count, 1 + length)
        strip = _without_differences(packed, above, step)
        above = strip[-1]
        plain = np.zeros((count, 1 + length), "uint8")
        plain[:, 1:] = strip
        size = struct.pack(">II", width, count) + header[8:]
        yield _opened(size, side, plain)


def _parts(stream):
    """Return the header, kind and data of the other chunks, and a function that reads pixels."""
    stream.seek(len(SIGNATURE))
    found, places = [], []
    while len(head := stream.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        if kind == b"IDAT":
            places.append((stream.tell(), size))
            stream.seek(size + 4, io.SEEK_CUR)
            continue
        data = stream.read(size)
        broken = stream.read(4) != struct.pack(">I", zlib.crc32(kind + data))
        if kind == b"IEND" or broken:
            break
        if kind not in _ANIMATION:
            found.append((kind, data))
    return found[0][1], found[1:], _Pixels(stream, places)


class _Pixels:
    """The decompressed content of the pixels' chunks, read from one end to the other."""

    def __init__(self, stream, places):
        self._pieces = self._read(stream, places)
        self._unpacker, self._packed = zlib.decompressobj(), b""

    @staticmethod
    def _read(stream, places):
        for place, size in places:
            for start in range(0, size, _PIECE):
                stream.seek(place + start)
                yield stream.read(min(_PIECE, size - start))

    def __call__(self, count):
        """Return so many bytes, or fewer at the end."""
        content = bytearray()
        try:
            while len(content) < count and not self._unpacker.eof:
                self._packed = self._packed or next(self._pieces, b"")
                if not self._packed:
                    break
                content += self._unpacker.decompress(self._packed, count - len(content))
                self._packed = self._unpacker.unconsumed_tail
        except zlib.error:
            raise OSError("broken data stream when reading image file") from None
        return content


def _without_differences(packed, above, step):
    """Undo the filters of some rows, whatever the bytes mean.

    Each byte depends on those at the same place of the neighbouring pixels alone. So pixels of more
    than four bytes are two pictures, one of every other byte.
    """
    if step > 4:
        halves = []
        for first in (0, 1):
            half = np.column_stack([packed[:, :1], packed[:, 1 + first :: 2]])
            halves.append(_without_differences(half, above[first::2], step // 2))
        return np.stack(halves, axis=-1).reshape(len(packed), -1)
    count, length = packed.shape
    rows = np.zeros((count + 1, length), "uint8")
    rows[0, 1:], rows[1:] = above, packed
    width = (length - 1) // step
    header = struct.pack(">IIBBBBB", width, count + 1, 8, _TYPES[step], 0, 0, 0)
    with _opened(header, b"", rows) as picture:
        return np.asarray(picture)[1:].reshape(count, length - 1)


def _opened(header, side, rows):
    content = chunk(b"IHDR", header) + side + chunk(b"IDAT", zlib.compress(rows, 0))
    stream = io.BytesIO(SIGNATURE + content + chunk(b"IEND", b""))
    return Image.open(stream, formats=("PNG",))


def write_png(stream, image, options):
    """Encode a picture as a PNG file.

    Parameters
    ----------
    stream : binary file
        Open for writing.
    image : numpy.ndarray, shape (height, width, channels)
        uint8 sRGB, with or without alpha.
    options : dict
        As for Pillow's ``save``: the level of compression, and metadata.
    """
    height, width, channels = image.shape
    rows = max(1, _PIXELS // width)
    options = dict(options)
    packer = zlib.compressobj(options.pop("compress_level", 6))
    stream.write(SIGNATURE)
    for top in range(0, height, rows):
        content = io.BytesIO()
        strip = Image.fromarray(image[max(0, top - 1) : top + rows])
        strip.save(content, "PNG", compress_level=0, **({} if top else options))
        packed = []
        for kind, data, _ in read_chunks(content.getvalue()):
            if kind == b"IDAT":
                packed.append(data)
            elif kind == b"IHDR" and top == 0:
                stream.write(chunk(kind, struct.pack(">II", width, height) + data[8:]))
            elif kind != b"IEND" and top == 0:
                stream.write(chunk(kind, data))
        differences = zlib.decompress(b"".join(packed))
        _write_pixels(stream, packer.compress(differences[(1 + width * channels) * (top > 0) :]))
    _write_pixels(stream, packer.flush())
    stream.write(chunk(b"IEND", b""))


def _write_pixels(stream, data):
    if data:
        stream.write(chunk(b"IDAT", data))
