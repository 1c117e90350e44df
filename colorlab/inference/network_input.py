"""Resize and pad a grey photograph to the input of a network.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import numpy as np
from PIL import Image

__all__ = ["input_shape", "network_input"]

_LONGEST_SIDE = 4  # in multiples of the shorter one


def _sides(height, width, image_size):
    """Return height and width of the resized photograph, before it is padded."""
    longest = _LONGEST_SIDE * image_size
    shorter = min(height, width)
    return [min(max(1, round(side * image_size / shorter)), longest) for side in (height, width)]


def input_shape(height: int, width: int, image_size: int, stride: int) -> tuple[int, int]:
    """Compute height and width of what :func:`network_input` returns, in pixels.

    Parameters
    ----------
    height, width : int
        Of the photograph in pixels.
    image_size, stride : int
        As of :func:`network_input`.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> input_shape(300, 330, image_size=96, stride=32)
    (96, 128)
    """
    rows, columns = (side + -side % stride for side in _sides(height, width, image_size))
    return rows, columns


def network_input(
    grey: np.ndarray, image_size: int, stride: int
) -> tuple[np.ndarray, tuple[float, float]]:
    """Resize and pad a grey photograph of any size for a network.

    The shorter side becomes ``image_size``; a very long side is compressed to save memory. Both
    sides are padded to multiples of ``stride`` by reflection, at the bottom and at the right.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 levels.
    image_size : int
        Side in pixels of the pictures that the network was trained on.
    stride : int
        Sides of the input must be multiples of this.

    Returns
    -------
    padded : numpy.ndarray, shape (padded height, padded width, 1)
        uint8 levels.
    valid_fraction : tuple of float
        The fractions of the padded height and width that the photograph covers, with which
        :func:`colorlab.color.luma.recombine` removes the padding.

    Raises
    ------
    ValueError
        If the array is no uint8 picture of one channel, or a number is below 1.

    Examples
    --------
    >>> grey = np.zeros((300, 400, 1), "uint8")
    >>> padded, valid_fraction = network_input(grey, image_size=96, stride=32)
    >>> padded.shape, valid_fraction
    ((96, 128, 1), (1.0, 1.0))
    >>> network_input(np.zeros((300, 330, 1), "uint8"), image_size=96, stride=32)[1]
    (1.0, 0.828125)
    """
    grey = np.asarray(grey)
    if grey.ndim != 3 or grey.shape[-1] != 1 or 0 in grey.shape:
        raise ValueError(f"grey must have the shape (height, width, 1), got {grey.shape}")
    if grey.dtype != np.uint8 or image_size < 1 or stride < 1:
        raise ValueError(
            "grey must be uint8, image_size and stride at least 1, got "
            f"{grey.dtype}, {image_size} and {stride}"
        )
    sides = _sides(grey.shape[0], grey.shape[1], image_size)
    small = Image.fromarray(grey[..., 0]).resize(sides[::-1], Image.Resampling.LANCZOS)
    padding = [(0, -side % stride) for side in sides]
    padded = np.pad(np.asarray(small), padding, mode="symmetric")[..., None]
    return padded, (sides[0] / padded.shape[0], sides[1] / padded.shape[1])
