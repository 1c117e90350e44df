"""Helpers for functions that accept both NumPy arrays and tensors.

Taught in :doc:`/notebooks/01_data`.
"""

from typing import Any, TypeAlias

import numpy as np

__all__ = ["Array", "as_float", "namespace", "require_channels"]

#: A NumPy array, or a tensor of Keras, which has no type that all backends share.
Array: TypeAlias = Any

_PLAIN = list | tuple | int | float


def namespace(*arrays: Any) -> Any:
    """Return NumPy, or ``keras.ops`` if one of the arrays is a tensor; their functions match.

    Parameters
    ----------
    *arrays : array, number or sequence

    Returns
    -------
    module
        ``numpy`` or ``keras.ops``.
    """
    if all(isinstance(array, np.ndarray | np.generic | _PLAIN) for array in arrays):
        return np
    from colorlab.backend import keras

    return keras.ops


def as_float(values: Any) -> Any:
    """Convert an array or a tensor to float32.

    Parameters
    ----------
    values : array, number or sequence

    Returns
    -------
    array
        float32, of the same kind and shape.
    """
    xp = namespace(values)
    return xp.asarray(values, dtype="float32") if xp is np else xp.cast(values, "float32")


def require_channels(values: Any, channels: int, name: str) -> Any:
    """Return an array, or raise ValueError if its last axis has another number of channels.

    Parameters
    ----------
    values : array, shape (..., channels)
    channels : int
    name : str
        What the message calls the array.

    Returns
    -------
    array
        As given.
    """
    if len(values.shape) == 0 or values.shape[-1] != channels:
        raise ValueError(
            f"{name} must have {channels} channel(s) in its last axis, "
            f"got an array of shape {tuple(values.shape)}"
        )
    return values
