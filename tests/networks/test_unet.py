"""The architecture is the recipe's, block by block, and it learns in every part."""

import numpy as np
import pytest

from colorlab.backend import keras
from colorlab.networks.blocks import decoder_block, encoder_block, middle_block
from colorlab.networks.unet import build_unet

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="gradients are taken with TensorFlow"
)

FILTERS = (64, 64, 128, 256, 256, 512, 512)
NARROW = (3, 4, 5, 6, 7, 8, 9)

SHAPES = {
    "encoder_1": (128, 128, 64),
    "encoder_2": (64, 64, 64),
    "encoder_3": (32, 32, 128),
    "encoder_4": (16, 16, 256),
    "encoder_5": (8, 8, 256),
    "encoder_6": (4, 4, 512),
    "encoder_7": (2, 2, 512),
    "middle": (2, 2, 512),
    "decoder_1": (4, 4, 512),
    "decoder_2": (8, 8, 256),
    "decoder_3": (16, 16, 256),
    "decoder_4": (32, 32, 128),
    "decoder_5": (64, 64, 64),
    "decoder_6": (128, 128, 64),
    "decoder_7": (256, 256, 64),
    "head": (256, 256, 3),
}


@pytest.fixture(scope="module")
def recipe():
    return build_unet((256, 256, 1))


@pytest.fixture(scope="module")
def narrow():
    return build_unet((None, None, 1), filters=NARROW)


def grey(height=256, width=256, batch=2, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (batch, height, width, 1)).astype("float32")


def block_of(layer):
    """Return the block that a layer belongs to by its name."""
    parts = layer.name.split("_")
    return "_".join(parts[:2]) if parts[0] in ("encoder", "decoder") else parts[0]


def blocks(network):
    """Return the layers of each block, in order."""
    found = {}
    for layer in network.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            found.setdefault(block_of(layer), []).append(layer)
    return found


# --- the recipe ----------------------------------------------------------------------------------


def test_input_and_output_are_those_of_the_recipe(recipe):
    assert recipe.input.shape == (None, 256, 256, 1)
    assert recipe.output.shape == (None, 256, 256, 3)
    assert recipe.name == "unet"


@pytest.mark.parametrize(("block", "shape"), SHAPES.items())
def test_every_block_has_its_shape(recipe, block, shape):
    assert recipe.get_layer(block).output.shape == (None, *shape)


def test_the_blocks_stand_in_order_and_nothing_else(recipe):
    # Keras sorts a network's layers by depth, so that this is the order of computation.
    assert list(blocks(recipe)) == list(SHAPES)


def test_every_block_has_its_layers_in_order(recipe):
    layers = keras.layers
    transposed = [layers.Conv2DTranspose, layers.LeakyReLU, layers.BatchNormalization]
    expected = {
        "encoder": [layers.Conv2D, layers.LeakyReLU, layers.BatchNormalization, layers.Dropout],
        "middle": transposed,
        "decoder": [layers.Add, *transposed],
        "head": [layers.Conv2D],
    }
    suffixes = {
        "encoder": ["_convolution", "_activation", "_normalization", ""],
        "middle": ["_convolution", "_activation", ""],
        "decoder": ["_skip", "_convolution", "_activation", ""],
        "head": [""],
    }
    for block, found in blocks(recipe).items():
        kind = block.split("_")[0]
        assert len(found) == len(expected[kind]), block
        for layer, of_kind in zip(found, expected[kind], strict=True):
            assert isinstance(layer, of_kind), layer.name
        assert [layer.name for layer in found] == [block + suffix for suffix in suffixes[kind]]
        # Each layer takes what the one before it gives.
        for before, after in zip(found, found[1:], strict=False):
            assert after.input is before.output


def test_the_layers_have_the_recipes_settings(recipe):
    for block, found in blocks(recipe).items():
        for layer in found:
            if isinstance(layer, keras.layers.LeakyReLU):
                assert layer.negative_slope == pytest.approx(0.2)
            if isinstance(layer, keras.layers.Dropout):
                assert layer.rate == pytest.approx(0.3)
            if isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
                side = 1 if block == "head" else 3
                step = 1 if block in ("middle", "head") else 2
                assert layer.kernel_size == (side, side), layer.name
                assert layer.strides == (step, step), layer.name
                assert layer.use_bias
                if block != "head":
                    assert layer.padding == "same"
                    assert layer.activation is keras.activations.linear


def test_the_head_is_a_tanh_in_single_precision(recipe):
    head = recipe.get_layer("head")
    assert head.activation is keras.activations.tanh
    assert head.compute_dtype == "float32"
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        half = build_unet((128, 128, 1), filters=NARROW)
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    assert half.get_layer("decoder_7").compute_dtype == "float16"
    assert half.get_layer("head").compute_dtype == "float32"
    assert half.output.dtype == "float32"


@pytest.mark.parametrize("number", range(1, 8))
def test_each_skip_adds_the_encoder_of_the_same_size(recipe, number):
    skip = recipe.get_layer(f"decoder_{number}_skip")
    below = "middle" if number == 1 else f"decoder_{number - 1}"
    assert isinstance(skip, keras.layers.Add)
    assert len(skip.input) == 2
    assert skip.input[0] is recipe.get_layer(below).output
    assert skip.input[1] is recipe.get_layer(f"encoder_{8 - number}").output


def parameters(filters, channels=1, outputs=3):
    """Count the parameters of every block by hand: weights, biases, four a normalized channel."""

    def block(before, after):
        return 3 * 3 * before * after + after + 4 * after

    counts, before = {}, channels
    for number, after in enumerate(filters, start=1):
        counts[f"encoder_{number}"] = block(before, after)
        before = after
    counts["middle"] = block(before, before)
    for number, after in enumerate((*filters[-2::-1], filters[0]), start=1):
        counts[f"decoder_{number}"] = block(before, after)
        before = after
    counts["head"] = before * outputs + outputs
    return counts


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"filters": NARROW},
        {"filters": (5,)},
        {"filters": (4, 8), "input_shape": (None, None, 3), "output_channels": 2},
    ],
)
def test_the_parameters_of_each_block_are_those_counted_by_hand(options):
    network = build_unet(**options)
    expected = parameters(
        options.get("filters", FILTERS),
        options.get("input_shape", (0, 0, 1))[-1],
        options.get("output_channels", 3),
    )
    found = {
        block: sum(layer.count_params() for layer in layers)
        for block, layers in blocks(network).items()
    }
    assert found == expected
    assert network.count_params() == sum(expected.values())


def test_the_recipe_has_its_number_of_parameters(recipe):
    assert recipe.count_params() == 11_483_715
    # A normalized channel has two parameters that learn and two that are measured.
    measured = 2 * (sum(FILTERS) + FILTERS[-1] + sum(FILTERS[:-1]) + FILTERS[0])
    learned = sum(int(np.prod(weight.shape)) for weight in recipe.trainable_weights)
    assert learned == 11_483_715 - measured


# --- running it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("height", "width"), [(128, 128), (128, 384), (256, 128)])
def test_any_multiple_of_128_works(narrow, height, width):
    output = np.asarray(narrow(grey(height, width, batch=1)))
    assert output.shape == (1, height, width, 3)
    assert output.dtype == np.float32
    assert np.isfinite(output).all() and np.abs(output).max() <= 1


def test_other_sizes_fail_and_do_not_give_a_wrong_picture(narrow):
    with pytest.raises(Exception, match=r"(?i)shape|broadcast|incompatible"):
        narrow(grey(100, 128, batch=1))


@pytest.mark.parametrize("filters", [(4,), (4, 6), (4, 6, 8, 8)])
def test_fewer_blocks_ask_for_smaller_steps(filters):
    step = 2 ** len(filters)
    network = build_unet(filters=filters, output_channels=2)
    assert network(grey(3 * step, step, batch=1)).shape == (1, 3 * step, step, 2)


def test_dropout_and_measured_averages_matter_only_in_training(narrow):
    pictures = grey(128, 128)
    first, second = (np.asarray(narrow(pictures, training=False)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    trained, again = (np.asarray(narrow(pictures, training=True)) for _ in range(2))
    assert np.abs(trained - again).max() > 1e-3


@needs_tensorflow
def test_every_trainable_weight_gets_a_gradient():
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    network = build_unet(filters=NARROW)
    pictures = grey(256, 256, batch=3)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((network(pictures, training=True) - 0.5) ** 2)
    gradients = tape.gradient(loss, network.trainable_variables)
    assert len(gradients) == 2 * 15 + 2 * 15 + 2
    for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        values = gradient.numpy()
        assert np.isfinite(values).all(), variable.path
        assert np.abs(values).max() > 0, variable.path


@needs_tensorflow
def test_the_skips_carry_detail_past_the_middle():
    """A change of one pixel reaches the output beside it even if the middle says nothing."""
    network = build_unet(filters=NARROW)
    convolution = network.get_layer("middle_convolution")
    convolution.set_weights([np.zeros_like(weight) for weight in convolution.get_weights()])
    pictures = grey(128, 128, batch=1)
    changed = pictures.copy()
    changed[0, 64, 64] = -pictures[0, 64, 64]
    difference = np.abs(np.asarray(network(pictures)) - np.asarray(network(changed)))[0]
    assert difference[60:69, 60:69].max() > 0


@pytest.mark.slow
def test_saved_weights_come_back(tmp_path):
    keras.utils.set_random_seed(1)
    first, second = build_unet(filters=NARROW), build_unet((128, 128, 1), filters=NARROW)
    pictures = grey(128, 128)
    expected = np.asarray(first(pictures))
    assert np.abs(np.asarray(second(pictures)) - expected).max() > 1e-3
    first.save_weights(tmp_path / "unet.weights.h5")
    second.load_weights(tmp_path / "unet.weights.h5")
    np.testing.assert_allclose(np.asarray(second(pictures)), expected, atol=1e-6)


def test_two_networks_in_one_process_have_the_same_names():
    first, second = build_unet(filters=(4, 4)), build_unet(filters=(4, 4))
    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]
    assert first.layers[0].name == "grey"


# --- blocks on their own -------------------------------------------------------------------------


def test_blocks_change_the_size_as_they_say():
    batch = np.random.default_rng(0).normal(size=(2, 12, 20, 5)).astype("float32")
    assert encoder_block(batch, 7).shape == (2, 6, 10, 7)
    assert encoder_block(batch[:, :11, :19], 7).shape == (2, 6, 10, 7)
    assert middle_block(batch, 7).shape == (2, 12, 20, 7)
    assert decoder_block(batch, batch, 7).shape == (2, 24, 40, 7)


def test_a_decoder_block_sees_only_the_sum_of_its_inputs():
    keras.utils.set_random_seed(2)
    inputs = [keras.Input((4, 4, 3)) for _ in range(2)]
    block = keras.Model(inputs, decoder_block(*inputs, filters=6))
    below, skip = np.random.default_rng(1).normal(size=(2, 1, 4, 4, 3)).astype("float32")
    expected = np.asarray(block([below, skip]))
    swapped = np.asarray(block([skip, below]))
    summed = np.asarray(block([below + skip, np.zeros_like(skip)]))
    np.testing.assert_allclose(swapped, expected, atol=1e-6)
    np.testing.assert_allclose(summed, expected, atol=1e-6)


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (100, 128, 1)}, r"input_shape must be None or a multiple of 128.*got 100"),
        ({"input_shape": (128, 64, 1)}, r"multiple of 128.*got 64"),
        ({"input_shape": (0, 128, 1)}, r"input_shape must be a whole number of at least 1, got 0"),
        ({"input_shape": (-128, 128, 1)}, r"input_shape must be .*got -128"),
        ({"input_shape": (128.0, 128, 1)}, r"input_shape must be .*got 128\.0"),
        ({"input_shape": (128, 128)}, r"input_shape must be \(height, width, channels\)"),
        ({"input_shape": (2, 128, 128, 1)}, r"input_shape must be \(height, width, channels\)"),
        ({"input_shape": 128}, r"input_shape must be \(height, width, channels\), got 128"),
        ({"input_shape": (128, 128, None)}, r"channels of input_shape must be .*got None"),
        ({"input_shape": (128, 128, 0)}, r"channels of input_shape must be .*got 0"),
        ({"output_channels": 0}, r"output_channels must be .*got 0"),
        ({"output_channels": 3.0}, r"output_channels must be .*got 3\.0"),
        ({"output_channels": True}, r"output_channels must be .*got True"),
        ({"filters": ()}, r"filters must name at least one"),
        ({"filters": 64}, r"filters must be a sequence of numbers, got 64"),
        ({"filters": "64"}, r"each of filters must be .*got '6'"),
        ({"filters": (8, 0)}, r"each of filters must be .*got 0"),
        ({"filters": (8, 8.5)}, r"each of filters must be .*got 8\.5"),
        ({"filters": (8, None)}, r"each of filters must be .*got None"),
        ({"dropout_rate": 1}, r"dropout_rate must be at least 0 and below 1, got 1"),
        ({"dropout_rate": -0.1}, r"dropout_rate must be .*got -0\.1"),
        ({"dropout_rate": float("nan")}, r"dropout_rate must be .*got nan"),
        ({"dropout_rate": "0.3"}, r"dropout_rate must be .*got '0\.3'"),
        ({"dropout_rate": True}, r"dropout_rate must be .*got True"),
    ],
)
def test_a_wrong_argument_is_named_in_one_line(options, message):
    with pytest.raises(ValueError, match=message) as error:
        build_unet(**options)
    assert len(str(error.value).splitlines()) == 1


def test_numbers_from_numpy_are_whole_numbers_too():
    network = build_unet(
        (np.int64(4), np.int32(4), 1), filters=np.array([4, 4]), dropout_rate=np.float32(0)
    )
    assert network.output.shape == (None, 4, 4, 3)
