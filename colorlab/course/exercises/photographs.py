"""Exercises of chapter 10: the network's input, upright photographs, the best saturation.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "best_saturation", "input_size", "turn_upright"]


def input_size(height, width, size, stride):
    """Return the height and width of a network's input, after resizing and padding."""
    scale = size / min(height, width)
    return tuple(-(-round(scale * side) // stride) * stride for side in (height, width))


def turn_upright(pixels, orientation):
    """Turn stored pixels as the EXIF orientation 1, 3, 6 or 8 demands."""
    turns_to_the_left = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]
    return np.rot90(pixels, turns_to_the_left)


def best_saturation(predictions, truths):
    """Return the factor for a and b with the smallest squared error over all pictures."""
    pairs = list(zip(predictions, truths, strict=True))
    products = sum(np.sum(prediction * truth) for prediction, truth in pairs)
    return products / sum(np.sum(prediction**2) for prediction, _ in pairs)


def _sizes():
    upright, square = (600, 400, 128, 128), (512, 512, 192, 32)
    return [(300, 451, 192, 32), (300, 460, 192, 32), upright, (427, 640, 192, 32), square]


def _resized(height, width, size):
    return [round(size / min(height, width) * side) for side in (height, width)]


def _stored():
    pixels = np.random.default_rng(15).integers(0, 256, (3, 5, 3), "uint8")
    return [(pixels, orientation) for orientation in (6, 1, 3, 8)]


def _turned(turns):
    return lambda pixels, orientation: np.rot90(pixels, turns[orientation])


def _predictions():
    random = np.random.default_rng(16)
    cases = []
    for shapes in (((4, 5), (7, 3)), ((6, 6), (2, 9), (5, 5))):
        truths = [random.normal(0, 20, (*shape, 2)) for shape in shapes]
        shares = (0.2, 0.9, 0.5)
        predictions = [
            share * truth + random.normal(3, 4, truth.shape)
            for share, truth in zip(shares, truths, strict=False)
        ]
        cases.append((predictions, truths))
    return cases


def _every(function):
    """Average over pictures what `function` finds for each alone."""
    return lambda predictions, truths: np.mean(
        [function(*pair) for pair in zip(predictions, truths, strict=True)]
    )


def _joined(function):
    """Apply `function` to all numbers of all pictures at once."""
    return lambda predictions, truths: function(
        np.concatenate([each.ravel() for each in predictions]),
        np.concatenate([each.ravel() for each in truths]),
    )


EXERCISES = (
    Exercise(
        input_size,
        _sizes,
        hints=(
            "First the shorter side becomes `size`, and the longer one keeps the ratio: round it.",
            "Then each side is padded up to the next multiple of the stride, if it is none.",
            "`-(-side // stride) * stride` rounds up to a multiple.",
        ),
        mistakes=(
            (
                lambda h, w, size, stride: tuple(_resized(h, w, size)),
                "the padding is missing: each side becomes a multiple of the stride.",
            ),
            (
                lambda h, w, size, stride: tuple(
                    side // stride * stride for side in _resized(h, w, size)
                ),
                "this rounds down, which would cut a part of the photograph off.",
            ),
            (
                lambda h, w, size, stride: tuple(
                    (side // stride + 1) * stride for side in _resized(h, w, size)
                ),
                "a side that is a multiple of the stride already needs no padding.",
            ),
            (
                lambda h, w, size, stride: tuple(
                    round(side / stride) * stride for side in _resized(h, w, size)
                ),
                "this rounds to the nearest multiple, which may be smaller than the photograph.",
            ),
            (
                lambda h, w, size, stride: tuple(
                    -(-round(size / max(h, w) * side) // stride) * stride for side in (h, w)
                ),
                "it is the shorter side that becomes `size`.",
            ),
            (
                lambda h, w, size, stride: tuple(
                    -(-int(size / min(h, w) * side) // stride) * stride for side in (h, w)
                ),
                "the longer side is rounded, not cut to a whole number, before it is padded.",
            ),
            (
                lambda h, w, size, stride: tuple(sorted(input_size(h, w, size, stride))),
                "the shorter side comes first only if the photograph is wider than high.",
            ),
            (
                lambda h, w, size, stride: tuple(
                    -(-round(size / h * side) // stride) * stride for side in (h, w)
                ),
                "a photograph may stand upright: then its width is the shorter side.",
            ),
            (
                lambda h, w, size, stride: (size, size),
                "the input keeps the shape of the photograph; it is not made a square.",
            ),
            (
                lambda h, w, size, stride: input_size(w, h, size, stride),
                "the order is height first.",
            ),
        ),
        remark="What is padded is cut off the prediction again.",
    ),
    Exercise(
        turn_upright,
        _stored,
        hints=(
            "`np.rot90(pixels, k)` turns by k quarters, to the left.",
            "3 is upside down, which is two quarters in either direction.",
            "6 needs a quarter to the right, that is, three to the left; 8 needs one to the left.",
        ),
        mistakes=(
            (
                _turned({1: 0, 3: 2, 6: 1, 8: 3}),
                "6 and 8 are exchanged, or turned the wrong way: np.rot90 turns to the left.",
            ),
            (lambda pixels, orientation: pixels, "nothing is turned."),
            (
                _turned({1: 0, 3: 0, 6: 3, 8: 1}),
                "a photograph taken upside down, 3, has to be turned, too.",
            ),
            (
                lambda pixels, orientation: (
                    np.swapaxes(pixels, 0, 1) if orientation in (6, 8) else pixels
                ),
                "exchanging rows and columns mirrors the photograph.",
            ),
            (
                lambda pixels, orientation: (
                    turn_upright(pixels, orientation) if orientation != 3 else pixels[::-1]
                ),
                "upside down, left and right are exchanged as well.",
            ),
            (
                lambda pixels, orientation: (
                    turn_upright(pixels, orientation) if orientation != 3 else pixels[:, ::-1]
                ),
                "upside down, top and bottom are exchanged as well.",
            ),
        ),
        remark="2, 4, 5 and 7 are the same turns with a mirror; hardly a camera writes them.",
    ),
    Exercise(
        best_saturation,
        _predictions,
        hints=(
            "The error is the sum of (k p - t)² over all numbers of all pictures. It is a parabola "
            "in k.",
            "Set its derivative to zero: the sum of p (k p - t) is 0.",
            "k is the sum of all p t, divided by the sum of all p².",
        ),
        mistakes=(
            (
                _every(lambda p, t: np.sum(p * t) / np.sum(p**2)),
                "this is the mean of each picture's own best factor; one factor serves all.",
            ),
            (
                _joined(lambda p, t: np.linalg.norm(t) / np.linalg.norm(p)),
                "this makes the predictions as colourful as the truth, which is another aim.",
            ),
            (
                _joined(lambda p, t: np.sum(p * t) / np.sum(t**2)),
                "divide by the squares of the prediction: it is what the factor multiplies.",
            ),
            (
                _joined(lambda p, t: np.sum(p**2) / np.sum(p * t)),
                "the fraction is upside down.",
            ),
            (
                _every(lambda p, t: np.linalg.norm(t) / np.linalg.norm(p)),
                "this makes each prediction as colourful as its truth, which is another aim.",
            ),
            (
                lambda predictions, truths: (
                    sum(np.mean(p * t) for p, t in zip(predictions, truths, strict=True))
                    / sum(np.mean(p**2) for p in predictions)
                ),
                "here a small picture counts as much as a large one: add up numbers, not means.",
            ),
            (
                _joined(lambda p, t: np.mean(t) / np.mean(p)),
                "the means of positive and negative numbers say nothing of the error.",
            ),
        ),
        remark="The worse the hue is known, the smaller it is: errors are safest when pale.",
    ),
)
