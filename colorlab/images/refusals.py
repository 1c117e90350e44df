"""Errors of picture files, as messages of one line.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import os
import re
import stat
import struct
import threading
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from colorlab.errors import InputError

__all__ = [
    "EXPECTED",
    "PILLOW_ERRORS",
    "ignored_warnings",
    "note_missing",
    "one_line_errors",
    "open_regular",
    "require_size",
]

EXPECTED = "expected JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF, JPEG 2000 or PPM"

#: Errors that Pillow's decoders raise for damaged files.
PILLOW_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError),
    *(AttributeError, RuntimeError, struct.error),
)
_MOST_MISSING = 0.5
_UNSUPPORTED = re.compile(
    "unsupported|not supported|unknown|cannot handle|no decoder|requires", re.I
)
_PILLOW_NUMBER = re.compile(r"^(decoder|encoder) error -?\d+.*|^-\d$")


def open_regular(path):
    """Open a regular file for reading, and refuse pipes and devices, which may block for ever.

    Pillow gets the open file and not its path: of a path it maps uncompressed TIFF files into
    memory, and mixes their rows up where they have to be turned.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    binary file

    Raises
    ------
    InputError
        If it is a pipe or a device.
    OSError
        If it is missing or cannot be read.
    """
    if stat.S_ISREG(os.stat(path).st_mode) or os.path.isdir(path):
        return open(path, "rb")
    raise InputError("is a pipe or a device, expected a picture file")


def note_missing(share):
    """Describe how much of a truncated picture is missing.

    Parameters
    ----------
    share : float
        0 to 1.

    Returns
    -------
    list of str
        Empty if nothing is missing.

    Raises
    ------
    InputError
        If more than half is missing.
    """
    if share > _MOST_MISSING:
        raise InputError(f"is cut short, {share:.0%} of it is missing; get a whole copy")
    return [f"is cut short, the lowest {max(share, 0.01):.0%} is missing"] if share > 0 else []


def require_size(width, height):
    """Refuse a picture that is larger than Pillow's limit against decompression bombs.

    Parameters
    ----------
    width, height : int
        In pixels.

    Raises
    ------
    PIL.Image.DecompressionBombError
    """
    if width * height > 2 * (Image.MAX_IMAGE_PIXELS or np.inf):
        raise Image.DecompressionBombError


class _IgnoredWarnings:
    """Ignore warnings in ``with`` statements, which several threads may execute at a time.

    The filters of warnings are those of the whole process. Where each thread brings back what it
    found, the last one may bring back what another one had set, and all warnings stay ignored.
    """

    def __init__(self):
        self._lock, self._within = threading.Lock(), 0

    def __enter__(self):
        with self._lock:
            if not self._within:
                self._found = warnings.catch_warnings(action="ignore")
                self._found.__enter__()
            self._within += 1

    def __exit__(self, *exception):
        with self._lock:
            self._within -= 1
            if not self._within:
                self._found.__exit__(None, None, None)


#: A context manager for what Pillow warns of, which the notes of a photograph say.
ignored_warnings = _IgnoredWarnings()


@contextlib.contextmanager
def one_line_errors(name):
    """Convert errors while a picture is read to an InputError of one line with its name.

    Parameters
    ----------
    name : str
        Name of the picture in the message.

    Raises
    ------
    InputError
        In place of all errors of Pillow for missing and damaged files.
    """
    try:
        with ignored_warnings:
            yield
    except FileNotFoundError:
        raise InputError(f"{name}: {_missing(name)}") from None
    except IsADirectoryError:
        raise InputError(f"{name}: is a folder, expected a picture file") from None
    except PermissionError:
        if os.path.isdir(name):  # Windows opens no folder
            raise InputError(f"{name}: is a folder, expected a picture file") from None
        raise InputError(f"{name}: may not be read; check its permissions") from None
    except UnidentifiedImageError:
        raise InputError(f"{name}: is not a picture that can be decoded; {EXPECTED}") from None
    except Image.DecompressionBombError:
        limit = 2 * Image.MAX_IMAGE_PIXELS // 10**6
        raise InputError(
            f"{name}: has more than {limit} million pixels; make it smaller, or allow more with "
            "colorlab.images.large.allow_pixels(MILLIONS)"
        ) from None
    except MemoryError:
        raise InputError(f"{name}: does not fit into memory; make it smaller first") from None
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    except PILLOW_ERRORS as error:
        raise InputError(f"{name}: {_reason(error)}") from None


def _missing(name):
    if re.match(r"[a-z][a-z0-9+.-]+:/", name, re.I):
        return "is an address, which is not fetched; download the picture and give its file"
    return "no such file; check the path"


def _reason(error):
    if getattr(error, "errno", None):
        return f"cannot be read ({error.strerror})"
    reason = (str(error).splitlines() or [""])[0] or type(error).__name__
    if _UNSUPPORTED.search(reason):
        return f"is of a kind that is not read ({reason}); save it as PNG or as 8-bit TIFF first"
    if _PILLOW_NUMBER.search(reason):
        reason = "its pixels cannot be decoded"
    return f"is damaged or cut short ({reason}); get a whole copy"
