"""A photograph that a network has seen, and everything that can be asked about it.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from colorlab.color import ab_bins, luma
from colorlab.color.ranges import levels_to_signed
from colorlab.errors import InputError
from colorlab.inference import doubt, hint_grid, reference_palette, suggestions, variants
from colorlab.inference.hint_residuals import add_residuals
from colorlab.inference.hints import Hint, require_hints, require_inside
from colorlab.inference.network_input import network_input
from colorlab.inference.own_luma import recombine_rgb
from colorlab.inference.settings import require_settings
from colorlab.inference.suggestions import Suggestion

__all__ = ["Session"]


class Session:
    """A photograph whose features are kept, so that each further colouring costs little.

    :meth:`colorlab.Colorizer.session` makes one. The encoder of a network that takes hints ran
    once; other hints cost its decoder alone, another saturation or temperature not even that.

    Parameters
    ----------
    predictor : colorlab.inference.predictors.Predictor
    grey : numpy.ndarray, shape (height, width, 1)
        uint8 levels.
    size : int, optional
        Shorter side in pixels of the network's input; by default the predictor's own.

    Attributes
    ----------
    grey
        As given.

    Examples
    --------
    >>> from colorlab import load_pretrained
    >>> session = load_pretrained("small").session(np.full((30, 40), 90, "uint8"))
    >>> session.colorize(saturation=0)[0, 0].tolist()
    [90, 90, 90]
    """

    def __init__(self, predictor: Any, grey: np.ndarray, size: int | None = None):
        self.grey, self._predictor = grey, predictor
        padded, self._valid_fraction = network_input(
            grey, size or predictor.image_size, predictor.stride
        )
        height, width = padded.shape[:2]
        self._grid = height // ab_bins.BIN_STRIDE, width // ab_bins.BIN_STRIDE
        self._input, self._features = padded, predictor.encode(levels_to_signed(padded[None]))
        self._latest: tuple[tuple[Hint, ...], np.ndarray | None, np.ndarray] | None = None

    def colorize(
        self,
        hints: Sequence[Hint] = (),
        saturation: float | None = None,
        temperature: float | None = None,
        palette: np.ndarray | None = None,
    ) -> np.ndarray:
        """Colour the photograph.

        Parameters
        ----------
        hints : sequence of Hint
            Known colours; see :meth:`notes` for those that cannot be shown.
        saturation, temperature : float, optional
            As for :func:`colorlab.colorize`.
        palette : numpy.ndarray, shape (bins,), optional
            Of another photograph, see
            :func:`colorlab.inference.reference_palette.palette_of`.

        Returns
        -------
        numpy.ndarray, shape (height, width, 3)
            uint8 sRGB.

        Raises
        ------
        InputError
            If a number is out of range, the photograph cannot have the hints, or the network cannot
            do what is asked.
        """
        require_settings(saturation, None, temperature)
        if palette is not None:
            encoded, logits = self._logits(hints, "a palette")
            prediction = reference_palette.shift_towards(logits, palette)
        else:
            encoded, prediction = self._prediction(hints)
        return self._recombined(prediction, encoded, saturation, temperature)

    def variants(
        self,
        count: int,
        hints: Sequence[Hint] = (),
        saturation: float | None = None,
        temperature: float | None = None,
        palette: np.ndarray | None = None,
        seed: int = 0,
    ) -> list[np.ndarray]:
        """Colour the photograph in several plausible ways.

        How they are made stands in :mod:`colorlab.inference.variants`. None of them is the
        colouring of :meth:`colorize`.

        Parameters
        ----------
        count : int
            How many, 1 to 16.
        hints, saturation, temperature, palette
            As for :meth:`colorize`.
        seed : int
            Another one gives others.

        Returns
        -------
        list of numpy.ndarray, shape (height, width, 3)
            uint8 sRGB.

        Raises
        ------
        InputError
            As :meth:`colorize`; if the network predicts no distribution; or if the number is out of
            range.
        """
        require_settings(saturation, None, temperature)
        encoded, logits = self._logits(hints, "variants")
        if palette is not None:
            logits = reference_palette.shift_towards(logits, palette)
        return [
            self._recombined(each, encoded, saturation, temperature)
            for each in variants.tilted_logits(logits, count, seed)
        ]

    def doubt(self, hints: Sequence[Hint] = ()) -> np.ndarray:
        """Tell where the network is unsure.

        Parameters
        ----------
        hints : sequence of Hint
            Known colours.

        Returns
        -------
        numpy.ndarray, shape (height, width)
            float32: the entropy of its distribution, 0 where it is sure of one ab bin, 1 where it
            holds all of them equally likely.

        Raises
        ------
        InputError
            If the network predicts no distribution, or the photograph cannot have the hints.
        """
        entropy = doubt.normalized_entropy(self._logits(hints, "doubt")[1])
        return doubt.enlarge(entropy, self.grey.shape, self._valid_fraction)

    def suggest(self, x: int, y: int, k: int = 5, hints: Sequence[Hint] = ()) -> list[Suggestion]:
        """Suggest the likeliest colours of a place.

        Parameters
        ----------
        x, y : int
            Column and row in pixels of the upright photograph.
        k : int
            At most this many colours, from 1.
        hints : sequence of Hint
            Known colours.

        Returns
        -------
        list of Suggestion
            ``color`` (``#rrggbb``, with the luma of the place) and ``probability``, the likeliest
            first.

        Raises
        ------
        InputError
            If the place lies outside the photograph, the network predicts no distribution, or k is
            too small.
        """
        require_inside(f"the place {x}, {y}", x, y, self.grey.shape)
        logits = self._logits(hints, "suggestions")[1]
        axes = zip((y, x), self.grey.shape, self._grid, self._valid_fraction, strict=False)
        row, column = (hint_grid.cell_of(*axis) for axis in axes)
        return suggestions.suggest_colors(logits[row, column], int(self.grey[y, x, 0]), k)

    def notes(self, hints: Sequence[Hint]) -> list[str]:
        """Say what a person should know about hints.

        Parameters
        ----------
        hints : sequence of Hint

        Returns
        -------
        list of str
            One line for each hint whose colour cannot be shown at its place, and for hints of two
            colours that are too close for the network.
        """
        require_hints(hints, self.grey.shape)
        return hint_grid.notes_on_hints(hints, self.grey, self._grid, self._valid_fraction)

    def _prediction(self, hints):
        require_hints(hints, self.grey.shape)
        key = tuple(hints)
        predictor = self._predictor
        if key and not predictor.takes_hints:
            raise InputError(
                f"{_name(predictor)}: takes no hints; choose a model that does, or leave them out"
            )
        latest = self._latest
        if latest is None or latest[0] != key:
            where = self.grey.shape, self._grid, self._valid_fraction
            encoded = hint_grid.encode_hints(key, *where)[None] if key else None
            latest = self._latest = key, encoded, predictor.decode(self._features, encoded)
        _, encoded, predictions = latest
        return None if encoded is None else encoded[0], predictions[0]

    def _logits(self, hints, what):
        if self._predictor.target != "ab_bins":
            raise InputError(
                f"{_name(self._predictor)}: predicts one colour for each place; for {what} choose "
                "a model that predicts a probability for each bin of a and b"
            )
        return self._prediction(hints)

    def _recombined(self, prediction, hints, saturation, temperature):
        predictor, valid_fraction = self._predictor, self._valid_fraction
        factor = predictor.saturation if saturation is None else saturation
        if predictor.target == "rgb":
            return recombine_rgb(prediction, self.grey, factor, valid_fraction)
        if predictor.target == "ab_bins":
            temperature = predictor.temperature if temperature is None else temperature
            prediction = ab_bins.annealed_mean(prediction, temperature)
        if hints is not None:
            prediction = add_residuals(prediction, self._input, hints)
        return luma.recombine(self.grey, prediction, factor, valid_fraction)


def _name(predictor):
    return "this network" if predictor.weights is None else str(predictor.weights)
