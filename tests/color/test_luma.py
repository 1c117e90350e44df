"""Grey, a and b become one picture: the grey to the level, a and b where the gamut has room."""

import math

import numpy as np
import pytest
from PIL import Image
from skimage import color as skimage_color

from colorlab import color
from colorlab.color import luma
from colorlab.datasets import toy


def grey_of(rgb):
    return rgb.astype("float64") @ [0.299, 0.587, 0.114]


@pytest.mark.parametrize(
    ("shape", "small"), [((1, 1), (1, 1)), ((3, 700), (2, 90)), ((900, 801), (32, 31))]
)
def test_the_grey_is_kept_whatever_the_colour(shape, small):
    random = np.random.default_rng(0)
    grey = random.integers(0, 256, (*shape, 1)).astype("uint8")
    found = luma.recombine(grey, random.normal(0, 60, (*small, 2)))
    assert (found.shape, found.dtype) == ((*shape, 3), np.uint8)
    assert np.abs(grey_of(found) - grey[..., 0]).max() <= 0.501


def test_a_picture_taken_apart_comes_together_again():
    truth = toy.paint("street", 3, size=96)
    lab = skimage_color.rgb2lab(truth)
    found = luma.recombine(grey_of(truth)[..., None], lab[..., 1:])
    assert np.abs(found.astype(int) - truth).mean() < 0.5
    assert skimage_color.deltaE_ciede2000(lab, skimage_color.rgb2lab(found)).mean() < 0.5


def test_moderate_colours_come_out_as_predicted():
    grey = np.full((4, 4, 1), 140.0)
    for a, b in ((8, 0), (-8, 5), (0, -10), (6, 12)):
        found = skimage_color.rgb2lab(luma.recombine(grey, np.array([[[a, b]]])))[..., 1:]
        assert np.abs(found - [a, b]).max() < 1


def expected_of(grey, ab):
    """The definition in scikit-image's numbers: the colour with these a and b, its luma shifted."""
    lightness = skimage_color.rgb2lab(np.repeat(grey / 255.0, 3, axis=-1))[..., :1]
    rgb = 255 * skimage_color.lab2rgb(np.concatenate([lightness, ab], axis=-1))
    return rgb + (grey - grey_of(rgb)[..., None])


def test_the_colours_are_those_of_the_definition_within_a_thousandth():
    """Rounding hides a small factor in one pixel, and not in the mean over many."""
    random = np.random.default_rng(4)
    grey = random.uniform(110, 160, (300, 300, 1))
    angle = random.uniform(0, 2 * np.pi, (300, 300))
    ab = 25 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    expected = expected_of(grey, ab) - grey
    assert np.abs(expected).max() < 90, "a colour out of gamut would be moved"

    def factor(found):
        """How much further from grey the colours lie than those that are expected."""
        return ((found - grey) * expected).sum() / (expected**2).sum()

    assert factor(luma.recombine(grey, ab)) == pytest.approx(1, abs=1e-3)
    for wrong in (0.99, 1.01):
        assert factor(luma.recombine(grey, wrong * ab)) != pytest.approx(1, abs=5e-3)
    # And neither a nor b alone is off.
    for channel in (0, 1):
        found = skimage_color.rgb2lab(luma.recombine(grey, ab))[..., 1 + channel]
        asked = skimage_color.rgb2lab(expected_of(grey, ab) / 255)[..., 1 + channel]
        assert (found * asked).sum() / (asked**2).sum() == pytest.approx(1, abs=2e-3)


def test_saturation_scales_a_and_b_and_nothing_else():
    grey = np.arange(60, 200, dtype="float32").reshape(10, 14, 1)
    ab = np.full((1, 1, 2), 10.0)
    np.testing.assert_array_equal(
        luma.recombine(grey, ab, saturation=0.5), luma.recombine(grey, ab / 2)
    )
    np.testing.assert_array_equal(
        luma.recombine(grey, ab, saturation=0), np.repeat(grey, 3, axis=-1).astype("uint8")
    )


def test_impossible_colours_move_towards_grey_and_keep_their_hue():
    grey = np.array([[[20.0], [128.0], [245.0]]])
    found = luma.recombine(grey, np.array([[[60.0, 60.0]]]))
    hue = np.degrees(np.arctan2(*skimage_color.rgb2lab(found)[..., :0:-1].transpose(2, 0, 1)))
    assert (found.max(axis=-1) - found.min(axis=-1) > 10).all()
    assert np.abs(hue - 45).max() < 25


@pytest.mark.parametrize("level", [12, 243])
def test_what_is_impossible_on_one_side_alone_is_moved_too(level):
    """Too dark or too light for its colour, and nowhere the other."""
    grey = np.full((4, 4, 1), level, "uint8")
    rgb = luma.recombine(grey, np.full((4, 4, 2), (60.0, 50.0), "float32")).astype(int)
    assert np.ptp(rgb, axis=-1).min() > 5
    np.testing.assert_allclose(rgb @ np.array([0.299, 0.587, 0.114]), level, atol=1)


def test_a_and_b_are_enlarged_as_pillow_enlarges_it():
    ab = np.random.default_rng(1).normal(0, 5, (5, 4, 2)).astype("float32")
    grey = np.full((1100, 1000, 1), 128.0)  # more than one strip
    found = luma.recombine(grey, ab)
    planes = [
        Image.fromarray(np.ascontiguousarray(ab[..., channel])).resize(
            (1000, 1100), Image.Resampling.BICUBIC
        )
        for channel in range(2)
    ]
    whole = luma.recombine(grey, np.stack(planes, axis=-1))
    assert np.abs(found.astype(int) - whole).max() <= 1


def test_no_seam_between_strips(monkeypatch):
    random = np.random.default_rng(2)
    grey = random.integers(0, 256, (64, 40, 1)).astype("uint8")
    ab = random.normal(0, 20, (8, 5, 2))
    whole = luma.recombine(grey, ab)
    monkeypatch.setattr(luma, "_STRIP", 40 * 7)
    assert np.abs(luma.recombine(grey, ab).astype(int) - whole).max() <= 1


def test_colours_far_beyond_all_colours_keep_the_grey_too():
    grey = np.arange(256, dtype="uint8").reshape(16, 16, 1)
    for a, b in ((1e30, 1e30), (-1e30, 1e30), (1e30, -1e30), (-5e3, 1)):
        found = luma.recombine(grey, np.array([[[a, b]]]))
        assert np.abs(grey_of(found) - grey[..., 0]).max() <= 0.501


def test_dark_colours_are_those_of_the_definition():
    """Below the knee of Lab's function, as most of a dark picture."""
    random = np.random.default_rng(6)
    grey = random.uniform(4, 20, (60, 60, 1))
    ab = random.normal(0, 2, (60, 60, 2))
    lightness = skimage_color.rgb2lab(np.repeat(grey / 255.0, 3, axis=-1))[..., :1]
    unclipped = skimage_color.lab2rgb(np.concatenate([lightness, ab], axis=-1)) % 1 > 0
    expected = expected_of(grey, ab)
    inside = ((expected >= 0) & unclipped).all(axis=-1)
    assert inside.mean() > 0.8
    assert np.abs(luma.recombine(grey, ab) - expected)[inside].max() < 0.7


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_order_of_the_grey_in_memory_changes_nothing(dtype):
    random = np.random.default_rng(3)
    grey = random.integers(0, 256, (40, 60, 1)).astype(dtype)
    ab = random.normal(0, 60, (10, 15, 2))
    expected = luma.recombine(grey, ab)
    np.testing.assert_array_equal(luma.recombine(np.asfortranarray(grey), ab), expected)


@pytest.mark.parametrize(
    ("grey", "ab", "named"),
    [
        ((4, 4), (4, 4, 2), "grey"),
        ((4, 4, 3), (4, 4, 2), "grey"),
        ((0, 4, 1), (4, 4, 2), "grey"),
        ((4, 4, 1), (4, 4, 3), "ab"),
        ((4, 4, 1), (1, 4, 4, 2), "ab"),
    ],
)
def test_other_shapes_are_refused(grey, ab, named):
    with pytest.raises(ValueError, match=f"{named} must have the shape"):
        luma.recombine(np.zeros(grey), np.zeros(ab))


@pytest.mark.parametrize("level", [-1.0, 256.0, 300, math.nan, math.inf])
def test_levels_out_of_range_are_refused(level):
    grey = np.full((4, 4, 1), 90.0)
    grey[3, 2] = level
    with pytest.raises(ValueError, match="grey must be levels from 0 to 255"):
        luma.recombine(grey, np.zeros((2, 2, 2)))


def test_levels_that_computing_made_a_bit_too_large_are_white():
    found = luma.recombine(np.full((2, 2, 1), 255.0001, "float32"), np.zeros((2, 2, 2)))
    assert (found == 255).all()


def test_a_prediction_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="ab must be finite numbers"):
        luma.recombine(np.full((4, 4, 1), 90, "uint8"), np.full((2, 2, 2), math.nan))


def test_the_lightness_table_is_that_of_neutral_greys():
    levels = np.repeat(np.arange(256, dtype="float32")[:, None] / 255, 3, axis=-1)
    expected = skimage_color.rgb2lab(levels)[:, 0]
    found = np.asarray(color.srgb_to_lab(levels))[:, 0]
    np.testing.assert_allclose(found, expected, atol=1e-2)
