"""Pictures are drawn by category as configured, each epoch anew, and the same again by its seed."""

import numpy as np
import pytest

from colorlab.training.drawing import category_shares, draw_epoch

COUNTS = {"faces": 81, "rooms": 9, "street": 36}
CATEGORIES = [name for name, count in COUNTS.items() for _ in range(count)]


def drawn(balance, count=120, seed=0, epoch=0):
    return draw_epoch(CATEGORIES, balance, count, seed, epoch)


@pytest.mark.parametrize(
    ("balance", "shares"), [(0, (81, 9, 36)), (0.5, (9, 3, 6)), (1, (1, 1, 1))]
)
def test_each_category_gets_its_share_of_an_epoch(balance, shares):
    assert list(category_shares(COUNTS, balance).values()) == pytest.approx(
        np.array(shares) / sum(shares)
    )
    for epoch in range(3):
        rows, _ = drawn(balance, epoch=epoch)
        assert len(rows) == 120
        names = np.array(CATEGORIES)[rows]
        for name, share in zip(COUNTS, shares, strict=True):
            assert abs((names == name).sum() - 120 * share / sum(shares)) <= 1


def test_drawn_alike_no_picture_comes_twice():
    for epoch in range(5):
        rows, repeats = drawn(0, epoch=epoch)
        assert len(set(rows.tolist())) == len(rows) == 120 and not repeats.any()


def test_the_pictures_of_a_category_take_turns():
    totals = np.zeros(len(CATEGORIES))
    for epoch in range(40):
        rows, repeats = drawn(1, epoch=epoch)
        counts = np.bincount(rows, minlength=len(CATEGORIES))
        for row in np.unique(rows):
            assert sorted(repeats[rows == row]) == list(range(counts[row]))
        for name in COUNTS:
            own = counts[np.array(CATEGORIES) == name]
            assert own.max() - own.min() <= 1
        totals += counts
    # Forty times forty draws of nine rooms, and of eighty-one faces.
    for name, count in COUNTS.items():
        own = totals[np.array(CATEGORIES) == name]
        assert own.mean() == pytest.approx(1600 / count, rel=0.05)
        assert own.min() > 0.5 * own.mean()


def test_seed_and_epoch_decide():
    first = drawn(0.5)
    for one, other in zip(first, drawn(0.5), strict=True):
        np.testing.assert_array_equal(one, other)
    for settings in ({"seed": 1}, {"epoch": 1}):
        assert (first[0] != drawn(0.5, **settings)[0]).any()
    # In random order, not category by category.
    assert len(set(np.array(CATEGORIES)[first[0][:12]])) > 1
