"""The decoder: hints pooled against a loop, shapes, and how far a hint reaches."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks.decoder import DoubleSize, PooledHints, build_decoder
from colorlab.networks.efficientnet import efficientnet
from colorlab.networks.efficientnet_unet import build_efficientnet_unet, copy_weights

CHANNELS = (24, 40, 112, 320)
FILTERS = (8, 8, 8, 8)


def random_hints(rng, height, width, share=0.1):
    mask = rng.random((1, height, width, 1)) < share
    ab = rng.normal(0, 30, (1, height, width, 2))
    return np.concatenate([ab * mask, mask], axis=-1).astype("float32")


@pytest.mark.parametrize("pool_size", [1, 2, 4])
def test_hints_are_averaged_over_those_that_are_there(pool_size):
    hints = random_hints(np.random.default_rng(0), 16, 24)
    pooled = np.asarray(PooledHints(pool_size)(hints))
    expected = np.zeros((1, 16 // pool_size, 24 // pool_size, 3))
    for row, column in np.ndindex(expected.shape[1:3]):
        cells = hints[
            0,
            row * pool_size : (row + 1) * pool_size,
            column * pool_size : (column + 1) * pool_size,
        ].reshape(-1, 3)
        given = cells[cells[:, 2] == 1]
        if len(given):
            expected[0, row, column] = [*given[:, :2].mean(axis=0) / 50, 1]
    np.testing.assert_allclose(pooled, expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 1, 1, 3), (1, 5, 8, 2)])
def test_doubling_is_bilinear(shape):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    expected = keras.layers.UpSampling2D(2, interpolation="bilinear")(x)
    np.testing.assert_allclose(np.asarray(DoubleSize()(x)), np.asarray(expected), atol=1e-6)


@pytest.fixture(scope="module")
def decoder():
    keras.utils.set_random_seed(0)
    return build_decoder(CHANNELS, filters=FILTERS)


def features(height, width, seed=1):
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=(1, height // stride, width // stride, channels)).astype("float32")
        for stride, channels in zip((4, 8, 16, 32), CHANNELS, strict=True)
    ]


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 160)])
def test_logits_stand_at_stride_4(decoder, height, width):
    hints = np.zeros((1, height // 4, width // 4, 3), "float32")
    logits = decoder([*features(height, width), hints])
    assert logits.shape == (1, height // 4, width // 4, 227)


def test_a_hint_reaches_the_whole_of_a_small_picture(decoder):
    hints = np.zeros((1, 32, 32, 3), "float32")
    without = decoder([*features(128, 128), hints])
    hints[0, 2, 3] = 40, -20, 1
    given = decoder([*features(128, 128), hints])
    change = np.abs(np.asarray(given) - np.asarray(without)).max(axis=-1)[0]
    assert (change > 0).mean() > 0.98
    # Nearer is stronger: the same path at a coarse stride, and shorter ones at the finer strides.
    assert change[:8, :8].mean() > 3 * change[-8:, -8:].mean()


@pytest.mark.slow
def test_the_whole_network_is_its_two_parts(decoder):
    keras.utils.set_random_seed(1)
    encoder = efficientnet(0, channels=1)
    network = build_efficientnet_unet(0, filters=FILTERS)
    copy_weights([encoder, decoder], network)
    grey = np.random.default_rng(2).uniform(-1, 1, (1, 64, 96, 1)).astype("float32")
    hints = random_hints(np.random.default_rng(3), 16, 24)
    features = [np.asarray(each) for each in encoder(grey)[1:]]
    parts = decoder([*features, hints])
    whole = network([grey, hints])
    np.testing.assert_allclose(np.asarray(whole), np.asarray(parts), atol=1e-5)


def test_the_network_is_saved_and_made_again(decoder, tmp_path):
    decoder.save(tmp_path / "decoder.keras")
    again = keras.saving.load_model(tmp_path / "decoder.keras")
    inputs = [*features(64, 64), random_hints(np.random.default_rng(4), 16, 16)]
    np.testing.assert_array_equal(np.asarray(decoder(inputs)), np.asarray(again(inputs)))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"encoder_channels": (24, 40)}, "encoder_channels must be 4 whole numbers from 1"),
        ({"filters": (8, 8, 8, 0)}, "filters must be 4 whole numbers from 1"),
        ({"repeats": (0, 0, -1, 0)}, "repeats must be 4 whole numbers from 0"),
    ],
)
def test_wrong_numbers_of_channels_are_refused(settings, named):
    with pytest.raises(InputError, match=named):
        build_decoder(**{"encoder_channels": CHANNELS, **settings})


_ON_JAX = """
import sys
import numpy as np
from colorlab.networks.efficientnet_unet import build_efficientnet_unet
weights, inputs, result = sys.argv[1:]
network = build_efficientnet_unet(0, filters=(8, 8, 8, 8))
network.load_weights(weights)
with np.load(inputs) as given:
    logits = network.predict_on_batch([given["grey"], given["hints"]])
np.save(result, np.asarray(logits))
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_jax_predicts_the_same(tmp_path):
    keras.utils.set_random_seed(5)
    network = build_efficientnet_unet(0, filters=FILTERS)
    network.save_weights(tmp_path / "network.weights.h5")
    rng = np.random.default_rng(6)
    grey = rng.uniform(-1, 1, (1, 64, 96, 1)).astype("float32")
    hints = random_hints(rng, 16, 24)
    np.savez(tmp_path / "inputs.npz", grey=grey, hints=hints)
    files = [tmp_path / name for name in ("network.weights.h5", "inputs.npz", "logits.npy")]
    subprocess.run(
        [sys.executable, "-c", _ON_JAX, *map(str, files)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
    )
    expected = np.asarray(network.predict_on_batch([grey, hints]))
    np.testing.assert_allclose(np.load(files[2]), expected, atol=1e-4)
