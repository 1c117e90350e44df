"""Fine-tune the whole network, encoder included, on a GPU with JAX.

``KERAS_BACKEND=jax python tools/fine_tune_on_gpu.py --course PHOTOS --extra MORE --varied VARIED
--version 2 --start average.npz --pictures 170000 --out RUN`` writes ``RUN/average.npz``, the moving
average of the weights by the names of layers, and ``RUN/log.jsonl``. All three folders have one
sub-folder a category. ``--start imagenet`` begins with a random decoder. It needs JAX for the GPU
besides this package with its extras ``train`` and ``pretrained``. Every two minutes it writes
``RUN/state.npz``: the same command continues an interrupted run from there, with equal results.

All pictures lie in the memory of the GPU, where they are also cropped and converted; hints are
simulated there. A depthwise convolution is written as a sum of shifted products: the grouped
convolution that JAX makes of it was thirty times slower on an H200.
"""

import argparse
import json
import math
import os
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from keras.src.backend.jax import nn
from pictures_on_gpu import BATCH, SIZE, cells, crop, load, simulate_hints
from training_pictures import LEAST_SPREAD, REBALANCING, SEED, training_table, weights_of

from colorlab.backend import keras
from colorlab.losses import AbCrossEntropyAndDistance
from colorlab.networks.efficientnet_unet import build_efficientnet_unet

CHUNK = 16  # steps in one call
LEARNING_RATE, ENCODER_RATE, WEIGHT_DECAY, EMA_MOMENTUM = 1e-3, 0.3, 0.03, 0.999
WARMUP = 0.05  # part of the run in which the learning rate rises
KEPT_EVERY = 120  # seconds


def shifted_depthwise(inputs, kernel, strides=1, *_, **__):
    """Compute a depthwise convolution with "same" padding as a sum of shifted products."""
    stride = strides if isinstance(strides, int) else strides[0]
    size = kernel.shape[0]
    ends = [stride * ((side - 1) // stride) for side in inputs.shape[1:3]]
    missing = [max(end + size - side, 0) for end, side in zip(ends, inputs.shape[1:3], strict=True)]
    padded = jnp.pad(inputs, ((0, 0), *((each // 2, each - each // 2) for each in missing), (0, 0)))
    return sum(
        padded[:, row : row + ends[0] + 1 : stride, column : column + ends[1] + 1 : stride]
        * kernel[row, column, :, 0]
        for row in range(size)
        for column in range(size)
    )


class Training:
    """Network, AdamW and moving average; one call takes several steps."""

    def __init__(self, version, start, loss):
        nn.depthwise_conv = shifted_depthwise
        keras.config.set_dtype_policy("mixed_bfloat16")
        weights = start if start == "imagenet" else None
        self.network, self.loss = build_efficientnet_unet(version, weights), loss
        layers = [layer for layer in self.network.layers if layer.weights]
        if weights is None:
            with np.load(start) as stored:
                for layer in layers:
                    layer.set_weights([stored[f"{layer.name}/{v.name}"] for v in layer.weights])
        owners = {id(v): layer.name for layer in layers for v in layer.weights}
        learned, fixed = self.network.trainable_variables, self.network.non_trainable_variables
        self.names = [f"{owners[id(v)]}/{v.name}" for v in (*learned, *fixed)]
        encoder = [owners[id(v)].startswith(("stem", "block")) for v in learned]
        self.rates = [ENCODER_RATE if each else 1.0 for each in encoder]
        kept = ("bias", "gamma", "beta", "log_", "nothing")
        self.decay = [0.0 if v.name.startswith(kept) else WEIGHT_DECAY for v in learned]
        values = [jnp.array(v.value) for v in learned]
        zeros = [[jnp.zeros_like(v) for v in values] for _ in range(2)]
        average, statistics = [jnp.array(v) for v in values], [jnp.array(v.value) for v in fixed]
        self.state = (values, statistics, *zeros, average, jnp.zeros((), "float32"))
        self.run = jax.jit(self._steps, donate_argnums=0)

    def _steps(self, state, key, rates, *data):
        keys = jax.random.split(key, len(rates))
        state, losses = jax.lax.scan(lambda s, x: self._step(s, *x, data), state, (keys, rates))
        return state, losses.mean()

    def _step(self, state, key, rate, data):
        values, statistics, first, second, average, count = state
        for_crop, for_hints = jax.random.split(key)
        grey, ab = crop(for_crop, *data)
        hints = simulate_hints(for_hints, ab)

        def compute(values):
            logits, new = self.network.stateless_call(
                values, statistics, [grey, hints], training=True
            )
            return self.loss.of_ab(ab, logits).mean(), new

        (value, statistics), gradients = jax.value_and_grad(compute, has_aux=True)(values)
        count += 1
        keep = jnp.minimum(EMA_MOMENTUM, (1 + count) / (10 + count))
        rows = zip(values, gradients, first, second, average, self.rates, self.decay, strict=True)
        new = [self._adam(*row, rate, count, keep) for row in rows]
        values, first, second, average = (list(each) for each in zip(*new, strict=True))
        return (values, statistics, first, second, average, count), value

    @staticmethod
    def _adam(value, gradient, first, second, average, factor, decay, rate, count, keep):
        gradient = gradient * jnp.minimum(1, 1 / (jnp.linalg.norm(gradient.ravel()) + 1e-12))
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        change = first / (1 - 0.9**count) / (jnp.sqrt(second / (1 - 0.999**count)) + 1e-7)
        value = value * (1 - rate * factor * decay) - rate * factor * change
        return value, first, second, keep * average + (1 - keep) * value

    def save(self, path):
        """Write the moving average and the statistics of the batches."""
        arrays = jax.device_get([*self.state[4], *self.state[1]])
        np.savez(path, **dict(zip(self.names, arrays, strict=True)))

    def keep(self, path, settings, chunks):
        """Write everything that the next chunk of steps needs."""
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            arrays = jax.device_get(jax.tree.leaves(self.state))
            np.savez(file, *arrays, settings=settings, chunks=chunks)
        os.replace(part, path)

    def resume(self, path, settings):
        """Continue from what was kept; return how many chunks of steps were taken."""
        if not path.exists():
            return 0
        with np.load(path) as stored:
            if str(stored["settings"]) != settings:
                raise SystemExit(f"{path}: is of other settings, {stored['settings']}; remove it")
            leaves, form = jax.tree.flatten(self.state)
            values = [jnp.asarray(stored[f"arr_{index}"]) for index in range(len(leaves))]
            self.state = jax.tree.unflatten(form, values)
            return int(stored["chunks"])


def main():
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("course", "extra", "varied", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--version", type=int, default=2)
    parser.add_argument("--start", default="imagenet")
    parser.add_argument("--pictures", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--level", type=float, default=0.1, help="part of the run before the fall")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    table = training_table(arguments.course, arguments.extra, arguments.varied)
    canvases, sizes = load(table)
    ab = np.concatenate([cells(each[None, :SIZE, :SIZE].astype("float32")) for each in canvases])
    colorful = ab.reshape(len(ab), -1, 2).var(1).sum(-1) ** 0.5 >= LEAST_SPREAD
    cumulated = np.cumsum(weights_of(table, arguments.varied.absolute()) * colorful)
    encode = AbCrossEntropyAndDistance().soft_encode_ab
    sample = np.array_split(ab[colorful][::4, ::5, ::5].reshape(-1, 2), 50)
    frequencies = sum(np.asarray(encode(part)).sum(0) for part in sample)
    loss = AbCrossEntropyAndDistance(frequencies, REBALANCING)
    training = Training(arguments.version, arguments.start, loss)
    data = [jnp.asarray(each) for each in (canvases, sizes, cumulated.astype("float32"))]
    level, out = arguments.level, arguments.out
    settings = json.dumps({name: str(value) for name, value in vars(arguments).items()})
    chunks = math.ceil(arguments.pictures / (BATCH * CHUNK))
    done = training.resume(out / "state.npz", settings)
    log = out / "log.jsonl"
    rows = log.read_text().splitlines(keepends=True)[:done] if done else []
    log.write_text("".join(rows))
    keys = jax.random.split(jax.random.key(SEED), chunks)
    start = kept = time.monotonic()
    for chunk in range(done, chunks):
        part = (chunk + (np.arange(CHUNK) + 0.5) / CHUNK) / chunks
        cosine = 0.5 * (1 + np.cos(np.pi * np.clip((part - level) / (1 - level), 0, 1)))
        rates = arguments.learning_rate * np.minimum(1, part / WARMUP) * (0.002 + 0.998 * cosine)
        training.state, value = training.run(training.state, keys[chunk], jnp.asarray(rates), *data)
        seen, now = (chunk + 1) * CHUNK * BATCH, time.monotonic()
        row = {"pictures": seen, "loss": float(value), "seconds": round(now - start, 1)}
        with log.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(row)
        if now - kept > KEPT_EVERY or chunk + 1 == chunks:
            training.keep(out / "state.npz", settings, chunk + 1)
            kept = now
    training.save(out / "average.npz")


if __name__ == "__main__":
    main()
