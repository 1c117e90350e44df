"""Pictures per second of the training step, compared with the plain recipe and two upper bounds.

The baseline is the published recipe as a reader would type it: Keras's own layers, and ``fit`` on
float32 arrays in memory. The compute bound is the time of the convolutions' operations alone, at
the speed of a product of large matrices of the same precision. The memory bound is the time to
move the values between processor and memory once per layer and pass.
"""

import time

import numpy as np

from benchmarks.plain import of_own_layers
from colorlab import losses
from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.networks import unet
from colorlab.training.compilation import compile_network

_SIZE, _STEPS, _ROUNDS = 256, 2, 10
_BACKWARD = 2  # the backward pass of a layer: gradients of its inputs and of its weights
# AdamW reads a weight, its gradient and two moments, and writes three of them, in float32.
_BYTES_A_WEIGHT = 7 * 4


def _operations(network):
    """Count the multiplications and additions of one picture, forward and backward."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            sides = layer.input if isinstance(layer, keras.layers.Conv2DTranspose) else layer.output
            total += 2 * np.prod(sides.shape[1:3]) * np.prod(layer.kernel.shape)
    return (1 + _BACKWARD) * float(total)


def _bytes(network, batch, width):
    """Count the bytes moved per picture, if each layer reads and writes memory once per pass."""
    numbers = 0
    for layer in network.layers:
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        numbers += sum(np.prod(each.shape[1:]) for each in (*inputs, layer.output))
    moved = (1 + _BACKWARD) * float(numbers) * width
    return moved + _BYTES_A_WEIGHT * network.count_params() / batch


def _matrix_turn(dtype):
    matrix = keras.ops.ones((2048, 2048), dtype)
    return lambda: keras.ops.convert_to_numpy((matrix @ matrix)[0, :1])


def _copy_turn():
    array, copy = np.ones(2**26, "float32"), np.empty(2**26, "float32")
    return lambda: np.copyto(copy, array)


def _seconds(turn):
    start = time.perf_counter()
    turn()
    return time.perf_counter() - start


def _plain_recipe():
    """Build the published recipe from Keras's own layers."""
    keras.utils.set_random_seed(0)
    network = of_own_layers(unet.build_unet((_SIZE, _SIZE, 1)))
    network.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), losses.log_cosh)
    return network


def _training_turn(network, side, batch):
    random = np.random.default_rng(0)
    grey = random.uniform(-1, 1, (_STEPS * batch, side, side, 1)).astype("float32")
    rgb = random.uniform(-1, 1, (_STEPS * batch, side, side, 3)).astype("float32")
    return lambda: network.fit(grey, rgb, batch_size=batch, verbose=0)


def _of_one_size(network, side):
    bare = keras.Model(network.inputs, network.outputs)  # without its loss, which needs no clone
    return keras.models.clone_model(bare, input_tensors=[keras.Input((side, side, 1))])


def measure():
    """Measure the plain recipe and this project's networks in one run; return a list of dict.

    The networks are measured in turns, and the fastest turn of each one counts: a virtual machine
    that leaves a core idle for some seconds slows whatever is being measured.
    """
    plain = Configuration.from_preset("recipe", precision="float32")
    ways = {
        "plain recipe": plain,
        "classic": plain,
        "classic in half precision": Configuration.from_preset(
            "recipe", precision="mixed_bfloat16"
        ),
        "ab at the recipe's size": Configuration(
            image_size=_SIZE, batch_size=32, precision="mixed_bfloat16"
        ),
        "the preset ab": Configuration(precision="mixed_bfloat16"),
    }
    turns = {"float32": _matrix_turn("float32"), "bfloat16": _matrix_turn("bfloat16")}
    turns["copy"] = _copy_turn()
    networks = {}
    for name, configuration in ways.items():
        networks[name] = (
            _plain_recipe()
            if name == "plain recipe"
            else compile_network(configuration, steps_per_epoch=_STEPS)
        )
        side, batch = configuration.image_size, configuration.batch_size
        turns[name] = _training_turn(networks[name], side, batch)
    rounds = [{name: _seconds(turn) for name, turn in turns.items()} for _ in range(1 + _ROUNDS)]
    best = {name: min(each[name] for each in rounds[1:]) for name in turns}  # the first one traces

    results = []
    for name, configuration in ways.items():
        side, batch = configuration.image_size, configuration.batch_size
        dtype = configuration.precision.removeprefix("mixed_")
        fixed = _of_one_size(networks[name], side)
        matrix_speed, memory_speed = 2 * 2048**3 / best[dtype], 2 * 2**26 * 4 / best["copy"]
        moved = _bytes(fixed, batch, 4 if dtype == "float32" else 2)
        results.append(
            {
                "way": name,
                "image_size": side,
                "precision": dtype,
                "pictures_per_second": round(_STEPS * batch / best[name], 2),
                "bound_of_operations": round(matrix_speed / _operations(fixed), 1),
                "bound_of_bytes": round(memory_speed / moved, 1),
                "ratio": round(batch / 32 * best["plain recipe"] / best[name], 2),
            }
        )
    return results
