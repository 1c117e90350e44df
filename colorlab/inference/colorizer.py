"""Colour photographs with any predictor.

Taught in :doc:`/notebooks/10_your_own_photographs` and :doc:`/notebooks/05_results`.
"""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from colorlab import images
from colorlab.color import ab_bins
from colorlab.inference.color_batch import color_batch
from colorlab.inference.hints import Hint
from colorlab.inference.network_input import input_shape
from colorlab.inference.session import Session
from colorlab.inference.settings import require_settings

__all__ = ["Colorizer"]

_PIXELS_A_RUN = 16 * 256 * 256  # of the network's input: more would only take memory


class Colorizer:
    """Colour grey photographs with the predictions of a network.

    Parameters
    ----------
    predictor : colorlab.inference.predictors.Predictor
        Such as an ``OnnxPredictor`` or a ``KerasPredictor``.

    Attributes
    ----------
    predictor
        As given.

    Notes
    -----
    A colouriser has no state that calls change: several threads may use one.

    Examples
    --------
    >>> from colorlab import load_pretrained
    >>> colorizer = load_pretrained("small")
    >>> colorizer.colorize(np.full((30, 40), 90, "uint8")).shape
    (30, 40, 3)
    """

    def __init__(self, predictor: Any):
        self.predictor = predictor

    @classmethod
    def from_run(cls, run: Any) -> "Colorizer":
        """Colour with the best weights of a training run.

        Parameters
        ----------
        run : path-like
            A folder that :func:`colorlab.training.train` wrote.

        Returns
        -------
        Colorizer

        Raises
        ------
        InputError
            If the folder is missing, is not a run, or its weights are missing or damaged.
        """
        from colorlab.inference.predictors import KerasPredictor
        from colorlab.training.run import Run
        from colorlab.training.weights import load_network

        network, folder = load_network(run), Run(run)
        return cls(KerasPredictor(network, folder.configuration, weights=folder.best_weights))

    def colorize(
        self,
        image: Any,
        saturation: float | None = None,
        size: int | None = None,
        temperature: float | None = None,
        hints: Sequence[Hint] = (),
    ) -> np.ndarray:
        """Colour a photograph of any size, and keep its own luma.

        The input of the network is the photograph with its shorter side at ``size``. The prediction
        is enlarged to full size and recombined with the photograph's luma: the colour is the
        network's, the detail is the photograph's.

        Parameters
        ----------
        image : path-like, bytes, PIL.Image.Image or array-like
            Anything that :func:`colorlab.images.to_grey` accepts. Only the grey of a colour
            picture is used.
        saturation : float, optional
            Factor of the predicted colour, 0 to 10: 0 gives grey, 1 the network's prediction; by
            default the predictor's own.
        size : int, optional
            Shorter side in pixels of the network's input, 1 to 1024; by default the predictor's
            own. The result has the photograph's own size in any case.
        temperature : float, optional
            For a network that predicts ab bins, see :func:`colorlab.color.ab_bins.annealed_mean`;
            above 0, at most 10; by default the predictor's own.
        hints : sequence of Hint, optional
            Known colours of some places, for a network that takes hints.

        Returns
        -------
        numpy.ndarray, shape (height, width, 3)
            uint8 sRGB. Its luma is the photograph's within half a level; of a network that predicts
            red, green and blue, within one, except where a channel is clipped.

        Raises
        ------
        InputError
            If the file cannot be read, the array is no picture, a number is out of range, the
            photograph cannot have the hints, or the network takes none.

        Warns
        -----
        UserWarning
            If a hint's colour cannot be shown at its place: the message says what is shown.
        """
        require_settings(saturation, size, temperature)
        session = self.session(image, size)
        colored = session.colorize(hints, saturation, temperature)
        for note in session.notes(hints):
            warnings.warn(note, stacklevel=2)
        return colored

    def session(self, image: Any, size: int | None = None) -> Session:
        """Look at a photograph once, to colour it several times.

        Parameters
        ----------
        image, size
            As for :meth:`colorize`.

        Returns
        -------
        Session
            Its :meth:`~colorlab.inference.Session.colorize` takes hints and costs the network's
            decoder alone.

        Raises
        ------
        InputError
            If the file cannot be read, the array is no picture, or the size is out of range.
        """
        require_settings(size=size)
        grey = np.array(images.to_grey(image))  # a copy: the caller may change theirs
        return Session(self.predictor, grey, size)

    def predict(
        self,
        grey: np.ndarray,
        saturation: float | None = None,
        temperature: float | None = None,
        hints: np.ndarray | None = None,
    ) -> np.ndarray:
        """Colour a batch of pictures of one size, as the evaluation does.

        Parameters
        ----------
        grey : numpy.ndarray, shape (batch, height, width, 1)
            Levels, 0 to 255, of any number type. A network that predicts red, green and blue takes
            sides that are multiples of its stride.
        saturation, temperature : float, optional
            As for :meth:`colorize`.
        hints : numpy.ndarray, shape (batch, grid height, grid width, 3), optional
            Known colours on the grid that :meth:`hint_grid` names: a, b and 1, or 0 where nothing
            is known. A network that takes no hints leaves them out.

        Returns
        -------
        numpy.ndarray, shape (batch, height, width, 3)
            uint8 sRGB. A network that predicts a and b sees the pictures at its own size, and its
            prediction is recombined with their luma; one that predicts red, green and blue sees
            them as they are, and its prediction has a luma of its own.

        Raises
        ------
        ValueError
            If the shape is not one that the network takes.
        InputError
            If a number is out of range.
        """
        require_settings(saturation, None, temperature)
        predictor, grey = self.predictor, np.asarray(grey)
        if grey.ndim != 4 or grey.shape[-1] != 1 or 0 in grey.shape:
            raise ValueError(
                f"grey must have the shape (batch, height, width, 1), got {grey.shape}"
            )
        side = grey.shape[1:3]
        if predictor.target == "rgb" and any(each % predictor.stride for each in side):
            raise ValueError(
                f"height and width of grey must be multiples of {predictor.stride}, got "
                f"{side[0]} x {side[1]}; colorize takes any size"
            )
        if predictor.target != "rgb":
            side = input_shape(side[0], side[1], predictor.image_size, predictor.stride)
        count = max(1, _PIXELS_A_RUN // math.prod(side))
        saturation = predictor.saturation if saturation is None else saturation
        batches = [
            color_batch(
                predictor,
                grey[start : start + count],
                saturation,
                temperature,
                None if hints is None else hints[start : start + count],
            )
            for start in range(0, len(grey), count)
        ]
        return np.concatenate(batches)

    def hint_grid(self, height: int, width: int) -> tuple[int, int]:
        """Give height and width of the grid of hints, a quarter of the network's input.

        Parameters
        ----------
        height, width : int
            Of the picture that :meth:`predict` gets.

        Returns
        -------
        tuple of int
        """
        rows, columns = input_shape(height, width, self.predictor.image_size, self.predictor.stride)
        return rows // ab_bins.BIN_STRIDE, columns // ab_bins.BIN_STRIDE
