"""Exercises of chapter 07: the best single prediction, the entropy of a distribution.

Taught in :doc:`/notebooks/07_why_brown`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "best_predictions", "entropy"]


def best_predictions(values):
    """Return what minimises the squared error, and what the absolute error."""
    return np.mean(values), np.median(values)


def entropy(logits):
    """Return the entropy of each distribution, in nats."""
    power = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = power / power.sum(axis=-1, keepdims=True)
    return -np.sum(p * np.log(np.maximum(p, 1e-300)), axis=-1)


def _colors():
    return [(np.array([1.0, -1.0, 0.9]),), (np.array([0.2, 0.2, -0.7, 1.0, 0.4]),)]


def _logits():
    random = np.random.default_rng(12)
    return [(random.normal(0, 2, (3, 6)),), (random.normal(0, 4, (2, 2, 5)) + 800,)]


def _probabilities(logits, axis=-1):
    power = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)


def _over_all(logits):
    p = _probabilities(logits, axis=None)
    return -np.sum(p * np.log(p), axis=-1)


EXERCISES = (
    Exercise(
        best_predictions,
        _colors,
        hints=(
            "Set the derivative of the mean squared error to zero.",
            "The derivative of the absolute error is +1 or -1: half of the values on each side.",
            "One is the mean, the other the median.",
        ),
        mistakes=(
            (lambda v: (np.median(v), np.mean(v)), "the two are in the wrong order."),
            (lambda v: (np.mean(v), np.mean(v)), "the absolute error has another minimum."),
            (lambda v: (np.median(v), np.median(v)), "the squared error has another minimum."),
            (
                lambda v: (np.mean(v), v[len(v) // 2]),
                "the median is the middle of the sorted values; these are not sorted.",
            ),
            (
                lambda v: (np.var(v), np.abs(v - np.median(v)).mean()),
                "these are the smallest errors; the predictions that reach them are asked for.",
            ),
            (
                lambda v: ((v.min() + v.max()) / 2, np.median(v)),
                "half way between the extremes minimises the largest error.",
            ),
        ),
        remark="The median may be one of the colours, the mean hardly ever is.",
    ),
    Exercise(
        entropy,
        _logits,
        hints=(
            "First the softmax: exponentiate each logit, and divide by their sum.",
            "Subtract the largest logit before, or the exponential overflows.",
            "Minus the sum of p times the natural logarithm of p, over the last axis.",
        ),
        mistakes=(
            (
                lambda z: np.sum(_probabilities(z) * np.log(_probabilities(z)), axis=-1),
                "an entropy is never negative.",
            ),
            (
                lambda z: entropy(z) / np.log(2),
                "this is in bits; the natural logarithm gives nats.",
            ),
            (
                lambda z: entropy(z) / np.log(z.shape[-1]),
                "this lies between 0 and 1: the entropy itself is not divided by log n.",
            ),
            (
                lambda z: entropy(z) / z.shape[-1],
                "the terms are added up, not averaged: each is weighed by its p already.",
            ),
            (_over_all, "each distribution adds up to one over its last axis, not all together."),
            (lambda z: -np.log(_probabilities(z)).mean(axis=-1), "weigh each logarithm by p."),
            (lambda z: _probabilities(z).max(axis=-1), "this is the largest probability."),
        ),
        remark="It is 0 for a network that is sure, and log(n) for one that knows nothing.",
    ),
)
