"""What readers hand in by mistake, written as they write it, and what the checks say to it."""

import numpy as np
import pytest

from colorlab import color
from colorlab.course import exercises
from colorlab.course.exercises.exercise import Exercise


def join_lightness(grey_lightness, ab_of):
    lab = np.concatenate([grey_lightness, np.asarray(color.srgb_to_lab(ab_of))[..., 1:]], axis=-1)
    return np.asarray(color.lab_to_srgb(lab))


def lightness(picture):
    return np.asarray(color.srgb_to_lab(picture))[..., :1]


def three(grey):
    return np.repeat(grey, 3, axis=-1)


def layer(inputs, outputs, size=9):
    return size * inputs * outputs + outputs


def parameters_without_head_biases(filters):
    """Count layer by layer, with a list of widths, and forget the biases of the head."""
    widths = [1, *filters, filters[-1], *filters[-2::-1], filters[0]]
    pairs = zip(widths[:-1], widths[1:], strict=True)
    return sum(layer(i, o) + 4 * o for i, o in pairs) + 3 * filters[0]


def decoder(filters, each):
    widths = [*filters[::-1], filters[0]]
    return sum(each(i, o) for i, o in zip(widths[:-1], widths[1:], strict=True))


def error(w, c, grey, target):
    return w * grey + c - target


def with_size_for_sign(*case):
    size = np.abs(error(*case))
    return np.array([(size * case[2]).mean(), size.mean()])


def with_error_for_sign(*case):
    return np.array([(error(*case) * case[2]).mean(), error(*case).mean()])


def psnr_in_uint8(truth, output):
    return 10 * np.log10(255**2 / np.mean((truth - output) ** 2))


def psnr_of_one(truth, output):
    return 10 * np.log10(1 / np.mean((truth.astype(float) - output) ** 2))


def mirrored_channels(predict, grey):
    return (predict(grey) + predict(grey[..., ::-1])[..., ::-1]) / 2


def gradient_of_all(guess, true):
    return (guess - true) / np.sqrt(np.linalg.norm(guess - true) ** 2 + 25)


def overflowing_entropy(logits):
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        return -(p * np.log(p)).sum(axis=-1)


def product_without_squares(probabilities, centers, hint, spread):
    product = probabilities * np.exp(-np.linalg.norm(centers - hint, axis=1) / (2 * spread**2))
    return product / product.sum()


def softmax_with_nothing(similarity, distance, alpha, beta, nothing):
    power = np.exp(np.append(alpha * similarity - beta * distance**2, nothing))
    return power / power.sum()


def cut_and_padded(height, width, size, stride):
    sides = (int(size / min(height, width) * side) for side in (height, width))
    return tuple(int(np.ceil(side / stride)) * stride for side in sides)


def momentum(sign_of_gradient, sign_of_velocity):
    def step(weights, velocity, gradient, rate, momentum):
        velocity = momentum * velocity + sign_of_gradient * rate * gradient
        return weights + sign_of_velocity * velocity, velocity

    return step


@pytest.mark.parametrize(
    ("chapter", "number", "answer", "words"),
    [
        ("00", 2, lambda g, c: join_lightness(lightness(three(g)), c), "not levels"),
        ("00", 2, lambda g, c: join_lightness(lightness(three(g)), c / 255), "the grey picture is"),
        (
            "00",
            2,
            lambda g, c: join_lightness(lightness(three(g) / 255), c),
            "the coloured picture",
        ),
        ("00", 2, lambda g, c: join_lightness(g, c / 255), "a grey level is no lightness"),
        ("00", 2, lambda g, c: join_lightness(100 * (g / 255), c / 255), "not the level times"),
        ("02", 1, with_size_for_sign, "the sign of e"),
        ("02", 1, with_error_for_sign, "where its sign belongs"),
        ("02", 2, momentum(+1, +1), "uphill"),
        ("02", 2, momentum(-1, -1), "added to the weights"),
        ("02", 2, momentum(+1, -1), "both signs"),
        ("02", 2, lambda *case: momentum(-1, +1)(*case)[0], "return the velocity as well"),
        ("02", 2, lambda *case: momentum(-1, +1)(*case)[1], "the new weights are missing"),
        ("02", 3, lambda grey: 2 / (2 * np.mean(np.square(grey))), "for the weight alone"),
        ("03", 0, parameters_without_head_biases, "the head has biases"),
        ("03", 1, lambda f: decoder(f, lambda i, o: layer(2 * i, o)), "without the biases"),
        ("03", 1, lambda f: decoder(f, lambda i, o: layer(2 * i, o) + 4 * o), "all parameters"),
        ("04", 0, lambda e: np.minimum(e**2 / 2, abs(e) - (abs(e) > 1)), "too much is subtracted"),
        ("05", 0, psnr_in_uint8, "wrapped around"),
        ("05", 0, psnr_of_one, "255, not 1"),
        ("05", 0, lambda t, o: np.mean((t.astype(float) - o) ** 2), "not yet in decibels"),
        ("05", 1, lambda t, o: np.sqrt(np.mean((t.astype(float) - o) ** 2)), "the root of"),
        ("05", 2, mirrored_channels, "the columns are the third axis"),
        ("05", 2, lambda predict, grey: predict((grey + grey[:, :, ::-1]) / 2), "not the two pict"),
        ("06", 0, lambda h, w, s: (3 * h * w, 2 * s * int(s * max(h, w) / min(h, w))), "not down"),
        ("06", 0, lambda h, w, s: (h * w * 3, 2 * s), "the first result is right, but not the"),
        ("06", 1, lambda m, n: sum((1 - m) * m**k for k in range(1, n + 1)), "the latest step"),
        ("06", 2, gradient_of_all, "each row has one of its own"),
        ("07", 0, lambda v: (v.mean(), v[len(v) // 2]), "not sorted"),
        ("07", 1, overflowing_entropy, "an exponential that is too large"),
        ("08", 0, lambda levels: (np.tile(levels, 3) - 128) / 127, "exchanged"),
        ("08", 1, lambda c, f, k, o: f * c * (c + 1 + k**2 + 1 + o) + o, "no biases"),
        ("08", 2, lambda k, g, b, m, v: (k * g / np.sqrt(v + 1e-3), b), "the mean is missing"),
        ("09", 0, product_without_squares, "the square of the distance"),
        ("09", 1, softmax_with_nothing, 'the share of "nothing"'),
        ("09", 2, lambda common, between, r, noise: common @ (r / (1 + noise)), "the only one"),
        ("10", 0, cut_and_padded, "not cut"),
    ],
)
def test_a_typical_wrong_answer_is_named(chapter, number, answer, words):
    verdict = exercises.load(chapter)[number].verdict(answer)
    assert not verdict.right
    assert words in verdict.message


def test_a_count_must_be_exact():
    """One in eleven millions is a wrong count, and the message says on which side."""
    exercise = exercises.load("03")[0]
    for shift, side in ((-1, "too small"), (1, "too large")):
        verdict = exercise.verdict(lambda filters, shift=shift: exercise.answer(filters) + shift)
        assert verdict.message == f"Not yet: your number is {side}."


def cube(number):
    return number**3


CUBE = Exercise(cube, lambda: [(2,), (30,), (1000,)], ("a", "b"), (), "Yes.")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda number: cube(number) - 1, "your number is too small for some arguments."),
        (lambda number: 1.01 * cube(number) + 1, "your number is too large."),
        (lambda number: 0.99 * cube(number) - 1, "your number is too small."),
        (lambda number: 100 * number**2, "your number is off."),
        (lambda number: -cube(number), "the sign is the wrong way round."),
        (lambda number: 2 * cube(number), "right, but for a constant factor."),
    ],
)
def test_a_number_is_judged_case_by_case(answer, words):
    """An error is measured against the number of its own case, not against the largest of all."""
    assert CUBE.verdict(answer).message == f"Not yet: {words}"


def test_small_numbers_must_be_as_exact_as_large_ones():
    """Such as learning rates: an error is measured against them, not against one."""
    small = Exercise(lambda number: 1e-4 * number, lambda: [(2,), (3,)], ("a", "b"), (), "Yes.")
    assert small.verdict(lambda number: 1.00001e-4 * number).right
    message = small.verdict(lambda number: 1e-4 * number + 1e-6).message
    assert message == "Not yet: your number is too large."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda number: -1e-9 * number, "the sign is the wrong way round."),
        (lambda number: 3e-9 * number, "right, but for a constant factor."),
        (lambda number: 1e-9 * number + 1e-9, "your number is too large."),
    ],
)
def test_tiny_numbers_are_judged_as_all_others(answer, words):
    """Such as a gradient far from the picture: all of them lie close to 0, and to one another."""
    tiny = Exercise(lambda number: 1e-9 * number, lambda: [(2,), (3,)], ("a", "b"), (), "Yes.")
    assert tiny.verdict(lambda number: 1.00001e-9 * number).right
    assert tiny.verdict(answer).message == f"Not yet: {words}"


def test_values_that_are_no_numbers_are_no_other_mistake():
    mistakes = [(lambda number: number**2, "that is the square.")]
    exercise = Exercise(cube, CUBE.cases, ("a", "b"), mistakes, "Yes.")
    assert exercise.verdict(lambda number: number**2).message == "Not yet: that is the square."
    for wrong in (float("nan"), float("inf")):
        message = exercise.verdict(lambda number, wrong=wrong: wrong).message
        assert "infinite values, or values that are no numbers" in message


def test_of_several_results_the_right_ones_are_named():
    def three(number):
        return number, np.array([number, 2 * number]), number**2

    exercise = Exercise(three, lambda: [(2.0,), (5.0,)], ("a", "b"), (), "Yes.")
    for answer, words in (
        (lambda n: (n, np.array([n, 2 * n]), n), "the first and second results are right, but"),
        (lambda n: (n + 1, np.array([n, n]), n**2), "the third result is right, but not the first"),
    ):
        assert exercise.verdict(answer).message.startswith(f"Not yet: {words}")
    message = exercise.verdict(lambda n: (1.0, np.array([n, 1.0]), 3.0)).message
    assert "right" not in message


def ramp(length):
    return np.linspace(1, 2, length)


def test_one_wrong_number_of_many_is_not_rounded_to_none():
    def off_by_one(length):
        return np.append(ramp(length)[:-1], 3.0)

    exercise = Exercise(ramp, lambda: [(1000,)], ("a", "b"), (), "Yes.")
    message = exercise.verdict(off_by_one).message
    assert message == "Not yet: less than 1% of the numbers are wrong; those are too large."
