"""Networks, targets and losses: what is predicted, and that adding one takes one entry."""

import dataclasses

import numpy as np
import pytest
from skimage import color as skimage_color

from colorlab import losses
from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.networks import heads, registry
from colorlab.training.compilation import compile_network

FILTERS = (4, 6)


def network_of(target, **settings):
    keras.utils.set_random_seed(0)
    configuration = Configuration(target=target, image_size=16, filters=FILTERS, **settings)
    return configuration, registry.build_network(configuration)


@pytest.mark.parametrize(
    ("target", "shape"),
    [("rgb", (2, 16, 24, 3)), ("ab", (2, 16, 24, 2)), ("ab_bins", (2, 4, 6, 227))],
)
def test_the_head_predicts_the_target(target, shape):
    _, network = network_of(target)
    grey = np.random.default_rng(0).uniform(-1, 1, (2, 16, 24, 1)).astype("float32")
    assert tuple(network(grey, training=False).shape) == shape


def test_the_blocks_are_the_same_for_every_target():
    shapes = []
    for target in registry.TARGETS:
        _, network = network_of(target)
        blocks = [layer for layer in network.layers if layer.name[:7] in ("encoder", "decoder")]
        shapes.append([(layer.name, [w.shape for w in layer.weights]) for layer in blocks])
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(shapes[0]) == 4 * 2 + 4 * 2


@pytest.mark.parametrize("target", ["rgb", "ab"])
def test_only_bins_need_more_to_become_colours(target):
    configuration, network = network_of(target)
    assert heads.prediction_network(network, configuration) is network


def test_the_annealed_mean_is_a_mean_and_then_the_mode():
    configuration, network = network_of("ab_bins")
    grey = np.random.default_rng(0).uniform(-1, 1, (1, 16, 16, 1)).astype("float32")
    # Far enough apart that a most probable bin stands out.
    logits = 50 * np.asarray(network(grey, training=False), dtype="float64")
    head = network.get_layer("classes")
    head.set_weights([50 * value for value in head.get_weights()])
    grid = losses.ab_bins.bin_centers()
    for temperature in (1.0, 0.5, 0.1):
        power = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
        expected = power @ grid / power.sum(axis=-1, keepdims=True)
        whole = heads.prediction_network(network, configuration, temperature)
        found = np.asarray(whole(grey, training=False))
        np.testing.assert_allclose(found, expected, atol=2e-2)
    coldest = heads.prediction_network(network, configuration, 1e-3)(grey, training=False)
    mode = grid[logits.argmax(axis=-1)]
    # Where the likeliest class leads by ten temperatures, the others together weigh below 0.01.
    first, second = np.sort(logits, axis=-1)[..., ::-1][..., :2].transpose(3, 0, 1, 2)
    clear = first - second > 1e-2
    assert clear.sum() >= 4, "too few clear cases to say anything"
    np.testing.assert_allclose(np.asarray(coldest)[clear], mode[clear], atol=2)


def test_the_losses_are_those_of_the_targets():
    def loss(target, **settings):
        return registry.make_loss(Configuration(target=target, **settings))

    assert loss("rgb") is losses.log_cosh
    assert isinstance(loss("ab_bins"), losses.AbCrossEntropy)
    target = np.array([[[[1.0, -1.0, -1.0]]]], "float32")
    grey = np.zeros((1, 1, 1, 2), "float32")
    even, saturated = (
        float(np.asarray(loss("ab", class_rebalancing=power)(target, grey)).mean())
        for power in (0.0, 1.0)
    )
    chroma = np.hypot(*skimage_color.rgb2lab([[[1.0, 0, 0]]])[0, 0, 1:])
    assert even == pytest.approx(np.hypot(chroma, 5) - 5, rel=1e-3)
    assert saturated == pytest.approx(even * (1 + chroma / 20), rel=1e-3)


TOY_NETWORK = """
from colorlab.backend import keras
from colorlab.networks import heads

def build(configuration):
    grey = keras.Input((None, None, 1))
    x = keras.layers.Conv2D(configuration.filters[0], 3, strides=2, padding="same")(grey)
    return keras.Model(grey, heads.add_head(x, configuration.target, stride=2))
"""

TOY_LOSS = """
from colorlab.backend import keras
from colorlab.losses import AbDistance

def squared_mean(target, prediction):
    return keras.ops.square(keras.ops.mean(prediction) - 7.0)
"""


@pytest.fixture
def toys(tmp_path, monkeypatch):
    """A backbone of one file and one entry, and a loss of one function and one entry."""
    (tmp_path / "toy_network.py").write_text(TOY_NETWORK)
    (tmp_path / "toy_loss.py").write_text(TOY_LOSS)
    monkeypatch.syspath_prepend(tmp_path)
    entry = registry.Network("toy_network:build", lambda filters: 6, (5,), ("ab", "ab_bins"))
    monkeypatch.setitem(registry.NETWORKS, "toy", entry)
    monkeypatch.setitem(registry.LOSSES, "toy", registry.Loss("toy_loss:squared_mean", ("ab",)))


def test_a_new_network_is_one_file_and_one_entry(toys):
    configuration = Configuration(network="toy", target="ab_bins", image_size=12)
    assert (configuration.filters, configuration.stride) == ((5,), 6)
    with pytest.raises(InputError, match="image_size must be a multiple of 6, .* toy .*got 16"):
        dataclasses.replace(configuration, image_size=16)
    with pytest.raises(InputError, match="target must be one of ab, ab_bins with the network toy"):
        dataclasses.replace(configuration, target="rgb", loss=None)
    network = compile_network(configuration)
    grey, rgb = np.zeros((2, 12, 12, 1), "float32"), np.zeros((2, 12, 12, 3), "float32")
    before = network.get_weights()
    assert np.isfinite(network.train_on_batch(grey, rgb))
    assert network.output_shape[-1] == 227
    after = network.get_weights()
    assert any((one != other).any() for one, other in zip(before, after, strict=True))
    whole = heads.prediction_network(network, configuration)
    assert whole(grey).shape == (2, 3, 3, 2)


@pytest.mark.slow
def test_a_new_loss_is_one_function_and_one_entry(toys):
    configuration = Configuration(
        loss="toy", image_size=16, filters=(4,), learning_rate=0.05, warmup_epochs=0
    )
    network = compile_network(configuration, steps_per_epoch=40)
    random = np.random.default_rng(0)
    grey, rgb = (random.uniform(-1, 1, (2, 16, 16, n)).astype("float32") for n in (1, 3))
    found = [float(network.train_on_batch(grey, rgb)) for _ in range(40)]
    assert found[-1] < found[0] / 10, "the loss that was registered is not the one minimised"
