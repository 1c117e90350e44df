"""An exercise whose answer is a function, called with arguments that the reader has not seen.

The results are compared with those of a solution. Where they differ, they are compared with what
common mistakes lead to, so that a check can name the mistake.
"""

import copy
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Sequence

import numpy as np

__all__ = ["Exercise", "Verdict"]

_SAME = 1e-4  # a relative difference that is no other answer
_ORDINALS = ("first", "second", "third", "fourth")
_LEAST = 1e-12  # a case whose largest value is smaller holds nothing but 0


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    right : bool
        Whether the answer is right.
    message : str
        One sentence for the reader.
    """

    right: bool
    message: str


class Exercise:
    """An exercise: `check` an answer, ask for a `hint`, see the `solution`.

    Parameters
    ----------
    answer : callable
        A solution, which takes the arguments of each case.
    cases : callable
        Returns a list of tuples, the arguments of the calls.
    hints : sequence of str
        From a nudge to nearly all of it.
    mistakes : sequence of (callable, str)
        Functions with a common mistake, and what to say about it.
    remark : str
        What a reader learns from a right answer.
    tolerance : float
        The largest difference from the solution, relative to the largest value of its case; 0
        where the results are counts.
    """

    def __init__(
        self,
        answer: Callable,
        cases: Callable[[], Sequence[tuple]],
        hints: Sequence[str],
        mistakes: Sequence[tuple[Callable, str]],
        remark: str,
        tolerance: float = 1e-4,
    ) -> None:
        self.answer = answer
        self.cases = cases
        self.hints = tuple(hints)
        self.mistakes = tuple(mistakes)
        self.remark = remark
        self.tolerance = tolerance
        self._hints_given = 0

    def __repr__(self) -> str:
        """Return what can be done with the exercise."""
        return f"<exercise {self.answer.__name__}: check(answer), hint(), solution()>"

    def check(self, answer: Callable | None) -> None:
        """Print whether an answer is right, and if not, what is wrong with it.

        Parameters
        ----------
        answer : callable
            The reader's function.
        """
        print(self.verdict(answer).message)

    def hint(self) -> None:
        """Print the next hint."""
        if self._hints_given == len(self.hints):
            print("No more hints. `solution()` shows a solution.")
            return
        self._hints_given += 1
        number = f"Hint {self._hints_given} of {len(self.hints)}"
        print(f"{number}: {self.hints[self._hints_given - 1]}")

    def solution(self) -> None:
        """Print a solution."""
        print(textwrap.dedent(inspect.getsource(self.answer)).rstrip())

    def verdict(self, answer: Callable | None) -> Verdict:
        """Compare an answer with the solution.

        Parameters
        ----------
        answer : callable
            The reader's function.

        Returns
        -------
        Verdict
        """
        if answer is None or answer is ...:
            return Verdict(False, "No answer yet.")
        if not callable(answer):
            return _not_yet("pass the function itself, without brackets and arguments.")
        cases = self.cases()
        results = []
        for case in cases:
            given = copy.deepcopy(case)
            try:
                results.append(answer(*given))
            except Exception as error:  # a reader's function may do anything
                return _not_yet(f"the function stops with {type(error).__name__}: {error}")
            if results[-1] is None or results[-1] is ...:
                return Verdict(False, "No answer yet: the function returns nothing.")
            if not _same(given, case):
                return _not_yet("the function changes its argument; work on a copy.")
        expected = [self.answer(*copy.deepcopy(case)) for case in cases]
        fault = next(filter(None, map(_wrong_kind, results, expected)), None)
        if not fault and self._agree(results, expected):
            return Verdict(True, f"Right. {self.remark}")
        # A mistake may show in the shape or the type of a result, too.
        for mistake, message in self.mistakes:
            if self._agree(results, [mistake(*copy.deepcopy(case)) for case in cases]):
                return _not_yet(message)
        return _not_yet(fault or self._difference(results, expected))

    def _agree(self, results, expected):
        return all(map(self._close, results, expected))

    def _close(self, result, expected):
        try:
            result, expected = _flat(result), _flat(expected)
        except (TypeError, ValueError):  # not a number
            return False
        return result.shape == expected.shape and not self._wrong(result, expected).any()

    def _wrong(self, result, expected):
        """Return which numbers of one case are further off than the tolerance."""
        near = np.abs(result - expected) <= self.tolerance * _scale(expected)
        return ~near  # NaN is wrong, too

    def _difference(self, results, expected):
        """Describe how wrong results differ, without the right ones."""
        pairs = list(zip(map(_flat, results), map(_flat, expected), strict=True))
        wrong = np.concatenate([self._wrong(*pair) for pair in pairs])
        if partly := _right_parts(results, expected, self._wrong):
            return partly
        # Each case relative to its largest value: some hold large numbers, some small ones.
        relative = [[each / _scale(pair[1]) for each in pair] for pair in pairs]
        result, wanted = map(np.concatenate, zip(*relative, strict=True))
        if np.allclose(result, -wanted, rtol=0, atol=_SAME):
            return "the sign is the wrong way round."
        factor = (result @ wanted) / max(wanted @ wanted, _LEAST)
        constant = np.allclose(result, factor * wanted, rtol=0, atol=_SAME * abs(factor))
        if constant and min(abs(factor), abs(factor - 1)) > _SAME:
            return "right, but for a constant factor."
        sides = set(np.sign(result - wanted)[wrong])
        side = {1: "too large", -1: "too small"}[sides.pop()] if len(sides) == 1 else "off"
        if len(wrong) == len(pairs):  # a single number in each case
            return f"your number is {side}{'' if wrong.all() else ' for some arguments'}."
        share = f"{wrong.mean():.0%}" if wrong.mean() >= 0.01 else "less than 1%"
        return f"{share} of the numbers are wrong; those are {side}."


def _right_parts(results, expected, wrong):
    """Tell which of several results are right in all cases; empty if none is, or there is one."""
    if not isinstance(expected[0], tuple):
        return ""
    lengths = [[np.size(part) for part in case] for case in expected]
    faults = [
        [part.any() for part in np.split(wrong(_flat(given), _flat(case)), np.cumsum(sizes)[:-1])]
        for given, case, sizes in zip(results, expected, lengths, strict=True)
    ]
    faulty = np.any(faults, axis=0)
    if faulty.all():
        return ""
    right, off = ([_ORDINALS[i] for i in np.flatnonzero(which)] for which in (~faulty, faulty))
    are = "result is" if len(right) == 1 else "results are"
    return f"the {' and '.join(right)} {are} right, but not the {' and '.join(off)}."


def _scale(expected):
    """Return the largest value of a case, which differences are measured against."""
    return np.abs(expected).max(initial=_LEAST)


def _not_yet(message):
    return Verdict(False, f"Not yet: {message}")


def _flat(result):
    """Return all numbers of a number, an array, or a tuple of these, in one array."""
    parts = result if isinstance(result, (tuple, list)) else [result]
    return np.concatenate([np.ravel(np.asarray(part, "float64")) for part in parts])


def _same(first, second):
    if isinstance(second, (tuple, list)):
        return len(first) == len(second) and all(map(_same, first, second))
    return np.array_equal(first, second) if isinstance(second, np.ndarray) else first == second


def _in_words(shape):
    return f"an array of shape {shape}" if shape else "a single number"


def _wrong_kind(result, expected):
    """Return what is wrong with the type or shape of `result`, or None."""
    if isinstance(expected, tuple) and not (
        isinstance(result, (tuple, list)) and len(result) == len(expected)
    ):
        return f"the function should return {len(expected)} results, separated by commas."
    pairs = (
        zip(result, expected, strict=True) if isinstance(expected, tuple) else [(result, expected)]
    )
    for given, wanted in pairs:
        try:
            numbers = np.asarray(given, "float64")
        except (TypeError, ValueError):
            return f"the function returns a {type(given).__name__}, where numbers are expected."
        if numbers.shape != np.shape(wanted):
            given_as, wanted_as = map(_in_words, (numbers.shape, np.shape(wanted)))
            return f"the result is {given_as}, where {wanted_as} is expected."
        if not np.isfinite(numbers).all():
            return (
                "the result holds infinite values, or values that are no numbers: look for an "
                "exponential that is too large, a division by 0, or a logarithm of 0."
            )
        kind = np.asarray(given).dtype
        if np.asarray(wanted).dtype == "uint8" and kind != "uint8":
            return f"the result is of type {kind}, where uint8 is expected."
    return None
