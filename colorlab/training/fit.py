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
import itertools
import json
import math
import os
import pathlib
import shutil
import time

import h5py
import numpy as np

from colorlab import losses
from colorlab.backend import keras
from colorlab.configuration import read_configuration
from colorlab.errors import InputError
from colorlab.networks import registry
from colorlab.training.optimizer import EncoderRateAdam
from colorlab.training.run import open_run, versions, write_text

__all__ = ["compile_network", "read_log", "train"]

_LOG = "log.jsonl"
_LAST, _BEST = "last.weights.h5", "best.weights.h5"
_FREQUENCIES = "bin_frequencies.json"
_COUNTED_BATCHES = 100
_EPOCHS_DONE = "colorlab_epochs_done"


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


def _save_weights(network, path, epochs_done):
    _require_room(network, path)
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
        write_text(self._run / _LOG, "".join(json.dumps(row) + "\n" for row in self._rows))
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


def _make_optimizer(configuration, steps_per_epoch):
    rate = configuration.learning_rate
    if configuration.schedule == "cosine":
        warmup_steps = round(configuration.warmup_epochs * steps_per_epoch)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=rate / max(1, warmup_steps),
            decay_steps=max(1, configuration.epochs * steps_per_epoch - warmup_steps),
            warmup_target=rate,
            warmup_steps=warmup_steps,
        )
    # With weight decay, Keras's Adam is AdamW. Biases and normalization do not decay.
    optimizer = EncoderRateAdam(
        learning_rate=rate,
        encoder_rate=configuration.encoder_rate,
        beta_1=configuration.beta_1,
        weight_decay=configuration.weight_decay or None,
        use_ema=configuration.ema_momentum > 0,
        ema_momentum=configuration.ema_momentum,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def compile_network(configuration, steps_per_epoch=1, bin_frequencies=None):
    """Build the network of a configuration, with its loss and its optimizer, ready for ``fit``.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    steps_per_epoch : int
        For the learning rate's schedule, if the configuration has one.
    bin_frequencies : sequence of float, optional
        How often each ab bin occurs, see :func:`colorlab.networks.registry.make_loss`.

    Returns
    -------
    keras.Model
        Compiled with the configuration's loss and with Adam (AdamW where weights decay). Random
        numbers start from the configuration's seed.
    """
    keras.utils.set_random_seed(configuration.seed)
    with _policy(configuration.precision):
        network = registry.build_network(configuration)
        network.compile(
            optimizer=_make_optimizer(configuration, steps_per_epoch),
            loss=registry.make_loss(configuration, bin_frequencies),
        )
        # Now, not in the first step: its memory can be loaded, and TensorFlow, which traces a step
        # again when that step made variables, needs one trace only.
        network.optimizer.build(network.trainable_variables)
    return network


def _bin_frequencies(configuration, batches, run):
    """Count how often each ab bin occurs, once a run, if the loss asks for it."""
    if "bin_frequencies" not in registry.LOSSES[configuration.loss].settings:
        return None
    path = run / _FREQUENCIES
    if not path.exists():
        encode = losses.AbCrossEntropy().soft_encode
        total = 0.0
        # Unaugmented and unshuffled pictures would do as well; these are at hand.
        for _, target in itertools.islice(batches.training(), _COUNTED_BATCHES):
            shares = encode(keras.ops.convert_to_tensor(target))
            total = total + keras.ops.convert_to_numpy(shares).mean(axis=(0, 1, 2))
        write_text(path, json.dumps([float(value) for value in total / np.sum(total)]))
    return json.loads(path.read_text(encoding="utf-8"))


def _start_from(network, path):
    """Take over the weights of the layers that another run's network has too."""
    other = registry.build_network(read_configuration(path))
    other.load_weights(path / _BEST)
    known = {layer.name: layer for layer in other.layers}
    for layer in network.layers:
        weights = known[layer.name].get_weights() if layer.name in known else []
        if [w.shape for w in weights] == [tuple(w.shape) for w in layer.weights]:
            layer.set_weights(weights)


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
    if network.optimizer.use_ema:
        # What was saved has the averaged weights in the network, and the others beside them.
        swap = keras.callbacks.SwapEMAWeights()
        swap.set_model(network)
        swap.on_test_begin()
    rows = read_log(run)
    if len(rows) < done:
        raise InputError(
            f"{run / _LOG}: ends before epoch {done}, after which the weights were saved; "
            "start a new run"
        )
    return rows[:done]


def train(configuration, batches, run, callbacks=(), start=None):
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
        To watch the run, a progress bar for example.
    start : path-like, optional
        Another run. A new run begins with its best weights in all layers that both have.

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
    """
    run = pathlib.Path(run)
    record = {
        "configuration": configuration.to_dict(),
        "data": batches.facts,
        "versions": versions(),
    }
    if start is not None:
        record["start"] = pathlib.Path(start).name
    open_run(run, record)
    with _policy(configuration.precision):
        frequencies = _bin_frequencies(configuration, batches, run)
        network = compile_network(configuration, batches.steps_per_epoch, frequencies)
        rows = _resume(network, run)
        if not rows and start is None:
            registry.initialize(network, configuration)
        elif not rows:
            _start_from(network, pathlib.Path(start))
        # The moving average first: the record then keeps the averaged weights as the best ones.
        average = [keras.callbacks.SwapEMAWeights(True)] if configuration.ema_momentum else []
        if len(rows) < configuration.epochs:
            pictures = batches.steps_per_epoch * batches.batch_size
            network.fit(
                batches.training(first_epoch=len(rows)),
                validation_data=batches.validation(),
                initial_epoch=len(rows),
                epochs=configuration.epochs,
                steps_per_epoch=batches.steps_per_epoch,
                shuffle=False,  # the batches are; Keras would warn that it cannot
                callbacks=[*average, _Record(run, pictures, rows), *callbacks],
                verbose=0,
            )
    return rows
