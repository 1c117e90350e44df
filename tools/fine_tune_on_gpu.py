"""Fine-tune the whole network, encoder included, on a GPU with JAX.

``KERAS_BACKEND=jax python tools/fine_tune_on_gpu.py --course PHOTOS --extra MORE --varied VARIED
--version 2 --start average.npz --pictures 170000 --out RUN`` writes ``RUN/average.npz``, the moving
average of the weights by the names of layers, and ``RUN/log.jsonl``. All three folders have one
sub-folder a category. ``--start imagenet`` begins with a random decoder. It needs JAX for the GPU
besides this package with its extras ``train`` and ``pretrained``.

All pictures lie in the memory of the GPU, where they are also cropped and converted; hints are
simulated there. A depthwise convolution is written as a sum of shifted products: the grouped
convolution that JAX makes of it was thirty times slower on an H200.
"""

import argparse
import json
import math
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from keras.src.backend.jax import nn
from PIL import Image
from training_pictures import LEAST_SPREAD, REBALANCING, SEED, training_table, weights_of

from colorlab import images
from colorlab.backend import keras
from colorlab.color import conversions
from colorlab.losses import AbCrossEntropyAndDistance
from colorlab.networks.efficientnet_unet import build_efficientnet_unet

SIZE, SHORT, LONG, BATCH, CHUNK = 192, 192, 256, 128, 16
LEARNING_RATE, ENCODER_RATE, WEIGHT_DECAY, EMA_MOMENTUM = 1e-3, 0.3, 0.03, 0.999
WARMUP = 0.05  # part of the run in which the learning rate rises
SMALLEST_CROP, AUGMENTED, NOISY = 0.4, 0.3, 0.15
WITHOUT_HINTS, MANY_HINTS, MOST_HINTS, CELLS = 0.4, 0.15, 48, SIZE // 4
EXACT = jax.lax.Precision.HIGHEST


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


def load(table):
    """Read the pictures to canvases of one size; return them and the sizes of the pictures."""
    canvases = np.zeros((len(table), LONG, LONG, 3), "uint8")
    sizes = np.zeros((len(table), 2), "int32")
    for index, picture in enumerate(table.pictures):
        image = Image.fromarray(images.read_image(picture.path))
        scale = SHORT / min(image.size)
        image = image.resize([max(SHORT, round(side * scale)) for side in image.size])
        left, top = (max(0, (side - LONG) // 2) for side in image.size)
        pixels = np.asarray(image)[top : top + LONG, left : left + LONG]
        sizes[index] = pixels.shape[:2]
        canvases[index, : pixels.shape[0], : pixels.shape[1]] = pixels
    return canvases, sizes


def cells(rgb):
    """Average a and b of 4 x 4 pixels."""
    ab = conversions.srgb_to_lab(rgb / 255.0)[..., 1:]
    return ab.reshape(-1, CELLS, 4, CELLS, 4, 2).mean((2, 4))


def crop(key, canvases, sizes, cumulated):
    """Draw pictures, crop, mirror and resize them; return the grey inputs and the true a and b."""
    keys = jax.random.split(key, 6)
    index = jnp.searchsorted(cumulated, jax.random.uniform(keys[0], (BATCH,)) * cumulated[-1])
    rgb, extent = canvases[index].astype("float32"), sizes[index].astype("float32")
    side = SHORT * jnp.sqrt(jax.random.uniform(keys[1], (BATCH,), minval=SMALLEST_CROP))
    corner = jax.random.uniform(keys[2], (BATCH, 2)) * (extent - side[:, None])
    order = jnp.broadcast_to(jnp.arange(SIZE, dtype="float32"), (BATCH, SIZE))
    mirror = jax.random.bernoulli(keys[3], 0.5, (BATCH, 1))

    def weights(axis, order):
        source = corner[:, axis, None] + (order + 0.5) * side[:, None] / SIZE - 0.5
        source = jnp.clip(source, 0, extent[:, axis, None] - 1)
        return jnp.maximum(0, 1 - jnp.abs(source[..., None] - jnp.arange(LONG)))

    rgb = jnp.einsum("byj,bjkc->bykc", weights(0, order), rgb, precision=EXACT)
    columns = weights(1, jnp.where(mirror, SIZE - 1 - order, order))
    rgb = jnp.einsum("bxk,bykc->byxc", columns, rgb, precision=EXACT)
    grey = jnp.round(conversions.grey(rgb))[..., 0] / 255.0
    drawn = jax.random.uniform(keys[4], (5, BATCH, 1, 1))
    altered = (drawn[0] < AUGMENTED).astype("float32")
    grey = jnp.maximum(grey, 1e-4) ** jnp.exp((drawn[1] - 0.5) * 0.6 * altered)
    low, high = 0.12 * drawn[2] * altered, 1 - 0.12 * drawn[3] * altered
    noise = 0.02 * (drawn[4] < NOISY) * jax.random.normal(keys[5], grey.shape)
    return jnp.clip(low + (high - low) * grey + noise, 0, 1)[..., None] * 2 - 1, cells(rgb)


def simulate_hints(key, ab):
    """Draw no, few or many hints for each picture; they are 1 to 3 cells wide."""
    keys = jax.random.split(key, 4)
    kind, few, many = jax.random.uniform(keys[0], (3, BATCH))
    crowded = kind >= 1 - MANY_HINTS
    count = jnp.where(crowded, 8 + 40 * many, jnp.floor(jnp.log1p(-few) / math.log(0.8)) + 1)
    count = jnp.where(kind < WITHOUT_HINTS, 0, count)
    width = jax.random.randint(keys[1], (BATCH, MOST_HINTS), 1, 4).astype("float32")
    free = CELLS - width[..., None]
    central = jax.random.normal(keys[2], (BATCH, MOST_HINTS, 2)) * CELLS / 4 + free / 2
    anywhere = jax.random.uniform(keys[3], central.shape) * free
    first = jnp.clip(jnp.round(jnp.where(crowded[:, None, None], anywhere, central)), 0, free)
    place = jnp.arange(CELLS)
    rows, columns = (
        ((first[..., a, None] <= place) & (place < (first[..., a] + width)[..., None])) * 1.0
        for a in (0, 1)
    )
    rows = rows * (jnp.arange(MOST_HINTS) < count[:, None])[..., None]
    product = jnp.einsum("bkw,bhwc->bhkc", columns, ab, precision=EXACT)
    mean = jnp.einsum("bkh,bhkc->bkc", rows, product, precision=EXACT) / width[..., None] ** 2
    cover = jnp.einsum("bkh,bkw->bhw", rows, columns, precision=EXACT)[..., None]
    total = jnp.einsum("bkh,bkw,bkc->bhwc", rows, columns, mean, precision=EXACT)
    return jnp.concatenate([total / jnp.maximum(cover, 1), (cover > 0) * 1.0], axis=-1)


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
    key, start = jax.random.key(SEED), time.time()
    level = arguments.level
    chunks = math.ceil(arguments.pictures / (BATCH * CHUNK))
    for chunk in range(chunks):
        part = (chunk + (np.arange(CHUNK) + 0.5) / CHUNK) / chunks
        cosine = 0.5 * (1 + np.cos(np.pi * np.clip((part - level) / (1 - level), 0, 1)))
        rates = arguments.learning_rate * np.minimum(1, part / WARMUP) * (0.002 + 0.998 * cosine)
        key, used = jax.random.split(key)
        training.state, value = training.run(training.state, used, jnp.asarray(rates), *data)
        seen = (chunk + 1) * CHUNK * BATCH
        row = {"pictures": seen, "loss": float(value), "seconds": round(time.time() - start, 1)}
        with (arguments.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")
        print(row)
    training.save(arguments.out / "average.npz")


if __name__ == "__main__":
    main()
