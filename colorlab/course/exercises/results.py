"""Exercises of chapter 05: PSNR, the mean absolute error, averages over mirror images.

Taught in :doc:`/notebooks/05_results`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "average_with_mirror", "mean_absolute_error", "peak_signal_to_noise"]


def peak_signal_to_noise(truth, output):
    """Return the PSNR of two pictures of type uint8, in decibels."""
    error = truth.astype("float64") - output
    return 10 * np.log10(255**2 / np.mean(error**2))


def mean_absolute_error(truth, output):
    """Return the mean absolute difference of two pictures of type uint8."""
    return np.mean(np.abs(truth.astype("float64") - output))


def average_with_mirror(predict, grey):
    """Average the prediction of each picture and that of its mirror image, mirrored back."""
    mirrored = predict(grey[:, :, ::-1])[:, :, ::-1]
    return (predict(grey) + mirrored) / 2


def _mean_squared(truth, output):
    return np.mean((truth.astype("float64") - output) ** 2)


def _pictures():
    random = np.random.default_rng(9)
    pairs = [random.integers(0, 256, (2, 6, 7, 3), "uint8") for _ in range(2)]
    return [tuple(pair) for pair in pairs]


def _slope(grey):
    """Predict a value that depends on the pixel and on its place."""
    rows, columns = grey.shape[1:3]
    return grey**2 + np.arange(rows)[:, None, None] + 10.0 * np.arange(columns)[:, None]


def _batches():
    return [(_slope, np.random.default_rng(10).uniform(-1, 1, (3, 4, 5, 1)))]


EXERCISES = (
    Exercise(
        peak_signal_to_noise,
        _pictures,
        hints=(
            "The difference of two pictures of type uint8 wraps around: 3 - 5 is 254.",
            "Convert one of them to float, square the difference, and take the mean.",
            "10 times the decimal logarithm of 255 squared over that mean.",
        ),
        mistakes=(
            (
                lambda t, o: 10 * np.log10(255**2 / np.mean((t - o).astype("float64") ** 2)),
                "the differences have wrapped around, because uint8 holds no negative numbers.",
            ),
            (
                lambda t, o: 10 * np.log10(255**2 / np.mean((t - o) ** 2)),
                "differences and squares have wrapped around: uint8 ends at 0 and at 255.",
            ),
            (
                lambda t, o: 20 * np.log10(255**2 / _mean_squared(t, o)),
                "twice too large: the error is squared already.",
            ),
            (
                lambda t, o: 10 * np.log(255**2 / _mean_squared(t, o)),
                "decibels need the decimal logarithm.",
            ),
            (
                lambda t, o: -peak_signal_to_noise(t, o),
                "the fraction is upside down: a smaller error should give more decibels.",
            ),
            (
                lambda t, o: 10 * np.log10(255 / _mean_squared(t, o)),
                "the error is squared, and so is 255.",
            ),
            (
                lambda t, o: 10 * np.log10(255 / np.sqrt(_mean_squared(t, o))),
                "the root halves the decibels: leave error and peak squared.",
            ),
            (
                lambda t, o: 10 * np.log10(1 / _mean_squared(t, o)),
                "the largest level of uint8 is 255, not 1.",
            ),
            (
                lambda t, o: 10 * np.log10(4 / _mean_squared(t, o)),
                "a peak of 2 belongs to the signed range; these are levels up to 255.",
            ),
            (
                lambda t, o: np.mean(
                    10 * np.log10(255**2 / np.mean((t.astype("float64") - o) ** 2, axis=(0, 1)))
                ),
                "average the squared errors of all channels first, and take one logarithm.",
            ),
            (_mean_squared, "this is the mean squared error, not yet in decibels."),
        ),
        remark="Ten decibels more are a tenth of the squared error.",
    ),
    Exercise(
        mean_absolute_error,
        _pictures,
        hints=(
            "The difference of two pictures of type uint8 wraps around: 3 - 5 is 254.",
            "Convert one of them to float first.",
            "np.abs of the difference, and its mean over everything.",
        ),
        mistakes=(
            (
                lambda t, o: np.mean(np.abs(t - o)),
                "the differences have wrapped around, because uint8 holds no negative numbers.",
            ),
            (
                _mean_squared,
                "this is the mean squared error.",
            ),
            (
                lambda t, o: np.sqrt(_mean_squared(t, o)),
                "this is the root of the mean squared error, in which large errors count more.",
            ),
            (
                lambda t, o: np.mean(t.astype("float64") - o),
                "positive and negative errors cancel: the size of each counts.",
            ),
            (
                lambda t, o: np.sum(np.abs(t.astype("float64") - o)),
                "this is the sum, not the mean.",
            ),
        ),
        remark="All errors count by their size, the large ones no more than that.",
    ),
    Exercise(
        average_with_mirror,
        _batches,
        hints=(
            "The axes of a batch are picture, row, column and channel.",
            "grey[:, :, ::-1] mirrors each picture from left to right.",
            "The prediction of the mirrored batch has to be mirrored back before averaging.",
        ),
        mistakes=(
            (
                lambda predict, grey: (predict(grey) + predict(grey[:, :, ::-1])) / 2,
                "the second prediction is still mirrored when it is averaged.",
            ),
            (
                lambda predict, grey: (predict(grey) + predict(grey[:, ::-1])[:, ::-1]) / 2,
                "this turns the pictures upside down.",
            ),
            (
                lambda predict, grey: predict(grey) + predict(grey[:, :, ::-1])[:, :, ::-1],
                "this is the sum of the two, not their average.",
            ),
            (
                lambda predict, grey: predict(grey) + predict(grey[:, :, ::-1])[:, :, ::-1] / 2,
                "only the second is halved: put the sum into brackets.",
            ),
            (
                lambda predict, grey: predict((grey + grey[:, :, ::-1]) / 2),
                "the two predictions are averaged, not the two pictures.",
            ),
            (
                lambda predict, grey: predict(grey),
                "this is the plain prediction. `[::-1]` alone turns the order of the pictures, and "
                "`[..., ::-1]` that of the channels; the columns are the third axis.",
            ),
        ),
        remark="A network that treated both sides alike would gain nothing.",
    ),
)
