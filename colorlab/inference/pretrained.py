"""Load networks for colouring: shipped networks, ONNX files and training runs.

Each shipped network is an ONNX file in ``colorlab/weights``, with weights and a graph of layers; no
code runs when it is loaded. ``models.json`` has the checksum of each file, the settings of its
training, its stride and its saturation.

Taught in :doc:`/notebooks/06_keep_the_light` and :doc:`/notebooks/10_your_own_photographs`.
"""

import json
import os
import pathlib
from typing import TYPE_CHECKING, Any

from colorlab.checksum import sha256_of
from colorlab.errors import InputError
from colorlab.inference.devices import require_device
from colorlab.inference.predictors import OnnxPredictor

if TYPE_CHECKING:
    from colorlab.configuration import Configuration
    from colorlab.inference.colorizer import Colorizer

__all__ = [
    "NAMES",
    "load_network",
    "load_pretrained",
    "shipped_models",
    "training_configuration",
    "weights_file",
]

#: The networks that come with a whole installation.
NAMES = ("default", "small", "vivid", "unet_small")

_WEIGHTS = pathlib.Path(__file__).parents[1] / "weights"


def shipped_models() -> dict[str, dict]:
    """List the networks that come with colorlab.

    Returns
    -------
    dict of str to dict
        By name: ``file``, ``sha256``, ``bytes``, ``image_size`` (pixels), ``stride`` (pixels),
        ``saturation``, ``configuration`` and more. Empty where they are not installed.
    """
    try:
        return json.loads((_WEIGHTS / "models.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _look_up(name):
    shipped = shipped_models()
    if name not in shipped:
        raise InputError(f"model must be one of {', '.join(shipped) or 'none'}, got {name!r}")
    return shipped[name]


def weights_file(name: str) -> pathlib.Path:
    """Return the path of a shipped network's file after verifying it.

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
        If there is no such network, its file is missing, or its SHA-256 is wrong.

    Examples
    --------
    >>> weights_file("nothing")
    Traceback (most recent call last):
    colorlab.errors.InputError: model must be one of default, small, vivid, ...
    """
    record = _look_up(name)
    path = _WEIGHTS / record["file"]
    try:
        digest = sha256_of(path)
    except OSError:
        digest = None
    if digest != record["sha256"]:
        raise InputError(f"{path}: is missing or damaged; install colorlab again")
    return path


def training_configuration(name: str) -> "Configuration":
    """Return the settings that a shipped network was trained with.

    Parameters
    ----------
    name : str
        One of :func:`shipped_models`.

    Returns
    -------
    colorlab.configuration.Configuration

    Raises
    ------
    InputError
        If there is no such network.
    """
    from colorlab.configuration import Configuration

    return Configuration.from_dict(_look_up(name)["configuration"])


def load_network(name: str = "default") -> Any:
    """Build a shipped network with its weights in Keras, for inspection or further training.

    Parameters
    ----------
    name : str
        One of :func:`shipped_models`.

    Returns
    -------
    keras.Model
        From grey in the signed range, shape (batch, height, width, 1), to what the file predicts.

    Raises
    ------
    InputError
        If there is no such network, or its file is damaged.

    Notes
    -----
    To colour photographs, :func:`colorlab.load_pretrained` needs neither Keras nor the seconds
    that it takes to import.
    """
    path, configuration = weights_file(name), training_configuration(name)
    from colorlab.networks import heads, onnx_weights, registry

    network, record = registry.build_network(configuration), _look_up(name)
    if record.get("target", "ab") == "ab":
        network = heads.prediction_network(network, configuration, record.get("temperature", 1.0))
    onnx_weights.read_onnx(path, network)
    return network


def load_pretrained(
    model: Any = "default", threads: int | None = None, device: str = "cpu"
) -> "Colorizer":
    """Load a network for colouring.

    Parameters
    ----------
    model : str or path-like
        The name of a network that comes with colorlab: ``default``; ``small``, a smaller one of
        its kind; ``vivid``, with more saturated colours; or ``unet_small``, the course's U-Net,
        for comparison. Or an ONNX file, or the folder of a training run, which needs Keras and
        takes seconds.
    threads : int, optional
        Number of processor cores for one photograph; by default all. Runs ignore it.
    device : str
        ``cpu``, ``cuda``, ``coreml``, ``dml``, or ``auto`` for the fastest one. If ONNX Runtime
        has not got it, the processor computes, and the predictor's ``device`` says so. For runs,
        Keras chooses.

    Returns
    -------
    Colorizer

    Raises
    ------
    InputError
        If there is no such model or device, or the model is damaged.

    Notes
    -----
    Also available as ``colorlab.load_pretrained``. What each network was trained on, and how well
    it does, is in the book's model cards.

    Examples
    --------
    >>> load_pretrained("nothing")
    Traceback (most recent call last):
    colorlab.errors.InputError: nothing: no such model; expected default, small, vivid, ...
    """
    require_device(device)
    if not isinstance(model, str | os.PathLike) or not os.fspath(model):
        raise InputError(f"model must be the name of a network, a file or a folder, got {model!r}")
    name, shipped = str(model), shipped_models()
    if name in shipped:
        return _colorizer(OnnxPredictor(weights_file(name), shipped[name], threads, device))
    path = pathlib.Path(model)
    if os.path.isdir(path):
        from colorlab.inference.colorizer import Colorizer

        return Colorizer.from_run(path)
    if os.path.exists(path):
        return _colorizer(OnnxPredictor(path, threads=threads, device=device))
    if name in NAMES:
        raise InputError(
            f"{name}: this network is not part of the installation; install colorlab again, or "
            "name an ONNX file or a folder that `colorlab train` wrote"
        )
    raise InputError(
        f"{name}: no such model; expected {', '.join(NAMES)}, an ONNX file, or a "
        "folder that `colorlab train` wrote"
    )


def _colorizer(predictor):
    # Imported last: the command imports it while the network is opened.
    from colorlab.inference.colorizer import Colorizer

    return Colorizer(predictor)
