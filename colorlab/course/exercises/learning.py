"""Exercises of chapter 02: weights, gradients, momentum, the largest learning rate.

Taught in :doc:`/notebooks/02_how_a_network_learns`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "absolute_gradient", "count_weights", "largest_rate", "momentum_step"]


def count_weights(inputs, hidden, outputs):
    """Count weights and biases of a network with one hidden layer."""
    return (inputs + 1) * hidden + (hidden + 1) * outputs


def absolute_gradient(w, c, grey, target):
    """Return both derivatives of the mean absolute error of one neuron."""
    sign = np.sign(w * grey + c - target)
    return np.array([np.mean(sign * grey), np.mean(sign)])


def momentum_step(weights, velocity, gradient, rate, momentum):
    """Take one step of gradient descent with momentum."""
    velocity = momentum * velocity - rate * gradient
    return weights + velocity, velocity


def largest_rate(grey):
    """Return the learning rate above which descent of one neuron diverges."""
    features = np.stack([grey, np.ones_like(grey)], axis=1)
    curvature = 2 * features.T @ features / len(grey)
    return 2 / np.linalg.eigvalsh(curvature).max()


def _curvature(grey):
    return np.linalg.eigvalsh(
        2 * np.array([[np.mean(grey**2), np.mean(grey)], [np.mean(grey), 1.0]])
    )


def _neuron_cases():
    random = np.random.default_rng(1)
    greys = [random.uniform(-1, 1, size) for size in (7, 50)]
    return [(0.5, -0.2, grey, 0.3 * grey + random.normal(0, 0.4, len(grey))) for grey in greys]


def _momentum_cases():
    random = np.random.default_rng(2)
    return [
        (*random.normal(size=(3, 4)), rate, momentum) for rate, momentum in ((0.1, 0.9), (0.3, 0.5))
    ]


def _grey_cases():
    random = np.random.default_rng(3)
    return [(random.uniform(-1, 0.2, 40),), (random.uniform(0.1, 1, 25),)]


def _sum_of_absolute(w, c, grey, target):
    return absolute_gradient(w, c, grey, target) * len(grey)


def _squared(w, c, grey, target):
    error = w * grey + c - target
    return np.array([2 * np.mean(error * grey), 2 * np.mean(error)])


def _absolute_for_sign(w, c, grey, target):
    size = np.abs(w * grey + c - target)
    return np.array([np.mean(size * grey), np.mean(size)])


def _without_input(w, c, grey, target):
    return np.repeat(np.mean(np.sign(w * grey + c - target)), 2)


def _swapped(w, c, grey, target):
    return absolute_gradient(w, c, grey, target)[::-1]


def _old_velocity(weights, velocity, gradient, rate, momentum):
    return weights + velocity, momentum * velocity - rate * gradient


def _uphill(weights, velocity, gradient, rate, momentum):
    velocity = momentum * velocity + rate * gradient
    return weights + velocity, velocity


def _weights_minus_velocity(weights, velocity, gradient, rate, momentum):
    velocity = momentum * velocity - rate * gradient
    return weights - velocity, velocity


def _velocity_uphill(weights, velocity, gradient, rate, momentum):
    velocity = momentum * velocity + rate * gradient
    return weights - velocity, velocity


def _no_momentum(weights, velocity, gradient, rate, momentum):
    return weights - rate * gradient, -rate * gradient


EXERCISES = (
    Exercise(
        count_weights,
        lambda: [(2, 4, 2), (1, 1, 1), (9, 5, 3)],
        hints=(
            "A neuron has one weight for each of its inputs, and one more number.",
            "The inputs of the second layer are the outputs of the first.",
            "The first layer has (inputs + 1) numbers for each of its neurons.",
        ),
        mistakes=(
            (
                lambda inputs, hidden, outputs: inputs * hidden + hidden * outputs,
                "the connections are counted, but each neuron also has a bias.",
            ),
            (
                lambda inputs, hidden, outputs: (inputs + 1) * hidden + hidden * outputs,
                "the biases of one layer are missing.",
            ),
            (
                lambda inputs, hidden, outputs: inputs * hidden + (hidden + 1) * outputs,
                "the biases of one layer are missing.",
            ),
            (
                lambda inputs, hidden, outputs: (
                    inputs * hidden + hidden * outputs + inputs + hidden + outputs
                ),
                "an input is given, not computed: it has no bias.",
            ),
            (
                lambda inputs, hidden, outputs: inputs * hidden * outputs,
                "layers follow each other, so their weights are added.",
            ),
        ),
        remark="The network of this chapter has 22.",
    ),
    Exercise(
        absolute_gradient,
        _neuron_cases,
        hints=(
            "The derivative of |e| is +1 where e is positive and -1 where it is negative.",
            "By the chain rule, multiply it by the derivative of the error: with respect to w that "
            "is the input, with respect to c it is 1.",
            "Take the mean over the pixels of sign(e) * grey, and of sign(e).",
        ),
        mistakes=(
            (_sum_of_absolute, "the loss is a mean over the pixels, and this is a sum."),
            (_squared, "this is the gradient of the squared error."),
            (
                lambda *case: _squared(*case) / 2,
                "the error itself stands where its sign belongs.",
            ),
            (_absolute_for_sign, "the derivative of |e| is the sign of e, not |e| again."),
            (_without_input, "one of the two derivatives lacks a factor."),
            (_swapped, "the order is w first, then c."),
            (
                lambda *case: absolute_gradient(*case)[1] * np.array([np.mean(case[2]), 1]),
                "multiply sign and grey first, then take the mean: the order matters.",
            ),
        ),
        remark="Its size does not shrink near the minimum, so a fixed rate ends in a zigzag.",
    ),
    Exercise(
        momentum_step,
        _momentum_cases,
        hints=(
            "The velocity is updated first, and the weights with the new velocity.",
            "A part of the old velocity is kept: momentum times velocity.",
            "The gradient points uphill, so rate times gradient is subtracted from the velocity.",
        ),
        mistakes=(
            (_old_velocity, "the weights move with the old velocity, not the new one."),
            (_uphill, "this step goes uphill."),
            (_weights_minus_velocity, "the velocity is added to the weights, not subtracted."),
            (
                _velocity_uphill,
                "rate times gradient is subtracted from the velocity, and the velocity added to "
                "the weights; here both signs are the other way round.",
            ),
            (
                lambda *case: momentum_step(*case)[0],
                "return the velocity as well: the next step needs it.",
            ),
            (lambda *case: momentum_step(*case)[1], "the new weights are missing."),
            (_no_momentum, "the old velocity has no effect."),
            (
                lambda *case: momentum_step(*case)[::-1],
                "the order is weights first, then velocity.",
            ),
            (lambda w, v, *rest: (w - rest[0] * rest[1], v), "the old velocity has no effect."),
            (
                lambda w, v, g, rate, momentum: momentum_step(w, v, g, rate, 1.0),
                "the old velocity is not multiplied by momentum.",
            ),
            (
                lambda w, v, g, rate, momentum: momentum_step(w, v, g, 1.0, momentum),
                "the rate is missing: it multiplies the gradient.",
            ),
            (
                lambda w, v, g, rate, momentum: momentum_step(w, v, g, rate * momentum, momentum),
                "momentum multiplies the old velocity alone, not the gradient.",
            ),
        ),
        remark="The Adam optimiser of chapter 04 contains such a velocity; beta_1 is its momentum.",
    ),
    Exercise(
        largest_rate,
        _grey_cases,
        hints=(
            "The loss is a quadratic function of w and c. Along one line, f(x) = k x² / 2, a step "
            "turns x into (1 - rate k) x.",
            "That diverges where rate k > 2. The steepest direction decides: the largest k.",
            "The curvatures k are the eigenvalues of the matrix of second derivatives, which is "
            "2 times the mean of [[grey², grey], [grey, 1]].",
        ),
        mistakes=(
            (
                lambda grey: 1 / _curvature(grey).max(),
                "at this rate one step reaches the minimum; larger ones still converge.",
            ),
            (
                lambda grey: 2 / (_curvature(grey).max() * len(grey)),
                "the loss is a mean over the pixels, and this takes a sum.",
            ),
            (
                lambda grey: 1 / np.mean(grey**2),
                "this is the limit for the weight alone; the bias is changed as well.",
            ),
            (
                lambda grey: 2 / _curvature(grey).min(),
                "this is the limit of the flattest direction; another one diverges before.",
            ),
            (
                lambda grey: 4 / _curvature(grey).max(),
                "the second derivative of a square has a factor that is missing here.",
            ),
            (
                lambda grey: 2 / _curvature(grey).sum(),
                "safe, but too small: only one direction has to be the steepest.",
            ),
        ),
        remark="Compare it with the rates that were tried above.",
    ),
)
