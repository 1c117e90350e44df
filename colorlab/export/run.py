"""Export of a training run to an ONNX file for colouring.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import json
import pathlib
import warnings
from typing import Any

from colorlab.configuration import Configuration, read_configuration
from colorlab.errors import InputError
from colorlab.export.onnx import write_onnx
from colorlab.networks import registry

__all__ = ["export_run", "load_run"]


def load_run(run: Any) -> tuple[Any, Configuration, pathlib.Path]:
    """Load the best weights of a training run.

    Parameters
    ----------
    run : path-like
        A folder that :func:`colorlab.training.train` wrote.

    Returns
    -------
    network : keras.Model
    configuration : Configuration
    weights : pathlib.Path
        The file that the weights were read from.

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
        # Keras warns of each layer that is missing in the file, and then raises.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(weights)
    except (OSError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{weights}: cannot be loaded ({reason}); train again") from None
    return network, configuration, weights


def export_run(run: Any, path: Any, saturation: float = 1.0, overwrite: bool = False) -> None:
    """Write the best weights of a training run as an ONNX file that colours photographs.

    Parameters
    ----------
    run : path-like
        A folder that :func:`colorlab.training.train` wrote.
    path : path-like
        The file; :func:`colorlab.colorize`, `colorlab colorize` and `colorlab evaluate` take it as
        their model. Written whole or not at all.
    saturation : float
        Default factor of the predicted colour, 0 to 10.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the run cannot be loaded, the saturation is out of range, the file exists, or it cannot
        be written.
    """
    if not 0 <= saturation <= 10:
        raise InputError(f"saturation must be a number from 0 to 10, got {saturation}")
    network, configuration, _ = load_run(run)
    facts = {
        "image_size": configuration.image_size,
        "stride": configuration.stride,
        "saturation": saturation,
        "configuration": json.dumps(configuration.to_dict()),
    }
    write_onnx(network, path, facts, overwrite)
