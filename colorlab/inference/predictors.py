"""Predictors, which compute the prediction of a network with ONNX Runtime or Keras.

Both take a batch of grey pictures, and hints if the network uses them, and return the network's
prediction. :class:`colorlab.inference.colorizer.Colorizer` does everything else, from the
photograph to its colours.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import json
import math
import os
import pathlib
import threading
from typing import Any

import numpy as np

from colorlab.color import ab_bins
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.inference.devices import DEVICES, execution_providers

__all__ = ["CHANNELS", "LARGEST_SIZE", "KerasPredictor", "OnnxPredictor"]

#: The largest shorter side of a network's input, in pixels: beyond it a network needs gigabytes.
LARGEST_SIZE = 1024

#: Channels of each target: ``rgb`` is sRGB in the signed range, ``ab`` is a and b of CIE Lab,
#: ``ab_bins`` is a logit for each bin of the a-b plane at stride 4.
CHANNELS = {"rgb": 3, "ab": 2, "ab_bins": 227}

_LARGEST_STRIDE = 256
_HINT_CHANNELS = 3  # a, b and a mask
# Names in files of earlier versions.
_OLD_NAMES = {"stride": "step", "saturation": "strength"}
_OLD_OUTPUTS = {"chroma": "ab"}


def _number(path, facts, name, kind, lowest, highest, otherwise=None):
    """Return a number from the metadata of a file, which is not trusted."""
    value = facts.get(name, facts.get(_OLD_NAMES.get(name), otherwise))
    expected = f"{'a whole number' if kind is int else 'a number'} from {lowest} to {highest}"
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not lowest <= number <= highest:
        found = "nothing" if value is None else str(value)
        raise InputError(
            f"{path}: says {name} = {found[:40]}, expected {expected}; write it again with "
            "`colorlab export`"
        )
    return number


class OnnxPredictor:
    """A network in an ONNX file, executed by ONNX Runtime without Keras.

    Parameters
    ----------
    path : path-like
        A file that :func:`colorlab.export.onnx.write_onnx` wrote.
    facts : dict, optional
        ``image_size``, ``stride``, ``saturation``, ``temperature`` and ``configuration``; by
        default those in the file.
    threads : int, optional
        Number of processor cores for one call; by default all.
    device : str
        A key of :data:`colorlab.inference.devices.DEVICES`, or ``auto``. If it is not available,
        the processor computes.

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
    weights : pathlib.Path
        The file.
    device : str
        Where it computes.

    Raises
    ------
    InputError
        If the file is missing or damaged, does not contain a network that colours, or its
        metadata are out of range.

    Notes
    -----
    Several threads may use one predictor.
    """

    def __init__(
        self,
        path: Any,
        facts: dict | None = None,
        threads: int | None = None,
        device: str = "cpu",
    ):
        self.weights = pathlib.Path(path)
        self._session = _open_session(self.weights, threads, execution_providers(device))
        provider = self._session.get_providers()[0]
        self.device = next(name for name, each in DEVICES.items() if each == provider)
        # DirectML computes one call at a time.
        self._turn = threading.Lock() if self.device == "dml" else contextlib.nullcontext()
        inputs = [each.name for each in self._session.get_inputs()]
        outputs = [each.name for each in self._session.get_outputs()]
        target = _OLD_OUTPUTS.get(outputs[0], outputs[0])
        if inputs not in (["grey"], ["grey", "hints"]) or target not in CHANNELS or outputs[1:]:
            raise InputError(
                f"{path}: is no network that colours, expected the input grey and the output "
                f"{', '.join(CHANNELS)}, got {', '.join((*inputs, *outputs))}"
            )
        if facts is None:
            facts = self._session.get_modelmeta().custom_metadata_map
        self._output, self.takes_hints, self._facts = outputs[0], len(inputs) == 2, facts
        self.target = target
        self.image_size = _number(path, facts, "image_size", int, 1, LARGEST_SIZE)
        self.stride = _number(path, facts, "stride", int, 1, _LARGEST_STRIDE)
        self.saturation = _number(path, facts, "saturation", float, 0, 10, otherwise=1.0)
        self.temperature = _number(
            path, facts, "temperature", float, 0.01, 10, otherwise=ab_bins.DEFAULT_TEMPERATURE
        )

    @property
    def configuration(self) -> Configuration:
        """The settings that the network was trained with.

        Raises
        ------
        InputError
            If the file does not say them.
        """
        try:
            settings = self._facts["configuration"]
            settings = json.loads(settings) if isinstance(settings, str) else settings
            return Configuration.from_dict(settings)
        except KeyError:
            raise InputError(
                f"{self.weights}: does not say how it was trained; write it again with "
                "`colorlab export`"
            ) from None
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{self.weights}: its configuration cannot be used ({error})"
            ) from None

    def predict(self, grey: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        """Compute the prediction of a batch in one run.

        Parameters
        ----------
        grey : numpy.ndarray, shape (batch, height, width, 1)
            float32 in the signed range, -1 to 1; sides multiples of ``stride``.
        hints : numpy.ndarray, shape (batch, height / 4, width / 4, 3), optional
            a, b and 1 where a colour is known, 0 elsewhere; by default none is known. A network
            that takes no hints leaves them out.

        Returns
        -------
        numpy.ndarray, shape (batch, small height, small width, channels)
            float32; :data:`CHANNELS` says what the channels are.

        Raises
        ------
        InputError
            If the network cannot compute with pictures of this size.
        """
        feed = {"grey": np.asarray(grey, dtype="float32").transpose(0, 3, 1, 2)}
        if self.takes_hints:
            feed["hints"] = _hints(grey, hints).transpose(0, 3, 1, 2)
        try:
            with self._turn:
                (prediction,) = self._session.run([self._output], feed)
        except Exception as error:  # ONNX Runtime raises classes of its own
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise InputError(
                f"{self.weights}: cannot compute with {grey.shape[1]} x {grey.shape[2]} pixels "
                f"({reason})"
            ) from None
        prediction = prediction.transpose(0, 2, 3, 1)
        if prediction.shape[-1] != CHANNELS[self.target]:
            raise InputError(
                f"{self.weights}: predicts {prediction.shape[-1]} channels, expected "
                f"{CHANNELS[self.target]} for {self.target}"
            )
        return prediction


def _hints(grey, hints):
    """Return the hints of a batch; without hints, all are 0."""
    if hints is not None:
        return np.asarray(hints, dtype="float32")
    sides = [side // ab_bins.BIN_STRIDE for side in grey.shape[1:3]]
    return np.zeros((len(grey), *sides, _HINT_CHANNELS), dtype="float32")


def _open_session(path, threads, providers):
    # This import takes half of the program's start, so it waits until a network is needed.
    import onnxruntime

    if not os.path.exists(path):
        raise InputError(f"{path}: no such file; check the path")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors are raised as well
    if threads:
        options.intra_op_num_threads = threads
    # Between two photographs, idle threads leave the cores to reading and writing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if DEVICES["dml"] in providers:
        options.enable_mem_pattern = False  # as DirectML demands
    try:
        return onnxruntime.InferenceSession(str(path), options, providers)
    except Exception as error:  # ONNX Runtime raises classes of its own, without a common one
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path}: is no network that can be loaded ({reason})") from None


class KerasPredictor:
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
    network, configuration, target, image_size, stride
    saturation, temperature, takes_hints, weights
        See the parameters, and :class:`OnnxPredictor`.

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
        self.saturation, self.temperature = saturation, ab_bins.DEFAULT_TEMPERATURE
        self.takes_hints, self.weights = len(network.inputs) == 2, weights
        # The same layers in a model of its own: compiling it leaves the network as it was.
        self._compiled = keras.Model(network.inputs, network.outputs)
        # TensorFlow would compile anew for each size; JAX compiles no other way.
        self._compiled.compile(jit_compile=keras.backend.backend() == "jax")
        self._turn = threading.Lock()

    @classmethod
    def from_run(cls, run: Any) -> "KerasPredictor":
        """Load the best weights of a training run.

        Parameters
        ----------
        run : path-like
            A folder that :func:`colorlab.training.train` wrote.

        Returns
        -------
        KerasPredictor

        Raises
        ------
        InputError
            If the folder is missing, is not a run, or its weights are missing or damaged.
        """
        from colorlab.training.run import Run
        from colorlab.training.weights import load_network

        folder = Run(run)
        return cls(load_network(run), folder.configuration, weights=folder.best_weights)

    def predict(self, grey: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        """Compute the prediction of a batch in one compiled call.

        Parameters, result and errors are those of :meth:`OnnxPredictor.predict`.
        """
        inputs = [np.asarray(grey, dtype="float32")]
        if self.takes_hints:
            inputs.append(_hints(grey, hints))
        with self._turn:
            prediction = self._compiled.predict_on_batch(inputs if inputs[1:] else inputs[0])
        return np.asarray(prediction, dtype="float32")
