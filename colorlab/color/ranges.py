"""Levels, 0 to 255, and the signed range of the network, -1 to 1.

:mod:`colorlab.color.conversions` lists all ranges of the library.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.color.arrays import Array, as_float, namespace

__all__ = ["levels_to_signed", "signed_to_levels"]


def levels_to_signed(levels: Array) -> Array:
    """Scale levels, 0 to 255, to the signed range of the network, -1 to 1.

    Parameters
    ----------
    levels : array
        Any shape, 0 to 255.

    Returns
    -------
    array
        float32, -1 to 1.

    Examples
    --------
    >>> [float(value) for value in levels_to_signed([0, 127.5, 255])]
    [-1.0, 0.0, 1.0]
    """
    return as_float(levels) / 127.5 - 1.0


def signed_to_levels(signed: Array) -> Array:
    """Scale the signed range, -1 to 1, to whole levels, 0 to 255.

    Parameters
    ----------
    signed : array
        Any shape. Values outside -1 to 1 are clipped.

    Returns
    -------
    numpy.ndarray
        uint8, rounded to the nearest level.

    Notes
    -----
    The inverse of :func:`levels_to_signed` on whole levels.

    Examples
    --------
    >>> signed_to_levels([-1.0, 0.0, 1.0, 7.0]).tolist()
    [0, 128, 255, 255]
    """
    ops = namespace(signed)
    levels = ops.clip(ops.round((as_float(signed) + 1.0) * 127.5), 0.0, 255.0)
    return (levels if ops is np else ops.convert_to_numpy(levels)).astype("uint8")
