"""Exercises of chapter 06: numbers to predict, averages of weights, the gradient of a distance.

Taught in :doc:`/notebooks/06_keep_the_light`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "count_predictions", "distance_gradient", "share_of_last"]


def count_predictions(height, width, side):
    """Count the numbers of red, green and blue, and of a and b with the shorter side given."""
    shorter, longer = min(height, width), max(height, width)
    return 3 * height * width, 2 * side * round(side * longer / shorter)


def share_of_last(momentum, steps):
    """Return the share that the last steps have in an exponential moving average."""
    return 1 - momentum**steps


def distance_gradient(guess, true):
    """Return the gradient of the loss sqrt(d^2 + 5^2) - 5 with respect to the guessed a and b."""
    difference = guess - true
    distance = np.linalg.norm(difference, axis=-1, keepdims=True)
    return difference / np.sqrt(distance**2 + 5**2)


def _sizes():
    return [(3000, 4000, 128), (640, 427, 128), (512, 512, 192), (301, 500, 64)]


def _colors():
    random = np.random.default_rng(14)
    return [tuple(random.uniform(-60, 60, (2, count, 2))) for count in (3, 7)]


def _height_is_shorter(height, width, side):
    return 3 * height * width, 2 * side * round(side * width / height)


def _longer_is_given(height, width, side):
    shorter, longer = min(height, width), max(height, width)
    return 3 * height * width, 2 * side * round(side * shorter / longer)


def _rounded_down(height, width, side):
    shorter, longer = min(height, width), max(height, width)
    return 3 * height * width, 2 * side * (side * longer // shorter)


def _rounded_up(height, width, side):
    shorter, longer = min(height, width), max(height, width)
    return 3 * height * width, 2 * side * -(-side * longer // shorter)


def _width_is_shorter(height, width, side):
    return 3 * height * width, 2 * side * round(side * height / width)


def _scalar(guess, true):
    return np.linalg.norm(distance_gradient(guess, true), axis=-1)


EXERCISES = (
    Exercise(
        count_predictions,
        _sizes,
        hints=(
            "Red, green and blue are three numbers for each pixel of the photograph.",
            "The sides of the prediction have the ratio of the photograph's sides.",
            "The longer side of the prediction is round(side * longer / shorter).",
        ),
        mistakes=(
            (
                _height_is_shorter,
                "a photograph may stand upright: then its width is the shorter side.",
            ),
            (
                _width_is_shorter,
                "a photograph may lie on its side: then its height is the shorter side.",
            ),
            (_rounded_down, "the longer side is rounded to the nearest whole number, not down."),
            (_rounded_up, "the longer side is rounded to the nearest whole number, not up."),
            (_longer_is_given, "`side` is the shorter side of the prediction, not the longer one."),
            (
                lambda height, width, side: (3 * height * width, 2 * side**2),
                "the prediction keeps the shape of the photograph; it is a square only if the "
                "photograph is.",
            ),
            (
                lambda height, width, side: (
                    3 * height * width,
                    count_predictions(height, width, side)[1] * 3 // 2,
                ),
                "a and b are two numbers for each position.",
            ),
            (
                lambda height, width, side: (
                    3 * height * width,
                    count_predictions(height, width, side)[1] // 2,
                ),
                "these are the positions; each has a number for a and one for b.",
            ),
            (
                lambda height, width, side: (
                    height * width,
                    count_predictions(height, width, side)[1],
                ),
                "each pixel has a red, a green and a blue level.",
            ),
            (
                lambda height, width, side: count_predictions(height, width, side)[::-1],
                "the two are in the wrong order.",
            ),
        ),
        remark="For a phone's photograph it is less by a factor of several hundred.",
    ),
    Exercise(
        share_of_last,
        lambda: [(0.99, 100), (0.9, 5), (0.999, 100), (0.5, 1)],
        hints=(
            "How much of the average of before is left after one step? And after two?",
            "What is older than n steps has been multiplied by the momentum n times.",
            "The rest, 1 - momentum ** steps, is from the last steps.",
        ),
        mistakes=(
            (lambda m, n: m**n, "this is the share of all the steps before."),
            (
                lambda m, n: n * (1 - m),
                "each step multiplies the earlier ones by the momentum, so they do not all have "
                "the share of the last one.",
            ),
            (lambda m, n: 1 - m ** (n - 1), "one step is missing: a single one has 1 - momentum."),
            (
                lambda m, n: 1 - m ** (n + 1),
                "this is one step too many: a single one has 1 - momentum.",
            ),
            (
                lambda m, n: m - m ** (n + 1),
                "the latest step has not been multiplied by the momentum yet.",
            ),
            (
                lambda m, n: (1 - m**n) / (1 - m),
                "each step enters with the factor 1 - momentum, which is missing.",
            ),
            (
                lambda m, n: 1 - (1 - m) ** n,
                "a step multiplies what was there before by the momentum, not by the rest.",
            ),
            (
                lambda m, n: (1 - m) * m ** (n - 1),
                "this is the share of one step, the n-th from the end; add up those after it.",
            ),
        ),
        remark="Half of the average is from the last log(0.5) / log(momentum) steps.",
    ),
    Exercise(
        distance_gradient,
        _colors,
        hints=(
            "The loss depends on the guess through d² = (a - a*)² + (b - b*)². Use the chain rule.",
            "The derivative of sqrt(d² + 25) with respect to d² is 1 / (2 sqrt(d² + 25)), and that "
            "of d² with respect to a is 2 (a - a*).",
            "The difference of the two colours, divided by sqrt(d² + 25).",
        ),
        mistakes=(
            (
                lambda guess, true: -distance_gradient(guess, true),
                "the sign is the wrong way round: the loss grows away from the true colour.",
            ),
            (
                lambda guess, true: guess - true,
                "for colours far apart this is too long: divide by the root.",
            ),
            (
                lambda guess, true: 2 * (guess - true),
                "this is the gradient of the squared distance.",
            ),
            (
                lambda guess, true: (
                    (guess - true) / np.linalg.norm(guess - true, axis=-1, keepdims=True)
                ),
                "this is the gradient of the distance itself, without the 5 that rounds its tip.",
            ),
            (
                lambda guess, true: (guess - true) / np.sqrt((guess - true) ** 2 + 5**2),
                "a and b are treated apart; the root holds the distance of both together.",
            ),
            (
                lambda guess, true: (guess - true) / np.sqrt(((guess - true) ** 2).sum() + 5**2),
                "the distances of all colours are taken together; each row has one of its own.",
            ),
            (
                lambda guess, true: (
                    (guess - true)
                    / (np.sqrt(((guess - true) ** 2).sum(axis=-1, keepdims=True) + 5**2) - 5)
                ),
                "the 5 that is subtracted from the root is a constant: it has no derivative.",
            ),
            (
                lambda guess, true: (
                    (guess - true) / (((guess - true) ** 2).sum(axis=-1, keepdims=True) + 5**2)
                ),
                "the derivative of a root has the root below the line.",
            ),
            (_scalar, "a gradient has a component for a and one for b."),
        ),
        remark="It is never longer than 1: however far off a pixel is, it pulls no harder.",
    ),
)
