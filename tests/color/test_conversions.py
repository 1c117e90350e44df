"""Colour: against scikit-image, published numbers, and its own inverse."""

import json
import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image
from skimage import color as reference

from colorlab import color
from colorlab.backend import keras
from colorlab.color.conversions import in_gamut
from colorlab.color.luma import replace_luma
from colorlab.color.ranges import levels_to_signed, signed_to_levels

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="gradients are taken with TensorFlow"
)

# sRGB primaries and their mixtures in Lab under D65, as Bruce Lindbloom's calculator gives them.
PUBLISHED_LAB = {
    (255, 0, 0): (53.24, 80.09, 67.20),
    (0, 255, 0): (87.73, -86.18, 83.18),
    (0, 0, 255): (32.30, 79.19, -107.86),
    (255, 255, 0): (97.14, -21.55, 94.48),
    (0, 255, 255): (91.11, -48.09, -14.13),
    (255, 0, 255): (60.32, 98.23, -60.82),
    (255, 255, 255): (100.0, 0.0, 0.0),
    (0, 0, 0): (0.0, 0.0, 0.0),
}


@cache
def cube():
    """Return 8-bit colours: every fifth level of each channel, and all of the six faces."""
    steps = np.arange(0, 256, 5)
    inside = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    plane = np.stack(np.meshgrid(np.arange(256), np.arange(256)), axis=-1).reshape(-1, 2)
    faces = [np.insert(plane, channel, end, axis=1) for channel in range(3) for end in (0, 255)]
    return np.concatenate([inside, *faces])


@cache
def cube_lab():
    return np.asarray(color.srgb_to_lab(cube() / 255))


def gradient(function, point, weights):
    """Return the gradient of the weighted sum of a function's results."""
    import tensorflow as tf

    point = tf.constant(point, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(point)
        total = tf.reduce_sum(function(point) * tf.constant(weights, tf.float32))
    return tape.gradient(total, point).numpy()


def difference_quotient(function, point, weights, step):
    """Return the same gradient by central differences, of a float64 function."""
    columns = []
    for channel in range(3):
        offset = step * np.eye(3)[channel]
        rise = function(point + offset) - function(point - offset)
        columns.append((rise * weights).sum(axis=-1) / (2 * step))
    return np.stack(columns, axis=-1)


# --- grey ----------------------------------------------------------------------------------------


def test_grey_is_the_weighted_sum():
    levels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype("float64")
    expected = 0.299 * levels[..., 0] + 0.587 * levels[..., 1] + 0.114 * levels[..., 2]
    found = np.asarray(color.grey(levels))
    assert found.shape == (5, 7, 1) and found.dtype == np.float32
    np.testing.assert_allclose(found[..., 0], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("rgb", "expected"),
    # Luma of the full colour bars, as ITU-R BT.601 prints it for eight bits of full range.
    [
        ((255, 255, 0), 226),
        ((0, 255, 255), 179),
        ((0, 255, 0), 150),
        ((255, 0, 255), 105),
        ((255, 0, 0), 76),
        ((0, 0, 255), 29),
    ],
)
def test_grey_of_the_colour_bars(rgb, expected):
    assert round(float(color.grey(rgb)[0])) == expected


def test_grey_agrees_with_pillow():
    levels = np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype("uint8")
    expected = np.asarray(Image.fromarray(levels).convert("L")).astype(int)
    assert np.abs(np.asarray(color.grey(levels))[..., 0] - expected).max() < 0.51


@pytest.mark.parametrize("white", [255.0, 1.0, -1.0, 0.0])
def test_grey_keeps_the_ends_of_every_range(white):
    assert float(color.grey([white] * 3)[0]) == white


def test_grey_of_grey_is_itself():
    levels = np.arange(256, dtype="float32")
    found = np.asarray(color.grey(np.repeat(levels[:, None], 3, axis=1)))
    np.testing.assert_allclose(found[:, 0], levels, atol=2e-5)


# --- sRGB and Lab --------------------------------------------------------------------------------


@pytest.mark.parametrize(("rgb", "expected"), PUBLISHED_LAB.items())
def test_lab_of_published_colours(rgb, expected):
    np.testing.assert_allclose(
        np.asarray(color.srgb_to_lab(np.array(rgb) / 255)), expected, atol=0.02
    )


def test_srgb_to_lab_agrees_with_scikit_image_on_the_cube():
    expected = reference.rgb2lab(cube() / 255)
    assert cube_lab().dtype == np.float32
    assert np.abs(cube_lab() - expected).max() < 1e-3


def test_lab_to_srgb_agrees_with_scikit_image_on_the_cube():
    lab = reference.rgb2lab(cube() / 255)
    expected = reference.lab2rgb(lab)
    assert np.abs(np.asarray(color.lab_to_srgb(lab)) - expected).max() < 1e-3 / 2


def test_there_and_back_is_within_half_a_level():
    back = np.asarray(color.lab_to_srgb(cube_lab())) * 255
    assert np.abs(back - cube()).max() < 0.5
    np.testing.assert_array_equal(np.rint(back), cube())


def test_the_ranges_in_the_table_are_those_of_the_cube():
    low, high = cube_lab().min(axis=0), cube_lab().max(axis=0)
    for found, stated in ((-low, [0.0, 86.2, 107.9]), (high, [100.0, 98.3, 94.5])):
        assert (found <= np.add(stated, 1e-3)).all(), "a colour lies outside the stated range"
        np.testing.assert_allclose(found, stated, atol=0.1)


def test_srgb_outside_the_unit_range_is_clipped():
    found = np.asarray(color.srgb_to_lab([[1.5, -0.2, 0.3]]))
    expected = reference.rgb2lab([[1.0, 0.0, 0.3]])
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_lab_outside_the_gamut_is_clipped_to_the_unit_range():
    random = np.random.default_rng(2)
    lab = random.uniform([0, -128, -128], [100, 128, 128], (4000, 3))
    rgb = np.asarray(color.lab_to_srgb(lab))
    assert rgb.min() == 0.0 and rgb.max() == 1.0
    assert np.isfinite(rgb).all()


def test_shape_is_kept_for_any_number_of_axes():
    for shape in [(3,), (2, 3), (2, 4, 5, 3)]:
        assert tuple(color.srgb_to_lab(np.zeros(shape)).shape) == shape
        assert tuple(color.lab_to_srgb(np.zeros(shape)).shape) == shape
        assert tuple(in_gamut(np.zeros(shape)).shape) == shape[:-1]


# --- gamut ---------------------------------------------------------------------------------------


def test_every_colour_of_the_cube_is_in_the_gamut():
    assert np.asarray(in_gamut(reference.rgb2lab(cube() / 255))).all()


def test_gamut_is_what_survives_a_round_trip():
    random = np.random.default_rng(3)
    lab = random.uniform([0, -110, -110], [100, 110, 110], (4000, 3))
    inside = np.asarray(in_gamut(lab))
    lost = np.abs(reference.rgb2lab(np.asarray(color.lab_to_srgb(lab), "float64")) - lab)
    assert 0.05 < inside.mean() < 0.95
    # Half a level of tolerance is at most a few units of Lab in the darkest blues.
    assert lost[inside].max() < 3
    assert np.median(lost[~inside].max(axis=-1)) > 10


def test_gamut_tolerance_is_what_it_says():
    # A grey just brighter than white: 12.92 and the like aside, each channel is at 1 + something.
    slightly = [[100.1, 0.0, 0.0]]
    assert bool(in_gamut(slightly)[0])
    assert not bool(in_gamut(slightly, tolerance=0.0)[0])
    assert not bool(in_gamut([[101.0, 0.0, 0.0]])[0])
    assert bool(in_gamut([[101.0, 0.0, 0.0]], tolerance=0.1)[0])


# --- gradients -----------------------------------------------------------------------------------

CORNERS = [[red, green, blue] for red in (0, 1) for green in (0, 1) for blue in (0, 1)]


@needs_tensorflow
def test_gradients_to_lab_are_finite_everywhere():
    points = np.array(
        [*CORNERS, [0.04045] * 3, [1e-9] * 3, [-0.5, 2.0, 0.5], [-1.0, -1.0, -1.0]], "float64"
    )
    assert np.isfinite(gradient(color.srgb_to_lab, points, np.ones(3))).all()
    some = np.random.default_rng(4).uniform(-0.2, 1.2, (2000, 3))
    assert np.isfinite(gradient(color.srgb_to_lab, some, np.ones(3))).all()


@needs_tensorflow
def test_gradients_to_srgb_are_finite_everywhere():
    points = np.array(
        [[0, 0, 0], [100, 0, 0], [50, 0, -120], [0, 100, -100], [100, -128, 127], [8, 0, 0]],
        "float64",
    )
    assert np.isfinite(gradient(color.lab_to_srgb, points, np.ones(3))).all()
    some = np.random.default_rng(5).uniform([-20, -128, -128], [120, 128, 128], (2000, 3))
    assert np.isfinite(gradient(color.lab_to_srgb, some, np.ones(3))).all()


@needs_tensorflow
def test_gradient_at_black_is_the_slope_of_the_linear_piece():
    # Below the knee sRGB is 12.92 times linear light, and L is 116 * 7.787 times luminance.
    found = gradient(color.srgb_to_lab, [[0.001, 0.001, 0.001]], [1.0, 0.0, 0.0])[0]
    expected = 116 * 7.787 / 12.92 * np.array([0.212671, 0.715160, 0.072169])
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@needs_tensorflow
def test_gradients_to_lab_are_those_of_scikit_image():
    random = np.random.default_rng(6)
    points = np.concatenate(
        [random.uniform(0.06, 0.95, (60, 3)), random.uniform(0.005, 0.03, (6, 3))]
    )
    for weights in np.eye(3):
        np.testing.assert_allclose(
            gradient(color.srgb_to_lab, points, weights),
            difference_quotient(reference.rgb2lab, points, weights, 1e-5),
            rtol=2e-3,
            atol=0.02,
        )


@needs_tensorflow
def test_gradients_to_srgb_are_those_of_scikit_image():
    rgb = np.random.default_rng(7).uniform(0.08, 0.92, (60, 3))
    points = reference.rgb2lab(rgb)
    for weights in np.eye(3):
        np.testing.assert_allclose(
            gradient(color.lab_to_srgb, points, weights),
            difference_quotient(reference.lab2rgb, points, weights, 1e-4),
            rtol=2e-3,
            atol=2e-5,
        )


# --- levels, signed, and the grey of another picture ---------------------------------------------


def test_every_level_survives_the_signed_range():
    levels = np.arange(256, dtype="uint8")
    signed = np.asarray(levels_to_signed(levels))
    assert (signed[0], signed[-1]) == (-1.0, 1.0)
    np.testing.assert_allclose(np.diff(signed), 2 / 255, atol=1e-6)
    back = signed_to_levels(signed)
    assert isinstance(back, np.ndarray) and back.dtype == np.uint8
    np.testing.assert_array_equal(back, levels)


def test_signed_values_are_rounded_and_clipped():
    near = (np.array([9.6, 10.4, 200.4, 254.6]) / 127.5) - 1
    assert signed_to_levels(near).tolist() == [10, 10, 200, 255]
    assert signed_to_levels([-1.2, 1.2, -9.0, 9.0]).tolist() == [0, 255, 0, 255]


def test_replaced_grey_is_the_target_where_nothing_clips():
    random = np.random.default_rng(8)
    rgb = random.uniform(0, 255, (40, 40, 3))
    target = random.uniform(0, 255, (40, 40, 1))
    found = np.asarray(replace_luma(rgb, target))
    unclipped = rgb + (target - rgb @ np.array([0.299, 0.587, 0.114])[:, None])
    free = ((unclipped > 0) & (unclipped < 255)).all(axis=-1)
    assert 0.1 < free.mean() < 0.9
    assert np.abs(np.asarray(color.grey(found)) - target)[free].max() < 1e-3
    # Differences between the channels are kept, so the colour is.
    np.testing.assert_allclose(
        np.diff(found, axis=-1)[free], np.diff(rgb, axis=-1)[free], atol=1e-3
    )
    np.testing.assert_allclose(found, unclipped.clip(0, 255), atol=1e-3)


def test_replacing_grey_by_its_own_changes_nothing():
    rgb = np.random.default_rng(9).integers(0, 256, (16, 16, 3))
    np.testing.assert_allclose(np.asarray(replace_luma(rgb, color.grey(rgb))), rgb, atol=1e-4)


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [color.grey, color.srgb_to_lab, color.lab_to_srgb, in_gamut])
@pytest.mark.parametrize("shape", [(), (4, 4, 1), (4, 4, 4), (3, 4)])
def test_other_channels_than_three_are_refused(function, shape):
    with pytest.raises(ValueError, match=r"3 channel.*shape \("):
        function(np.zeros(shape, "float32"))


def test_replace_grey_refuses_swapped_arguments():
    with pytest.raises(ValueError, match="target must have 1 channel"):
        replace_luma(np.zeros((4, 4, 3)), np.zeros((4, 4, 3)))
    with pytest.raises(ValueError, match="rgb must have 3 channel"):
        replace_luma(np.zeros((4, 4, 1)), np.zeros((4, 4, 1)))


# --- the other backend ---------------------------------------------------------------------------

ON_JAX = """
import json
import jax, numpy
import jax.numpy as jnp
from skimage import color as reference
from colorlab import color
from colorlab.backend import keras
from colorlab.color.ranges import levels_to_signed, signed_to_levels

rgb = numpy.random.default_rng(0).uniform(0, 1, (5000, 3))
rgb[:8] = [[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)]
lab = reference.rgb2lab(rgb)
there = jax.grad(lambda x: jnp.sum(color.srgb_to_lab(x)))(jnp.asarray(rgb, "float32"))
back = jax.grad(lambda x: jnp.sum(color.lab_to_srgb(x)))(jnp.asarray(lab * 1.5, "float32"))
levels = numpy.arange(256, dtype="uint8")
print(json.dumps({
    "backend": keras.backend.backend(),
    "lab": float(numpy.abs(numpy.asarray(color.srgb_to_lab(rgb)) - lab).max()),
    "srgb": float(numpy.abs(numpy.asarray(color.lab_to_srgb(lab)) - rgb).max()),
    "finite": bool(numpy.isfinite(there).all() and numpy.isfinite(back).all()),
    "levels": signed_to_levels(levels_to_signed(levels)).tolist() == levels.tolist(),
}))
"""


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
def test_colour_is_the_same_on_jax():
    run = subprocess.run(
        [sys.executable, "-c", ON_JAX],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["backend"] == "jax"
    assert found["lab"] < 1e-3 and found["srgb"] < 0.5 / 255
    assert found["finite"] and found["levels"]
