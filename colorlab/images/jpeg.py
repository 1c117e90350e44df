"""JPEG files: how they are compressed, and those that were cut short.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import io
import re

import numpy as np
from PIL import Image

from colorlab.errors import InputError
from colorlab.images.levels import orientation
from colorlab.images.profiles import adobe_profile
from colorlab.images.refusals import note_missing

__all__ = ["is_plain", "with_its_end"]

_END = b"\xff\xd9"
_FILL = bytes(range(1, 255)) * 64
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_USUAL_FRAMES = (0xC0, 0xC1, 0xC2)


def is_plain(opened, content):
    """Tell whether any JPEG decoder gives the right picture of a file.

    Parameters
    ----------
    opened : colorlab.images.reading.Opened
    content : bytes
        The file's content.

    Returns
    -------
    bool
        Whether it is a JPEG file, whole, grey or YCbCr, upright, without a profile, and baseline
        or progressive: neither lossless nor arithmetic.
    """
    return (
        opened.kind == "JPEG"
        and opened.whole
        and opened.picture.mode in ("RGB", "L")
        and orientation(opened.picture) == 1
        and "icc_profile" not in opened.picture.info
        and not adobe_profile(opened.picture)
        and _frame(content) in _USUAL_FRAMES
    )


def _frame(content):
    """Find the marker of a JPEG file's frame, which tells how it is compressed."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            return marker
        # Fill bytes may stand before a marker.
        place += 1 if marker == 0xFF else 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def with_its_end(content):
    """Make a file that can be decoded of one that was cut short.

    Parameters
    ----------
    content : bytes
        What could not be decoded.

    Returns
    -------
    content : bytes or None
        The repaired file; None if it is damaged in another way.
    info : dict
        Empty.
    notes : list of str
        What is missing.

    Raises
    ------
    InputError
        If more than half of the picture is missing.
    """
    cut = content.rstrip(b"\xff")
    try:
        if b"\xff\xc2" in cut[: cut.find(b"\xff\xda")]:
            return _progressive(cut)
        first, second = _small(cut + _END), _small(cut + _FILL + _END)
    except InputError:
        raise
    except Exception:  # damaged in another way: the first error counts
        return None, {}, []
    # Where the two ways to go on differ, the file has ended.
    rows = np.flatnonzero((first != second).reshape(len(first), -1).any(axis=1))
    return cut + _END, {}, note_missing(1 - rows[0] / len(first) if len(rows) else 0)


def _small(content):
    """Decode a JPEG file at an eighth of its size."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
        picture.draft(None, (picture.width // 8, picture.height // 8))
        picture.load()
        return np.asarray(picture)


def _progressive(content):
    """Take a progressive file that lacks only the finest detail: each scan covers all rows."""
    last_header = max(content.rfind(b"\xff\xc4"), content.rfind(b"\xff\xda"))
    try:
        _small(content + _END)
    except OSError:  # cut within a header
        content = content[:last_header]
    scans = list(re.finditer(rb"\xff\xda..[\x01-\x04]", content, re.DOTALL))
    first_component = content[scans[0].end()]
    covered = set()
    for scan in scans[:-1]:
        count, place = content[scan.end() - 1], scan.end()
        start, end = content[place + 2 * count : place + 2 * count + 2]
        if content[place] == first_component and start:
            covered.update(range(start, end + 1))
    if covered < set(range(1, 64)):
        raise InputError("is cut short, all but its coarse shapes is missing; get a whole copy")
    return content + _END, {}, ["is cut short, its finest detail is missing"]
