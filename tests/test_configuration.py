"""The settings of a run: presets, checked one by one, the same after JSON."""

import dataclasses
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from colorlab.configuration import Configuration
from colorlab.errors import InputError


def test_the_preset_recipe_is_the_published_one():
    settings = Configuration.from_preset("recipe")
    assert (settings.network, settings.target, settings.loss) == ("unet", "rgb", "log_cosh")
    assert (settings.image_size, settings.batch_size, settings.epochs) == (256, 32, 25)
    assert (settings.learning_rate, settings.beta_1) == (1e-2, 0.5)
    assert settings.filters == (64, 64, 128, 256, 256, 512, 512)
    assert settings.dropout_rate == 0.3
    # 960 of 4,596 + 960 pictures were kept for testing.
    assert settings.test == pytest.approx(960 / 5556, abs=0.005)


def test_the_defaults_predict_colour_alone():
    assert Configuration() == Configuration.from_preset("ab")
    assert (Configuration().target, Configuration().loss) == ("ab", "ab_distance")
    bins = Configuration.from_preset("ab_bins")
    assert (bins.target, bins.loss) == ("ab_bins", "ab_cross_entropy")
    assert dataclasses.replace(bins, target="ab", loss=None) == Configuration()


def test_a_preset_leaves_room_for_settings_of_ones_own():
    assert Configuration.from_preset("recipe", epochs=3).learning_rate == 1e-2
    assert Configuration.from_preset("recipe", epochs=3).epochs == 3
    with pytest.raises(InputError, match="preset must be one of ab, .*, got 'chroma'"):
        Configuration.from_preset("chroma")


def test_keras_is_not_needed_to_check_settings():
    code = """
import sys
from colorlab.configuration import Configuration
Configuration.from_preset("recipe", image_size=384)
assert not {"keras", "tensorflow", "numpy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"network": "vgg"}, r"^network must be one of unet.*, got 'vgg'$"),
        ({"target": "lab"}, r"^target must be one of rgb, ab, ab_bins, got 'lab'$"),
        ({"loss": "mse"}, r"^loss must be one of ab_distance with the target ab, got 'mse'$"),
        ({"target": "rgb", "loss": "ab_distance"}, r"^loss must be one of log_cosh .* rgb, got"),
        ({"target": ["rgb"]}, r"^target must be one of"),
    ],
)
def test_networks_targets_and_losses_must_fit(settings, message):
    with pytest.raises(InputError, match=message) as error:
        Configuration(**settings)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "settings",
    [
        Configuration(),
        Configuration.from_preset("recipe"),
        Configuration(image_size=32, filters=(8, 16), epochs=1, seed=7, precision="float32"),
    ],
)
def test_settings_come_back_from_json(settings):
    text = json.dumps(settings.to_dict())
    back = Configuration.from_dict(json.loads(text))
    assert back == settings
    assert isinstance(back.filters, tuple)
    assert hash(back) == hash(settings)
    assert set(settings.to_dict()) == {field.name for field in dataclasses.fields(settings)}


def test_some_settings_leave_the_others_as_they_are():
    assert Configuration.from_dict({"epochs": 3}) == Configuration(epochs=3)


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Configuration().epochs = 3


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("image_size", [0, -128, 128.0, "128", True, None]),
        ("batch_size", [0, -1, 1.5, True]),
        ("epochs", [0, -1, 2.0, False]),
        ("seed", [-1, 2**32, 0.5, "0", True]),
        ("learning_rate", [0, -0.1, math.nan, math.inf, "0.01", True]),
        ("beta_1", [1, -0.1, math.nan, 1.5, True]),
        ("dropout_rate", [1.0, -0.1, math.nan, "0.3", False]),
        ("validation", [0, 1, -0.1, math.nan, True]),
        ("test", [0, 1.0, -0.1, math.nan, "0.1"]),
        ("filters", [(), (0,), (8, -8), (8.0,), (True,), ("8",), 5, 0, "8", 2.5]),
        ("precision", ["half", "", None, "float16"]),
        ("min_crop_area", [0, 1.1, -0.5, math.nan, True]),
        ("ema_momentum", [1, -0.1, math.nan]),
        ("warmup_epochs", [-1, math.inf, "1"]),
        ("class_rebalancing", [-1, math.nan]),
        ("category_balance", [-0.1, 1.1, math.nan, "0.5", True]),
        ("frozen_epochs", [-1, 0.5, "3", True]),
    ],
)
def test_each_setting_out_of_range_is_named(name, values):
    for value in values:
        with pytest.raises(InputError, match=rf"^{name} must be .*got") as error:
            Configuration(**{name: value})
        assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(("filters", "step"), [((8,), 2), ((8, 8, 8), 8), ((8,) * 7, 128)])
def test_the_size_is_a_multiple_that_the_blocks_ask_for(filters, step):
    for times in (1, 3):
        assert Configuration(filters=filters, image_size=times * step).image_size == times * step
    with pytest.raises(InputError, match=f"image_size must be a multiple of {step}, .*got"):
        Configuration(filters=filters, image_size=step + step // 2)


@pytest.mark.parametrize(("validation", "test"), [(0.5, 0.5), (0.9, 0.2)])
def test_something_is_left_to_train_on(validation, test):
    with pytest.raises(InputError, match="add up to less than 1"):
        Configuration(validation=validation, test=test)


def test_only_a_network_with_an_encoder_of_its_own_is_frozen_first():
    with pytest.raises(InputError, match="frozen_epochs must be 0 with the network unet, .*got 3"):
        Configuration(frozen_epochs=3)
    # More than all epochs are all of them.
    assert Configuration.from_preset("efficientnet", epochs=2).frozen_epochs > 2


def test_unknown_settings_are_refused_by_name():
    with pytest.raises(InputError, match="unknown settings colour, epoch$"):
        Configuration.from_dict({"epoch": 3, "colour": 1, "seed": 0})


def test_ends_of_the_ranges_are_allowed():
    settings = Configuration(
        dropout_rate=0, beta_1=0, seed=0, batch_size=1, epochs=1, filters=[1], image_size=2
    )
    assert settings.filters == (1,)


def test_numbers_from_numpy_are_numbers_too():
    settings = Configuration(epochs=np.int64(3), learning_rate=np.float64(0.1))
    assert (settings.epochs, settings.learning_rate) == (3, 0.1)
