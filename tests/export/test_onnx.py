"""A network predicts the same in ONNX Runtime as in Keras, and its weights survive the export."""

import re

import numpy as np
import onnx
import onnxruntime
import pytest

from colorlab import color
from colorlab.backend import keras
from colorlab.errors import InputError
from colorlab.export.onnx import write_onnx
from colorlab.networks.onnx_weights import read_onnx
from colorlab.networks.unet import build_unet

layers = keras.layers
FILTERS = (5, 6, 7)
SIZES = [(8, 8), (16, 40), (64, 24), (104, 56)]


def regression(filters=FILTERS):
    """Return a network that predicts a and b itself."""
    network = build_unet(output_channels=2, filters=filters)
    ab = layers.Rescaling(110.0, dtype="float32", name="ab")(network.output)
    return keras.Model(network.input, ab)


def classification(filters=FILTERS, bins=9, temperature=0.4):
    """Return a network that weighs the centres of some ab bins."""
    network = build_unet(output_channels=12, filters=filters)
    x = layers.AveragePooling2D(4, name="smaller")(network.output)
    x = layers.Conv2D(bins, 1, name="logits")(x)
    x = layers.Rescaling(1 / temperature, name="sharpened")(x)
    x = layers.Softmax(name="weights")(x)
    x = layers.Conv2D(2, 1, use_bias=False, name="centres")(x)
    return keras.Model(network.input, x)


def randomize(network, seed=0):
    """Give every weight a value of its own, moving averages too."""
    random = np.random.default_rng(seed)
    for layer in network.layers:
        values = []
        for variable in layer.weights:
            value = random.normal(0, 0.25, variable.shape)
            if variable.name in ("gamma", "moving_variance"):
                value = random.uniform(0.5, 1.5, variable.shape)
            if layer.name == "centres":
                value = random.uniform(-80, 80, variable.shape)
            values.append(value)
        layer.set_weights(values)
    return network


KINDS = {"regression": regression, "classification": classification}


@pytest.fixture(params=KINDS)
def network(request):
    return randomize(KINDS[request.param]())


def grey(height, width, batch=2):
    random = np.random.default_rng(height * width)
    return random.uniform(-1, 1, (batch, height, width, 1)).astype("float32")


def run(path, inputs):
    """Compute with ONNX Runtime; channels last, as Keras has it."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (ab,) = session.run(["ab"], {"grey": inputs.transpose(0, 3, 1, 2)})
    return ab.transpose(0, 2, 3, 1)


def levels(ab):
    """Return what a and b give on a middle grey, in levels, not rounded."""
    lightness = np.full((*ab.shape[:-1], 1), 55.0, "float32")
    return 255 * np.asarray(color.lab_to_srgb(np.concatenate([lightness, ab], axis=-1)))


def predict_with_keras(network, inputs):
    return keras.ops.convert_to_numpy(network(inputs, training=False))


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_both_predict_the_same_within_half_a_level(network, tmp_path, height, width):
    path = tmp_path / "network.onnx"
    write_onnx(network, path)
    inputs = grey(height, width)
    found, expected = run(path, inputs), predict_with_keras(network, inputs)
    assert found.shape == expected.shape and found.dtype == np.float32
    assert np.ptp(expected, axis=(1, 2)).max() > 1, "a constant proves nothing"
    assert np.abs(levels(found) - levels(expected)).max() < 0.5
    # With the weights as the file has them, hardly anything is left.
    read_onnx(path, network)
    assert np.abs(levels(found) - levels(predict_with_keras(network, inputs))).max() < 0.01


def test_the_recipe_deep_and_with_random_statistics(tmp_path):
    network = randomize(regression(filters=(4, 5, 6, 7, 8, 9, 10)))
    path = tmp_path / "network.onnx"
    write_onnx(network, path)
    inputs = grey(128, 256, batch=1)
    # Fourteen blocks of random weights magnify what the 16 bits leave out, seen in single pixels.
    found = levels(run(path, inputs))
    assert np.abs(found - levels(predict_with_keras(network, inputs))).mean() < 0.05
    read_onnx(path, network)
    assert np.abs(found - levels(predict_with_keras(network, inputs))).max() < 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_weights_come_back_as_16_bits_hold_them(kind, tmp_path):
    network, other = randomize(KINDS[kind](), seed=1), randomize(KINDS[kind](), seed=2)
    path = tmp_path / "network.onnx"
    write_onnx(network, path, {"image_size": 64, "stride": "8"})
    assert read_onnx(path, other) == {"target": "ab", "image_size": "64", "stride": "8"}
    for first, second in zip(network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(first.astype("float16").astype("float32"), second)


def test_weights_are_stored_with_16_bits_under_their_names_in_keras(tmp_path):
    network = randomize(regression(filters=(32, 64)))
    path = tmp_path / "network.onnx"
    write_onnx(network, path)
    stored = onnx.load(path).graph.initializer
    assert {each.name for each in stored} == {weight.path for weight in network.weights}
    assert "encoder_1_convolution/kernel" in {each.name for each in stored}
    assert {each.data_type for each in stored} == {onnx.TensorProto.FLOAT16}
    assert path.stat().st_size < 2 * network.count_params() + 20_000


def test_mixed_precision_does_not_reach_the_file(tmp_path):
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        mixed = randomize(regression())
    finally:
        keras.mixed_precision.set_global_policy("float32")
    plain = randomize(regression())
    write_onnx(mixed, tmp_path / "network.onnx")
    inputs = grey(32, 32)
    found = levels(run(tmp_path / "network.onnx", inputs))
    assert np.abs(found - levels(predict_with_keras(plain, inputs))).max() < 0.5


def test_layers_of_other_kinds(tmp_path):
    inputs = keras.Input((None, None, 1))
    x = layers.Conv2D(4, 5, strides=1, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(4, 4, strides=2, padding="same", activation="sigmoid")(x)
    x = layers.Activation("tanh")(x)
    x = layers.Conv2DTranspose(4, 4, strides=2, padding="same", use_bias=False)(x)
    x = layers.Add()([x, x, x])
    x = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    x = layers.Conv2D(2, 3, padding="valid")(layers.Rescaling(3.0, offset=-0.5)(x))
    network = randomize(keras.Model(inputs, x))
    write_onnx(network, tmp_path / "network.onnx")
    inputs = grey(18, 30)
    np.testing.assert_allclose(
        run(tmp_path / "network.onnx", inputs), predict_with_keras(network, inputs), atol=0.02
    )


REFUSED = {
    "GlobalMaxPooling2D": lambda x: layers.GlobalMaxPooling2D(keepdims=True, name="odd")(x),
    "dilation": lambda x: layers.Conv2D(2, 3, dilation_rate=2, padding="same", name="odd")(x),
    "elu": lambda x: layers.Conv2D(2, 1, activation="elu", name="odd")(x),
    "scale": lambda x: layers.BatchNormalization(scale=False, name="odd")(x),
    "one number": lambda x: layers.Rescaling([1.0, 2.0], name="odd")(x),
    "axis": lambda x: layers.Softmax(axis=1, name="odd")(x),
    "stride": lambda x: layers.Conv2D(2, 1, strides=2, padding="same", name="odd")(x),
    "padding": lambda x: layers.Conv2DTranspose(2, 3, strides=2, name="odd")(x),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_written_is_refused_by_name(reason, tmp_path):
    inputs = keras.Input((32, 32, 1))
    x = layers.Conv2D(2, 1)(inputs)
    network = keras.Model(inputs, REFUSED[reason](x))
    with pytest.raises(ValueError, match=f"'odd' cannot be written.*{reason}"):
        write_onnx(network, tmp_path / "network.onnx")
    assert not list(tmp_path.iterdir())


def test_a_layer_in_two_places_is_refused(tmp_path):
    inputs = keras.Input((32, 32, 1))
    twice = layers.Conv2D(2, 3, padding="same", name="twice")
    network = keras.Model(inputs, layers.Add()([twice(inputs), twice(inputs)]))
    with pytest.raises(ValueError, match="more than one place"):
        write_onnx(network, tmp_path / "network.onnx")


def test_numbers_beyond_16_bits_are_refused(tmp_path):
    network = regression()
    layer = network.get_layer("encoder_2_normalization")
    layer.set_weights([1e6 + value for value in layer.get_weights()])
    with pytest.raises(ValueError, match="encoder_2_normalization/gamma.*float16"):
        write_onnx(network, tmp_path / "network.onnx")


def test_only_networks_that_colour_are_written(tmp_path):
    color_in = build_unet((8, 8, 3), output_channels=2, filters=FILTERS)
    four = build_unet(output_channels=4, filters=FILTERS)
    for network in (four, color_in, None):
        with pytest.raises(ValueError, match="network must"):
            write_onnx(network, tmp_path / "network.onnx")


def test_another_architecture_is_refused_and_keeps_its_weights(tmp_path):
    path = tmp_path / "network.onnx"
    write_onnx(randomize(regression()), path)
    for other in (regression((5, 6)), regression((5, 6, 8)), regression((5, 6, 7, 8))):
        before = other.get_weights()
        with pytest.raises(InputError, match=r"does not fit this network") as error:
            read_onnx(path, other)
        assert str(path) in str(error.value)
        for old, new in zip(before, other.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_files_that_are_no_network_are_refused(tmp_path):
    network = regression()
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / 'none'}: no such file")):
        read_onnx(tmp_path / "none", network)
    with pytest.raises(InputError, match="cannot be read"):
        read_onnx(tmp_path, network)
    write_onnx(network, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    for content in (b"", b"text", whole[: len(whole) // 2], bytes(100)):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(InputError, match="is no ONNX file with weights") as error:
            read_onnx(tmp_path / "bad", network)
        assert len(str(error.value).splitlines()) == 1


def test_an_existing_file_is_kept_unless_asked(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        write_onnx(regression(), path)
    assert path.read_text() == "mine"
    write_onnx(regression(), path, overwrite=True)
    assert read_onnx(path, regression()) == {"target": "ab"}
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
