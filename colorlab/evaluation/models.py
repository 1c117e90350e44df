"""Trained networks as methods of an evaluation: their test pictures, sizes and facts.

Taught in :doc:`/notebooks/05_results`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from colorlab.checksum import sha256_of
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.images.resizing import resize
from colorlab.inference.colorizer import Colorizer

__all__ = ["common_split", "facts_of", "method_of", "picture_size"]

_SMALLEST = 7  # below, the measures are not defined


def common_split(configurations: dict[str, Configuration]) -> dict[str, Any]:
    """Find the one split that all networks were trained with.

    Parameters
    ----------
    configurations : dict of str to Configuration
        By the names of the networks; at least one.

    Returns
    -------
    dict
        ``validation``, ``test`` and ``seed``, the arguments of
        :func:`colorlab.datasets.splits.split`.

    Raises
    ------
    InputError
        If two were trained with different splits: one may have seen the other's test pictures.

    Examples
    --------
    >>> common_split({"first": Configuration(), "second": Configuration(seed=1)})
    Traceback (most recent call last):
    colorlab.errors.InputError: second: was trained with another split than first, ...
    """
    splits = {
        name: {"validation": each.validation, "test": each.test, "seed": each.seed}
        for name, each in configurations.items()
    }
    (first, split), *others = splits.items()
    for name, other in others:
        if other != split:
            raise InputError(
                f"{name}: was trained with another split than {first}, so one may have seen the "
                "other's test pictures; evaluate them one at a time"
            )
    return split


def picture_size(colorizers: dict[str, Colorizer], size: int | None = None) -> int:
    """Choose the side of the squares that all networks are measured on.

    Parameters
    ----------
    colorizers : dict of str to Colorizer
    size : int, optional
        What was asked for.

    Returns
    -------
    int
        Pixels: what was asked for; else the image size of the first network that predicts red,
        green and blue, for it predicts at its own size; else 256.

    Raises
    ------
    InputError
        If it is below 7, where the measures are not defined.
    """
    if size is None:
        predictors = [each.predictor for each in colorizers.values()]
        size = next((each.image_size for each in predictors if each.target == "rgb"), 256)
    if size < _SMALLEST:
        raise InputError(f"size must be at least {_SMALLEST}, got {size}")
    return size


def method_of(
    colorizer: Colorizer, saturation: float | None = None, temperature: float | None = None
) -> Callable[[np.ndarray], np.ndarray]:
    """Make a method of :func:`colorlab.evaluation.evaluate` from a colouriser.

    A network sees the pictures at the size that it was trained on, and its prediction is brought to
    that of the pictures. One that predicts red, green and blue would be worse at a size that it
    never saw than enlarged.

    Parameters
    ----------
    colorizer : Colorizer
    saturation, temperature : float, optional
        As for :meth:`colorlab.inference.colorizer.Colorizer.colorize`.

    Returns
    -------
    callable
        From grey levels, shape (batch, size, size, 1), to uint8 sRGB, (batch, size, size, 3). Of a
        network that takes hints it has a second argument, ``reveal``, see
        :func:`colorlab.evaluation.evaluate`, and the attribute ``takes_hints``.
    """

    def predict(grey, reveal=None):
        hints = None if reveal is None else reveal(colorizer.hint_grid(*grey.shape[1:3]))
        return colorizer.predict(grey, saturation, temperature, hints)

    def predict_at_its_own_size(grey):
        height, width = grey.shape[1:3]
        if (height, width) == (side, side):
            return predict(grey)
        levels = np.round(grey[..., 0]).astype("uint8")
        small = np.stack([resize(picture, side, side) for picture in levels])
        predictions = predict(small[..., None])
        return np.stack([resize(each, height, width) for each in predictions])

    predict.takes_hints = colorizer.predictor.takes_hints  # type: ignore[attr-defined]
    side = colorizer.predictor.image_size
    return predict_at_its_own_size if colorizer.predictor.target == "rgb" else predict


def facts_of(colorizers: dict[str, Colorizer]) -> dict[str, Any]:
    """Say which networks were measured: their settings, and the SHA-256 of their weights.

    Parameters
    ----------
    colorizers : dict of str to Colorizer

    Returns
    -------
    dict
        ``weights``, ``settings`` and ``sha256``, to be kept with a table.

    Raises
    ------
    InputError
        If a file does not say how its network was trained.
    """
    predictors = {name: each.predictor for name, each in colorizers.items()}
    return {
        "weights": ", ".join(predictors),
        "settings": {name: each.configuration.to_dict() for name, each in predictors.items()},
        "sha256": {name: sha256_of(each.weights) for name, each in predictors.items()},
    }
