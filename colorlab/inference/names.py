"""What the results of photographs are called.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import functools
import os
from collections.abc import Hashable, Mapping
from typing import TypeVar

from colorlab.errors import InputError
from colorlab.images.formats import FORMATS, WRITTEN_AS, foreign_kind

__all__ = ["require_suffix", "target_name", "tell_apart"]

K = TypeVar("K", bound=Hashable)


def require_suffix(suffix: str) -> None:
    """Refuse a suffix that is no part of a file's name.

    Parameters
    ----------
    suffix : str
        Put between the name and its ending.

    Raises
    ------
    InputError
        If it would name a folder.

    Examples
    --------
    >>> require_suffix("/colour")
    Traceback (most recent call last):
    colorlab.errors.InputError: suffix must be part of a file name, got '/colour'
    """
    if any(each in suffix for each in (os.sep, os.altsep or "/", "\0")):
        raise InputError(f"suffix must be part of a file name, got {suffix!r}")


def target_name(name: str, suffix: str = "", image_format: str | None = None) -> str:
    """Name the result of a photograph that no other one disputes.

    Parameters
    ----------
    name : str
        Of the photograph's file.
    suffix, image_format : str
        As of :func:`colorlab.inference.jobs.plan`.

    Returns
    -------
    str

    Examples
    --------
    >>> target_name("scan.gif"), target_name("a.JPG", "_colour")
    ('scan.png', 'a_colour.JPG')
    """
    stem, ending = _split(name)
    return f"{stem}{suffix}{_target_ending(ending, image_format)}"


def _split(name):
    stem, ending = os.path.splitext(name)
    return (name, "") if ending == "." else (stem, ending)


@functools.lru_cache(maxsize=1000)
def _target_ending(ending, image_format):
    if image_format:
        return ending if FORMATS.get(ending.lower()) == FORMATS[image_format] else image_format
    return WRITTEN_AS.get(ending.lower(), ".png" if foreign_kind(path=f"x{ending}") else ending)


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
    endings = {each: _split(name)[1] for each, (_, name) in places.items()}
    written = {each: _target_ending(ending, image_format) for each, ending in endings.items()}
    names: dict[K, str] = {}
    clashes: dict[K, K] = {}
    taken: dict[tuple[str, str], K] = {}
    for photograph in sorted(places, key=lambda each: endings[each] != written[each]):
        folder, name = places[photograph]
        choices = [target_name(name, suffix, image_format)]
        if endings[photograph] != written[photograph]:
            choices.append(f"{name}{suffix}{written[photograph]}")
        chosen = next((each for each in choices if (folder, each) not in taken), None)
        if chosen is None:
            clashes[photograph] = taken[folder, choices[0]]
        else:
            names[photograph], taken[folder, chosen] = chosen, photograph
    return names, clashes
