"""A network and a colour space make a colouriser: grey photograph in, colour photograph out.

Taught in :doc:`/notebooks/04_results` and :doc:`/notebooks/00_quickstart`.
"""

import pathlib
import warnings

import numpy as np

from colorlab import color, images
from colorlab.color import luma
from colorlab.configuration import read_configuration
from colorlab.errors import InputError
from colorlab.inference import network_input
from colorlab.networks import registry

__all__ = ["Colorizer"]

_BATCH = 8


class Colorizer:
    """Colour grey photographs with a trained network.

    Parameters
    ----------
    network : keras.Model
        From grey, shape (batch, height, width, 1) in the signed range, either to sRGB, shape
        (batch, height, width, 3) in the signed range, with the target ``rgb``, or to a and b
        of Lab, shape (batch, small height, small width, 2); see
        :func:`colorlab.networks.registry.prediction_network`.
    image_size : int
        Side in pixels of the pictures that the network was trained on.
    step : int
        The network takes sides that are multiples of this, 128 for seven blocks.
    strength : float
        What the answered chroma is multiplied by, unless :meth:`colorize` is told otherwise.
    """

    def __init__(self, network, image_size=256, step=128, strength=1.0):
        self.network = network
        self.image_size = image_size
        self.strength = strength
        self.predicts_ab = network.output.shape[-1] == 2
        self._step = step

    @classmethod
    def from_run(cls, run, temperature=0.4):
        """Load the best weights of a training run.

        Parameters
        ----------
        run : path-like
            A folder that :func:`colorlab.training.train` wrote.
        temperature : float
            For the target ``ab_bins``, see :func:`colorlab.networks.registry.prediction_network`.

        Returns
        -------
        Colorizer

        Raises
        ------
        InputError
            If the folder is missing, is not a run, or its weights are missing or damaged.
        """
        run = pathlib.Path(run)
        configuration = read_configuration(run)
        network = registry.build_network(configuration)
        weights = run / "best.weights.h5"
        if not weights.exists():
            raise InputError(f"{run}: has no best.weights.h5 yet; train for one epoch at least")
        try:
            # Keras warns of each layer that the file lacks, and then raises.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                network.load_weights(weights)
        except (OSError, ValueError, KeyError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise InputError(f"{weights}: cannot be loaded ({reason}); train again") from None
        network = registry.prediction_network(network, configuration, temperature)
        return cls(network, configuration.image_size, step=configuration.stride)

    def predict(self, grey):
        """Give the network's own answer for a batch of pictures.

        Parameters
        ----------
        grey : numpy.ndarray, shape (batch, height, width, 1)
            Grey levels, 0 to 255. A network that answers red, green and blue takes sides that
            are multiples of its step.

        Returns
        -------
        numpy.ndarray, shape (batch, height, width, 3)
            uint8 sRGB. A network that answers chroma sees the pictures at its own size, and its
            answer is joined with their light; one that answers red, green and blue sees them as
            they are, and re-draws the light.

        Raises
        ------
        ValueError
            If the shape is not one that the network takes.
        """
        grey = np.asarray(grey)
        if grey.ndim != 4 or grey.shape[-1] != 1 or 0 in grey.shape:
            raise ValueError(
                f"grey must have the shape (batch, height, width, 1), got {grey.shape}"
            )
        if self.predicts_ab:
            return np.stack([self._join(picture, self.strength) for picture in grey])
        if grey.shape[1] % self._step or grey.shape[2] % self._step:
            raise ValueError(
                f"height and width of grey must be multiples of {self._step}, got "
                f"{grey.shape[1]} x {grey.shape[2]}; colorize takes any size"
            )
        return np.concatenate(
            [
                color.signed_to_levels(self._answer(grey[start : start + _BATCH]))
                for start in range(0, len(grey), _BATCH)
            ]
        )

    def _answer(self, grey):
        return np.asarray(self.network(color.levels_to_signed(grey), training=False))

    def _join(self, grey, strength):
        answer, share = self._look(grey)
        return luma.recombine(grey, answer, strength, share)

    def _look(self, grey):
        """Show a picture to the network at its size; return its answer and the picture's share."""
        levels = np.round(grey).astype("uint8")
        view, share = network_input.network_input(levels, self.image_size, self._step)
        return self._answer(view[None])[0], share

    def colorize(self, image, strength=None):
        """Colour a photograph of any size, and keep its own light.

        The network sees the photograph with its shorter side at ``image_size``. Its answer is
        brought back to full size, and joined there with the photograph's grey: the colour is the
        network's, the detail is the photograph's.

        Parameters
        ----------
        image : numpy.ndarray, shape (height, width, 3), (height, width, 1) or (height, width)
            uint8 levels. Of a colour picture, only the grey is used.
        strength : float, optional
            What the chroma is multiplied by: 0 gives grey, 1 the network's answer; by default
            the colouriser's own. A network that answers red, green and blue knows no other.

        Returns
        -------
        numpy.ndarray, shape (height, width, 3)
            uint8 sRGB. Its grey is the photograph's within half a level; of a network that
            answers red, green and blue, within one, except where a channel is clipped.

        Raises
        ------
        ValueError
            If the array is not a uint8 picture.
        """
        grey = _grey_levels(image)
        strength = self.strength if strength is None else strength
        if self.predicts_ab:
            return self._join(grey, strength)
        answer, share = self._look(grey)
        rows, columns = (
            round(part * side) for part, side in zip(share, answer.shape[:2], strict=True)
        )
        colored = np.ascontiguousarray(color.signed_to_levels(answer[:rows, :columns]))
        colored = images.resize(colored, *grey.shape[:2])
        return np.round(color.replace_luma(colored, grey)).astype("uint8")


def _grey_levels(image):
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(
            "image must be a uint8 array of shape (height, width), (height, width, 1) or "
            f"(height, width, 3), got {image.dtype} of shape {image.shape}"
        )
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[-1] == 1:
        return image.astype("float32")
    return np.asarray(color.grey(image))
