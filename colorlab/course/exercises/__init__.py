"""Exercises that check themselves, by chapter.

A check says what is wrong with an answer and keeps the right one to itself; hints come one at a
time; a solution is shown when it is asked for.

Taught in :doc:`/notebooks/02_how_a_network_learns` and :doc:`/notebooks/09_ask_a_person`.
"""

import copy
import importlib

from colorlab.course.exercises.exercise import Exercise
from colorlab.errors import InputError

__all__ = ["load"]

_CHAPTERS = {
    "00": "quickstart",
    "01": "pictures",
    "02": "learning",
    "03": "unet",
    "04": "training",
    "05": "results",
    "06": "luma",
    "07": "brown",
    "08": "borrowed_eyes",
    "09": "asking",
    "10": "photographs",
}


def load(chapter: str) -> tuple[Exercise, ...]:
    """Load the exercises of a chapter that check themselves, in order.

    Parameters
    ----------
    chapter : str
        The two digits with which the notebook's name begins, such as "02".

    Returns
    -------
    tuple of Exercise

    Raises
    ------
    InputError
        If the chapter has no such exercises.

    Examples
    --------
    >>> from colorlab.course import exercises
    >>> q1 = exercises.load("02")[0]
    >>> q1.hint()
    Hint 1 of 3: A neuron has one weight for each of its inputs, and one more number.
    >>> q1.check(lambda inputs, hidden, outputs: inputs * hidden + hidden * outputs)
    Not yet: the connections are counted, but each neuron also has a bias.
    """
    if chapter not in _CHAPTERS:
        raise InputError(f"chapter {chapter!r}: expected one of {', '.join(_CHAPTERS)}")
    module = importlib.import_module(f"{__name__}.{_CHAPTERS[chapter]}")
    # Copies: whoever loads them again gets the first hint again.
    return tuple(copy.copy(each) for each in module.EXERCISES)
