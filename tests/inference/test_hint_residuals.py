"""What a network leaves of hinted colours, against SciPy's interpolation by radial functions."""

import numpy as np
import pytest
from scipy.interpolate import RBFInterpolator

from colorlab.inference.hint_residuals import add_residuals


def picture(height=12, width=20, stride=4, seed=0):
    """Return predicted a and b, and the grey that they were predicted from."""
    rng = np.random.default_rng(seed)
    grey = rng.integers(0, 256, (height * stride, width * stride, 1)).astype("uint8")
    return rng.normal(0, 15, (height, width, 2)).astype("float32"), grey


def hints_at(shape, places, color):
    hints = np.zeros((*shape[:2], 3), "float32")
    for row, column in places:
        hints[row, column] = *color, 1
    return hints


@pytest.mark.parametrize("stride", [2, 4])
def test_it_is_the_regression_of_residuals_that_scipy_computes(stride):
    ab, grey = picture(stride=stride)
    hints = hints_at(ab.shape, [(0, 0), (0, 1), (7, 13), (11, 19)], (40, -20))
    hints[7, 13, :2] = 5, 60
    height, width = ab.shape[:2]
    rows, columns = np.mgrid[:height, :width] / height
    light = np.array(
        [
            [cell.mean() for cell in np.split(row, width, axis=1)]
            for row in np.split(grey[..., 0] / 255, height, axis=0)
        ]
    )
    described = np.stack([rows, columns, light, *(ab[..., channel] for channel in (0, 1))], axis=-1)
    described = described.reshape(-1, 5) / [0.3, 0.3, 0.2, 15, 15]
    known = hints[..., 2].ravel() > 0
    oracle = RBFInterpolator(
        described[known],
        (hints[..., :2] - ab).reshape(-1, 2)[known],
        smoothing=0.5,
        kernel="gaussian",
        epsilon=0.5**0.5,
        degree=-1,
    )
    expected = ab + oracle(described).reshape(ab.shape)
    found = add_residuals(ab, grey, hints)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(found - ab).max() > 10


def test_without_hints_nothing_is_added():
    ab, grey = picture()
    np.testing.assert_array_equal(add_residuals(ab, grey, hints_at(ab.shape, [], (0, 0))), ab)


def test_places_that_are_far_of_another_grey_or_of_another_colour_keep_theirs():
    ab, grey = np.zeros((20, 60, 2), "float32"), np.full((80, 240, 1), 120, "uint8")
    grey[:, 20:40], ab[10:] = 250, (45, 0)
    added = (add_residuals(ab, grey, hints_at(ab.shape, [(2, 2)], (30, 30))) - ab)[..., 1]
    assert added[2, 2] == pytest.approx(30 / 1.5, rel=1e-5)
    assert 0 < added[2, 7] < 2 / 3 * added[2, 3]  # lighter
    assert np.abs(added[12:]).max() < 0.1  # of another colour
    assert np.abs(added[:, 30:]).max() < 0.1  # far


@pytest.mark.parametrize("side", [15, 40])
def test_a_hint_over_many_cells_is_followed_as_a_whole(side):
    """225 cells, and 1,600: they are averaged over squares of 2 x 2 and of 4 x 4."""
    ab, grey = np.zeros((80, 90, 2), "float32"), np.full((320, 360, 1), 120, "uint8")
    places = [(row, column) for row in range(side) for column in range(side)]
    added = add_residuals(ab, grey, hints_at(ab.shape, places, (0, -40)))[..., 1]
    assert np.abs(added[: side - 2, : side - 2] + 40).max() < 3
    assert added[79, 89] == pytest.approx(0, abs=1)
