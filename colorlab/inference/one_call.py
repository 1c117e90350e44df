"""A photograph in, the same photograph in colour out.

Taught in :doc:`/notebooks/00_quickstart` and :doc:`/notebooks/09_ask_a_person`.
"""

import functools
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from colorlab.images import to_grey
from colorlab.inference.hints import Hint
from colorlab.inference.pretrained import load_pretrained
from colorlab.inference.settings import require_settings
from colorlab.inference.suggestions import Suggestion

__all__ = ["colorize", "suggest"]


@functools.lru_cache(maxsize=3)
def _load_once(model, stamp):
    return load_pretrained(model)


def _load(model):
    """Load a model, unless it is loaded already and its file is still the same."""
    model = "default" if model is None else model
    if not isinstance(model, str | os.PathLike):
        return load_pretrained(model)  # says what is expected
    weights = model
    if os.path.isdir(model):
        from colorlab.training.run import Run  # most calls name no run

        weights = Run(model).best_weights
    try:
        facts = os.stat(weights)
    except OSError:  # such as of the name of a network that comes with colorlab
        return _load_once(model, None)
    return _load_once(model, (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns))


def colorize(
    image: Any,
    model: Any = "default",
    saturation: float | None = None,
    size: int | None = None,
    temperature: float | None = None,
    hints: Sequence[Hint] = (),
    restore: Any = None,
) -> np.ndarray:
    """Colour a photograph of any size, and keep its own luma.

    Parameters
    ----------
    image : path-like, bytes, PIL.Image.Image or array-like
        A picture file or its content, or levels of the shape (height, width) or (height, width,
        channels); see :func:`colorlab.images.to_grey`. Of a colour picture only the grey is used.
    model : str, path-like or None
        As for :func:`load_pretrained`; None stands for ``default``. A model is loaded once, and
        again when its file has changed.
    saturation : float, optional
        Factor of the predicted colour, 0 (grey) to 10; by default the model's own.
    size : int, optional
        Shorter side in pixels of the network's input, 1 to 1024; by default the model's own.
    temperature : float, optional
        Above 0, at most 10: lower is more vivid, for networks that predict ab bins.
    hints : sequence of Hint, optional
        Known colours of some places, for models that take hints.
    restore : str or iterable of str, optional
        What is restored before, of an old photograph: ``fading``, ``scratches``, ``cast``, several
        of them, or ``all``; or ``cracks``; see :func:`colorlab.restoration.steps.parse_steps`. By
        default nothing.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB. Its luma is that of the (restored) photograph within one level.

    Raises
    ------
    InputError
        If the file cannot be read, the array is no picture, there is no such model, a number is
        out of range, the photograph cannot have the hints, or the model takes none.

    Warns
    -----
    UserWarning
        If a hint's colour cannot be shown at its place: the message says what is shown.

    Examples
    --------
    >>> colorize([[90] * 40] * 30, saturation=0)[0, 0].tolist()
    [90, 90, 90]
    """
    require_settings(saturation, size, temperature)
    grey = to_grey(image, restore)
    session = _load(model).session(grey, size)
    colored = session.colorize(hints, saturation, temperature)
    for note in session.notes(hints):
        warnings.warn(note, stacklevel=2)
    return colored


def suggest(
    image: Any,
    x: int,
    y: int,
    k: int = 5,
    model: Any = "default",
    hints: Sequence[Hint] = (),
) -> list[Suggestion]:
    """Suggest the likeliest colours of a place in a photograph.

    Parameters
    ----------
    image : path-like, bytes, PIL.Image.Image or array-like
        As for :func:`colorize`.
    x, y : int
        Column and row in pixels of the upright photograph.
    k : int
        At most this many colours.
    model : str, path-like or None
        As for :func:`colorize`; one that predicts a probability for each bin of a and b.
    hints : sequence of Hint, optional
        Known colours of other places.

    Returns
    -------
    list of Suggestion
        The likeliest first: ``color``, sRGB as ``#rrggbb`` with the luma of the place, and
        ``probability``.

    Raises
    ------
    InputError
        If the file cannot be read, the place lies outside the photograph, or the model predicts no
        probabilities.

    Notes
    -----
    For several places of one photograph, :meth:`colorlab.inference.Session.suggest` computes the
    network only once.

    Examples
    --------
    >>> suggest(np.full((8, 8), 255, "uint8"), 8, 4)
    Traceback (most recent call last):
    colorlab.errors.InputError: the place 8, 4: lies outside the photograph, which has 8 x 8 ...
    """
    return _load(model).session(image).suggest(x, y, k, hints)
