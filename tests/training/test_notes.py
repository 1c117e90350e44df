"""A run that is too short says so, from the very number on that it names."""

import pytest

from colorlab.training.notes import warn_of_too_little


@pytest.mark.parametrize(
    ("steps_per_epoch", "batch_size", "epochs", "said"),
    [
        (7, 7, 100, "only 49 training pictures an epoch"),
        (10, 5, 19, "only 190 training steps"),
        (10, 5, 20, None),
    ],
)
def test_the_least_is_fifty_pictures_and_two_hundred_steps(
    steps_per_epoch, batch_size, epochs, said
):
    lines = []
    warn_of_too_little(steps_per_epoch, batch_size, epochs, lines.append)
    assert [line.partition(":")[0] for line in lines] == ([said] if said else [])
