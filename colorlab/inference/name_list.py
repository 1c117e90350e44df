"""A list of the names of photographs, as other programs write it.

Taught in :doc:`/book/beyond_one_machine`.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["read_names"]

_BLOCK = 2**20


def read_names(stream: BinaryIO) -> Iterator[str]:
    r"""Read a list of names, one a line, or with NUL between them as ``find -print0`` writes it.

    Parameters
    ----------
    stream : binary file

    Yields
    ------
    str
        Empty lines are left out.

    Examples
    --------
    >>> import io
    >>> list(read_names(io.BytesIO(b"a.jpg\nb c.jpg\n")))
    ['a.jpg', 'b c.jpg']
    >>> list(read_names(io.BytesIO(b"a\nb\0c")))
    ['a\nb', 'c']
    """
    block = stream.read(_BLOCK)
    separator, rest = b"\0" if b"\0" in block else b"\n", b""
    while block:
        *whole, rest = (rest + block).split(separator)
        yield from _decoded(whole, separator)
        block = stream.read(_BLOCK)
    yield from _decoded([rest], separator)


def _decoded(names, separator):
    for name in names:
        name = name.removesuffix(b"\r") if separator == b"\n" else name
        if name:
            yield os.fsdecode(name)
