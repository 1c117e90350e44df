"""Photographs of 8 x 8 pixels, each of its own bytes, and a command without a network for them."""

import struct
import zlib

import numpy as np

__all__ = ["WITHOUT_NETWORK", "name_of", "picture", "write_archive"]

_IN_A_FOLDER = 1_000

# The network is left out: what is measured is what becomes of names, files and lines.
WITHOUT_NETWORK = """
import numpy as np
from colorlab.cli import main
from colorlab.inference.colorizer import Colorizer

class Unseen:
    def __init__(self, colorizer, image, size=None):
        self.image = np.asarray(image)

    def colorize(self, *settings):
        return np.repeat(self.image, 3, axis=-1)

    def notes(self, hints):
        return []

Colorizer.session = lambda *arguments: Unseen(*arguments)
main()
"""


def _chunk(kind, content):
    length, check = struct.pack(">I", len(content)), zlib.crc32(kind + content)
    return length + kind + content + struct.pack(">I", check)


_PIXELS = np.random.default_rng(0).integers(0, 256, (8, 8)).astype("uint8")


def picture(number):
    """Return a PNG file of 8 x 8 grey pixels, of which the first four say its number."""
    pixels = _PIXELS.copy()
    pixels.flat[:4] = list(number.to_bytes(4, "big"))
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    content = _chunk(b"IDAT", zlib.compress(rows, 0))
    return b"\x89PNG\r\n\x1a\n" + header + content + _chunk(b"IEND", b"")


def name_of(number):
    return f"{number // _IN_A_FOLDER:05d}/{number:07d}.png"


def write_archive(archive, count, damaged):
    """Write the photographs, a thousand a folder; a folder that is there is complete."""
    for first in range(0, count, _IN_A_FOLDER):
        place = archive / f"{first // _IN_A_FOLDER:05d}"
        if place.exists():
            continue
        unfinished = archive / f".{place.name}"
        unfinished.mkdir(parents=True, exist_ok=True)
        for number in range(first, min(first + _IN_A_FOLDER, count)):
            content = picture(number)
            with open(f"{unfinished}/{number:07d}.png", "wb") as stream:
                stream.write(content[:20] if number in damaged else content)
        unfinished.rename(place)
