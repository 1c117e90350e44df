"""Simulated hints: the true colours of their places, as often and as large as described."""

import numpy as np
import pytest

from colorlab.errors import InputError
from colorlab.training.hints import point_hints, simulate_hints


def ramp(count, height=24, width=32):
    """Give each cell its own a (its row) and b (its column)."""
    rows, columns = np.mgrid[:height, :width].astype("float32")
    return np.repeat(np.stack([rows, columns], axis=-1)[None], count, axis=0)


def test_hints_hold_the_mean_colour_of_their_place():
    ab = ramp(200)
    hints = simulate_hints(ab, np.random.default_rng(0))
    marked = hints[..., 2] == 1
    assert set(np.unique(hints[..., 2])) == {0, 1}
    assert not hints[~marked].any()
    # A patch is at most three cells wide, so its mean lies at most one cell away.
    assert np.abs(hints[..., :2] - ab)[marked].max() <= 1
    assert np.abs(hints[..., :2] - ab)[marked].max() == 1


def test_one_picture_in_eight_has_no_hint_and_the_others_eight_on_average():
    # A grid so large that patches hardly ever cover each other.
    hints = simulate_hints(np.zeros((1000, 160, 160, 2)), np.random.default_rng(1))
    cells = hints[..., 2].sum(axis=(1, 2))
    empty = (cells == 0).mean()
    assert abs(empty - 1 / 8) < 3 * np.sqrt(1 / 8 * 7 / 8 / 1000)
    # The mean area of a patch of 1, 2 or 3 cells is 14 / 3 cells.
    assert cells[cells > 0].mean() / (14 / 3) == pytest.approx(8, rel=0.08)


def test_share_without_hints_and_mean_number_can_be_chosen():
    ab = np.ones((1000, 64, 64, 2))
    hints = simulate_hints(ab, np.random.default_rng(0), without=0.5, mean_count=1)
    cells = hints[..., 2].sum(axis=(1, 2))
    assert abs((cells == 0).mean() - 0.5) < 3 * np.sqrt(0.25 / 1000)
    # One patch each, of 1, 4 or 9 cells.
    assert set(cells[cells > 0]) == {1, 4, 9}


def test_places_are_gaussian_around_the_centre():
    hints = simulate_hints(np.zeros((1000, 64, 64, 2)), np.random.default_rng(2))
    rows = np.nonzero(hints[..., 2])[1]
    assert rows.mean() == pytest.approx(31.5, abs=0.5)
    # A Gaussian of 16 cells cut off (not drawn again) at two standard deviations.
    assert 14 < rows.std() < 16


def test_the_same_seed_draws_the_same_hints():
    first, second, other = (
        simulate_hints(ramp(20), np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


@pytest.mark.parametrize("count", [0, 1, 30])
def test_points_mark_every_cell_they_touch(count):
    ab = ramp(1, 256, 256)[0]
    hints = point_hints(ab, count, np.random.default_rng(5), (64, 64))
    marked = hints[..., 2] == 1
    # A point of 3 pixels touches one or two cells of 4 pixels in each direction.
    assert (marked.sum() >= count * 0.7) and (marked.sum() <= 4 * count)
    rows, columns = np.nonzero(marked)
    centers = np.stack([4 * rows + 1.5, 4 * columns + 1.5], axis=-1)
    if count:
        assert np.abs(hints[marked][:, :2] - centers).max() <= 3


def test_points_are_equal_on_a_coarser_grid():
    ab = ramp(1, 256, 256)[0]
    fine, coarse = (point_hints(ab, 5, np.random.default_rng(6), (side, side)) for side in (64, 32))
    pooled = fine[..., 2].reshape(32, 2, 32, 2).max(axis=(1, 3))
    np.testing.assert_array_equal(pooled, coarse[..., 2])


def test_other_shapes_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="shape .batch, height, width, 2., got"):
        simulate_hints(np.zeros((8, 8, 2)), rng)
    with pytest.raises(InputError, match="shape .height, width, 2., got"):
        point_hints(np.zeros((8, 8, 3)), 1, rng, (2, 2))
    with pytest.raises(InputError, match="count must be from 0"):
        point_hints(np.zeros((8, 8, 2)), -1, rng, (2, 2))


@pytest.mark.parametrize("numbers", [{"without": -0.1}, {"without": 1.1}, {"mean_count": 0.5}])
def test_numbers_out_of_range_are_refused(numbers):
    with pytest.raises(InputError, match="without must be from 0 to 1 and mean_count from 1"):
        simulate_hints(np.zeros((1, 8, 8, 2)), np.random.default_rng(0), **numbers)
