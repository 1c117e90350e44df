"""The likeliest colours at a place, from a network's distribution over the ab bins.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import dataclasses
import numbers

import numpy as np

from colorlab.color import ab_bins
from colorlab.errors import InputError
from colorlab.inference.doubt import probabilities
from colorlab.inference.hint_grid import color_at

__all__ = ["Suggestion", "suggest_colors"]

# Colours that lie closer than this in the a-b plane are one colour to most people.
_DISTINCT = 25.0


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """A colour that a place may have.

    Attributes
    ----------
    color : str
        sRGB as ``#rrggbb``, with the luma of the place: fit for a :class:`colorlab.Hint`.
    probability : float
        Of this colour and of those that look like it, 0 to 1.
    """

    color: str
    probability: float


def suggest_colors(logits: np.ndarray, level: int, k: int = 5) -> list[Suggestion]:
    """Choose the likeliest colours that look different.

    From the likeliest bin to the least likely: a bin near one that is already chosen adds its
    probability to it, the others are chosen. Nothing is drawn at random.

    Parameters
    ----------
    logits : numpy.ndarray, shape (bins,)
        Of one place.
    level : int
        Its grey, 0 to 255.
    k : int
        At most this many colours, from 1.

    Returns
    -------
    list of Suggestion
        The likeliest first. Where all bins are shown as the same colour, as in black and white,
        that is the only one.

    Raises
    ------
    InputError
        If k is no whole number from 1.

    Examples
    --------
    >>> certain = np.where(np.arange(227) == 113, 50.0, 0.0)
    >>> suggest_colors(certain, 128, k=1)[0].probability
    1.0
    """
    if not isinstance(k, numbers.Integral) or k is True or k < 1:
        raise InputError(f"k must be a whole number from 1, got {k}")
    centers, share = ab_bins.bin_centers(), probabilities(np.asarray(logits, dtype="float64"))
    chosen: list[int] = []
    total: list[float] = []
    for bin_number in np.argsort(-share, kind="stable"):
        apart = np.linalg.norm(centers[chosen] - centers[bin_number], axis=-1)
        near = np.flatnonzero(apart < _DISTINCT)
        if len(near):
            total[near[0]] += share[bin_number]
        else:
            chosen.append(int(bin_number))
            total.append(share[bin_number])
    shown: dict[str, float] = {}
    for bin_number, probability in zip(chosen, total, strict=True):
        color = "#{:02x}{:02x}{:02x}".format(*color_at(level, centers[bin_number]))
        shown[color] = shown.get(color, 0.0) + float(probability)
    likeliest = sorted(shown.items(), key=lambda pair: -pair[1])[:k]
    return [Suggestion(color, min(probability, 1.0)) for color, probability in likeliest]
