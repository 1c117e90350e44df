"""Variants against what a Gaussian, the golden ratio and the plastic ratio say in closed form."""

import math

import numpy as np
import pytest

from colorlab.color import ab_bins
from colorlab.errors import InputError
from colorlab.inference import variants

SIGMA = 15.0
GOLDEN = (math.sqrt(5) - 1) / 2
PLASTIC = 1 / max(np.roots([1, 0, -1, -1]).real)  # of x ** 3 = x + 1


def means(logits):
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shares @ ab_bins.bin_centers() / shares.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_photograph_of_one_grey_is_one_place(seed):
    """A network predicts nearly the same everywhere: each variant is even, and no two are alike."""
    distances = np.square(ab_bins.bin_centers()).sum(axis=-1)
    noise = np.random.default_rng(seed).normal(scale=0.1, size=(16, 16, len(distances)))
    logits = (-distances / (2 * SIGMA**2) + noise).astype("float32")
    before = means(logits)
    moves = [means(each) - before for each in variants.tilted_logits(logits, 3, seed)]
    for move in moves:
        np.testing.assert_allclose(np.linalg.norm(move, axis=-1), 0.6 * SIGMA, rtol=0.1)
        assert np.abs(move - move.mean(axis=(0, 1))).max() < 0.06 * SIGMA
    np.testing.assert_allclose(sum(moves), 0, atol=0.06 * SIGMA)  # spread evenly


@pytest.mark.parametrize("seed", [0, 1, 3])
@pytest.mark.parametrize("count", [1, 3])
def test_a_photograph_of_one_place_goes_where_the_recurrence_sends_it(count, seed):
    """Six numbers choose centres of clusters, and the seventh is the first cluster's direction.

    The page in the browser draws the same numbers, and a photograph has the same variants again.
    """
    distances = np.square(ab_bins.bin_centers()).sum(axis=-1)
    logits = -distances[None, None] / (2 * SIGMA**2)
    first = 2 * math.pi * ((7 * GOLDEN + seed * PLASTIC) % 1)
    for number, tilted in enumerate(variants.tilted_logits(logits, count, seed)):
        angle = first + 2 * math.pi * number / count
        expected = 0.6 * SIGMA * np.array([math.cos(angle), math.sin(angle)])
        np.testing.assert_allclose(means(tilted)[0, 0], expected, rtol=0, atol=0.3)


@pytest.mark.parametrize("seed", [None, -1, 0.5, True])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(InputError, match="seed must be a whole number from 0, got"):
        variants.tilted_logits(np.zeros((2, 2, 227)), 2, seed)
