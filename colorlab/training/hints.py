"""Hints for training, simulated from a picture's own colours.

A person marks a few positions and gives their colours. During training the network gets simulated
marks, with the true colours of their positions. Some pictures get none, so that the same network
also colours without hints.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] R. Zhang et al., "Real-Time User-Guided Image Colorization with Learned Deep Priors", ACM
   Transactions on Graphics 36 (2017), https://doi.org/10.1145/3072959.3073703
"""

import numpy as np

from colorlab import color
from colorlab.errors import InputError

__all__ = ["ab_cells", "point_hints", "simulate_hints"]

_MOST = 100
_LARGEST = 3  # side of the largest patch, in cells


def ab_cells(srgb: np.ndarray, stride: int = 4) -> np.ndarray:
    """Average a and b of CIE Lab over squares of pixels.

    Parameters
    ----------
    srgb : numpy.ndarray, shape (..., height, width, 3)
        sRGB, 0 to 1; sides are multiples of the stride.
    stride : int
        Side of a square in pixels.

    Returns
    -------
    numpy.ndarray, shape (..., height / stride, width / stride, 2)

    Examples
    --------
    >>> ab_cells(np.full((5, 8, 8, 3), 0.4)).shape
    (5, 2, 2, 2)
    """
    ab = np.asarray(color.srgb_to_lab(srgb))[..., 1:]
    *before, height, width, _ = ab.shape
    cells = ab.reshape(*before, height // stride, stride, width // stride, stride, 2)
    return cells.mean(axis=(-4, -2))


def simulate_hints(
    ab: np.ndarray, rng: np.random.Generator, without: float = 1 / 8, mean_count: float = 8
) -> np.ndarray:
    """Simulate hints of a person.

    Some pictures get none; the others get a geometric number of patches at Gaussian places around
    the centre. A patch is 1 to 3 cells wide and holds its mean colour.

    Parameters
    ----------
    ab : numpy.ndarray, shape (batch, height, width, 2)
        True a and b of CIE Lab on the grid of the hints, at stride 4.
    rng : numpy.random.Generator
    without : float
        Share of the pictures that get no hints, 0 to 1.
    mean_count : float
        How many hints the others get on average, from 1; never more than 100.

    Returns
    -------
    numpy.ndarray, shape (batch, height, width, 3)
        float32: a, b and a mask, 1 where there is a hint; all three are 0 where there is none.

    Raises
    ------
    InputError
        If the shape is another one, or a number is out of range.

    Notes
    -----
    Numbers and places are by default those of [1]_. Its patches are 1 to 9 pixels wide, these are 4
    to 12.

    Examples
    --------
    >>> hints = simulate_hints(np.full((40, 8, 8, 2), 5.0), np.random.default_rng(0))
    >>> sorted({float(value) for value in np.unique(hints[..., 0])})
    [0.0, 5.0]
    """
    ab = _require_grid(ab, 4, "(batch, height, width, 2)")
    if not (0 <= without <= 1 <= mean_count):
        raise InputError(
            f"without must be from 0 to 1 and mean_count from 1, got {without} and {mean_count}"
        )
    count, height, width, _ = ab.shape
    hints = np.zeros((count, height, width, 3), dtype="float32")
    for picture, drawn in zip(ab, hints, strict=True):
        if rng.random() < without:
            continue
        for _ in range(min(int(rng.geometric(1 / mean_count)), _MOST)):
            side = min(int(rng.integers(1, _LARGEST + 1)), height, width)
            rows, columns = (
                slice(start, start + side)
                for start in (_gaussian_start(rng, length, side) for length in (height, width))
            )
            drawn[rows, columns, :2] = picture[rows, columns].mean(axis=(0, 1))
            drawn[rows, columns, 2] = 1
    return hints


def _gaussian_start(rng, length, side):
    """Draw the start of a patch, whose centre is mostly within a quarter of the length."""
    place = rng.normal((length - side) / 2, length / 4)
    return int(np.clip(round(place), 0, length - side))


def point_hints(
    ab: np.ndarray, count: int, rng: np.random.Generator, grid: tuple[int, int], size: int = 3
) -> np.ndarray:
    """Reveal the true colour of random points: the hints of the protocol for results.

    Parameters
    ----------
    ab : numpy.ndarray, shape (height, width, 2)
        True a and b of CIE Lab of every pixel.
    count : int
        How many points, from 0.
    rng : numpy.random.Generator
    grid : tuple of int
        Height and width of the grid of the hints, a quarter of the network's input.
    size : int
        Side of a point in pixels; each has its mean colour.

    Returns
    -------
    numpy.ndarray, shape (grid height, grid width, 3)
        float32, as :func:`simulate_hints` gives them. A point marks every cell that it touches; a
        cell that several points touch has their mean.

    Raises
    ------
    InputError
        If the shape is another one, or a number is too small.

    Examples
    --------
    >>> hints = point_hints(np.zeros((256, 256, 2)), 3, np.random.default_rng(0), (64, 64))
    >>> hints.shape, 3 <= int(hints[..., 2].sum()) <= 12
    ((64, 64, 3), True)
    """
    ab = _require_grid(ab, 3, "(height, width, 2)")
    if count < 0 or size < 1 or min(grid) < 1 or size > min(ab.shape[:2]):
        raise InputError(
            f"count must be from 0, size and grid from 1, got {count}, {size} and {grid}"
        )
    total = np.zeros((*grid, 2))
    touched = np.zeros((*grid, 1))
    for _ in range(count):
        starts = [int(rng.integers(0, length - size + 1)) for length in ab.shape[:2]]
        patch = ab[starts[0] : starts[0] + size, starts[1] : starts[1] + size]
        rows, columns = (
            slice(start * cells // length, (start + size - 1) * cells // length + 1)
            for start, cells, length in zip(starts, grid, ab.shape, strict=False)
        )
        total[rows, columns] += patch.mean(axis=(0, 1))
        touched[rows, columns] += 1
    hints = np.concatenate([total / np.maximum(touched, 1), touched > 0], axis=-1)
    return hints.astype("float32")


def _require_grid(ab, dimensions, expected):
    ab = np.asarray(ab)
    if ab.ndim != dimensions or ab.shape[-1] != 2:
        raise InputError(f"ab must have the shape {expected}, got {ab.shape}")
    return ab
