"""What is written beside a coloured photograph: other plausible colourings, and a map of doubt.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import pathlib
import re

import numpy as np
from PIL import Image

from colorlab.atomic import open_atomic

__all__ = ["paths_beside", "result_beside", "write_doubt"]

_VARIANT = re.compile(r"(.+)_variant[0-9]+")
_DOUBT = ".doubt.png"


def paths_beside(
    target: pathlib.Path, variants: int, doubt: bool
) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Name what is written beside a result.

    Parameters
    ----------
    target : pathlib.Path
        The result.
    variants : int
        How many there are.
    doubt : bool
        Whether there is a map of doubt.

    Returns
    -------
    variants, maps : list of pathlib.Path
        The map has the result's whole name, since ``a.jpg`` and ``a.png`` may lie in one folder.

    Examples
    --------
    >>> variants, maps = paths_beside(pathlib.Path("out/a.jpg"), 2, True)
    >>> [path.name for path in (*variants, *maps)]
    ['a_variant1.jpg', 'a_variant2.jpg', 'a.jpg.doubt.png']
    """
    names = [f"{target.stem}_variant{number}{target.suffix}" for number in range(1, variants + 1)]
    maps = [target.with_name(f"{target.name}{_DOUBT}")] if doubt else []
    return [target.with_name(name) for name in names], maps


def result_beside(path: pathlib.Path) -> pathlib.Path:
    """Return the result that a picture may have been written beside, or the picture's own path.

    Parameters
    ----------
    path : pathlib.Path
        Of the picture.

    Returns
    -------
    pathlib.Path

    Examples
    --------
    >>> [result_beside(pathlib.Path(name)).name for name in ("a_variant2.jpg", "a.jpg.doubt.png")]
    ['a.jpg', 'a.jpg']
    """
    if path.name.endswith(_DOUBT) and path.name != _DOUBT:
        return path.with_name(path.name.removesuffix(_DOUBT))
    found = _VARIANT.fullmatch(path.stem)
    return path if found is None else path.with_name(found[1] + path.suffix)


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
