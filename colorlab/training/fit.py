"""Train a network; an interrupted training is continued by the same call.

A run is a folder. It holds

- ``config.json``: all settings, the fingerprints of the data, the versions of the packages, and the
  run whose weights it began with;
- ``log.jsonl``: one line per epoch, with losses, seconds and pictures per second;
- ``last.weights.h5``: network and optimizer after the last whole epoch;
- ``best.weights.h5``: the network after the epoch of the lowest validation loss.

Training runs on any backend of Keras.

Taught in :doc:`/notebooks/04_training`.
"""

import contextlib
import importlib.metadata
import itertools
import json
import math
import os
import platform
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from colorlab import losses
from colorlab.atomic import write_text_atomic
from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.networks import registry
from colorlab.training import weights
from colorlab.training.compilation import compile_network, precision_policy
from colorlab.training.devices import choose_devices, distribution
from colorlab.training.run import Run

__all__ = ["train"]

_COUNTED_BATCHES = 100
# Shorter runs learn nothing of use: the moving averages of batch normalization alone need some
# hundred steps.
_FEW_PICTURES, _FEW_STEPS = 50, 200


def _versions():
    """Return the versions of Python and of the packages that decide a run's numbers (dict)."""
    found = {"python": platform.python_version(), "backend": keras.backend.backend()}
    for name in ("colorlab-book", "keras", "numpy", "tensorflow", "jax"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


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
                f"{self._run.folder}: the loss is no longer a number in epoch {epoch + 1}; "
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
                "learning_rate": float(keras.ops.add(self.model.optimizer.learning_rate, 0.0)),
            }
        )
        # The log first: when a run goes on, lines that the weights do not know are dropped.
        self._run.write_log(self._rows)
        if validation_loss < best:
            # A second model around the same layers leaves the optimizer's state out of the file.
            bare = keras.Model(self.model.inputs, self.model.outputs)
            weights.save_weights(bare, self._run.best_weights, epoch + 1)
        weights.save_weights(self.model, self._run.last_weights, epoch + 1)


def _bin_frequencies(configuration, batches, run):
    """Count how often each ab bin occurs, once a run, if the loss asks for it."""
    if "bin_frequencies" not in registry.LOSSES[configuration.loss].settings:
        return None
    path = run.bin_frequencies
    if not path.exists():
        encode = losses.AbCrossEntropy().soft_encode
        total = 0.0
        # Unaugmented and unshuffled pictures would do as well; these are at hand.
        for _, target in itertools.islice(batches.training(), _COUNTED_BATCHES):
            shares = encode(keras.ops.convert_to_tensor(target))
            total = total + keras.ops.convert_to_numpy(shares).mean(axis=(0, 1, 2))
        write_text_atomic(path, json.dumps([float(value) for value in total / np.sum(total)]))
    return json.loads(path.read_text(encoding="utf-8"))


def _warn_of_too_little(pictures, steps, report):
    """Report that a run is too short to learn anything of use."""
    if pictures < _FEW_PICTURES:
        report(
            f"only {pictures} training pictures: nothing can come of it but a test of the machine; "
            f"take some hundred, {_FEW_PICTURES} at the very least"
        )
    elif steps < _FEW_STEPS:
        report(
            f"only {steps} training steps: nothing can come of it but a test of the machine; take "
            f"{_FEW_STEPS} at the very least, by more epochs, more pictures or smaller batches"
        )


def _note_devices(run, epoch, devices, batch_size, report):
    """Record the devices, and say so if there are several or they are others than before."""
    share = batch_size // len(devices)
    facts = {"kind": devices.kind, "count": len(devices), "batch_size_per_device": share}
    before = run.note_devices(epoch, facts)
    if len(devices) > 1 or before is not None:
        line = f"{len(devices)} {devices.kind.upper()}, {share} pictures of each batch on each"
        was = f" (before: {before['count']} {before['kind'].upper()})" if before else ""
        report(f"computes on {line}{was}")


def train(
    configuration: Configuration,
    batches: Any,
    run: str | os.PathLike,
    callbacks: Sequence[Any] = (),
    start: str | os.PathLike | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> list[dict]:
    """Train the network of a configuration, or continue a run that was interrupted.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    batches : colorlab.training.batches.Batches
        Or anything with its ``batch_size``, ``steps_per_epoch``, ``facts``, ``training`` and
        ``validation``.
    run : path-like
        Folder of the run: new, empty, or one that holds the same run to be continued.
    callbacks : sequence of keras.callbacks.Callback
        For example a progress bar.
    start : path-like, optional
        Another run. A new run begins with its best weights in all layers that both have.
    report : callable
        Called with a line of text at the start: what was taken over from ``start``, and a warning
        when there are fewer than 50 training pictures or 200 steps.

    Returns
    -------
    list of dict
        The whole log, see :meth:`colorlab.training.Run.read_log`. A finished run is returned as it
        is.

    Raises
    ------
    InputError
        If the folder holds something else, ``start`` has no weights or no layer in common, or the
        loss is no longer a number.

    Notes
    -----
    After an interruption the same call goes on after the last whole epoch, with the batches, the
    dropout and the state of the optimizer that the uninterrupted run would have had. A finished run
    goes on when the configuration asks for more epochs; every other setting must be the same.
    """
    folder, devices = Run(run), choose_devices(configuration.devices, batches.batch_size)
    record = {
        "configuration": configuration.to_dict(),
        "data": batches.facts,
        "versions": _versions(),
    }
    first = None
    if start is not None:
        record["start"] = {"run": Run(start).name}
        if not folder.last_weights.exists():
            first = weights.prepare_start(start, configuration)
            record["start"] = first.record
    folder.open(record)
    pictures = batches.steps_per_epoch * batches.batch_size
    with distribution(devices), precision_policy(configuration.precision):
        frequencies = _bin_frequencies(configuration, batches, folder)
        network = compile_network(configuration, batches.steps_per_epoch, frequencies)
        rows = weights.load_state(network, folder)
        if first is not None:
            first.apply(network)
            report(str(first))
        elif not rows:
            registry.initialize(network, configuration)
        # The moving average first: the record then keeps the averaged weights as the best ones.
        average = [keras.callbacks.SwapEMAWeights(True)] if configuration.ema_momentum else []
        if len(rows) < configuration.epochs:
            _note_devices(folder, len(rows) + 1, devices, batches.batch_size, report)
            steps = batches.steps_per_epoch * configuration.epochs
            _warn_of_too_little(pictures, steps, report)
            network.fit(
                batches.training(first_epoch=len(rows)),
                validation_data=batches.validation(),
                initial_epoch=len(rows),
                epochs=configuration.epochs,
                steps_per_epoch=batches.steps_per_epoch,
                shuffle=False,  # the batches are; Keras would warn that it cannot
                callbacks=[*average, _Record(folder, pictures, rows), *callbacks],
                verbose=0,
            )
    return rows
