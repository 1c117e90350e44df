"""Hints as a file, which the page that colours photographs writes and reads as well.

One JSON file a photograph, in UTF-8::

    {
      "format": "colorlab hints",
      "version": 1,
      "width": 512,
      "height": 512,
      "hints": [{"x": 120, "y": 80, "color": "#a02020", "radius": 4}]
    }

``width`` and ``height`` are those of the upright photograph; hints of a photograph of another size
are refused. ``color`` is ``#rrggbb``; ``radius`` may be left out and is 0 then.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import json
import pathlib
import re
from collections.abc import Sequence
from typing import Any

from colorlab.atomic import open_atomic
from colorlab.errors import InputError
from colorlab.inference.hints import Hint, require_hints

__all__ = ["hints_beside", "read_hints", "write_hints"]

_FORMAT, _VERSION = "colorlab hints", 1
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def hints_beside(photograph: Any) -> pathlib.Path:
    """Name the file of a photograph's hints, which lies beside it.

    Parameters
    ----------
    photograph : path-like

    Returns
    -------
    pathlib.Path

    Examples
    --------
    >>> hints_beside("album/grandmother.jpg").as_posix()
    'album/grandmother.hints.json'
    """
    path = pathlib.Path(photograph)
    return path.with_name(f"{path.stem}.hints.json")


def read_hints(path: Any, shape: tuple[int, ...]) -> list[Hint]:
    """Read the hints of a photograph.

    Parameters
    ----------
    path : path-like
    shape : tuple of int
        Height and width of the upright photograph in pixels; more numbers are ignored.

    Returns
    -------
    list of Hint

    Raises
    ------
    InputError
        If the file cannot be read, holds no hints, or those of a photograph of another size.
    """
    path = pathlib.Path(path)
    try:
        file = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: holds no hints, it is not JSON; save them again") from None
    known = isinstance(file, dict) and (file.get("format"), file.get("version"))
    if known != (_FORMAT, _VERSION) or not isinstance(file.get("hints"), list):
        raise InputError(
            f'{path}: holds no hints, expected the format "{_FORMAT}", version {_VERSION}'
        )
    height, width = shape[:2]
    if (file.get("width"), file.get("height")) != (width, height):
        raise InputError(
            f"{path}: belongs to a photograph of {file.get('width')} x {file.get('height')} "
            f"pixels, this one has {width} x {height}"
        )
    hints = [_hint(path, number, each) for number, each in enumerate(file["hints"], 1)]
    try:
        require_hints(hints, shape)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return hints


def _hint(path, number, entry):
    entry = entry if isinstance(entry, dict) else {}
    x, y, color = (entry.get(name) for name in ("x", "y", "color"))
    try:
        if not (isinstance(color, str) and _COLOR.fullmatch(color)):
            raise InputError("")
        return Hint(x, y, color, entry.get("radius", 0))
    except (InputError, ValueError, OverflowError):
        raise InputError(
            f"{path}: hint {number} cannot be used, expected whole x and y, a radius from 0 and a "
            'color such as "#a02020"'
        ) from None


def write_hints(
    path: Any, hints: Sequence[Hint], shape: tuple[int, ...], overwrite: bool = False
) -> None:
    """Write the hints of a photograph.

    Parameters
    ----------
    path : path-like
        Written whole or not at all.
    hints : sequence of Hint
    shape : tuple of int
        Height and width of the upright photograph in pixels; more numbers are ignored.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the photograph cannot have the hints, the file exists, or it cannot be written.
    """
    require_hints(hints, shape)
    height, width = shape[:2]
    file = {
        "format": _FORMAT,
        "version": _VERSION,
        "width": int(width),
        "height": int(height),
        "hints": [
            {"x": each.x, "y": each.y, "color": each.color, "radius": each.radius} for each in hints
        ],
    }
    with open_atomic(path, overwrite) as stream:
        stream.write((json.dumps(file, indent=2) + "\n").encode())
