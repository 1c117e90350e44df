"""Runs of networks that train in seconds: their pictures, an interruption, and equality."""

import json

import keras
import numpy as np
from PIL import Image

from colorlab.datasets import folder, toy
from colorlab.datasets.splits import Splits


def painted_parts(place, count, size, training, validation):
    """Paint pictures of two categories, and split them: so many to train on, to validate, one left.

    The pictures are PNG files, so that they are read as they were painted.
    """
    for category in ("coast", "forests"):
        (place / category).mkdir()
        for seed in range(count):
            picture = Image.fromarray(toy.paint(category, seed, size=size))
            picture.save(place / category / f"{seed}.png")
    table, end = folder.scan(place), training + validation
    return Splits(
        table.select(range(training)), table.select(range(training, end)), table.select([end])
    )


class Stop(keras.callbacks.Callback):
    """Interrupt in the middle of an epoch, as Ctrl-C would."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.place, self.epoch = (epoch, batch), 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch + 1) == self.place:
            raise KeyboardInterrupt


def read_lines(run):
    """Return the rows of a run's log, without the library."""
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def require_equal_runs(run, reference, network, names=("loss", "val_loss", "learning_rate")):
    """Compare what two runs learnt, to the last bit: every loss, and the best and last weights.

    The weights are loaded into `network`, which any of their architecture will do for.
    """
    rows, expected = read_lines(run), read_lines(reference)
    for name in ("epoch", *names):
        assert [row[name] for row in rows] == [row[name] for row in expected], name
    for name in ("best.weights.h5", "last.weights.h5"):
        weights = []
        for folder_of_run in (run, reference):
            network.load_weights(folder_of_run / name)
            weights.append(network.get_weights())
        for ours, theirs in zip(*weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)
