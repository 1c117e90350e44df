"""The exercises on the photograph's luma and on photographs agree with other ways to the result."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from colorlab.course.exercises import luma, photographs
from colorlab.inference.network_input import network_input


def test_a_prediction_has_the_numbers_of_its_arrays():
    every, small = luma.count_predictions(3000, 4000, 128)
    assert every == 3000 * 4000 * 3
    assert small == np.zeros((128, 171, 2)).size
    assert luma.count_predictions(4000, 3000, 128) == (every, small)


def test_an_average_of_steps_of_one_has_their_share():
    """Before the last steps all weights are 0, afterwards 1: the average is what they add to it."""
    average = 0.0
    for step in range(1, 200):
        average = 0.98 * average + 0.02 * 1.0
        assert luma.share_of_last(0.98, step) == pytest.approx(average)


def test_the_gradient_of_the_distance_is_that_of_differences():
    guess, true = np.random.default_rng(3).uniform(-50, 50, (2, 6, 2))

    def loss(guess):
        return np.sqrt(((guess - true) ** 2).sum(axis=-1) + 25) - 5

    step = 1e-5
    for channel, direction in enumerate(np.eye(2)):
        slope = (loss(guess + step * direction) - loss(guess - step * direction)) / (2 * step)
        found = luma.distance_gradient(guess, true)[:, channel]
        assert found == pytest.approx(slope, abs=1e-7)
    assert (np.linalg.norm(luma.distance_gradient(1e6 * guess, true), axis=-1) < 1).all()


@pytest.mark.parametrize(
    ("height", "width", "size", "stride"),
    [(300, 451, 192, 32), (451, 300, 192, 32), (64, 64, 32, 32), (90, 333, 48, 16)],
)
def test_the_input_is_as_large_as_the_library_makes_it(height, width, size, stride):
    padded, _ = network_input(np.zeros((height, width, 1), "uint8"), size, stride)
    assert photographs.input_size(height, width, size, stride) == padded.shape[:2]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_photographs_are_turned_as_pillow_turns_them(orientation):
    pixels = np.random.default_rng(4).integers(0, 256, (4, 7, 3), "uint8")
    picture = Image.fromarray(pixels)
    picture.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(picture))
    assert np.array_equal(photographs.turn_upright(pixels, orientation), upright)


def test_no_other_saturation_has_a_smaller_error():
    random = np.random.default_rng(5)
    truths = [random.normal(0, 20, shape) for shape in ((3, 4, 2), (5, 2, 2))]
    predictions = [0.4 * truth + random.normal(0, 8, truth.shape) for truth in truths]
    tried = np.linspace(0, 3, 30_001)
    error = sum(
        ((tried[:, None] * prediction.ravel() - truth.ravel()) ** 2).sum(axis=1)
        for prediction, truth in zip(predictions, truths, strict=True)
    )
    found = photographs.best_saturation(predictions, truths)
    assert found == pytest.approx(tried[error.argmin()], abs=1e-4)
