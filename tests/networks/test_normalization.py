"""The short way of batch normalization: Keras's own layer and a closed form say the same."""

import numpy as np
import pytest

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.networks.normalization import BatchNormalization

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="gradients are taken with TensorFlow"
)


@pytest.fixture
def pictures():
    return np.random.default_rng(4).normal(3.0, 2.0, (4, 6, 8, 5)).astype("float32")


def pair(**settings):
    """Return the layer and Keras's own, with the same random scale and offset."""
    layers = BatchNormalization(**settings), keras.layers.BatchNormalization(**settings)
    start = [np.random.default_rng(seed).uniform(0.5, 2, 5) for seed in range(4)]
    for layer in layers:
        layer.build((None, 6, 8, 5))
        layer.set_weights(start)
    return layers


def test_a_training_batch_is_normalized_by_its_own_mean_and_variance(pictures):
    layer, _ = pair(epsilon=1e-3, momentum=0.9)
    scale, offset, mean, variance = layer.get_weights()
    found = np.asarray(layer(pictures, training=True), "float64")
    wide = pictures.astype("float64")
    own_mean, own_variance = wide.mean(axis=(0, 1, 2)), wide.var(axis=(0, 1, 2))
    expected = (wide - own_mean) / np.sqrt(own_variance + 1e-3) * scale + offset
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(layer.get_weights()[2], 0.9 * mean + 0.1 * own_mean, rtol=1e-5)
    np.testing.assert_allclose(
        layer.get_weights()[3], 0.9 * variance + 0.1 * own_variance, rtol=1e-5
    )


@needs_tensorflow
@pytest.mark.parametrize("shape", [(4, 6, 8, 5), (1, 6, 8, 5), (7, 1, 1, 5)])
def test_gradients_are_those_of_keras(shape):
    import tensorflow as tf

    random = np.random.default_rng(1)
    batch = tf.constant(random.normal(size=shape), "float32")
    weights = tf.constant(random.normal(size=shape), "float32")
    found = []
    for layer in pair():
        with tf.GradientTape() as tape:
            tape.watch(batch)
            loss = tf.reduce_sum(weights * layer(batch, training=True) ** 2)
        found.append(tape.gradient(loss, [batch, layer.gamma, layer.beta]))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_outside_training_the_remembered_numbers_count(pictures):
    ours, theirs = pair()
    before = ours.get_weights()
    np.testing.assert_array_equal(ours(pictures), theirs(pictures))
    for old, new in zip(before, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_frozen_layer_stays_as_it_is(pictures):
    layer, _ = pair()
    layer.trainable = False
    before = layer.get_weights()
    layer(pictures, training=True)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("name", ["renorm", "synchronized"])
def test_what_the_short_way_does_not_do_is_refused(name):
    with pytest.raises(InputError, match=f"^{name} must be False in this layer") as error:
        BatchNormalization(**{name: True})
    assert len(str(error.value).splitlines()) == 1
    BatchNormalization(**{name: False})


def test_half_precision_stays_half(pictures):
    layer = BatchNormalization(dtype="mixed_bfloat16")
    found = layer(pictures, training=True)
    assert keras.backend.standardize_dtype(found.dtype) == "bfloat16"
    assert all(weight.dtype == "float32" for weight in layer.weights)
    normal = keras.ops.convert_to_numpy(keras.ops.cast(found, "float32"))
    np.testing.assert_allclose(normal.mean(axis=(0, 1, 2)), 0, atol=0.01)


def test_a_network_that_holds_it_comes_back_from_a_file(tmp_path, pictures):
    network = keras.Sequential([keras.Input((6, 8, 5)), BatchNormalization()])
    network(pictures, training=True)
    network.save(tmp_path / "network.keras")
    back = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(network(pictures), back(pictures))
