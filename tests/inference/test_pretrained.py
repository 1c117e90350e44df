"""The weights that are shipped: whole, small enough, the same in Keras and ONNX Runtime, useful."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import write_model_cards
from skimage import color as skimage_color
from skimage import data

import colorlab
from colorlab import metrics
from colorlab.configuration import Configuration
from colorlab.datasets import toy
from colorlab.errors import InputError
from colorlab.inference import pretrained
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.predictors import KerasPredictor

NAMES = ("default", "small", "vivid", "unet_small")
LARGEST = {"default": 12.5e6, "small": 9.5e6, "vivid": 12.5e6, "unet_small": 6e6}
ROOT = Path(__file__).resolve().parents[2]
RESULTS = write_model_cards.read_results()


def row(method, category="all", pictures="course"):
    (found,) = (
        row
        for row in RESULTS[pictures]["rows"]
        if (row["method"], row["category"]) == (method, category)
    )
    return found


def test_four_models_are_shipped():
    assert tuple(pretrained.shipped_models()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_files_are_whole_and_small_enough(name):
    record = pretrained.shipped_models()[name]
    content = (Path(colorlab.__file__).parent / "weights" / record["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == record["sha256"]
    assert len(content) == record["bytes"] <= LARGEST[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_keras_and_onnx_runtime_colour_alike(name):
    photograph = toy.paint("coast", 1, size=200)[:150]
    facts = pretrained.shipped_models()[name]
    network = pretrained.load_network(name)
    configuration = pretrained.training_configuration(name)
    predictor = KerasPredictor(network, configuration, facts["saturation"])
    with_keras = Colorizer(predictor).colorize(
        photograph, size=facts["image_size"], temperature=facts.get("temperature")
    )
    with_keras = with_keras.astype(int)
    without = colorlab.colorize(photograph, model=name)
    assert np.abs(with_keras - without).max() <= 1
    assert np.abs(with_keras - without).mean() < 0.05
    assert with_keras.std(axis=-1).mean() > 2, "nothing was coloured"


def test_no_model_is_the_default_model():
    photograph = toy.paint("coast", 2, size=60)
    expected = colorlab.colorize(photograph, "default")
    np.testing.assert_array_equal(colorlab.colorize(photograph, model=None), expected)
    assert (expected != colorlab.colorize(photograph, "vivid")).any()


@pytest.mark.parametrize("name", NAMES)
def test_a_photograph_that_was_never_seen_comes_closer_to_the_truth(name):
    truth = data.chelsea()
    output = colorlab.colorize(truth, model=name)
    grey = np.round(truth @ np.array([0.299, 0.587, 0.114])).astype("uint8")
    grey = np.repeat(grey[..., None], 3, axis=-1)
    assert metrics.ciede2000(truth, output) < 0.8 * metrics.ciede2000(truth, grey)
    # Ginger fur: redder and yellower than grey.
    fur = skimage_color.rgb2lab(output)[..., 1:].mean(axis=(0, 1))
    assert (fur > (1, 3)).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_table_belongs_to_the_weights(name):
    configuration = pretrained.training_configuration(name)
    assert Configuration.from_dict(RESULTS["course"]["facts"]["settings"][name]) == configuration
    assert RESULTS["course"]["facts"]["size"] == 256


def test_the_figures_that_the_book_speaks_of():
    default, classic = row("default"), row("classic")
    assert default["psnr"] >= classic["psnr"] + 1.4
    assert default["ssim"] >= classic["ssim"] + 0.02
    assert default["ciede2000"] <= 0.88 * classic["ciede2000"]
    assert default["colorfulness_ratio"] >= 0.65
    assert 0.9 <= row("vivid")["colorfulness_ratio"] <= 1.15
    assert row("vivid")["psnr"] >= default["psnr"] - 1.3
    assert row("small")["psnr"] >= default["psnr"] - 0.5


def unbeaten(pictures):
    """Return the categories in which plain grey or the mean ab is as close to the truth."""
    return {
        category
        for category in {row["category"] for row in RESULTS[pictures]["rows"]}
        for baseline in ("grey", "mean ab")
        if row("default", category, pictures)["ciede2000"]
        >= row(baseline, category, pictures)["ciede2000"]
    }


def test_every_category_beats_the_baselines():
    assert not unbeaten("course")
    # The model card names it.
    assert unbeaten("varied") <= {"sports"}


def test_hints_pay():
    psnr = {row["hints"]: row["psnr"] for row in RESULTS["hints"]["rows"]}
    gains = [psnr[count] - psnr[0] for count in (1, 3, 10)]
    assert all(gain >= least for gain, least in zip(gains, (0.6, 1.5, 2.9), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_model_cards_say_what_was_measured(name):
    path = ROOT / "book" / "models" / f"{name}.md"
    card = write_model_cards.card(name, pretrained.shipped_models(), RESULTS)
    assert path.read_text(encoding="utf-8") == card, "run tools/write_model_cards.py"


@pytest.mark.parametrize(
    "function",
    [pretrained.weights_file, pretrained.load_network, pretrained.training_configuration],
)
def test_an_unknown_name_is_refused(function):
    with pytest.raises(InputError, match="default, small, vivid, unet_small, got 'nothing'"):
        function("nothing")
    with pytest.raises(
        InputError, match="nothing: no such model; expected default, small, vivid, unet_small"
    ):
        colorlab.load_pretrained("nothing")


def test_damaged_weights_are_refused(monkeypatch, tmp_path):
    source = pretrained._WEIGHTS
    (tmp_path / "models.json").write_bytes((source / "models.json").read_bytes())
    content = bytearray((source / "small.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "small.onnx").write_bytes(content)
    monkeypatch.setattr(pretrained, "_WEIGHTS", tmp_path)
    for name in ("small", "default"):
        with pytest.raises(InputError, match=f"{name}.onnx: is missing or damaged"):
            colorlab.load_pretrained(name)
        with pytest.raises(InputError, match=f"{name}.onnx: is missing or damaged"):
            pretrained.load_network(name)
