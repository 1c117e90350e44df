"""Which steps restore a photograph, and in which order.

Taught in :doc:`/book/troubleshooting`.
"""

import importlib.util
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

from colorlab.errors import InputError
from colorlab.extras import MissingExtra

__all__ = ["STEPS", "names_steps", "parse_steps", "restored_grey"]

#: The names of the steps that `all` stands for.
STEPS = ("fading", "scratches", "cast")
_CRACKS, _ALL = "cracks", "all"
_NAMES = (*STEPS, _CRACKS, _ALL)
_PIXELS = 2**21  # of a strip


def parse_steps(restore: str | bool | Iterable[str] | None) -> tuple[str, ...]:
    """Check which steps a photograph is to be restored by.

    Parameters
    ----------
    restore : str, bool, iterable of str or None
        Names of :data:`STEPS`, in a list or in one text with commas between them; ``all`` among
        them or True stands for all of these, and False or None for none. ``cracks``, of which
        ``all`` is no part, is for a photograph that is visibly cracked: it finds much more than
        ``scratches``, and on an undamaged photograph whiskers and wires.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If there is no such step.
    MissingExtra
        If scratches are to be removed and scikit-image is not installed.

    Examples
    --------
    >>> parse_steps("fading,cast"), parse_steps(None), parse_steps("all")
    (('fading', 'cast'), (), ('fading', 'scratches', 'cast'))
    >>> parse_steps("dust")
    Traceback (most recent call last):
    colorlab.errors.InputError: restore must be some of fading, scratches, cast, cracks, or all, ...
    """
    if not restore:
        return ()
    named: Any = _ALL if restore is True else restore
    try:
        names = named.split(",") if isinstance(named, str) else list(named)
    except TypeError:
        names = [named]
    steps: dict[str, None] = {}  # in order, each once
    for name in names:
        name = name.strip() if isinstance(name, str) else name
        if name not in _NAMES:
            known = ", ".join(_NAMES[:-1])
            raise InputError(f"restore must be some of {known}, or all, got {name!r}")
        steps.update(dict.fromkeys(STEPS if name == _ALL else (name,)))
    if {"scratches", _CRACKS} & steps.keys() and importlib.util.find_spec("skimage") is None:
        raise MissingExtra(
            "restore: scratches and cracks need scikit-image; type: "
            'pip install "colorlab-book[restore]" or name fading,cast alone'
        )
    return tuple(steps)


def names_steps(word: str) -> bool:
    """Tell the names of steps from the name of a file.

    Parameters
    ----------
    word : str

    Returns
    -------
    bool
        Whether :func:`parse_steps` knows each name in it.

    Examples
    --------
    >>> names_steps("fading,cast"), names_steps("./cast"), names_steps("album")
    (True, False, False)
    """
    return all(name.strip() in _NAMES for name in word.split(","))


def restored_grey(picture: Image.Image, steps: Iterable[str] = ()) -> tuple[np.ndarray, list[str]]:
    """Take the grey of a picture and restore it.

    Parameters
    ----------
    picture : PIL.Image.Image
        Grey, RGB or CMYK, without transparency.
    steps : iterable of str
        What :func:`parse_steps` returned; they are taken in the order cast, scratches, fading.

    Returns
    -------
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 levels; without steps the luma of the picture.
    notes : list of str
        What was done, in one line; empty without steps.
    """
    steps, done = set(steps), []
    grey = _luma(picture)
    if not steps:
        return grey, []
    from colorlab.restoration.cast import grey_without_cast
    from colorlab.restoration.fading import stretch_contrast
    from colorlab.restoration.scratches import remove_scratches

    if "cast" in steps and picture.mode not in ("1", "L"):
        grey, luma = grey_without_cast(np.asarray(picture.convert("RGB"))), grey
        if (grey != luma).any():
            done.append("cast")
    if {"scratches", _CRACKS} & steps:
        grey, mask = remove_scratches(grey, cracked=_CRACKS in steps)
        if mask.any():
            done.append(f"scratches ({100 * mask.mean():.2g} % of the picture)")
    if "fading" in steps:
        stretched = stretch_contrast(grey)
        if stretched is not grey:
            done.append("fading")
        grey = stretched
    return grey, [f"restored: {', '.join(done) or 'nothing found'}"]


def _luma(picture):
    """Compute the luma strip by strip, so that no second copy of a large picture is in memory."""
    width, height = picture.size
    luma, rows = np.empty((height, width, 1), "uint8"), max(1, _PIXELS // width)
    for top in range(0, height, rows):
        strip = picture.crop((0, top, width, min(top + rows, height)))
        luma[top : top + rows, :, 0] = np.asarray(strip.convert("L"))
    return luma
