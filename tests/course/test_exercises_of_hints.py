"""The exercises on hints agree with closed forms."""

import numpy as np
import pytest

from colorlab.course.exercises import asking


def test_a_hint_on_a_gaussian_belief_gives_the_gaussian_of_the_closed_form():
    """The product of two Gaussians of one spread has the mean of their means."""
    axis = np.arange(-100, 101, 2.0)
    centers = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    squared = ((centers - [10.0, -20.0]) ** 2).sum(axis=1)
    before = np.exp(-squared / (2 * 15**2))
    share = asking.hinted_share(before / before.sum(), centers, np.array([30.0, 0.0]), 15.0)
    assert share.sum() == pytest.approx(1)
    assert share @ centers == pytest.approx([20.0, -10.0], abs=1e-3)
    spread = np.sqrt(share @ (centers - [20.0, -10.0]) ** 2)
    assert spread == pytest.approx([15 / np.sqrt(2)] * 2, rel=1e-3)


def test_attention_leaves_the_rest_to_nothing():
    shares = asking.shares_of_hints(np.array([0.7]), np.array([2.0]), 4.0, 0.1, 1.5)
    assert shares == pytest.approx([1 / (1 + np.exp(1.5 - (2.8 - 0.4)))])
    far = asking.shares_of_hints(np.ones(2), np.array([1.0, 90.0]), 4.0, 0.1, 1.5)
    assert far[1] < 1e-6 < far[0] < 1


def test_a_hint_that_is_given_twice_is_followed_a_little_more_and_not_twice():
    """Two equal hints with noise n are one with noise n / 2."""
    at_both, residuals = np.ones((1, 2)), np.array([[30.0, -6.0], [30.0, -6.0]])
    both = asking.corrections(at_both, np.ones((2, 2)), residuals, 0.5)
    one = asking.corrections(np.ones((1, 1)), np.ones((1, 1)), residuals[:1], 0.25)
    assert both == pytest.approx(one) and one == pytest.approx(residuals[:1] / 1.25)


def test_the_next_click_is_in_the_middle_of_what_is_doubtful():
    field = np.zeros((12, 15))
    field[4:7, 9:12] = 0.5
    field[0, 0] = 1.0
    assert tuple(asking.next_click(field, 3)) == (5, 10)
