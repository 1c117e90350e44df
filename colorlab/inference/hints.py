"""Hints: places of a photograph whose colour a person knows.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] R. Zhang et al., "Real-Time User-Guided Image Colorization with Learned Deep Priors", ACM
   Transactions on Graphics 36 (2017), https://doi.org/10.1145/3072959.3073703
"""

import dataclasses
import numbers
import operator
from collections.abc import Sequence

import numpy as np
from PIL import ImageColor

from colorlab.color import conversions
from colorlab.errors import InputError

__all__ = ["Hint", "require_hints", "require_inside"]

_FARTHEST = 2**31  # pixels; no picture has a longer side


@dataclasses.dataclass(frozen=True)
class Hint:
    """The colour of a place in a photograph.

    Parameters
    ----------
    x, y : int
        Column and row in pixels of the upright photograph; 0, 0 is the pixel at the top left.
    color : str or tuple of int
        Anything that Pillow understands, such as ``"darkred"``, ``"#a02020"``, ``"hsl(0, 67%,
        38%)"`` or ``(160, 32, 32)``. Only its a and b of CIE Lab count: the place keeps its luma.
    radius : int
        How many pixels around the place, to all sides, have that colour too.

    Raises
    ------
    InputError
        If a number is not whole or below 0, or Pillow does not know the colour.

    Examples
    --------
    >>> Hint(120, 80, "darkred")
    Hint(x=120, y=80, color='#8b0000', radius=0)
    >>> Hint(120, 80, "reddish")
    Traceback (most recent call last):
    colorlab.errors.InputError: hint at 120, 80: unknown colour 'reddish', expected a name, ...
    """

    x: int
    y: int
    color: str | tuple[int, int, int]
    radius: int = 0

    def __post_init__(self):  # noqa: D105
        for name in ("x", "y", "radius"):
            value = getattr(self, name)
            is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            if not (is_number and 0 <= value < _FARTHEST and float(value).is_integer()):
                raise InputError(
                    f"hint at {self.x}, {self.y}: {name} must be a whole number from 0, got {value}"
                )
            object.__setattr__(self, name, int(value))
        object.__setattr__(self, "color", self._hexadecimal())

    def _hexadecimal(self):
        levels = self.color
        try:
            levels = ImageColor.getrgb(levels) if isinstance(levels, str) else tuple(levels)
            red, green, blue = (operator.index(level) for level in levels[:3])
            if min(red, green, blue) < 0 or max(red, green, blue) > 255:
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise InputError(
                f"hint at {self.x}, {self.y}: unknown colour {self.color!r}, expected a name, "
                "#rrggbb or three levels from 0 to 255"
            ) from None
        return f"#{red:02x}{green:02x}{blue:02x}"

    @property
    def ab(self) -> np.ndarray:
        """A and b of CIE Lab, shape (2,)."""
        levels = np.array(ImageColor.getrgb(str(self.color)))
        return conversions.srgb_to_lab(levels / 255)[1:]

    @property
    def place(self) -> str:
        """What messages call it."""
        return f"hint at {self.x}, {self.y}"


def require_hints(hints: Sequence[Hint], shape: tuple[int, ...]) -> None:
    """Refuse hints that a photograph cannot have.

    Parameters
    ----------
    hints : sequence of Hint
    shape : tuple of int
        Height and width of the photograph in pixels; more numbers are ignored.

    Raises
    ------
    InputError
        If these are no hints, a hint lies outside the photograph, or two give one place different
        colours.

    Examples
    --------
    >>> require_hints([Hint(9, 0, "red"), Hint(9, 0, "blue")], (8, 10))
    Traceback (most recent call last):
    colorlab.errors.InputError: hint at 9, 0: is #ff0000 and #0000ff; leave one of them out
    """
    if not isinstance(hints, Sequence):
        raise InputError(f"hints must be a list of Hint(x, y, color), got {hints!r}")
    known: dict[tuple[int, int], Hint] = {}
    for hint in hints:
        if not isinstance(hint, Hint):
            raise InputError(f"hints must be a list of Hint(x, y, color), got {hint!r}")
        require_inside(hint.place, hint.x, hint.y, shape)
        other = known.setdefault((hint.x, hint.y), hint)
        if other.color != hint.color:
            raise InputError(
                f"{hint.place}: is {other.color} and {hint.color}; leave one of them out"
            )


def require_inside(name: str, x: int, y: int, shape: tuple[int, ...]) -> None:
    """Refuse a place that lies outside a photograph.

    Parameters
    ----------
    name : str
        What the message calls it.
    x, y : int
        Column and row in pixels.
    shape : tuple of int
        Height and width of the photograph in pixels; more numbers are ignored.

    Raises
    ------
    InputError
        If a number is not whole, or the place lies outside.

    Examples
    --------
    >>> require_inside("the place 9, 8", 9, 8, (8, 10))
    Traceback (most recent call last):
    colorlab.errors.InputError: the place 9, 8: lies outside the photograph, which has 10 x 8 ...
    """
    height, width = shape[:2]
    if not all(isinstance(each, numbers.Integral) for each in (x, y)):
        raise InputError(f"{name}: x and y must be whole numbers")
    if not (0 <= x < width and 0 <= y < height):
        raise InputError(
            f"{name}: lies outside the photograph, which has {width} x {height} pixels "
            f"(x 0 to {width - 1}, y 0 to {height - 1})"
        )
