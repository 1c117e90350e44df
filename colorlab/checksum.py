"""The SHA-256 of a file, by which it is recognised.

Taught in :doc:`/book/beyond_one_machine`.
"""

import hashlib
import os
from typing import Any

__all__ = ["sha256_of"]


def sha256_of(source: Any) -> str:
    """Compute the SHA-256 of a file, which is read in blocks, or of bytes.

    Parameters
    ----------
    source : path-like, binary file or bytes
        A file that is open is read from where it stands to its end.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> sha256_of(b"abc")[:16]
    'ba7816bf8f01cfea'
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return hashlib.sha256(source).hexdigest()
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    return hashlib.file_digest(source, "sha256").hexdigest()
