"""Grey and chroma become one picture: the grey to the level, the chroma where there is room."""

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
def test_the_grey_is_kept_whatever_the_chroma(shape, small):
    random = np.random.default_rng(0)
    grey = random.integers(0, 256, (*shape, 1)).astype("uint8")
    joined = luma.recombine(grey, random.normal(0, 60, (*small, 2)))
    assert (joined.shape, joined.dtype) == ((*shape, 3), np.uint8)
    assert np.abs(grey_of(joined) - grey[..., 0]).max() <= 0.501


def test_a_picture_taken_apart_comes_together_again():
    truth = toy.paint("street", 3, size=96)
    lab = skimage_color.rgb2lab(truth)
    joined = luma.recombine(grey_of(truth)[..., None], lab[..., 1:])
    assert np.abs(joined.astype(int) - truth).mean() < 0.5
    assert skimage_color.deltaE_ciede2000(lab, skimage_color.rgb2lab(joined)).mean() < 0.5


def test_moderate_chroma_comes_out_as_it_was_asked_for():
    grey = np.full((4, 4, 1), 140.0)
    for a, b in ((8, 0), (-8, 5), (0, -10), (6, 12)):
        found = skimage_color.rgb2lab(luma.recombine(grey, np.array([[[a, b]]])))[..., 1:]
        assert np.abs(found - [a, b]).max() < 1


def test_strength_scales_the_chroma_and_nothing_else():
    grey = np.arange(60, 200, dtype="float32").reshape(10, 14, 1)
    chroma = np.full((1, 1, 2), 10.0)
    np.testing.assert_array_equal(
        luma.recombine(grey, chroma, strength=0.5), luma.recombine(grey, chroma / 2)
    )
    np.testing.assert_array_equal(
        luma.recombine(grey, chroma, strength=0), np.repeat(grey, 3, axis=-1).astype("uint8")
    )


def test_impossible_colours_move_towards_grey_and_keep_their_hue():
    grey = np.array([[[20.0], [128.0], [245.0]]])
    joined = luma.recombine(grey, np.array([[[60.0, 60.0]]]))
    hue = np.degrees(np.arctan2(*skimage_color.rgb2lab(joined)[..., :0:-1].transpose(2, 0, 1)))
    assert (joined.max(axis=-1) - joined.min(axis=-1) > 10).all()
    assert np.abs(hue - 45).max() < 25


def test_chroma_is_enlarged_as_pillow_enlarges_it():
    chroma = np.random.default_rng(1).normal(0, 5, (5, 4, 2)).astype("float32")
    grey = np.full((1100, 1000, 1), 128.0)  # more than one strip
    joined = luma.recombine(grey, chroma)
    planes = [
        Image.fromarray(np.ascontiguousarray(chroma[..., channel])).resize(
            (1000, 1100), Image.Resampling.BICUBIC
        )
        for channel in range(2)
    ]
    whole = luma.recombine(grey, np.stack(planes, axis=-1))
    assert np.abs(joined.astype(int) - whole).max() <= 1


def test_no_seam_between_strips(monkeypatch):
    random = np.random.default_rng(2)
    grey = random.integers(0, 256, (64, 40, 1)).astype("uint8")
    chroma = random.normal(0, 20, (8, 5, 2))
    whole = luma.recombine(grey, chroma)
    monkeypatch.setattr(luma, "_STRIP", 40 * 7)
    assert np.abs(luma.recombine(grey, chroma).astype(int) - whole).max() <= 1


@pytest.mark.parametrize(
    ("grey", "chroma", "named"),
    [
        ((4, 4), (4, 4, 2), "grey"),
        ((4, 4, 3), (4, 4, 2), "grey"),
        ((0, 4, 1), (4, 4, 2), "grey"),
        ((4, 4, 1), (4, 4, 3), "chroma"),
        ((4, 4, 1), (1, 4, 4, 2), "chroma"),
    ],
)
def test_other_shapes_are_refused(grey, chroma, named):
    with pytest.raises(ValueError, match=f"{named} must have the shape"):
        luma.recombine(np.zeros(grey), np.zeros(chroma))


def test_the_lightness_table_is_that_of_neutral_greys():
    levels = np.repeat(np.arange(256, dtype="float32")[:, None] / 255, 3, axis=-1)
    expected = skimage_color.rgb2lab(levels)[:, 0]
    found = np.asarray(color.srgb_to_lab(levels))[:, 0]
    np.testing.assert_allclose(found, expected, atol=1e-2)
