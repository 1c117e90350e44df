"""Whether what stands out in a photograph is damage, and whether the photograph is damaged at all.

Taught in :doc:`/book/troubleshooting`. ``tools/train_scratches.py`` chose the numbers.
"""

import functools
import json
from importlib import resources

import numpy as np

__all__ = ["damage_scores", "damaged_picture", "picture_measures"]

_TOP = 3  # scores that say whether anything is surely damage
_LOWEST, _HIGHEST = -4, 8  # no score counts as less or as more
_DOUBTFUL = -2  # a score; between it and 0 a candidate speaks against damage
_EXTREME = 4  # standard deviations: beyond them a measure counts as much as there


@functools.cache
def _numbers():
    file = resources.files("colorlab.restoration").joinpath("scratches.json")
    return {
        name: np.array(values)
        for name, values in json.loads(file.read_text(encoding="utf-8")).items()
        if name != "origin"
    }


def damage_scores(measures: np.ndarray) -> np.ndarray:
    """Score candidates: how much more likely each is damage than part of the scene.

    Parameters
    ----------
    measures : numpy.ndarray, shape (candidates, 23)
        :data:`colorlab.restoration.candidates.MEASURES`.

    Returns
    -------
    numpy.ndarray, shape (candidates,)
        Logits of a network of one hidden layer.
    """
    numbers = _numbers()
    inputs = (measures - numbers["mean"]) / numbers["deviation"]
    inputs = np.clip(inputs, -_EXTREME, _EXTREME)
    hidden = np.tanh(inputs @ numbers["hidden_weights"] + numbers["hidden_bias"])
    return hidden @ numbers["output_weights"] + numbers["output_bias"]


def picture_measures(scores: np.ndarray, sensitivity: float = 0.0) -> np.ndarray:
    """Measure what the scores of all candidates say about their photograph.

    Parameters
    ----------
    scores : numpy.ndarray, shape (candidates,)
        The result of :func:`damage_scores`, of at least one candidate.
    sensitivity : float
        What is added to the highest scores.

    Returns
    -------
    numpy.ndarray, shape (6,)
        The three highest scores, and the logarithms of the number of candidates, of those that are
        likely damage, and of those that are doubtful.

    Examples
    --------
    >>> picture_measures(np.array([3.0, -1.0, -9.0])).round(2)
    array([ 3.  , -1.  , -4.  ,  1.1 ,  0.69,  0.69])
    """
    top = np.full(_TOP, float(_LOWEST))
    highest = np.sort(scores)[::-1][:_TOP]
    top[: len(highest)] = np.clip(highest, _LOWEST, _HIGHEST)
    likely = (scores > 0).sum()
    doubtful = ((scores > _DOUBTFUL) & (scores < 0)).sum()
    counts = np.log([len(scores), 1 + likely, 1 + doubtful])
    return np.concatenate([top + sensitivity, counts])


def damaged_picture(scores: np.ndarray, sensitivity: float = 0.0) -> bool:
    """Decide whether a photograph is damaged.

    Damage differs from the scene, and so its scores are high and few are in between. Masts,
    birches and windows come in numbers, and most of them are doubtful.

    Parameters
    ----------
    scores : numpy.ndarray, shape (candidates,)
        The result of :func:`damage_scores`.
    sensitivity : float
        Raises the evidence: 0 for a photograph that nothing is known of.

    Returns
    -------
    bool
    """
    if not len(scores):
        return False
    numbers = _numbers()
    evidence = picture_measures(scores, sensitivity) @ numbers["picture_weights"]
    return bool(evidence > numbers["least_evidence"])
