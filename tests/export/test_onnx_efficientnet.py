"""The network with hints: ONNX Runtime against Keras, reading back, and the size of the files."""

import numpy as np
import onnxruntime
import pytest

from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.export.onnx import write_onnx
from colorlab.networks.efficientnet_unet import build_efficientnet_unet
from colorlab.networks.onnx_weights import read_onnx

FILTERS = (8, 12, 16, 20)


def randomize(network, seed):
    """Give the moving averages values of their own; random weights have the rest."""
    rng = np.random.default_rng(seed)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            values = {
                variable.name: rng.normal(0, 0.1, variable.shape) for variable in layer.weights
            }
            values["gamma"] = values["gamma"] + 1.2
            values["moving_variance"] = rng.uniform(0.5, 1.5, values["gamma"].shape)
            layer.set_weights([values[variable.name] for variable in layer.weights])
    return network


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return randomize(build_efficientnet_unet(0, filters=FILTERS), 0)


@pytest.fixture(scope="module")
def path(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "network.onnx"
    write_onnx(network, path, {"image_size": 192, "stride": 32})
    # From here on the network has the weights as 16 bits hold them.
    read_onnx(path, network)
    return path


def pictures(height, width, hinted):
    rng = np.random.default_rng(height + width)
    grey = rng.uniform(-1, 1, (2, height, width, 1)).astype("float32")
    mask = rng.random((2, height // 4, width // 4, 1)) < 0.02 * hinted
    ab = rng.normal(0, 40, (*mask.shape[:3], 2)) * mask
    return grey, np.concatenate([ab, mask], axis=-1).astype("float32")


def channels_first(array):
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2))


@pytest.mark.slow
@pytest.mark.parametrize("hinted", [False, True])
@pytest.mark.parametrize(("height", "width"), [(64, 160), (32, 32)])
def test_onnx_runtime_predicts_what_keras_does(network, path, height, width, hinted):
    grey, hints = pictures(height, width, hinted)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    feed = {"grey": channels_first(grey), "hints": channels_first(hints)}
    (logits,) = session.run(["ab_bins"], feed)
    expected = keras.ops.convert_to_numpy(network([grey, hints], training=False))
    assert np.ptp(expected) > 0.3, "a network that says nothing proves nothing"
    np.testing.assert_allclose(logits.transpose(0, 2, 3, 1), expected, atol=1e-4)


@pytest.mark.slow
def test_weights_come_back_as_16_bits_hold_them(network, path):
    keras.utils.set_random_seed(1)
    other = randomize(build_efficientnet_unet(0, filters=FILTERS), 1)
    facts = read_onnx(path, other)
    assert (facts["image_size"], facts["stride"], facts["target"]) == ("192", "32", "ab_bins")
    for one, two in zip(network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.slow
def test_the_weights_of_another_version_are_refused(path):
    with pytest.raises(InputError, match="does not fit this network"):
        read_onnx(path, build_efficientnet_unet(2, filters=FILTERS))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "filters", "megabytes"), [(0, (48, 96, 128, 192), 12), (2, (64, 128, 192, 256), 20)]
)
def test_files_are_small_enough_to_ship(tmp_path, version, filters, megabytes):
    write_onnx(build_efficientnet_unet(version, filters=filters), tmp_path / "network.onnx")
    assert (tmp_path / "network.onnx").stat().st_size < 0.85 * megabytes * 1e6


@pytest.mark.slow
def test_predictors_encode_once_and_decode_as_the_whole_network(network, path):
    from colorlab.configuration import Configuration
    from colorlab.inference.predictors import KerasPredictor, OnnxPredictor

    grey, hints = pictures(32, 64, True)
    feed = {"grey": channels_first(grey), "hints": channels_first(hints)}
    whole = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (expected,) = whole.run(None, feed)
    predictors = [
        OnnxPredictor(path),
        KerasPredictor(network, Configuration(network="efficientnet", target="ab_bins")),
    ]
    for predictor in predictors:
        assert predictor.takes_hints
        features = predictor.encode(grey)
        plain = predictor.decode(features)
        found = predictor.decode(features, hints)
        np.testing.assert_allclose(found.transpose(0, 3, 1, 2), expected, atol=2e-4)
        assert np.abs(found - plain).max() > 1e-3
        np.testing.assert_allclose(predictor.predict(grey), plain, atol=1e-6)
