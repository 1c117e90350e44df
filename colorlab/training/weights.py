"""The weights of a run: saved whole or not at all, loaded, and taken over by another run.

Taught in :doc:`/notebooks/04_training`.
"""

import dataclasses
import math
import os
import shutil
import warnings
from typing import Any

import h5py

from colorlab.atomic import atomic_path
from colorlab.backend import keras
from colorlab.checksum import sha256_of
from colorlab.errors import InputError
from colorlab.networks import registry
from colorlab.training.run import Run

__all__ = [
    "Start",
    "finished_epochs",
    "load_network",
    "load_state",
    "prepare_start",
    "save_weights",
]

_EPOCHS_DONE = "colorlab_epochs_done"
_SUFFIX = ".weights.h5"  # Keras asks for it


def _require_room(network, path):
    """Refuse a full disk beforehand: the library that writes the weights crashes on one."""
    optimizer = getattr(network, "optimizer", None)
    variables = [*network.variables, *(optimizer.variables if optimizer else ())]
    needed = sum(4 * math.prod(variable.shape) for variable in variables) + 2**20
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise InputError(
            f"{path}: needs {needed / 1e6:.0f} MB, {free / 1e6:.0f} MB are free; "
            "make room, the same command goes on"
        )


def save_weights(network, path: os.PathLike, epochs_done: int) -> None:
    """Save the weights of a network, and the optimizer's state if it is compiled.

    Parameters
    ----------
    network : keras.Model
    path : pathlib.Path
        Written whole or not at all.
    epochs_done : int
        Kept in the file.

    Raises
    ------
    InputError
        If the disk has no room for it.
    """
    _require_room(network, path)
    with atomic_path(path, overwrite=True, suffix=_SUFFIX) as temporary:
        network.save_weights(temporary, overwrite=True)
        with h5py.File(temporary, "a") as file:
            file.attrs[_EPOCHS_DONE] = epochs_done


def _refuse(path, error, advice):
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return InputError(f"{path}: cannot be loaded ({reason}); {advice}")


def load_network(folder: str | os.PathLike) -> Any:
    """Build the network of a run with its best weights.

    Parameters
    ----------
    folder : path-like
        A folder that :func:`colorlab.training.train` wrote.

    Returns
    -------
    keras.Model
        As :func:`colorlab.networks.registry.build_network` builds it.

    Raises
    ------
    InputError
        If the folder is missing, is not a run, or its weights are missing or damaged.
    """
    run = Run(folder)
    network, path = registry.build_network(run.configuration), run.best_weights
    if not path.is_file():
        raise InputError(f"{run.folder}: has no {path.name} yet; train for one epoch at least")
    try:
        # Keras warns of each layer that the file lacks, and then raises.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise _refuse(path, error, "train again") from None
    return network


def finished_epochs(run: Run) -> list[dict]:
    """Read the log of the epochs whose weights a run has.

    Parameters
    ----------
    run : Run

    Returns
    -------
    list of dict
        Empty if there is none.

    Raises
    ------
    InputError
        If the weights are damaged, or the log ends before them.
    """
    path = run.last_weights
    if not path.exists():
        return []
    try:
        with h5py.File(path) as file:
            done = int(file.attrs[_EPOCHS_DONE])
    except (OSError, KeyError, ValueError) as error:
        raise _refuse(path, error, "start a new run") from None
    return run.read_log(until=done)


def load_state(network, run: Run, optimizer: bool = True) -> None:
    """Load the last whole epoch of a run into a compiled network, if there is one.

    Parameters
    ----------
    network : keras.Model
    run : Run
    optimizer : bool
        Whether the optimizer goes on too, and not with a state of its own.

    Raises
    ------
    InputError
        If the weights are damaged.
    """
    path = run.last_weights
    if not path.exists():
        return
    # A second model around the same layers knows no optimizer.
    target = network if optimizer else keras.Model(network.inputs, network.outputs)
    try:
        target.load_weights(path)
    except (OSError, KeyError, ValueError) as error:
        raise _refuse(path, error, "start a new run") from None
    if optimizer and network.optimizer.use_ema:
        # What was saved has the averaged weights in the network, and the others beside them.
        swap = keras.callbacks.SwapEMAWeights()
        swap.set_model(network)
        swap.on_test_begin()


@dataclasses.dataclass(frozen=True)
class Start:
    """The best weights of a run, as far as another network can take them over.

    Attributes
    ----------
    run : Run
        Where they come from.
    sha256 : str
        Of the file of the weights.
    weights : dict of str to list of numpy.ndarray
        By name of the layer.
    layers : int
        Layers with weights in the network that takes them over.
    """

    run: Run
    sha256: str
    weights: dict
    layers: int

    @property
    def record(self) -> dict:
        """What the record of the new run says."""
        return {
            "run": self.run.name,
            "weights_sha256": self.sha256,
            "layers_taken_over": len(self.weights),
            "layers": self.layers,
        }

    def __str__(self):
        """Say it in one line."""
        return (
            f"begins with the weights of {self.run.folder}: {len(self.weights)} of "
            f"{self.layers} layers taken over"
        )

    def apply(self, network) -> None:
        """Set the weights of the layers that both networks have.

        Parameters
        ----------
        network : keras.Model
            That of :func:`prepare_start`.
        """
        for name, values in self.weights.items():
            network.get_layer(name).set_weights(values)


def prepare_start(folder: str | os.PathLike, configuration) -> Start:
    """Read which weights of a run the network of a configuration can take over.

    Parameters
    ----------
    folder : path-like
        A run with best weights.
    configuration : colorlab.configuration.Configuration

    Returns
    -------
    Start
        With the weights of all layers of equal name and shapes.

    Raises
    ------
    InputError
        If the folder is not a run, has no best weights, or its network shares no layer.
    """
    run = Run(folder)
    known = {layer.name: layer for layer in load_network(folder).layers}
    layers = [layer for layer in registry.build_network(configuration).layers if layer.weights]
    weights = {}
    for layer in layers:
        values = known[layer.name].get_weights() if layer.name in known else []
        if [value.shape for value in values] == [tuple(each.shape) for each in layer.weights]:
            weights[layer.name] = values
    if not weights:
        raise InputError(
            f"{run.folder}: its network shares no layer with the one to be trained "
            f"({len(layers)} layers with weights); start from a run of the same architecture"
        )
    return Start(run, sha256_of(run.best_weights), weights, len(layers))
