"""The ranges of what colouring can be told.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import numbers

from colorlab.errors import InputError
from colorlab.inference.predictors import LARGEST_SIZE

__all__ = ["require_settings"]


def require_settings(
    saturation: float | None = None, size: int | None = None, temperature: float | None = None
) -> None:
    """Refuse a saturation, size or temperature that is out of range.

    Parameters
    ----------
    saturation : float, optional
        0 to 10.
    size : int, optional
        1 to :data:`colorlab.inference.predictors.LARGEST_SIZE`.
    temperature : float, optional
        Above 0, at most 10.

    Raises
    ------
    InputError
        The message names it.

    Examples
    --------
    >>> require_settings(saturation=11)
    Traceback (most recent call last):
    colorlab.errors.InputError: saturation must be a number from 0 to 10, got 11
    """
    if saturation is not None and not (
        isinstance(saturation, numbers.Real) and 0 <= saturation <= 10
    ):
        raise InputError(f"saturation must be a number from 0 to 10, got {saturation}")
    if size is not None and not (
        isinstance(size, numbers.Integral)
        and not isinstance(size, bool)
        and 1 <= size <= LARGEST_SIZE
    ):
        raise InputError(f"size must be a whole number from 1 to {LARGEST_SIZE}, got {size}")
    if temperature is not None and not (
        isinstance(temperature, numbers.Real) and 0 < temperature <= 10
    ):
        raise InputError(f"temperature must be above 0 and at most 10, got {temperature}")
