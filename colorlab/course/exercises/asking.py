"""Exercises of chapter 09: beliefs and attention of hints, what is left of them, the next click.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import numpy as np

from colorlab.course.exercises.exercise import Exercise

__all__ = ["EXERCISES", "corrections", "hinted_share", "next_click", "shares_of_hints"]


def hinted_share(probabilities, centers, hint, spread):
    """Multiply a distribution by a Gaussian around a hint, and make it one again."""
    squared = ((centers - hint) ** 2).sum(axis=1)
    product = probabilities * np.exp(-squared / (2 * spread**2))
    return product / product.sum()


def shares_of_hints(similarity, distance, alpha, beta, nothing):
    """Compute the share of attention that a place gives to each hint."""
    weights = np.exp(alpha * similarity - beta * distance**2)
    return weights / (weights.sum() + np.exp(nothing))


def corrections(in_common, between_hints, residuals, noise):
    """Carry the residuals of hints to places, so that hints side by side share the work."""
    noisy = between_hints + noise * np.eye(len(between_hints))
    return in_common @ np.linalg.solve(noisy, residuals)


def next_click(doubt, side):
    """Return row and column of the centre of the most doubtful square of odd side."""
    windows = np.lib.stride_tricks.sliding_window_view(doubt, (side, side))
    means = windows.mean(axis=(2, 3))
    row, column = np.unravel_index(means.argmax(), means.shape)
    return row + side // 2, column + side // 2


def _hint_cases():
    random = np.random.default_rng(6)
    centers = np.stack(np.meshgrid(np.arange(-30, 40, 10.0), np.arange(-20, 30, 10.0)), axis=-1)
    centers = centers.reshape(-1, 2)
    return [
        (random.dirichlet(np.ones(len(centers))), centers, np.array(hint), spread)
        for hint, spread in (((25.0, 10.0), 20.0), ((-10.0, -5.0), 8.0))
    ]


def _attention_cases():
    random = np.random.default_rng(7)
    return [
        (random.uniform(-0.5, 1, count), random.uniform(0, 8, count), 4.0, 0.03, nothing)
        for count, nothing in ((1, 3.0), (4, 2.0))
    ]


def _residual_cases():
    random = np.random.default_rng(9)
    hints = np.array([[0.0, 0.0], [0.3, 0.1], [4.0, 1.0]])  # two of them side by side
    places = np.concatenate([hints, random.uniform(-1, 6, (5, 2))])
    apart = ((places[:, None] - hints) ** 2).sum(axis=-1)
    in_common = np.exp(-apart / 2)
    return [(in_common, in_common[:3], random.normal(0, 20, (3, 2)), noise) for noise in (0.5, 0.1)]


def _doubt_cases():
    random = np.random.default_rng(8)
    maps = []
    for top, left in ((3, 12), (9, 2)):
        field = random.uniform(0.2, 0.5, (16, 21))
        field[top : top + 5, left : left + 5] += 0.3
        field[15, 20] = 1.0  # a single doubtful cell, away from the doubtful region
        maps.append((field, 5))
    return maps


def _added(probabilities, centers, hint, spread):
    squared = ((centers - hint) ** 2).sum(axis=1)
    total = probabilities + np.exp(-squared / (2 * spread**2))
    return total / total.sum()


def _without_two(probabilities, centers, hint, spread):
    return hinted_share(probabilities, centers, hint, spread / np.sqrt(2))


def _not_one(probabilities, centers, hint, spread):
    squared = ((centers - hint) ** 2).sum(axis=1)
    return probabilities * np.exp(-squared / (2 * spread**2))


def _distance_not_squared(probabilities, centers, hint, spread):
    distance = np.linalg.norm(centers - hint, axis=1)
    product = probabilities * np.exp(-distance / (2 * spread**2))
    return product / product.sum()


def _away_from_the_hint(probabilities, centers, hint, spread):
    squared = ((centers - hint) ** 2).sum(axis=1)
    product = probabilities * np.exp(squared / (2 * spread**2))
    return product / product.sum()


def _hint_alone(probabilities, centers, hint, spread):
    return hinted_share(np.ones(len(centers)), centers, hint, spread)


def _must_take(similarity, distance, alpha, beta, nothing):
    weights = np.exp(alpha * similarity - beta * distance**2)
    return weights / weights.sum()


def _logit_added(similarity, distance, alpha, beta, nothing):
    weights = np.exp(alpha * similarity - beta * distance**2)
    return weights / (weights.sum() + nothing)


def _not_squared(similarity, distance, alpha, beta, nothing):
    return shares_of_hints(similarity, np.sqrt(distance), alpha, beta, nothing)


def _with_nothing(similarity, distance, alpha, beta, nothing):
    shares = shares_of_hints(similarity, distance, alpha, beta, nothing)
    return np.append(shares, 1 - shares.sum())


def _one_by_one(similarity, distance, alpha, beta, nothing):
    return 1 / (1 + np.exp(nothing - alpha * similarity + beta * distance**2))


def _scores(similarity, distance, alpha, beta, nothing):
    return alpha * similarity - beta * distance**2


def _farther_is_better(similarity, distance, alpha, beta, nothing):
    return shares_of_hints(similarity, distance, alpha, -beta, nothing)


def _no_noise(in_common, between_hints, residuals, noise):
    return corrections(in_common, between_hints, residuals, 0.0)


def _noise_everywhere(in_common, between_hints, residuals, noise):
    return in_common @ np.linalg.solve(between_hints + noise, residuals)


def _each_alone(in_common, between_hints, residuals, noise):
    return in_common @ residuals / (1 + noise)


def _twice(in_common, between_hints, residuals, noise):
    return in_common @ residuals


def _average(in_common, between_hints, residuals, noise):
    return in_common @ residuals / in_common.sum(axis=1, keepdims=True)


def _corner(doubt, side):
    row, column = next_click(doubt, side)
    return row - side // 2, column - side // 2


EXERCISES = (
    Exercise(
        hinted_share,
        _hint_cases,
        hints=(
            "The Gaussian is exp(-d² / (2 spread²)), with the distance d from the hint.",
            "Both say something about the same bins: multiply them.",
            "Divide by the sum, so that the probabilities add up to 1.",
        ),
        mistakes=(
            (_added, "the two are added; a bin that one of them excludes must stay excluded."),
            (_without_two, "the exponent of a Gaussian has a factor that is missing here."),
            (_not_one, "the probabilities do not add up to 1."),
            (_distance_not_squared, "the exponent has the square of the distance."),
            (
                lambda p, centers, hint, spread: hinted_share(p, centers, hint, np.sqrt(spread)),
                "the exponent has the square of the spread.",
            ),
            (_away_from_the_hint, "a colour far from the hint must lose probability, not gain it."),
            (_hint_alone, "what the network believed before has no effect."),
        ),
        remark="A logarithm turns the product into the sum that the network computes.",
    ),
    Exercise(
        shares_of_hints,
        _attention_cases,
        hints=(
            "The score of a hint is alpha times its similarity, less beta times distance squared.",
            "A softmax: exponentiate the scores, and divide by the sum over all choices.",
            "To take over nothing is one of the choices; its score is `nothing`.",
        ),
        mistakes=(
            (_must_take, "the shares add up to 1: the place cannot take over nothing."),
            (_logit_added, "`nothing` is a score like the others: it is exponentiated too."),
            (_not_squared, "the distance is not squared."),
            (_scores, "these are the scores; a softmax turns scores into shares."),
            (_one_by_one, "the hints compete with one another, too: one softmax runs over all."),
            (_with_nothing, 'leave the share of "nothing" out: only those of hints are wanted.'),
            (_farther_is_better, "a hint further away must get a smaller share."),
        ),
        remark="A place that resembles no hint keeps what the network believes without hints.",
    ),
    Exercise(
        corrections,
        _residual_cases,
        hints=(
            "Each hint has a weight for a and one for b; a place adds them up, each times what it "
            "has in common with that hint.",
            "The weights solve linear equations, one for each hint: `np.linalg.solve`.",
            "The matrix is `between_hints`, with `noise` added on its diagonal.",
        ),
        mistakes=(
            (_no_noise, "hints are followed exactly; `noise` has no effect."),
            (
                _noise_everywhere,
                "noise belongs on the diagonal: each hint has an error of its own.",
            ),
            (_each_alone, "each hint is treated as the only one: solve the equations of all."),
            (_twice, "two hints side by side count twice: no equations are solved."),
            (_average, "a place far from all hints gets their mean; it must keep its colour."),
        ),
        remark="Hints side by side share the work, and a place far from all of them stays.",
    ),
    Exercise(
        next_click,
        _doubt_cases,
        hints=(
            "Compute the mean of every square of side x side cells that lies in the map.",
            "`np.lib.stride_tricks.sliding_window_view` cuts the map into all these squares.",
            "`np.unravel_index` turns an argmax into row and column: those of the square's corner.",
        ),
        mistakes=(
            (
                lambda doubt, side: np.unravel_index(doubt.argmax(), doubt.shape),
                "this is the most doubtful cell, not the most doubtful square.",
            ),
            (_corner, "this is the corner of the square, not its centre."),
            (lambda doubt, side: next_click(doubt, side)[::-1], "the order is row first."),
            (
                lambda doubt, side: next_click(-doubt, side),
                "this is where the network is most certain.",
            ),
        ),
        remark="One speck of doubt no longer attracts the click.",
    ),
)
