"""Train a network like the one that is shipped as ``default``, on two processor cores.

``python tools/train_default.py --course PHOTOS --extra MORE --varied VARIED --out RUN`` trains, and
writes ``RUN/default.onnx`` and ``RUN/average.npz``, from which ``fine_tune_on_gpu.py`` can start.
The same command continues a run after its last whole epoch. All three folders have one sub-folder a
category.

While the encoder is frozen, only the decoder runs: the features of three views of each picture are
computed once. Then the encoder is trained too, from stride 8 on, at a quarter of the rate; its
first stages stay as they are, and their features are still those of the cache.
"""

import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from training_pictures import LEAST_SPREAD, REBALANCING, SEED, training_table, weights_of

from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.export.onnx import write_onnx
from colorlab.losses import AbCrossEntropyAndDistance
from colorlab.networks.decoder import DECODER_STRIDES, build_decoder
from colorlab.networks.efficientnet import efficientnet
from colorlab.networks.efficientnet_unet import build_efficientnet_unet, copy_weights
from colorlab.training.feature_cache import FeatureCache
from colorlab.training.hints import simulate_hints
from colorlab.training.optimizer import EncoderRateAdam
from colorlab.training.views import Views

SIZE, VIEWS, MIN_CROP_AREA, BATCH = 160, 3, 0.4, 32
EPOCH = 8192  # pictures
FROZEN, TOP = 7, 4  # epochs
# Share of the pictures without hints, and the mean number of hints of the others.
HINTS_FROZEN, HINTS_TOP = (1 / 8, 8), (1 / 2, 5)
LEARNING_RATE, ENCODER_RATE, WARMUP_EPOCHS = 1e-3, 0.25, 0.25
EMA_MOMENTUM = 0.998


def make_loss(ab):
    """Make the loss whose class rebalancing follows from a sample of true a and b."""
    encode = AbCrossEntropyAndDistance().soft_encode_ab
    parts = np.array_split(ab.reshape(-1, 2), 50)
    frequencies = sum(np.asarray(encode(part)).sum(0) for part in parts)
    return AbCrossEntropyAndDistance(frequencies, REBALANCING)


def learning_rate(epoch):
    """Warm up, stay level while the encoder is frozen, then fall along a cosine."""
    fallen = min(max((epoch - FROZEN) / TOP, 0.0), 1.0)
    cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * fallen))
    return LEARNING_RATE * min(1.0, epoch / WARMUP_EPOCHS) * cosine


class Phase:
    """Network, optimizer and moving average of one phase."""

    def __init__(self, encoder, decoder, frozen, loss):
        self.strides = DECODER_STRIDES if frozen else DECODER_STRIDES[:2]
        self.model = decoder if frozen else _with_top(encoder, decoder)
        self.optimizer = EncoderRateAdam(
            encoder_rate=ENCODER_RATE, learning_rate=LEARNING_RATE, weight_decay=0.01, clipnorm=1.0
        )
        excluded = ["bias", "gamma", "beta", "log_", "nothing"]
        self.optimizer.exclude_from_weight_decay(var_names=excluded)
        self.optimizer.build(self.model.trainable_variables)
        self.model.compile(self.optimizer)
        self.average = [tf.Variable(each.numpy()) for each in self.model.trainable_variables]
        self.step, self.steps = self._compiled(decoder, loss), 0

    def _compiled(self, decoder, loss):
        # The loss on every second cell: neighbours say the same, and it costs a quarter.
        classes, said = decoder.get_layer("classes"), decoder.get_layer("hint_logits")
        heads = keras.Model(
            decoder.inputs, [classes.input, decoder.get_layer("hint_colors").output]
        )
        if self.model is not decoder:
            *features, hints = self.model.inputs
            top = self.model.get_layer("encoder_top")
            heads = keras.Model(self.model.inputs, heads([*features, *top(features[1]), hints]))
        variables = self.model.trainable_variables

        @tf.function(reduce_retracing=True)
        def step(inputs, ab, row, column, momentum):
            with tf.GradientTape() as tape:
                features, colors = heads(inputs, training=True)
                logits = classes(features[:, row::2, column::2])
                logits += said(colors[:, row::2, column::2])
                value = tf.reduce_mean(loss.of_ab(ab[:, row::2, column::2], logits))
            self.optimizer.apply_gradients(
                zip(tape.gradient(value, variables), variables, strict=True)
            )
            for mean, variable in zip(self.average, variables, strict=True):
                mean.assign(mean * momentum + (1 - momentum) * variable.value)
            return value

        return step

    def train(self, inputs, ab, corner):
        """Take a step, and return the loss."""
        self.steps += 1
        momentum = min(EMA_MOMENTUM, (1 + self.steps) / (10 + self.steps))
        tensors = [tf.constant(each) for each in inputs]
        row, column = (tf.constant(each) for each in corner)
        return float(self.step(tensors, tf.constant(ab), row, column, tf.constant(momentum)))

    def save(self, path, state):
        """Keep everything that the next epoch needs."""
        self.model.save_weights(path / "new.weights.h5", overwrite=True)
        np.savez(path / "new.npz", *[each.numpy() for each in self.average])
        for suffix in (".weights.h5", ".npz"):
            os.replace(path / f"new{suffix}", path / f"last{suffix}")
        (path / "state.json").write_text(json.dumps({**state, "steps": self.steps}))

    def load(self, path, state):
        """Continue from what was kept."""
        self.model.load_weights(path / "last.weights.h5")
        with np.load(path / "last.npz") as stored:
            for mean, name in zip(self.average, stored.files, strict=True):
                mean.assign(stored[name])
        self.steps = state["steps"]


def _with_top(encoder, decoder):
    """Put the encoder's stages after stride 8 before the decoder, their statistics frozen."""
    _, eighth, *coarse = encoder.outputs[-4:]
    top = keras.Model(eighth, coarse, name="encoder_top")
    for layer in top.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    fine, middle, _, _, hints = (keras.Input(each.shape[1:]) for each in decoder.inputs)
    return keras.Model([fine, middle, hints], decoder([fine, middle, *top(middle), hints]))


def batches(cache, allowed, strides, epoch):
    """Draw the pictures and the hints of an epoch; they follow from the seed and the epoch."""
    random = np.random.default_rng([SEED, epoch])
    hints = HINTS_FROZEN if epoch < FROZEN else HINTS_TOP
    for _ in range(EPOCH // BATCH):
        view = int(random.integers(VIEWS))
        features, ab, _ = cache.read(random.choice(len(allowed), BATCH, p=allowed), view)
        yield (
            [*features[: len(strides)], simulate_hints(ab, random, *hints)],
            ab,
            random.integers(0, 2, 2),
        )


def main():
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("course", "extra", "varied", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    run = arguments.out
    run.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    table = training_table(arguments.course, arguments.extra, arguments.varied)
    encoder = efficientnet(2, "imagenet", channels=1)
    views = Views(table, SIZE, MIN_CROP_AREA, SEED)
    cache = FeatureCache(run / "features", views, encoder)
    for view in range(VIEWS):
        cache.fill(view, lambda done, of, view=view: print(f"view {view}: {done}/{of}", end="\r"))
    _, ab, _ = cache.read(range(len(table)), 0)
    colorful = ab.reshape(len(ab), -1, 2).var(1).sum(-1) ** 0.5 >= LEAST_SPREAD
    print(f"{len(table)} pictures, {(~colorful).sum()} of them grey or tinted and left out")
    allowed = weights_of(table, arguments.varied.absolute()) * colorful
    allowed /= allowed.sum()
    loss = make_loss(ab[colorful][::4, ::5, ::5])
    del ab

    state = {"epoch": 0}
    if (run / "state.json").exists():
        state = json.loads((run / "state.json").read_text())
    decoder = build_decoder([int(each.shape[-1]) for each in encoder.outputs[-4:]])
    phase = None
    for epoch in range(state["epoch"], FROZEN + TOP):
        if phase is None or epoch == FROZEN:
            phase = Phase(encoder, decoder, epoch < FROZEN, loss)
            if epoch == state["epoch"] and epoch not in (0, FROZEN):
                phase.load(run, state)
            elif epoch == state["epoch"] == FROZEN:
                decoder.load_weights(run / "last.weights.h5")
        start, losses = time.time(), []
        for number, batch in enumerate(batches(cache, allowed, phase.strides, epoch)):
            phase.optimizer.learning_rate = learning_rate(epoch + number * BATCH / EPOCH)
            losses.append(phase.train(*batch))
        phase.save(run, {"epoch": epoch + 1})
        row = {"epoch": epoch + 1, "loss": float(np.mean(losses)), "seconds": time.time() - start}
        with (run / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")
        print(row)
    for variable, mean in zip(phase.model.trainable_variables, phase.average, strict=True):
        variable.assign(mean)
    network = build_efficientnet_unet(2)
    copy_weights([encoder, decoder], network)
    layers = [layer for layer in network.layers if layer.weights]
    arrays = {
        f"{layer.name}/{each.name}": each.numpy() for layer in layers for each in layer.weights
    }
    np.savez(run / "average.npz", **arrays)
    settings = Configuration.from_preset("efficientnet", image_size=SIZE, batch_size=BATCH)
    facts = {"image_size": 192, "stride": 32, "configuration": json.dumps(settings.to_dict())}
    write_onnx(network, run / "default.onnx", facts, overwrite=True)


if __name__ == "__main__":
    main()
