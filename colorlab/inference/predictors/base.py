"""What every predictor offers: its encoder, its decoder, and both at once."""

import abc
import pathlib
from typing import Any

import numpy as np

from colorlab.color import ab_bins

__all__ = ["CHANNELS", "LARGEST_SIZE", "Predictor", "batch_of_hints"]

#: The largest shorter side of a network's input, in pixels: beyond it a network needs gigabytes.
LARGEST_SIZE = 1024

#: Channels of each target: ``rgb`` is sRGB in the signed range, ``ab`` is a and b of CIE Lab,
#: ``ab_bins`` is a logit for each bin of the a-b plane at stride 4.
CHANNELS = {"rgb": 3, "ab": 2, "ab_bins": 227}

_HINT_CHANNELS = 3  # a, b and a mask


class Predictor(abc.ABC):
    """A network that colours.

    Attributes
    ----------
    target : str
        What it predicts, one of :data:`CHANNELS`.
    image_size : int
        Default of the shorter side of the network's input, in pixels.
    stride : int
        The network takes sides that are multiples of this.
    saturation : float
        Factor of a and b, if nothing else is asked for.
    temperature : float
        Default temperature of the annealed mean; only ``ab_bins`` has one.
    takes_hints : bool
        Whether hints change its prediction.
    weights : pathlib.Path or None
        The file that its weights were read from.
    """

    target: str
    image_size: int
    stride: int
    saturation: float = 1.0
    temperature: float = ab_bins.DEFAULT_TEMPERATURE
    takes_hints: bool = False
    weights: pathlib.Path | None = None

    @abc.abstractmethod
    def encode(self, grey: np.ndarray) -> Any:
        """Compute what does not depend on hints.

        Parameters
        ----------
        grey : numpy.ndarray, shape (batch, height, width, 1)
            float32 in the signed range, -1 to 1; sides multiples of ``stride``.

        Returns
        -------
        features
            For :meth:`decode`.

        Raises
        ------
        InputError
            If the network cannot compute with pictures of this size.
        """

    @abc.abstractmethod
    def decode(self, features: Any, hints: np.ndarray | None = None) -> np.ndarray:
        """Compute the prediction of encoded pictures.

        Parameters
        ----------
        features
            What :meth:`encode` returned; it is not changed, and may be decoded again.
        hints : numpy.ndarray, shape (batch, height / 4, width / 4, 3), optional
            a, b and 1 where a colour is known, 0 elsewhere; by default none is known. A network
            that takes no hints leaves them out.

        Returns
        -------
        numpy.ndarray, shape (batch, small height, small width, channels)
            float32; :data:`CHANNELS` says what the channels are.
        """

    def predict(self, grey: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        """Compute the prediction of a batch.

        Parameters, result and errors are those of :meth:`encode` and :meth:`decode`.

        Parameters
        ----------
        grey, hints
            As for :meth:`encode` and :meth:`decode`.

        Returns
        -------
        numpy.ndarray
            As of :meth:`decode`.
        """
        return self.decode(self.encode(grey), hints)


def batch_of_hints(shape: tuple[int, ...], hints: np.ndarray | None) -> np.ndarray:
    """Return the hints of a batch of grey pictures of this shape; without hints, all are 0.

    Parameters
    ----------
    shape : tuple of int
        Of the batch: (batch, height, width, ...).
    hints : numpy.ndarray or None

    Returns
    -------
    numpy.ndarray, shape (batch, height / 4, width / 4, 3)
        float32.
    """
    if hints is not None:
        return np.asarray(hints, dtype="float32")
    sides = [side // ab_bins.BIN_STRIDE for side in shape[1:3]]
    return np.zeros((shape[0], *sides, _HINT_CHANNELS), dtype="float32")
