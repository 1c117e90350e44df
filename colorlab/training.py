"""A training run: started once, interrupted at will, continued by the same call.

A run is a folder. It holds

- ``config.json``: every setting, the data's fingerprints, the versions;
- ``log.jsonl``: one line an epoch, with losses, seconds and pictures a second;
- ``last.weights.h5``: network and optimizer after the last whole epoch;
- ``best.weights.h5``: the network after the epoch of the lowest validation loss.

Nothing here needs TensorFlow: whatever backend Keras uses will train.

Taught in :doc:`/notebooks/03_training`.
"""

import contextlib
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import time

import h5py

from colorlab import losses, unet
from colorlab.backend import keras
from colorlab.errors import InputError

__all__ = ["compile_network", "read_log", "train"]

_CONFIG, _LOG = "config.json", "log.jsonl"
_LAST, _BEST = "last.weights.h5", "best.weights.h5"
_EPOCHS_DONE = "colorlab_epochs_done"


def _versions():
    versions = {"python": platform.python_version(), "backend": keras.backend.backend()}
    for name in ("colorlab-book", "keras", "numpy", "tensorflow", "jax"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def _write_text(path, text):
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _save_weights(network, path, epochs_done):
    temporary = path.with_name(f".part.{path.name}")
    network.save_weights(temporary, overwrite=True)
    with h5py.File(temporary, "a") as file:
        file.attrs[_EPOCHS_DONE] = epochs_done
    os.replace(temporary, path)


def read_log(run):
    """Read the log of a run.

    Parameters
    ----------
    run : path-like
        A folder that :func:`train` wrote.

    Returns
    -------
    list of dict
        One an epoch: ``epoch`` (from 1), ``loss``, ``val_loss``, ``seconds``,
        ``pictures_per_second``, ``learning_rate``.

    Raises
    ------
    InputError
        If there is no log, or a line is damaged.

    Notes
    -----
    Taught in :doc:`/notebooks/03_training`.
    """
    path = pathlib.Path(run) / _LOG
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        raise InputError(
            f"{run}: has no {_LOG}; expected a folder that `colorlab train` wrote"
        ) from None
    except ValueError as error:
        raise InputError(f"{path}: is damaged ({error})") from None


class _Record(keras.callbacks.Callback):
    """Write the log and the weights after each epoch."""

    def __init__(self, run, pictures, rows):
        super().__init__()
        self._run, self._pictures, self._rows = run, pictures, rows

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.monotonic()
        # Keras leaves the state of dropout out of the weights: a key, and how often it was used.
        for layer in self.model.layers:
            generator = getattr(layer, "seed_generator", None)
            if generator is not None:
                state = keras.ops.convert_to_numpy(generator.state).copy()
                state[1] = epoch * self.params["steps"]
                generator.state.assign(state)

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.monotonic() - self._start
        loss, validation_loss = float(logs["loss"]), float(logs["val_loss"])
        if not (math.isfinite(loss) and math.isfinite(validation_loss)):
            raise InputError(
                f"{self._run}: the loss is no longer a number in epoch {epoch + 1}; "
                "lower the learning rate and start a new run"
            )
        best = min((row["val_loss"] for row in self._rows), default=math.inf)
        self._rows.append(
            {
                "epoch": epoch + 1,
                "loss": loss,
                "val_loss": validation_loss,
                "seconds": round(seconds, 3),
                "pictures_per_second": round(self._pictures / seconds, 2),
                "learning_rate": float(self.model.optimizer.learning_rate),
            }
        )
        # The log first: when a run goes on, lines that the weights do not know are dropped.
        _write_text(self._run / _LOG, "".join(json.dumps(row) + "\n" for row in self._rows))
        if validation_loss < best:
            # A second model around the same layers leaves the optimizer's memory out of the file.
            bare = keras.Model(self.model.inputs, self.model.outputs)
            _save_weights(bare, self._run / _BEST, epoch + 1)
        _save_weights(self.model, self._run / _LAST, epoch + 1)


@contextlib.contextmanager
def _policy(precision):
    if precision == "auto":
        gpu = bool(keras.distribution.list_devices("gpu"))
        precision = "mixed_float16" if gpu else "float32"
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def compile_network(configuration):
    """Build the network of a configuration, with its loss and its optimizer, ready for ``fit``.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration

    Returns
    -------
    keras.Model
        Compiled with :func:`colorlab.losses.log_cosh` and Adam. Random numbers start from the
        configuration's seed.

    Notes
    -----
    Taught in :doc:`/notebooks/03_training`.
    """
    keras.utils.set_random_seed(configuration.seed)
    with _policy(configuration.precision):
        network = unet.build_unet(
            filters=configuration.filters, dropout_rate=configuration.dropout_rate
        )
        network.compile(
            optimizer=keras.optimizers.Adam(
                learning_rate=configuration.learning_rate, beta_1=configuration.beta_1
            ),
            loss=losses.log_cosh,
        )
        # Now, not in the first step: its memory can be loaded, and TensorFlow, which traces a step
        # again when that step made variables, needs one trace only.
        network.optimizer.build(network.trainable_variables)
    return network


def _open_run(run, record):
    """Start a run's folder, or check that it holds the run that is asked for."""
    path = run / _CONFIG
    try:
        run.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            names = (child.name for child in run.iterdir() if child.suffix != ".part")
            foreign = next(names, None)
            if foreign is not None:
                raise InputError(
                    f"{run}: holds other files ({foreign}); choose a new or an empty folder"
                )
            _write_text(path, json.dumps(record, indent=2) + "\n")
            return
        known = json.loads(path.read_text(encoding="utf-8"))
        settings, data = dict(known["configuration"]), known["data"]
    except InputError:  # a ValueError too
        raise
    except OSError as error:
        raise InputError(f"{run}: cannot be used for a run ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: is damaged; choose another folder") from None
    for name, value in record["configuration"].items():
        # More epochs only carry the run further.
        if name != "epochs" and settings.get(name) != value:
            raise InputError(
                f"{run}: holds a run with {name} = {settings.get(name)}, now {value}; "
                "choose another folder, or the same settings to continue"
            )
    if data != record["data"]:
        raise InputError(
            f"{run}: holds a run on other pictures; choose another folder, or the same pictures "
            "to continue"
        )
    if settings["epochs"] != record["configuration"]["epochs"]:
        known["configuration"] = record["configuration"]
        _write_text(path, json.dumps(known, indent=2) + "\n")


def _resume(network, run):
    """Load the last whole epoch, if there is one, and return the log up to it."""
    path = run / _LAST
    if not path.exists():
        return []
    try:
        with h5py.File(path) as file:
            done = int(file.attrs[_EPOCHS_DONE])
        network.load_weights(path)
    except (OSError, KeyError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path}: cannot be loaded ({reason}); start a new run") from None
    rows = read_log(run)
    if len(rows) < done:
        raise InputError(
            f"{run / _LOG}: ends before epoch {done}, after which the weights were saved; "
            "start a new run"
        )
    return rows[:done]


def train(configuration, batches, run, callbacks=()):
    """Train the network of a configuration, or continue a run that was interrupted.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    batches : colorlab.pipeline.Batches
        Or anything with its ``batch_size``, ``steps_per_epoch``, ``facts``, ``training`` and
        ``validation``.
    run : path-like
        Folder of the run: new, empty, or one that holds the same run to be continued.
    callbacks : sequence of keras.callbacks.Callback
        To watch the run, a progress bar for example.

    Returns
    -------
    list of dict
        The whole log, see :func:`read_log`. A finished run is returned as it is.

    Raises
    ------
    InputError
        If the folder holds something else, or the loss is no longer a number.

    Notes
    -----
    After an interruption the same call goes on after the last whole epoch, with the batches, the
    dropout and the optimizer's memory that the uninterrupted run would have had. A finished run
    goes on when the configuration asks for more epochs; every other setting must be the same.
    Taught in
    :doc:`/notebooks/03_training`.
    """
    run = pathlib.Path(run)
    record = {
        "configuration": configuration.to_dict(),
        "data": batches.facts,
        "versions": _versions(),
    }
    _open_run(run, record)
    with _policy(configuration.precision):
        network = compile_network(configuration)
        rows = _resume(network, run)
        if len(rows) < configuration.epochs:
            pictures = batches.steps_per_epoch * batches.batch_size
            network.fit(
                batches.training(first_epoch=len(rows)),
                validation_data=batches.validation(),
                initial_epoch=len(rows),
                epochs=configuration.epochs,
                steps_per_epoch=batches.steps_per_epoch,
                shuffle=False,  # the batches are; Keras would warn that it cannot
                callbacks=[_Record(run, pictures, rows), *callbacks],
                verbose=0,
            )
    return rows
