"""Exercises of chapter 04: Huber's loss, counting steps.

Taught in :doc:`/notebooks/04_training`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "count_steps", "huber"]


def huber(error):
    """Return Huber's loss of each error."""
    size = np.abs(error)
    return np.where(size <= 1, size**2 / 2, size - 0.5)


def count_steps(pictures, batch_size, epochs):
    """Return steps an epoch, steps in all, and the pictures left over in each epoch."""
    steps, left_over = divmod(pictures, batch_size)
    return steps, steps * epochs, left_over


def _with_last_batch(pictures, batch_size, epochs):
    steps = -(-pictures // batch_size)
    return steps, steps * epochs, 0


EXERCISES = (
    Exercise(
        huber,
        lambda: [(np.linspace(-3, 3, 25),), (np.array([0.2, 5.0]),)],
        hints=(
            "Two cases, by the size of the error: np.where chooses between them.",
            "np.abs(error) serves both cases and both signs.",
            "np.where(size <= 1, size**2 / 2, size - 1 / 2)",
        ),
        mistakes=(
            (
                lambda e: np.where(np.abs(e) <= 1, e**2, np.abs(e) - 0.5),
                "the square lacks its half: at 1 the two parts should meet.",
            ),
            (
                lambda e: np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e)),
                "the two parts do not meet at 1: something is missing from the second.",
            ),
            (
                lambda e: np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e) - 1),
                "the two parts do not meet at 1: too much is subtracted in the second.",
            ),
            (
                lambda e: np.where(e <= 1, e**2 / 2, e - 0.5),
                "large negative errors are treated as small ones.",
            ),
            (
                lambda e: np.where(np.abs(e) <= 1, e**2 / 2, e - 0.5),
                "large negative errors get a negative loss: the second part needs |e|, too.",
            ),
            (
                lambda e: np.where(np.abs(e) > 1, e**2 / 2, np.abs(e) - 0.5),
                "the two parts are exchanged: small errors are squared.",
            ),
            (
                lambda e: np.abs(e) - 0.5,
                "the second part stands for small errors, too, where it is negative.",
            ),
            (lambda e: e**2 / 2, "large errors count too much: only the first part is there."),
            (lambda e: np.mean(huber(e)), "one loss for each error, not their mean."),
            (lambda e: np.sum(huber(e)), "one loss for each error, not their sum."),
        ),
        remark="Where all errors are below 1 it is half the squared error.",
    ),
    Exercise(
        count_steps,
        lambda: [(4596, 32, 25), (64, 8, 10), (10, 4, 3)],
        hints=(
            "One step takes one batch. An epoch takes only whole batches.",
            "pictures // batch_size is the number of whole batches.",
            "divmod gives that number and the rest; multiply the first by the epochs.",
        ),
        mistakes=(
            (_with_last_batch, "the last, incomplete batch is left out of each epoch."),
            (
                lambda p, b, e: (-(-p // b), -(-p // b) * e, p % b),
                "the last, incomplete batch is left out of each epoch.",
            ),
            (lambda p, b, e: (p / b, p / b * e, p % b), "an epoch has a whole number of steps."),
            (
                lambda p, b, e: (p // b, p * e // b, p % b),
                "what is left over in one epoch is not carried into the next.",
            ),
            (lambda p, b, e: (p // b, p // b, p % b), "the second number is that of all epochs."),
            (
                lambda p, b, e: (p // b, p // b * e, p % b * e),
                "the third number is that of a single epoch.",
            ),
        ),
        remark="The recipe takes 3,575 steps, and leaves 20 pictures out of each epoch.",
    ),
)
