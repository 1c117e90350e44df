"""A network executed by Keras, such as a training run."""

import pathlib
import threading
from typing import Any

import numpy as np

from colorlab.configuration import Configuration
from colorlab.inference.predictors.base import CHANNELS, Predictor, batch_of_hints

__all__ = ["KerasPredictor"]


class KerasPredictor(Predictor):
    """A network executed by Keras, such as a training run.

    Parameters
    ----------
    network : keras.Model
        From grey, shape (batch, height, width, 1) in the signed range, or from grey and hints, to
        one of :data:`CHANNELS`, which its number of channels tells. It is not changed.
    configuration : colorlab.configuration.Configuration
        The settings of its training, with image size and stride.
    saturation : float
        Factor of a and b, if nothing else is asked for.
    weights : pathlib.Path, optional
        The file that its weights were read from.

    Attributes
    ----------
    network, configuration
        See the parameters; the others are those of :class:`Predictor`.

    Notes
    -----
    Several threads may use one predictor; they take turns.
    """

    def __init__(
        self,
        network: Any,
        configuration: Configuration,
        saturation: float = 1.0,
        weights: pathlib.Path | None = None,
    ):
        from colorlab.backend import keras

        self.network, self.configuration = network, configuration
        channels = network.outputs[0].shape[-1]
        self.target = next(name for name, count in CHANNELS.items() if count == channels)
        self.image_size, self.stride = configuration.image_size, configuration.stride
        self.saturation, self.weights = saturation, weights
        self.takes_hints = len(network.inputs) == 2
        # The same layers in models of their own: compiling them leaves the network as it was.
        if self.takes_hints:
            features = _features(network)
            self._encoder = keras.Model(network.inputs[0], features)
            self._decoder = keras.Model([*features, network.inputs[1]], network.outputs[0])
        else:
            self._encoder = keras.Model(network.inputs, network.outputs[0])
            self._decoder = None
        for model in filter(None, (self._encoder, self._decoder)):
            # TensorFlow would compile anew for each size; JAX compiles no other way.
            model.compile(jit_compile=keras.backend.backend() == "jax")
        self._turn = threading.Lock()

    def encode(self, grey: np.ndarray) -> Any:
        """Compute what does not depend on hints, as :meth:`Predictor.encode` says."""
        with self._turn:
            features = self._encoder.predict_on_batch(np.asarray(grey, dtype="float32"))
        return features, grey.shape

    def decode(self, features: Any, hints: np.ndarray | None = None) -> np.ndarray:
        """Compute the prediction of encoded pictures, as :meth:`Predictor.decode` says."""
        prediction, shape = features
        if self._decoder is not None:
            with self._turn:
                prediction = self._decoder.predict_on_batch(
                    [*prediction, batch_of_hints(shape, hints)]
                )
        return np.asarray(prediction, dtype="float32")


def _features(network):
    """List the tensors that do not depend on the hints, and that others which do are made of."""
    (grey,), (hints,) = ([each] for each in network.inputs)
    of_grey, of_hints, features = {id(grey)}, {id(hints)}, {}
    for layer in network.layers:  # in the order in which they are computed
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        outputs = layer.output if isinstance(layer.output, list) else [layer.output]
        if outputs[0] is grey or outputs[0] is hints:
            continue
        if any(id(each) in of_hints for each in inputs):
            features.update({id(each): each for each in inputs if id(each) in of_grey})
            of_hints.update(map(id, outputs))
        else:
            of_grey.update(map(id, outputs))
    return list(features.values())
