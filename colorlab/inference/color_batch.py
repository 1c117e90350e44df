"""Pictures of one size, coloured in one run of a network.

Taught in :doc:`/notebooks/05_results`.
"""

from typing import Any

import numpy as np

from colorlab import color
from colorlab.color import ab_bins, luma
from colorlab.color.ranges import levels_to_signed, signed_to_levels
from colorlab.inference.hint_residuals import add_residuals
from colorlab.inference.network_input import network_input
from colorlab.inference.own_luma import saturate

__all__ = ["color_batch"]


def color_batch(
    predictor: Any,
    grey: np.ndarray,
    saturation: float,
    temperature: float | None = None,
    hints: np.ndarray | None = None,
) -> np.ndarray:
    """Colour a batch that the network can process in one run.

    Parameters
    ----------
    predictor : colorlab.inference.predictors.Predictor
    grey : numpy.ndarray, shape (batch, height, width, 1)
        Levels, 0 to 255, of any number type.
    saturation, temperature, hints
        As for :meth:`colorlab.inference.colorizer.Colorizer.predict`, the first one given.

    Returns
    -------
    numpy.ndarray, shape (batch, height, width, 3)
        uint8 sRGB.
    """
    if predictor.target == "rgb":
        rgb = signed_to_levels(predictor.predict(levels_to_signed(grey)))
        if saturation == 1:
            return rgb
        return np.round(saturate(rgb, color.grey(rgb), saturation)).astype("uint8")
    levels = np.round(grey).astype("uint8")
    inputs = [network_input(each, predictor.image_size, predictor.stride) for each in levels]
    predictions = predictor.predict(
        levels_to_signed(np.stack([padded for padded, _ in inputs])), hints
    )
    if predictor.target == "ab_bins":
        temperature = predictor.temperature if temperature is None else temperature
        predictions = ab_bins.annealed_mean(predictions, temperature)
    if hints is not None and predictor.takes_hints:
        predictions = [
            add_residuals(ab, padded, known)
            for ab, (padded, _), known in zip(predictions, inputs, hints, strict=True)
        ]
    return np.stack(
        [
            luma.recombine(each, ab, saturation, valid_fraction)
            for each, ab, (_, valid_fraction) in zip(grey, predictions, inputs, strict=True)
        ]
    )
