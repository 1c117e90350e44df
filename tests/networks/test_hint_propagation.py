"""Attention to hinted places: against a loop over places, and what it must never do."""

import numpy as np
import pytest

from colorlab.backend import keras
from colorlab.color.ab_bins import annealed_mean, bin_centers
from colorlab.networks.hint_propagation import HintPropagation, hint_logits


def given(seed, height=4, width=6, share=0.2, channels=5):
    rng = np.random.default_rng(seed)
    queries = rng.normal(size=(2, height, width, channels)).astype("float32")
    mask = rng.random((2, height, width, 1)) < share
    ab = rng.normal(0, 1, (2, height, width, 2)) * mask
    return queries, np.concatenate([ab, mask], axis=-1).astype("float32")


def looped(queries, hints, similarity, distance, nothing):
    """Go over every place and every key, as the description says."""
    result = np.zeros(hints.shape)
    unit = queries / np.sqrt((queries**2).sum(-1, keepdims=True) + 1e-6)
    batch, height, width, _ = hints.shape
    for picture in range(batch):
        keys = []
        for row in range(0, height, 2):
            for column in range(0, width, 2):
                cells = [(r, c) for r in (row, row + 1) for c in (column, column + 1)]
                cells = [cell for cell in cells if hints[(picture, *cell)][2]]
                if cells:
                    key = np.mean([unit[(picture, *cell)] for cell in cells], axis=0)
                    color = np.mean([hints[(picture, *cell)][:2] for cell in cells], axis=0)
                    keys.append((key, np.mean(cells, axis=0), color))
        for place in np.ndindex(height, width):
            weights = [
                np.exp(
                    similarity * unit[(picture, *place)] @ key
                    - distance * ((np.array(place) - where) ** 2).sum()
                )
                for key, where, _ in keys
            ]
            total = sum(weights) + np.exp(nothing)
            for weight, (_, _, color) in zip(weights, keys, strict=True):
                result[(picture, *place)] += weight / total * np.array([*color, 1])
    return result


@pytest.mark.parametrize("seed", [0, 1])
def test_attention_is_what_a_loop_computes(seed):
    queries, hints = given(seed)
    layer = HintPropagation()
    layer.build([queries.shape, hints.shape])
    layer.set_weights([np.array([each], "float32") for each in (0.7, -2.0, 0.4)])
    expected = looped(queries, hints, np.exp(0.7), np.exp(-2.0), 0.4)
    assert expected[..., 2].max() > 0.5, "hints that reach nobody prove nothing"
    found = keras.ops.convert_to_numpy(layer([queries, hints]))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_without_hints_nothing_is_taken_over():
    queries, hints = given(0)
    found = keras.ops.convert_to_numpy(HintPropagation()([queries, np.zeros_like(hints)]))
    np.testing.assert_array_equal(found, 0)


def test_a_picture_without_hints_is_not_touched_by_its_neighbour_in_the_batch():
    queries, hints = given(0)
    hints[1] = 0
    found = keras.ops.convert_to_numpy(HintPropagation()([queries, hints]))
    assert np.abs(found[0]).max() > 0.1
    np.testing.assert_array_equal(found[1], 0)


def test_a_place_that_looks_like_the_hinted_one_takes_over_more():
    queries = np.zeros((1, 2, 8, 2), "float32")
    queries[..., 0] = 1
    queries[0, 0, 4] = 0, 1
    hints = np.zeros((1, 2, 8, 3), "float32")
    hints[0, 0, 0] = 1, -1, 1
    shares = keras.ops.convert_to_numpy(HintPropagation()([queries, hints]))[0, 0, :, 2]
    assert shares[4] < 0.2 * shares[6], "farther, but alike"


def test_a_hint_alone_begins_as_a_gaussian_belief_around_its_color():
    bins = bin_centers()
    logits, hints = keras.Input((1, 1, len(bins))), keras.Input((1, 1, 3))
    network = keras.Model([logits, hints], hint_logits(logits, hints))
    hint = np.array([30, -20, 50], "float32")[None, None, None] / 50
    found = network([np.zeros((1, 1, 1, len(bins)), "float32"), hint])
    found = keras.ops.convert_to_numpy(found)[0, 0, 0]
    square = ((bins - [30, -20]) ** 2).sum(axis=1)
    np.testing.assert_allclose(found - found.max(), -(square - square.min()) / 800, atol=1e-3)
    np.testing.assert_allclose(annealed_mean(found, 0.1), [30, -20], atol=3)
