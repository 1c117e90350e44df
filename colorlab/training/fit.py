"""Train a network; an interrupted training is continued by the same call.

A run is a folder. It holds

- ``config.json``: all settings, the fingerprints of the data, the versions of the packages, and the
  run whose weights it began with;
- ``log.jsonl``: one line per epoch, with losses, seconds and pictures per second;
- ``last.weights.h5``: network and optimizer after the last whole epoch;
- ``best.weights.h5``: the network after the epoch of the lowest validation loss;
- ``features``: a cache, only while the encoder is frozen, see :mod:`colorlab.training.frozen`.

Training runs on any backend of Keras.

Taught in :doc:`/notebooks/04_training`.
"""

import dataclasses
import itertools
import json
import os
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from colorlab import losses
from colorlab.atomic import write_text_atomic
from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.networks import registry
from colorlab.training import notes, weights
from colorlab.training.compilation import compile_network, precision_policy
from colorlab.training.devices import choose_devices, distribution
from colorlab.training.frozen import Features
from colorlab.training.recording import EpochRecord
from colorlab.training.run import Run

__all__ = ["train"]

_COUNTED_BATCHES = 100


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


# What the batches of a run depend on.
_OF_BATCHES = ("image_size", "batch_size", "epochs", "min_crop_area", "category_balance", "seed")


def _require_own(batches, configuration):
    """Refuse batches that were made for another configuration: the record would be wrong."""
    other = getattr(batches, "configuration", configuration)
    for name in (*_OF_BATCHES, "network"):
        theirs, own = getattr(other, name), getattr(configuration, name)
        if theirs != own:
            raise InputError(
                f"batches were made with {name} = {theirs}, the configuration has {own}; make them "
                "with this configuration"
            )


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
        ``validation``; also with ``splits`` and ``draw`` where categories are balanced, and with
        ``views`` and ``draw`` where the encoder is frozen at first.
    run : path-like
        Folder of the run: new, empty, or one that holds the same run to be continued.
    callbacks : sequence of keras.callbacks.Callback
        For example a progress bar.
    start : path-like, optional
        Another run. A new run begins with its best weights in all layers that both have.
    report : callable
        Called with a line of text: what was taken over from ``start``; which devices compute, and
        how categories are drawn, where that is not as usual; a warning when there are fewer than 50
        training pictures or 200 steps; what is cached, and when a phase begins.

    Returns
    -------
    list of dict
        The whole log, see :meth:`colorlab.training.Run.read_log`. A finished run is returned as it
        is.

    Raises
    ------
    InputError
        If the batches were made with other settings, the folder holds something else, ``start`` has
        no weights or no layer in common, the disk has no room for the features of a frozen encoder,
        or the loss is no longer a number.

    Notes
    -----
    After an interruption the same call goes on after the last whole epoch, with the batches, the
    dropout and the state of the optimizer that the uninterrupted run would have had. A finished run
    goes on when the configuration asks for more epochs; every other setting must be the same.
    """
    _require_own(batches, configuration)
    folder, devices = Run(run), choose_devices(configuration.devices, batches.batch_size)
    record = {
        "configuration": configuration.to_dict(),
        "data": batches.facts,
        "versions": notes.versions(),
    }
    first = None
    if start is not None:
        record["start"] = {"run": Run(start).name}
        if not folder.last_weights.exists():
            first = weights.prepare_start(start, configuration)
            record["start"] = first.record
    folder.open(record)
    rows = weights.finished_epochs(folder)
    if len(rows) >= configuration.epochs:
        shutil.rmtree(folder.features, ignore_errors=True)  # if it was killed before it did so
        return rows
    if first is not None:
        report(str(first))
    steps = batches.steps_per_epoch
    notes.note_devices(folder, len(rows) + 1, devices, batches.batch_size, report)
    notes.note_categories(folder, configuration, batches, report)
    notes.warn_of_too_little(steps, batches.batch_size, configuration.epochs, report)
    frequencies = _bin_frequencies(configuration, batches, folder)

    def fit(network, model, data, until, facts):
        # The moving average first: the record then keeps the averaged weights as the best ones.
        average = [keras.callbacks.SwapEMAWeights(True)] if configuration.ema_momentum else []
        written = EpochRecord(folder, network, steps * batches.batch_size, rows, facts)
        model.fit(
            data.training(first_epoch=len(rows)),
            validation_data=data.validation(),
            initial_epoch=len(rows),
            epochs=until,
            steps_per_epoch=steps,
            shuffle=False,  # the batches are; Keras would warn that it cannot
            callbacks=[*average, written, *callbacks],
            verbose=0,
        )

    frozen = min(configuration.frozen_epochs, configuration.epochs)
    if len(rows) < frozen:
        features = Features(configuration, batches, folder, first)
        features.fill(report)
        report(f"up to epoch {frozen} the encoder is frozen, and the decoder learns")
        with distribution(devices), precision_policy(configuration.precision):
            settings = dataclasses.replace(configuration, frozen_stages=7)
            network = compile_network(settings, steps, frequencies)
            network.set_weights(features.network.get_weights())
            weights.load_state(network, folder)
            _, decoder = registry.split_network(network, configuration)
            decoder.compile(optimizer=network.optimizer, loss=network.loss.of_ab)
            fit(network, decoder, features, frozen, {"phase": "decoder"})
    shutil.rmtree(folder.features, ignore_errors=True)
    if len(rows) < configuration.epochs:
        # From the file also right after the first phase, as if the run had been interrupted there.
        with distribution(devices), precision_policy(configuration.precision):
            network = compile_network(configuration, steps, frequencies, first_epoch=frozen)
            if rows:
                weights.load_state(network, folder, optimizer=len(rows) > frozen)
            elif first is not None:
                first.apply(network)
            else:
                registry.initialize(network, configuration)
            if frozen:
                first_stage = configuration.frozen_stages + 1
                learning = f"the encoder learns too from its stage {first_stage} on"
                stays = "the encoder stays frozen, without a cache"
                report(f"from epoch {frozen + 1} on {learning if first_stage <= 7 else stays}")
            fit(
                network,
                network,
                batches,
                configuration.epochs,
                {"phase": "network"} if frozen else {},
            )
    return rows
