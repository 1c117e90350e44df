"""Pictures a second of the training step, beside the plain recipe and two bounds.

The plain way is the published recipe as a reader would type it: Keras's own layers, and ``fit`` on
float32 arrays in memory. One bound is the time that the convolutions' operations alone would take
at the speed of a product of large matrices of the same precision. The other is the time that it
takes to move the numbers between processor and memory once for each layer and direction.
"""

import functools
import statistics
import time

import numpy

from benchmarks.plain import of_own_layers
from colorlab import losses, training, unet
from colorlab.backend import keras
from colorlab.configuration import Configuration

_SIZE, _STEPS = 256, 3
_BACKWARD = 2  # a layer's way back: once for its inputs, once for its weights
# AdamW reads a weight, its gradient and two moments, and writes three of them, in float32.
_BYTES_A_WEIGHT = 7 * 4


def _operations(network):
    """Count the multiplications and additions of one picture, forward and backward."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            sides = layer.input if isinstance(layer, keras.layers.Conv2DTranspose) else layer.output
            total += 2 * numpy.prod(sides.shape[1:3]) * numpy.prod(layer.kernel.shape)
    return (1 + _BACKWARD) * float(total)


def _bytes(network, batch, width):
    """Count the bytes of one picture, if each layer reads and writes memory once a direction."""
    numbers = 0
    for layer in network.layers:
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        numbers += sum(numpy.prod(each.shape[1:]) for each in (*inputs, layer.output))
    moved = (1 + _BACKWARD) * float(numbers) * width
    return moved + _BYTES_A_WEIGHT * network.count_params() / batch


@functools.cache
def _matrix_speed(dtype):
    """Return the operations a second of a product of large matrices."""
    matrix = keras.ops.ones((2048, 2048), dtype)

    def turn():
        return keras.ops.convert_to_numpy((matrix @ matrix)[0, :1])

    return 2 * 2048**3 / min(_seconds(turn, turns=10))


@functools.cache
def _memory_speed():
    """Return the bytes a second that a copy of a large array reads and writes."""
    array, copy = numpy.ones(2**26, "float32"), numpy.empty(2**26, "float32")
    return 2 * array.nbytes / min(_seconds(lambda: numpy.copyto(copy, array), turns=10))


def _seconds(turn, turns):
    """Return the seconds of each of some turns, after one that does not count."""
    times = []
    for _ in range(turns + 1):
        start = time.perf_counter()
        turn()
        times.append(time.perf_counter() - start)
    return times[1:]


def _plain_recipe():
    """Build the published recipe of Keras's own layers."""
    keras.utils.set_random_seed(0)
    network = of_own_layers(unet.build_unet((_SIZE, _SIZE, 1)))
    network.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), losses.log_cosh)
    return network


def _measure(network, side, batch, dtype):
    random = numpy.random.default_rng(0)
    grey = random.uniform(-1, 1, (_STEPS * batch, side, side, 1)).astype("float32")
    rgb = random.uniform(-1, 1, (_STEPS * batch, side, side, 3)).astype("float32")
    seconds = _seconds(lambda: network.fit(grey, rgb, batch_size=batch, verbose=0), turns=3)
    bare = keras.Model(network.inputs, network.outputs)  # without its loss, which needs no clone
    fixed = keras.models.clone_model(bare, input_tensors=[keras.Input((side, side, 1))])
    width = 4 if dtype == "float32" else 2
    return {
        "image_size": side,
        "precision": dtype,
        "pictures_per_second": round(len(grey) / statistics.median(seconds), 2),
        "bound_of_operations": round(_matrix_speed(dtype) / _operations(fixed), 1),
        "bound_of_bytes": round(_memory_speed() / _bytes(fixed, batch, width), 1),
    }


def measure():
    """Measure the plain recipe and this project's recipes in one run; return a list of dict."""
    ways = {
        "classic": Configuration(precision="float32"),
        "classic in half precision": Configuration(precision="mixed_bfloat16"),
        "chroma at the recipe's size": Configuration.of(
            "chroma", image_size=_SIZE, batch_size=32, precision="mixed_bfloat16"
        ),
        "chroma as shipped": Configuration.of("chroma", precision="mixed_bfloat16"),
    }
    results = [{"way": "plain recipe", **_measure(_plain_recipe(), _SIZE, 32, "float32")}]
    for name, configuration in ways.items():
        network = training.compile_network(configuration, steps_per_epoch=_STEPS)
        dtype = configuration.precision.removeprefix("mixed_")
        side, batch = configuration.image_size, configuration.batch_size
        results.append({"way": name, **_measure(network, side, batch, dtype)})
    for row in results:
        row["ratio"] = round(row["pictures_per_second"] / results[0]["pictures_per_second"], 2)
    return results
