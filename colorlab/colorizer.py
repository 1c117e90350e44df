"""A network and a colour space make a colouriser: grey photograph in, colour photograph out.

Taught in :doc:`/notebooks/04_results` and :doc:`/notebooks/00_quickstart`.
"""

import json
import pathlib
import warnings

import numpy

from colorlab import color, images, unet
from colorlab.configuration import Configuration
from colorlab.errors import InputError

__all__ = ["Colorizer", "read_configuration"]

_BATCH = 8
_LONGEST_SIDE = 4  # in multiples of the shorter one, as the network sees it


class Colorizer:
    """Colour grey photographs with a trained network.

    Parameters
    ----------
    network : keras.Model
        From grey, shape (batch, height, width, 1), to sRGB, shape (batch, height, width, 3), both
        in the signed range, such as :func:`colorlab.unet.build_unet` makes.
    image_size : int
        Side in pixels of the pictures that the network was trained on.
    step : int
        The network takes sides that are multiples of this, 128 for the recipe.

    Notes
    -----
    Taught in :doc:`/notebooks/04_results`.
    """

    def __init__(self, network, image_size=256, step=128):
        self.network = network
        self.image_size = image_size
        self._step = step

    @classmethod
    def from_run(cls, run):
        """Load the best weights of a training run.

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
        run = pathlib.Path(run)
        configuration = read_configuration(run)
        network = unet.build_unet(
            filters=configuration.filters, dropout_rate=configuration.dropout_rate
        )
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
        return cls(network, configuration.image_size, step=2 ** len(configuration.filters))

    def predict(self, grey):
        """Give the network's own answer for pictures whose sides it can take.

        Parameters
        ----------
        grey : numpy.ndarray, shape (batch, height, width, 1)
            Grey levels, 0 to 255; sides multiples of the network's step.

        Returns
        -------
        numpy.ndarray, shape (batch, height, width, 3)
            uint8 sRGB. The light is the network's, not the photograph's.

        Raises
        ------
        ValueError
            If the shape is not one that the network takes.
        """
        grey = numpy.asarray(grey)
        if grey.ndim != 4 or grey.shape[-1] != 1 or 0 in grey.shape:
            raise ValueError(
                f"grey must have the shape (batch, height, width, 1), got {grey.shape}"
            )
        if grey.shape[1] % self._step or grey.shape[2] % self._step:
            raise ValueError(
                f"height and width of grey must be multiples of {self._step}, got "
                f"{grey.shape[1]} x {grey.shape[2]}; colorize takes any size"
            )
        outputs = []
        for start in range(0, len(grey), _BATCH):
            signed = color.levels_to_signed(grey[start : start + _BATCH])
            outputs.append(color.signed_to_levels(self.network(signed, training=False)))
        return numpy.concatenate(outputs)

    def colorize(self, image):
        """Colour a photograph of any size, and keep its own light.

        The network sees the photograph with its shorter side at ``image_size``. Its answer is
        brought back to full size, and there each pixel is given the photograph's grey again: the
        colour is the network's, the detail is the photograph's.

        Parameters
        ----------
        image : numpy.ndarray, shape (height, width, 3), (height, width, 1) or (height, width)
            uint8 levels. Of a colour picture, only the grey is used.

        Returns
        -------
        numpy.ndarray, shape (height, width, 3)
            uint8 sRGB. Its grey is the photograph's within one level, except where a channel is
            clipped at 0 or 255.

        Raises
        ------
        ValueError
            If the array is not a uint8 picture.
        """
        grey = _grey_levels(image)
        height, width = grey.shape[:2]
        view_height, view_width = self._view_size(height, width)
        view = images.resize(numpy.round(grey[..., 0]).astype("uint8"), view_height, view_width)
        padding = [(0, -view.shape[axis] % self._step) for axis in (0, 1)]
        padded = numpy.pad(view, padding, mode="symmetric")[None, ..., None]
        colored = self.predict(padded)[0, :view_height, :view_width]
        colored = images.resize(numpy.ascontiguousarray(colored), height, width)
        restored = numpy.asarray(color.replace_grey(colored, grey))
        return numpy.round(restored).astype("uint8")

    def _view_size(self, height, width):
        """Scale the shorter side to image_size; a very long side is squeezed to spare memory."""
        scale = self.image_size / min(height, width)
        longest = _LONGEST_SIDE * self.image_size
        return tuple(min(max(1, round(side * scale)), longest) for side in (height, width))


def _grey_levels(image):
    image = numpy.asarray(image)
    if image.dtype != numpy.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(
            "image must be a uint8 array of shape (height, width), (height, width, 1) or "
            f"(height, width, 3), got {image.dtype} of shape {image.shape}"
        )
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[-1] == 1:
        return image.astype("float32")
    return numpy.asarray(color.grey(image))


def read_configuration(run):
    """Read the configuration that a training run was started with.

    Parameters
    ----------
    run : path-like
        A folder that :func:`colorlab.training.train` wrote.

    Returns
    -------
    colorlab.configuration.Configuration

    Raises
    ------
    InputError
        If the folder is missing or is not a run.

    Notes
    -----
    Taught in :doc:`/notebooks/03_training`.
    """
    run = pathlib.Path(run)
    if not run.is_dir():
        raise InputError(f"{run}: no such run; expected a folder that `colorlab train` wrote")
    path = run / "config.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Configuration.from_dict(record["configuration"])
    except FileNotFoundError:
        raise InputError(
            f"{run}: is not a run (no config.json); expected a folder that `colorlab train` wrote"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not a run's configuration ({error})") from None
