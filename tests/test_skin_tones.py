"""Skin is found, sorted and compared as the book says."""

import numpy as np
import pytest
from PIL import Image
from scipy import stats
from skimage.color import lab2rgb, rgb2lab

from benchmarks import skin_tones
from colorlab.datasets import folder

# Cb and Cr of 8 bits by ITU-R BT.601, worked out by hand: 102.9 and 153.5; 146.3 and 71.5.
SKIN, SKY = (224, 172, 140), (90, 170, 230)


def flat(rgb, side=64):
    return np.full((side, side, 3), rgb, dtype="uint8")


def test_skin_is_what_has_its_chrominance_and_lies_in_the_centre():
    picture = flat(SKY)
    picture[:40] = SKIN
    expected = np.zeros((64, 64), dtype=bool)
    expected[16:40, 16:48] = True
    assert np.array_equal(skin_tones.find_skin(picture), expected)


@pytest.mark.parametrize(
    ("lightness", "b", "angle", "group"),
    [
        (70, 10, 63.43, "very light"),
        (65, 15, 45.0, "light"),
        (60, 15, 33.69, "intermediate"),
        (55, 15, 18.43, "tan"),
        (50, 15, 0.0, "brown"),
        (40, 10, -45.0, "dark"),
    ],
)
def test_the_angle_sorts_from_light_to_dark(lightness, b, angle, group):
    assert skin_tones.typology_angle(lightness, b) == pytest.approx(angle, abs=0.01)
    assert skin_tones.group_of(angle) == group


def test_shifts_are_those_that_were_made():
    target = np.broadcast_to((60.0, 12.0, 16.0), (8, 8, 3))
    prediction = np.broadcast_to((61.0, 16.0, 12.0), (8, 8, 3))
    found = skin_tones.errors(target, prediction, np.ones((8, 8), dtype=bool))
    assert (found["lightness"], found["a"], found["b"]) == (1, 4, -4)
    assert found["chroma"] == pytest.approx(0)  # 3, 4 and 5 in both
    assert found["hue"] == pytest.approx(np.degrees(np.arctan(3 / 4) - np.arctan(4 / 3)))
    across = np.broadcast_to((60.0, -10.0, -1.0), (8, 8, 3))
    beyond = np.broadcast_to((60.0, -10.0, 1.0), (8, 8, 3))
    found = skin_tones.errors(across, beyond, np.ones((8, 8), dtype=bool))
    assert found["hue"] == pytest.approx(-2 * np.degrees(np.arctan(0.1)))


def test_pixels_outside_the_skin_do_not_count():
    target, prediction = rgb2lab(flat(SKIN)), rgb2lab(flat(SKIN))
    skin = skin_tones.find_skin(flat(SKIN))
    prediction[~skin] = 0
    found = skin_tones.errors(target, prediction, skin)
    assert not any(found.values())


def test_the_interval_is_that_of_a_normal_mean():
    values = np.random.default_rng(1).normal(5, 2, 400)
    found = skin_tones.interval(np.mean, values)
    half = stats.t.ppf(0.975, 399) * values.std(ddof=1) / 20
    assert found["value"] == pytest.approx(values.mean(), abs=1e-3)
    assert found["high"] - found["value"] == pytest.approx(half, rel=0.1)
    assert found["value"] - found["low"] == pytest.approx(half, rel=0.1)
    assert skin_tones.interval(np.mean, values) == found
    assert skin_tones.interval(np.mean, [*values, np.nan]) == found
    assert skin_tones.interval(np.mean, [1.0]) is None


def skin_of(lightness, a, b):
    return np.round(255 * lab2rgb(np.full((64, 64, 3), (lightness, a, b)))).astype("uint8")


@pytest.mark.slow
def test_the_tables_tell_where_a_method_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(skin_tones, "_RESAMPLES", 20)  # intervals have a test of their own
    lightnesses = np.linspace(25, 80, 20)
    (tmp_path / "faces").mkdir()
    for number, lightness in enumerate(lightnesses):
        picture = skin_of(lightness, 14, 18)
        if number == 0:
            picture = flat(SKY)  # has no skin at all
        Image.fromarray(picture).save(tmp_path / "faces" / f"{number:02d}.png")

    def worse_in_the_dark(grey):
        """Predict the true a, and a b that is the lower the darker a face is."""
        light = rgb2lab(np.repeat(grey, 3, axis=-1).round().astype("uint8"))[..., :1]
        ab = np.broadcast_to((14.0, 18.0), (*light.shape[:3], 2)) - (80 - light) * (0, 0.15)
        return (255 * lab2rgb(np.concatenate([light, ab], axis=-1))).round().astype("uint8")

    methods = {
        "grey": lambda grey: grey.round().repeat(3, -1).astype("uint8"),
        "dark": worse_in_the_dark,
    }
    rows, left_out = skin_tones.look_at(folder.scan(tmp_path), methods)
    assert (len(rows), left_out) == (19, 1)
    found = skin_tones.summarize(rows, methods)
    assert sum(each["faces"] for each in found["by_angle"]) == 19
    assert [each["faces"] for each in found["by_lightness"]] == [4, 4, 4, 4, 3]
    darkest, *_, lightest = found["by_lightness"]
    assert darkest["true_lab"][0] < 40 < 70 < lightest["true_lab"][0]
    for each in (darkest, lightest):
        assert each["grey"]["a"]["value"] == pytest.approx(-14, abs=0.5)
        assert each["grey"]["hue"] is None
    assert darkest["dark"]["b"]["value"] < -4 < -1 < lightest["dark"]["b"]["value"]
    correlations = found["rank_correlation_with_ciede2000"]
    assert correlations["lightness"]["dark"]["value"] < -0.95
