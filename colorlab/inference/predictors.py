"""What colours photographs: the networks that come with colorlab, ONNX files, training runs.

ONNX Runtime computes with the first two: ready in a moment, and without TensorFlow.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import hashlib
import json
import math
import numbers
import os
import pathlib

import numpy as np

from colorlab import color
from colorlab.color import luma
from colorlab.errors import InputError
from colorlab.inference import network_input

__all__ = [
    "LARGEST_SIZE",
    "OnnxPredictor",
    "KerasPredictor",
    "load",
    "require_settings",
    "shipped_models",
    "weights_file",
]

#: The largest shorter side of the network's view, in pixels: beyond it a network needs gigabytes.
LARGEST_SIZE = 1024

_WEIGHTS = pathlib.Path(__file__).parents[1] / "weights"
_NAMES = ("default", "small", "vivid")


def shipped_models():
    """List the networks that come with colorlab.

    Returns
    -------
    dict of str to dict
        By name: ``file``, ``sha256``, ``bytes``, ``image_size`` (pixels), ``step`` (pixels) and
        ``strength``. Empty where they are not installed.
    """
    try:
        return json.loads((_WEIGHTS / "models.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def require_settings(strength, size):
    """Refuse a strength or a size that is out of range.

    Parameters
    ----------
    strength : float or None
        0 to 10.
    size : int or None
        1 to :data:`LARGEST_SIZE`.

    Raises
    ------
    InputError
        The message names it.
    """
    if strength is not None and not (
        isinstance(strength, numbers.Real) and 0 <= strength <= 10 and math.isfinite(strength)
    ):
        raise InputError(f"strength must be a number from 0 to 10, got {strength}")
    if size is not None and not (
        isinstance(size, numbers.Integral)
        and not isinstance(size, bool)
        and 1 <= size <= LARGEST_SIZE
    ):
        raise InputError(f"size must be a whole number from 1 to {LARGEST_SIZE}, got {size}")


class OnnxPredictor:
    """A network in an ONNX file that says the chroma of grey photographs.

    Parameters
    ----------
    path : path-like
        A file that :func:`colorlab.export.onnx.write_onnx` wrote.
    facts : dict, optional
        ``image_size``, ``step`` and ``strength``; by default what the file says about itself.
    threads : int, optional
        How many processor cores one photograph may use; by default all.

    Attributes
    ----------
    image_size : int
        Shorter side in pixels of what the network sees, if nothing else is asked for.
    step : int
        The network takes sides that are multiples of this.
    strength : float
        What the chroma is multiplied by, if nothing else is asked for.

    Raises
    ------
    InputError
        If the file is missing, is damaged, or is no chroma network.

    Notes
    -----
    Several threads may use one model.
    """

    def __init__(self, path, facts=None, threads=None):
        self._session = _open_session(pathlib.Path(path), threads)
        facts = self._session.get_modelmeta().custom_metadata_map if facts is None else facts
        try:
            self.image_size, self.step = int(facts["image_size"]), int(facts["step"])
            self.strength = float(facts.get("strength", 1.0))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: does not say its image_size, step and strength ({error}); write it "
                "again with these facts"
            ) from None

    def chroma(self, view):
        """Give the network's own answer.

        Parameters
        ----------
        view : numpy.ndarray, shape (height, width, 1)
            Grey levels, 0 to 255; sides multiples of ``step``.

        Returns
        -------
        numpy.ndarray, shape (small height, small width, 2)
            float32, a and b of CIE Lab.
        """
        signed = color.levels_to_signed(view)
        (answer,) = self._session.run(["chroma"], {"grey": signed[None, None, ..., 0]})
        return answer[0].transpose(1, 2, 0)

    def colorize(self, grey, strength=None, size=None):
        """Colour a grey photograph of any size.

        Parameters
        ----------
        grey : numpy.ndarray, shape (height, width, 1)
            uint8 levels.
        strength : float, optional
            What the chroma is multiplied by, 0 (grey) to 10; by default the model's own.
        size : int, optional
            Shorter side in pixels of what the network sees, 1 to 1024; by default the model's own.

        Returns
        -------
        numpy.ndarray, shape (height, width, 3)
            uint8 sRGB, with the photograph's grey within half a level.

        Raises
        ------
        InputError
            If a number is out of range.
        """
        require_settings(strength, size)
        view, share = network_input.network_input(grey, size or self.image_size, self.step)
        strength = self.strength if strength is None else strength
        return luma.recombine(grey, self.chroma(view), strength, share)


def _open_session(path, threads):
    # Half the start of the program, so only once a network is really wanted.
    import onnxruntime

    if not os.path.exists(path):
        raise InputError(f"{path}: no such file; check the path")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is raised, too
    if threads:
        options.intra_op_num_threads = threads
    # Between two photographs the threads leave the cores to those who read and write.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        names = [each.name for each in (*session.get_inputs(), *session.get_outputs())]
    except Exception as error:  # ONNX Runtime raises classes of its own, without a common one
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path}: is no network that can be loaded ({reason})") from None
    if names != ["grey", "chroma"]:
        raise InputError(
            f"{path}: is no chroma network, expected the input grey and the output chroma, "
            f"got {', '.join(names)}"
        )
    return session


class KerasPredictor:
    """A training run, coloured with by Keras.

    Parameters
    ----------
    run : path-like
        A folder that :func:`colorlab.training.train` wrote.

    Raises
    ------
    InputError
        If it is none.
    """

    strength = 1.0

    def __init__(self, run):
        from colorlab.inference.colorizer import Colorizer

        self._colorizer = Colorizer.from_run(run)
        self.image_size = self._colorizer.image_size

    def colorize(self, grey, strength=None, size=None):
        """Colour a grey photograph, as :meth:`OnnxPredictor.colorize` does.

        Where the network answers red, green and blue, the strength multiplies the differences
        from grey, and what no screen can show is clipped.
        """
        require_settings(strength, size)
        self._colorizer.image_size = size or self.image_size
        if self._colorizer.predicts_ab:
            return self._colorizer.colorize(grey, strength)
        colored = self._colorizer.colorize(grey)
        if strength in (None, 1):
            return colored
        mixed = grey + np.float32(strength) * (colored.astype("float32") - grey)
        return np.clip(np.rint(mixed), 0, 255).astype("uint8")


def load(model="default", threads=None):
    """Load what colours photographs.

    Parameters
    ----------
    model : str or path-like
        The name of a network that comes with colorlab (``default``, ``small``, ``vivid``), an
        ONNX file, or the folder of a training run, which needs Keras and takes seconds.
    threads : int, optional
        How many processor cores one photograph may use; by default all. A run takes what it wants.

    Returns
    -------
    OnnxPredictor or KerasPredictor

    Raises
    ------
    InputError
        If there is no such model, or it is damaged.

    Examples
    --------
    >>> load("nothing")
    Traceback (most recent call last):
    colorlab.errors.InputError: nothing: no such model; expected default, small, vivid, ...
    """
    shipped = shipped_models()
    if str(model) in shipped:
        return _load_shipped(str(model), shipped[str(model)], threads)
    path = pathlib.Path(model)
    if os.path.isdir(path):
        return KerasPredictor(path)
    if os.path.exists(path):
        return OnnxPredictor(path, threads=threads)
    if str(model) in _NAMES:
        raise InputError(
            f"{model}: this network is not part of the installation; install colorlab again, or "
            "name an ONNX file or a folder that `colorlab train` wrote"
        )
    raise InputError(
        f"{model}: no such model; expected {', '.join(_NAMES)}, an ONNX file, or a folder that "
        "`colorlab train` wrote"
    )


def _load_shipped(name, record, threads):
    return OnnxPredictor(weights_file(name), record, threads)


def weights_file(name):
    """Find the file of a network that comes with colorlab, and verify it.

    Parameters
    ----------
    name : str
        One of :func:`shipped_models`.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    InputError
        If the file is missing, or is not the one that was shipped, by its SHA-256.
    """
    record = shipped_models()[name]
    path = _WEIGHTS / record["file"]
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        digest = None
    if digest != record["sha256"]:
        raise InputError(f"{path}: is missing or damaged; install colorlab again")
    return path
