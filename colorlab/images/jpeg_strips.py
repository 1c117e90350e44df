"""Write a JPEG file of any size strip by strip: only one strip is ever encoded in memory.

A restart marker lets a decoder begin anew: what stands behind it needs nothing that stands before.
So strips that end where a restart marker may stand are encoded each by itself and joined by these
markers [1]_, to the very file that the encoder writes of the whole picture with the same markers.

Taught in :doc:`/book/troubleshooting`.

References
----------
.. [1] ITU-T Recommendation T.81, "Digital compression and coding of continuous-tone still images",
   1992, sections B.2.4.4 and F.1.1.5.2.
"""

import io
import struct

from PIL import Image

__all__ = ["write_jpeg"]

_BLOCK = 16  # rows and columns of a unit, as Pillow writes colours
_PIXELS = 2**21  # of a strip, far fewer than the 65,535 units between two restart markers
_FRAME, _SCAN, _RESTART, _END = 0xC0, 0xDA, 0xD0, b"\xff\xd9"


def write_jpeg(stream, image, options):
    """Encode a picture as a JPEG file.

    Parameters
    ----------
    stream : binary file
        Open for writing.
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.
    options : dict
        As for Pillow's ``save``: the quality, and metadata.
    """
    height, width = image.shape[:2]
    blocks = max(1, _PIXELS // (_BLOCK * width))
    for number, top in enumerate(range(0, height, _BLOCK * blocks)):
        content = io.BytesIO()
        strip = Image.fromarray(image[top : top + _BLOCK * blocks])
        strip.save(content, "JPEG", restart_marker_rows=blocks, **options)
        header, scan = _split(content.getvalue(), height)
        stream.write(bytes((0xFF, _RESTART + (number - 1) % 8)) if number else header)
        stream.write(scan)
    stream.write(_END)


def _split(content, height):
    """Return what stands before the pixels, with another height, and the pixels without the end."""
    header, place = bytearray(content), 2
    while True:
        marker, length = struct.unpack_from(">xBH", content, place)
        if marker == _FRAME:
            struct.pack_into(">H", header, place + 5, height)
        place += 2 + length
        if marker == _SCAN:
            return header[:place], content[place : -len(_END)]
