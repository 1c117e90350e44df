"""A list of the names of photographs, as other programs write it.

Taught in :doc:`/book/beyond_one_machine`.
"""

import functools
import os
import pathlib
import posixpath
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from colorlab.inference.storage import RemotePath

__all__ = ["group_names", "read_names"]

_BLOCK = 2**20
_NO_NAMES = ("", ".", "..")


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


def group_names(
    names: Iterable[str], folder: pathlib.Path | RemotePath
) -> tuple[dict[str, dict[str, None]], list[str]]:
    """Group the names of photographs by their folders.

    Parameters
    ----------
    names : iterable of str
        Below ``folder``, or with their paths as ``find FOLDER`` prints them, or whole paths.
    folder : pathlib.Path or RemotePath

    Returns
    -------
    folders : dict of str to dict
        Of each folder, as it stands below ``folder``, the names in it; one that stands twice is
        one photograph.
    outside : list of str
        Names that lie elsewhere.

    Examples
    --------
    >>> group_names(["1920/b.gif", "./a.jpg", "a.jpg", "../c.jpg"], pathlib.Path("album"))
    ({'1920': {'b.gif': None}, '.': {'a.jpg': None}}, ['../c.jpg'])
    """
    start = f"{folder}/" if isinstance(folder, RemotePath) else None

    @functools.cache
    def places_of(above: str) -> tuple[str, ...]:
        return _places(folder, above)

    folders: dict[str, dict[str, None]] = {}
    outside = []
    for name in names:
        path = name.removeprefix(start) if start else name.replace(os.sep, "/")
        if path[path.rfind("/") + 1 :] in _NO_NAMES and "://" not in path:
            path = posixpath.normpath(path)
        cut = path.rfind("/") + 1
        above, last = path[:cut], path[cut:]
        places = () if last in _NO_NAMES else places_of(above)
        if len(places) > 1 and not os.path.lexists(str(folder / places[0] / last)):
            places = places[1:]
        if places:
            folders.setdefault(places[0], {})[last] = None
        else:
            outside.append(name)
    return folders, outside


def _places(folder, above):
    """Return what the folder of a name may be called below that of the archive."""
    if isinstance(folder, RemotePath):
        elsewhere = "://" in above or above.startswith("/")
        places = [] if elsewhere else [posixpath.normpath(above)]
    elif os.path.isabs(above):
        path = pathlib.Path(os.path.normpath(above))
        wholes = (folder.absolute(), folder.resolve())
        places = [os.path.relpath(path, each) for each in wholes if path.is_relative_to(each)][:1]
    else:
        places, spelled = [os.path.normpath(above)], os.path.normpath(folder)
        if f"{places[0]}{os.sep}".startswith(f"{spelled}{os.sep}"):
            # As `find FOLDER` prints it, if there is no such folder within the folder.
            kept = places if os.path.lexists(folder / places[0]) else []
            places = [*kept, os.path.relpath(places[0], spelled)]
    places = [place.replace(os.sep, "/") for place in places]
    return tuple(dict.fromkeys(each for each in places if each.split("/")[0] != ".."))
