"""Exercises of chapter 08: what a pretrained network takes, its blocks, frozen normalisation.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "block_weights", "fold", "prepare"]


def prepare(levels):
    """Turn grey levels, (height, width, 1), into what the ImageNet weights expect."""
    return (np.repeat(levels, 3, axis=-1) - 127) / 128


def block_weights(channels, factor, kernel, filters):
    """Count the weights of the three convolutions of a block."""
    wide = factor * channels
    return channels * wide + kernel**2 * wide + wide * filters


def fold(kernel, gamma, beta, mean, variance):
    """Merge a frozen normalisation into the convolution before it."""
    scale = gamma / np.sqrt(variance + 1e-3)
    return kernel * scale, beta - mean * scale


def _levels_cases():
    random = np.random.default_rng(1)
    return [(random.integers(0, 256, (*shape, 1)).astype("float64"),) for shape in ((3, 4), (5, 2))]


def _fold_cases():
    random = np.random.default_rng(2)
    return [
        (
            random.normal(size=(kernel, kernel, 3, filters)),
            *random.normal(size=(3, filters)),
            random.uniform(0.01, 0.1, filters),
        )
        for kernel, filters in ((3, 4), (1, 6))
    ]


def _scale(gamma, variance, epsilon=1e-3):
    return gamma / np.sqrt(variance + epsilon)


EXERCISES = (
    Exercise(
        prepare,
        _levels_cases,
        hints=(
            "Three things change: the number of channels, the middle and the scale.",
            "`np.repeat(levels, 3, axis=-1)` makes three equal channels.",
            "The level 127 becomes 0, the level 255 becomes 1.",
        ),
        mistakes=(
            (
                lambda levels: np.repeat(levels, 3, axis=-1) / 127.5 - 1,
                "this is the signed range of the course; the weights were trained with another "
                "middle and scale.",
            ),
            (
                lambda levels: np.repeat(levels, 3, axis=-1) / 255,
                "this runs from 0 to 1; the network expects numbers around 0.",
            ),
            (
                lambda levels: np.repeat(levels, 3, axis=-1) - 127 / 128,
                "the division comes after the subtraction: put the difference into brackets.",
            ),
            (
                lambda levels: (np.repeat(levels, 3, axis=-1) - 128) / 127,
                "128 and 127 are exchanged.",
            ),
            (
                lambda levels: (np.repeat(levels, 3, axis=-1) - 127) // 128,
                "`//` rounds down to whole numbers.",
            ),
            (
                lambda levels: (levels * [0.299, 0.587, 0.114] - 127) / 128,
                "a grey level needs no weights: red, green and blue are all equal to it.",
            ),
            (
                lambda levels: (levels - 127) / 128,
                "the scale is right; the weights expect three channels.",
            ),
        ),
        remark="A pretrained network works only on inputs prepared like those of its training.",
    ),
    Exercise(
        block_weights,
        lambda: [(24, 6, 5, 48), (16, 4, 3, 16), (32, 1, 3, 16)],
        hints=(
            "The first convolution is 1x1: one weight for each pair of an input and an output.",
            "The depthwise convolution has one kernel for each channel, and joins no channels.",
            "The counts are c * fc, k * k * fc and fc * filters, with fc = factor * channels.",
        ),
        mistakes=(
            (
                lambda channels, factor, kernel, filters: (
                    channels * factor * channels
                    + kernel**2 * (factor * channels) ** 2
                    + factor * channels * filters
                ),
                "the depthwise convolution does not join channels: each has one kernel of its own.",
            ),
            (
                lambda channels, factor, kernel, filters: (
                    channels * factor * channels
                    + kernel * factor * channels
                    + factor * channels * filters
                ),
                "a kernel is a square: it has kernel * kernel weights.",
            ),
            (
                lambda channels, factor, kernel, filters: (
                    channels * factor * channels
                    + kernel**2 * channels
                    + factor * channels * filters
                ),
                "the depthwise convolution works on the expanded channels.",
            ),
            (
                lambda channels, factor, kernel, filters: (
                    kernel**2 * factor * channels + factor * channels * filters
                ),
                "the convolution that expands the channels is missing.",
            ),
            (
                lambda channels, factor, kernel, filters: (
                    block_weights(channels, factor, kernel, filters)
                    + 2 * factor * channels
                    + filters
                ),
                "these convolutions have no biases.",
            ),
            (
                lambda channels, factor, kernel, filters: (
                    (channels + kernel**2) * factor * channels + channels * filters
                ),
                "the last convolution gets the expanded channels.",
            ),
            (
                lambda channels, factor, kernel, filters: (
                    kernel**2 * (channels + 1 + filters) * factor * channels
                ),
                "the first and the last convolution are 1x1; only the depthwise one has the size "
                "`kernel`.",
            ),
            (
                lambda channels, factor, kernel, filters: factor * (channels + kernel**2 + filters),
                "`factor` is no number of channels: factor * channels is.",
            ),
        ),
        remark="An ordinary convolution on the expanded channels alone has many times as many.",
    ),
    Exercise(
        fold,
        _fold_cases,
        hints=(
            "Frozen, the normalisation computes gamma * (x - mean) / sqrt(variance + 0.001) + beta "
            "with numbers that do not change.",
            "So it is scale * x + shift. What does a factor at the output of a convolution do to "
            "its kernel, whose last axis is the output channel?",
            "scale = gamma / sqrt(variance + 0.001); the bias is beta - mean * scale.",
        ),
        mistakes=(
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * _scale(gamma, variance, 0),
                    beta - mean * _scale(gamma, variance, 0),
                ),
                "the small number 0.001 under the root is missing.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * gamma / (variance + 1e-3),
                    beta - mean * gamma / (variance + 1e-3),
                ),
                "divide by the standard deviation, the root of the variance.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * _scale(gamma, variance),
                    beta - mean,
                ),
                "the mean is scaled, too, before it is subtracted.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * _scale(gamma, variance),
                    beta - mean * gamma,
                ),
                "the mean is multiplied by gamma, and divided by the root as well.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * _scale(gamma, variance),
                    beta,
                ),
                "the mean is missing: it is subtracted before the scaling.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * _scale(gamma, variance),
                    (beta - mean) * _scale(gamma, variance),
                ),
                "beta is added after the scaling, so it is not scaled.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    (kernel - mean) * _scale(gamma, variance),
                    beta,
                ),
                "the mean is subtracted from what the convolution gives, not from its kernel.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * gamma / (np.sqrt(variance) + 1e-3),
                    beta - mean * gamma / (np.sqrt(variance) + 1e-3),
                ),
                "0.001 is added to the variance, below the root.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel * _scale(gamma, variance),
                    beta + mean * _scale(gamma, variance),
                ),
                "the mean is subtracted.",
            ),
            (
                lambda kernel, gamma, beta, mean, variance: (
                    kernel,
                    beta - mean * _scale(gamma, variance),
                ),
                "the kernel has to be scaled as well.",
            ),
        ),
        remark="So a frozen normalisation costs nothing: programs that run networks fold it away.",
    ),
)
