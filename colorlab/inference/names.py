"""What the results of photographs are called.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import functools
import os
import re
from collections.abc import Hashable, Mapping
from typing import TypeVar

from colorlab.errors import InputError
from colorlab.images.formats import FORMATS, WRITTEN_AS, foreign_kind

__all__ = ["page_names", "require_ending", "target_names", "tell_apart", "without_page"]

K = TypeVar("K", bound=Hashable)


def require_ending(suffix: str, image_format: str | None = None) -> None:
    """Refuse a suffix that is no part of a file's name, and a format that is not written.

    Parameters
    ----------
    suffix : str
        Put between the name and its ending.
    image_format : str, optional
        The ending of a format.

    Raises
    ------
    InputError
        If the suffix would name a folder, or there is no such format.

    Examples
    --------
    >>> require_ending("/colour")
    Traceback (most recent call last):
    colorlab.errors.InputError: suffix must be part of a file name, got '/colour'
    >>> require_ending("", "png")
    Traceback (most recent call last):
    colorlab.errors.InputError: image_format must be one of .jpg, .jpeg, ..., .avif, got 'png'
    """
    if any(each in suffix for each in (os.sep, os.altsep or "/", "\0")):
        raise InputError(f"suffix must be part of a file name, got {suffix!r}")
    if image_format is not None and image_format not in FORMATS:
        known = ", ".join(FORMATS)
        raise InputError(f"image_format must be one of {known}, got {image_format!r}")


def target_names(name: str, suffix: str = "", image_format: str | None = None) -> tuple[str, ...]:
    """List what the result of a photograph may be called.

    Parameters
    ----------
    name : str
        Of the photograph's file.
    suffix, image_format : str
        As of :func:`colorlab.inference.jobs.plan`.

    Returns
    -------
    tuple of str
        The usual name; and, if the ending changes, one for the case that another photograph has
        the usual name.

    Examples
    --------
    >>> target_names("a.JPG", "_colour"), target_names("scan.gif")
    (('a_colour.JPG',), ('scan.png', 'scan.gif.png'))
    """
    stem, ending = _split(name)
    written = _target_ending(ending, image_format)
    usual = f"{stem}{suffix}{written}"
    return (usual,) if ending == written else (usual, f"{name}{suffix}{written}")


def _split(name):
    # As os.path.splitext, in a third of the time; but a dot at the end is none of an ending.
    cut = name.rfind(".")
    hidden = cut <= 0 or not name[:cut].strip(".")
    return (name, "") if hidden or cut == len(name) - 1 else (name[:cut], name[cut:])


@functools.lru_cache(maxsize=1000)
def _target_ending(ending, image_format):
    if image_format:
        return ending if FORMATS.get(ending.lower()) == FORMATS[image_format] else image_format
    return WRITTEN_AS.get(ending.lower(), ".png" if foreign_kind(path=f"x{ending}") else ending)


def page_names(name: str, count: int) -> list[str]:
    """Name the files of the pages of a photograph.

    Parameters
    ----------
    name : str
        Of the result, if it had one page.
    count : int
        How many pages there are.

    Returns
    -------
    list of str

    Examples
    --------
    >>> page_names("scan.png", 2)
    ['scan-1.png', 'scan-2.png']
    """
    stem, ending = _split(name)
    digits = len(str(count))
    return [f"{stem}-{number:0{digits}}{ending}" for number in range(1, count + 1)]


def without_page(name: str) -> str:
    """Return the name of the result that a page may belong to, or the name itself.

    Parameters
    ----------
    name : str
        Such as one of :func:`page_names`.

    Returns
    -------
    str

    Examples
    --------
    >>> without_page("scan-1.png"), without_page("scan.png")
    ('scan.png', 'scan.png')
    """
    stem, ending = _split(name)
    return re.sub(r"(?<=.)-[0-9]+\Z", "", stem) + ending


def tell_apart(
    places: Mapping[K, tuple[str, str]], suffix: str = "", image_format: str | None = None
) -> tuple[dict[K, str], dict[K, K]]:
    """Name the results, the second of two photographs that would become one file with more words.

    A photograph that keeps its ending keeps its name: ``x.png``, and then ``x.gif.png``.

    Parameters
    ----------
    places : dict
        Of each photograph the folder of its result and the name of its own file. The first of two
        is the one that stands first.
    suffix, image_format : str
        As of :func:`colorlab.inference.jobs.plan`.

    Returns
    -------
    names : dict
        Of each photograph the name of its result.
    clashes : dict
        Of each photograph that gets none, the one that has its name.

    Examples
    --------
    >>> tell_apart({1: ("", "x.gif"), 2: ("", "x.png"), 3: ("", "x.png")})
    ({2: 'x.png', 1: 'x.gif.png'}, {3: 2})
    """
    names: dict[K, str] = {}
    clashes: dict[K, K] = {}
    taken: dict[tuple[str, str], K] = {}
    several: list[tuple[K, str, tuple[str, ...]]] = []
    for photograph, (folder, name) in places.items():
        choices = target_names(name, suffix, image_format)
        if len(choices) > 1:
            several.append((photograph, folder, choices))
        elif (folder, choices[0]) in taken:
            clashes[photograph] = taken[folder, choices[0]]
        else:
            names[photograph], taken[folder, choices[0]] = choices[0], photograph
    for photograph, folder, choices in several:
        chosen = next((each for each in choices if (folder, each) not in taken), None)
        if chosen is None:
            clashes[photograph] = taken[folder, choices[0]]
        else:
            names[photograph], taken[folder, chosen] = chosen, photograph
    return names, clashes
