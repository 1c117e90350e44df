"""Pictures a second of the training step at 256 x 256, beside the plain recipe and the bound.

The plain way is ``fit`` on float32 arrays in memory. The bound is the time that the convolutions'
multiplications alone would take at the speed of a large matrix product on the same machine.
"""

import time

import numpy

from colorlab import training
from colorlab.backend import keras
from colorlab.configuration import Configuration

_SIZE, _BATCH, _STEPS = 256, 16, 3


def _operations(network):
    """Count the multiplications and additions of one picture, forward and backward."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            sides = layer.input if isinstance(layer, keras.layers.Conv2DTranspose) else layer.output
            total += 2 * numpy.prod(sides.shape[1:3]) * numpy.prod(layer.kernel.shape)
    return 3 * float(total)  # backward: once for the inputs, once for the weights


def _matrix_speed():
    """Return the operations a second of a product of large float32 matrices."""
    matrix = keras.ops.ones((2048, 2048))
    keras.ops.convert_to_numpy(matrix @ matrix)
    start = time.perf_counter()
    for _ in range(4):
        result = matrix @ matrix
    keras.ops.convert_to_numpy(result)
    return 4 * 2 * 2048**3 / (time.perf_counter() - start)


def _speed(network, grey, rgb):
    network.fit(grey, rgb, batch_size=_BATCH, epochs=1, verbose=0)  # traces the step
    start = time.perf_counter()
    network.fit(grey, rgb, batch_size=_BATCH, epochs=1, verbose=0)
    return len(grey) / (time.perf_counter() - start)


def measure():
    """Measure the plain recipe and this project's recipes in one run; return a dict."""
    random = numpy.random.default_rng(0)
    grey = random.uniform(-1, 1, (_STEPS * _BATCH, _SIZE, _SIZE, 1)).astype("float32")
    rgb = random.uniform(-1, 1, (_STEPS * _BATCH, _SIZE, _SIZE, 3)).astype("float32")
    ways = {
        "plain recipe, float32": Configuration(precision="float32"),
        "chroma, as shipped, bfloat16": Configuration.of(
            "chroma", image_size=_SIZE, precision="mixed_bfloat16"
        ),
        "chroma, as shipped, bfloat16, at 128 x 128": Configuration.of(
            "chroma", precision="mixed_bfloat16"
        ),
    }
    matrix_speed = _matrix_speed()
    results, plain = [], None
    for name, configuration in ways.items():
        side = configuration.image_size
        network = training.compile_network(configuration, steps_per_epoch=_STEPS)
        speed = _speed(network, grey[:, :side, :side], rgb[:, :side, :side])
        plain = plain or speed
        fixed = keras.models.clone_model(
            network,
            input_tensors=keras.Input((side, side, 1)),
        )
        results.append(
            {
                "way": name,
                "pictures_per_second": round(speed, 2),
                "ratio": round(speed / plain, 2),
                "bound_in_float32": round(matrix_speed / _operations(fixed), 2),
            }
        )
    return results
