"""Hints on the grid of a network, and what becomes of them there.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

from collections.abc import Sequence

import numpy as np
from PIL import ImageColor

from colorlab.color import conversions, luma
from colorlab.inference.hints import Hint

__all__ = ["cell_of", "color_at", "encode_hints", "notes_on_hints"]

_VISIBLE = 5.0  # distance in the a-b plane that most people see


def encode_hints(
    hints: Sequence[Hint],
    shape: tuple[int, ...],
    grid: tuple[int, int],
    valid_fraction: tuple[float, float] = (1.0, 1.0),
) -> np.ndarray:
    """Put hints on the grid of a network.

    Parameters
    ----------
    hints : sequence of Hint
        As :func:`require_hints` allows.
    shape : tuple of int
        Height and width of the photograph in pixels; more numbers are ignored.
    grid : tuple of int
        Height and width of the grid in cells, a quarter of the network's input.
    valid_fraction : tuple of float
        The fractions of them that the photograph covers, see
        :func:`colorlab.inference.network_input.network_input`.

    Returns
    -------
    numpy.ndarray, shape (grid height, grid width, 3)
        float32: a, b and 1 in each cell that a hint touches; all three are 0 in the others. A cell
        that several hints touch has the mean of their a and b.

    Examples
    --------
    >>> encoded = encode_hints([Hint(5, 0, "#777777")], (8, 8), (2, 2))
    >>> encoded[..., 2].tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    total, touched = np.zeros((*grid, 2)), np.zeros((*grid, 1))
    for hint in hints:
        cells = _cells(hint, shape, grid, valid_fraction)
        total[cells] += hint.ab
        touched[cells] += 1
    encoded = np.concatenate([total / np.maximum(touched, 1), touched > 0], axis=-1)
    return encoded.astype("float32")


def _cells(hint, shape, grid, valid_fraction):
    """Return the cells that a hint touches, as two slices."""
    return tuple(
        slice(
            cell_of(place - hint.radius, *axis),
            cell_of(place + hint.radius, *axis) + 1,
        )
        for place, *axis in zip((hint.y, hint.x), shape, grid, valid_fraction, strict=False)
    )


def cell_of(pixel: int, pixels: int, cells: int, fraction: float) -> int:
    """Return the cell of a pixel; one outside the photograph has that of its edge.

    Parameters
    ----------
    pixel : int
        Its row or column.
    pixels, cells : int
        How many there are along this axis.
    fraction : float
        Of the cells that the photograph covers.

    Returns
    -------
    int
        From 0.
    """
    inside = min(max(pixel, 0), pixels - 1)
    return min(int(inside * fraction * cells / pixels), cells - 1)


def color_at(level: int, ab: np.ndarray) -> tuple[int, int, int]:
    """Return the colour of a pixel.

    Parameters
    ----------
    level : int
        Its grey.
    ab : numpy.ndarray, shape (2,)
        a and b of CIE Lab.

    Returns
    -------
    tuple of int
        Red, green and blue, as a coloured photograph has them there.

    Examples
    --------
    >>> color_at(200, np.array([30.0, 60.0]))
    (255, 186, 126)
    """
    rgb = luma.recombine(np.full((1, 1, 1), level, "uint8"), np.reshape(ab, (1, 1, 2)))
    red, green, blue = rgb[0, 0].tolist()
    return red, green, blue


def _around(grey, hint):
    """Return the pixels that a hint speaks of."""
    top, left = max(hint.y - hint.radius, 0), max(hint.x - hint.radius, 0)
    return grey[top : hint.y + hint.radius + 1, left : hint.x + hint.radius + 1]


def notes_on_hints(
    hints: Sequence[Hint],
    grey: np.ndarray,
    grid: tuple[int, int],
    valid_fraction: tuple[float, float] = (1.0, 1.0),
) -> list[str]:
    """Say what a person should know about hints.

    Parameters
    ----------
    hints, grid, valid_fraction
        As for :func:`encode_hints`.
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 levels of the photograph.

    Returns
    -------
    list of str
        One line for each hint whose colour sRGB does not have at the lightness of its place, with
        the colour that is shown instead; and for two colours in one cell.

    Examples
    --------
    >>> notes_on_hints([Hint(0, 0, "blue")], np.full((8, 8, 1), 200, "uint8"), (2, 2))
    ['hint at 0, 0: no screen shows #0000ff that light; #cdbbff is shown instead']
    """
    notes: list[str] = []
    owners: dict[tuple[int, int], Hint] = {}
    for hint in hints:
        level = int(np.median(_around(grey, hint)))
        shown = color_at(level, hint.ab)
        lightness = conversions.srgb_to_lab(np.full(3, level / 255))[0]
        wanted = np.array([lightness, *hint.ab])
        apart = np.hypot(*(conversions.srgb_to_lab(np.array(shown) / 255)[1:] - hint.ab))
        if not conversions.in_gamut(wanted) and apart > _VISIBLE:
            own = conversions.srgb_to_lab(np.array(ImageColor.getrgb(str(hint.color))) / 255)[0]
            how = "dark" if lightness < own else "light"
            shown_as = "#{:02x}{:02x}{:02x}".format(*shown)
            notes.append(
                f"{hint.place}: no screen shows {hint.color} that {how}; "
                f"{shown_as} is shown instead"
            )
        rows, columns = _cells(hint, grey.shape, grid, valid_fraction)
        cells = [
            (row, column)
            for row in range(rows.start, rows.stop)
            for column in range(columns.start, columns.stop)
        ]
        others = [owners[cell] for cell in cells if cell in owners]
        mixed = next((other for other in others if other.color != hint.color), None)
        if mixed is not None:
            notes.append(
                f"{hint.place}: lies too close to the hint at {mixed.x}, {mixed.y}; where they "
                "meet, the mean of both colours is used"
            )
        owners.update(dict.fromkeys(cells, hint))
    return notes
