"""What is written beside a coloured photograph: other plausible colourings, and a map of doubt.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import os
import pathlib
import re

import numpy as np
from PIL import Image

from colorlab.atomic import open_atomic
from colorlab.errors import InputError

__all__ = ["doubt_path", "is_beside", "require_free", "variant_paths", "write_doubt"]

_BESIDE = re.compile(r"(.+)_(variant[0-9]+|doubt)")


def variant_paths(target: pathlib.Path, count: int) -> list[pathlib.Path]:
    """Name the variants of a result.

    Examples
    --------
    >>> [path.name for path in variant_paths(pathlib.Path("out/a.jpg"), 2)]
    ['a_variant1.jpg', 'a_variant2.jpg']
    """
    return [
        target.with_name(f"{target.stem}_variant{number}{target.suffix}")
        for number in range(1, count + 1)
    ]


def doubt_path(target: pathlib.Path) -> pathlib.Path:
    """Name the map of doubt of a result.

    Examples
    --------
    >>> doubt_path(pathlib.Path("out/a.jpg")).name
    'a_doubt.png'
    """
    return target.with_name(f"{target.stem}_doubt.png")


def is_beside(path: pathlib.Path, targets: set[pathlib.Path]) -> bool:
    """Tell whether a picture was written beside one of some results.

    Examples
    --------
    >>> is_beside(pathlib.Path("a_variant2.jpg"), {pathlib.Path("a.jpg")})
    True
    """
    found = _BESIDE.fullmatch(path.stem)
    if found is None:
        return False
    if found[2] == "doubt":
        return any(each.parent == path.parent and each.stem == found[1] for each in targets)
    return path.with_name(found[1] + path.suffix) in targets


def require_free(paths: list[pathlib.Path]) -> None:
    """Refuse to begin if one of several files exists.

    Parameters
    ----------
    paths : list of pathlib.Path

    Raises
    ------
    InputError
        The message names it.
    """
    for path in paths:
        if os.path.lexists(path):
            raise InputError(f"{path}: exists already; choose another place, or say --overwrite")


def write_doubt(path: pathlib.Path, doubt: np.ndarray, overwrite: bool = False) -> None:
    """Write a map of doubt as a grey picture.

    Parameters
    ----------
    path : pathlib.Path
        A PNG file, written whole or not at all.
    doubt : numpy.ndarray, shape (height, width)
        0 to 1, see :meth:`colorlab.inference.Session.doubt`; black where the network is sure.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the file exists, or it cannot be written.
    """
    levels = np.rint(255 * np.clip(doubt, 0, 1)).astype("uint8")
    with open_atomic(path, overwrite) as stream:
        Image.fromarray(levels).save(stream, format="PNG")
