"""A network in an ONNX file, executed by ONNX Runtime without Keras."""

import concurrent.futures
import contextlib
import json
import math
import pathlib
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from colorlab.color import ab_bins
from colorlab.errors import InputError
from colorlab.inference import onnx_split
from colorlab.inference.devices import DEVICES, execution_providers
from colorlab.inference.predictors.base import (
    CHANNELS,
    LARGEST_SIZE,
    Predictor,
    batch_of_hints,
)

if TYPE_CHECKING:
    from colorlab.configuration import Configuration

__all__ = ["OnnxPredictor"]

_LARGEST_STRIDE = 256
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


class OnnxPredictor(Predictor):
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
    weights : pathlib.Path
        The file; the others are those of :class:`Predictor`.
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
        self._encoder, self._decoder = _open_sessions(
            self.weights, threads, execution_providers(device)
        )
        provider = self._encoder.get_providers()[0]
        self.device = next(name for name, each in DEVICES.items() if each == provider)
        # DirectML computes one call at a time.
        self._turn = threading.Lock() if self.device == "dml" else contextlib.nullcontext()
        self.takes_hints = self._decoder is not None
        last = self._decoder or self._encoder
        inputs = [each.name for each in self._encoder.get_inputs()]
        outputs = [each.name for each in last.get_outputs()]
        target = _OLD_OUTPUTS.get(outputs[0], outputs[0])
        if inputs != ["grey"] or target not in CHANNELS or outputs[1:]:
            raise InputError(
                f"{path}: is no network that colours, expected the input grey and the output "
                f"{', '.join(CHANNELS)}, got {', '.join((*inputs, *outputs))}"
            )
        if facts is None:
            facts = self._encoder.get_modelmeta().custom_metadata_map
        self._facts = facts
        self.target = target
        self.image_size = _number(path, facts, "image_size", int, 1, LARGEST_SIZE)
        self.stride = _number(path, facts, "stride", int, 1, _LARGEST_STRIDE)
        self.saturation = _number(path, facts, "saturation", float, 0, 10, otherwise=1.0)
        self.temperature = _number(
            path, facts, "temperature", float, 0.01, 10, otherwise=ab_bins.DEFAULT_TEMPERATURE
        )

    @property
    def configuration(self) -> "Configuration":
        """The settings that the network was trained with.

        Raises
        ------
        InputError
            If the file does not say them.
        """
        from colorlab.configuration import Configuration  # colouring needs none

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

    def encode(self, grey: np.ndarray) -> Any:
        """Compute what does not depend on hints, as :meth:`Predictor.encode` says."""
        feed = {"grey": np.asarray(grey, dtype="float32").transpose(0, 3, 1, 2)}
        return self._run(self._encoder, feed, grey.shape), grey.shape

    def decode(self, features: Any, hints: np.ndarray | None = None) -> np.ndarray:
        """Compute the prediction of encoded pictures, as :meth:`Predictor.decode` says."""
        values, shape = features
        if self._decoder is not None:
            feed = {"hints": batch_of_hints(shape, hints).transpose(0, 3, 1, 2), **values}
            values = self._run(self._decoder, feed, shape)
        (prediction,) = values.values()
        prediction = prediction.transpose(0, 2, 3, 1)
        if prediction.shape[-1] != CHANNELS[self.target]:
            raise InputError(
                f"{self.weights}: predicts {prediction.shape[-1]} channels, expected "
                f"{CHANNELS[self.target]} for {self.target}"
            )
        if hints is not None and self.takes_hints and prediction.shape[1:3] != hints.shape[1:3]:
            raise InputError(
                f"{self.weights}: predicts {prediction.shape[1]} x {prediction.shape[2]} places "
                f"for hints on {hints.shape[1]} x {hints.shape[2]}; both must be the same"
            )
        return prediction

    def _run(self, session, feed, shape):
        """Compute all outputs of a session, a dict."""
        names = [each.name for each in session.get_outputs()]
        try:
            with self._turn:
                return dict(zip(names, session.run(names, feed), strict=True))
        except Exception as error:  # ONNX Runtime raises classes of its own
            raise InputError(
                f"{self.weights}: cannot compute with {shape[1]} x {shape[2]} pixels "
                f"({_first_line(error)})"
            ) from None


def _first_line(error):
    return (str(error).splitlines() or [type(error).__name__])[0]


def _open_sessions(path, threads, providers):
    """Open a network; if it takes hints, as encoder and decoder, else with None beside it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    parts = onnx_split.split_content(content)
    try:
        if parts is None:
            return _session(content, threads, providers), None
        return _open_parts(*parts, lambda part: _session(part.to_bytes(), threads, providers))
    except Exception as error:  # ONNX Runtime raises classes of its own, without a common one
        raise InputError(
            f"{path}: is no network that can be loaded ({_first_line(error)})"
        ) from None


def _open_parts(encoder, decoder, features, session):
    """Open encoder and decoder at the same time, on the guess that all features are floats."""
    guess = [(name, "tensor(float)") for name in features]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        guessed = pool.submit(session, onnx_split.decoder_with_inputs(decoder, guess))
        encoder = session(encoder)
    found = [(each.name, each.type) for each in encoder.get_outputs()]
    if found == guess:
        return encoder, guessed.result()
    return encoder, session(onnx_split.decoder_with_inputs(decoder, found))


def _session(content, threads, providers):
    # This import takes half of the program's start, so it waits until a network is needed.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors are raised as well
    if threads:
        options.intra_op_num_threads = threads
    # Between two photographs, idle threads leave the cores to reading and writing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if DEVICES["dml"] in providers:
        options.enable_mem_pattern = False  # as DirectML demands
    return onnxruntime.InferenceSession(content, options, providers)
