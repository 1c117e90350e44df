"""Which pictures an epoch shows, so that no category starves.

A folder may hold thousands of faces and a few dozen rooms. Drawn alike, a network hardly ever sees
a room; drawn by category, it sees each room too often.

Taught in :doc:`/notebooks/04_training`.
"""

import numpy as np

__all__ = ["category_shares", "draw_epoch"]


def category_shares(counts: dict[str, int], balance: float) -> dict[str, float]:
    """Compute which share of an epoch each category gets.

    Parameters
    ----------
    counts : dict of str to int
        Pictures of each category.
    balance : float
        See :attr:`colorlab.configuration.Configuration.category_balance`.

    Returns
    -------
    dict of str to float
        Proportional to the size of the category to the power of ``1 - balance``; the sum is 1.

    Examples
    --------
    >>> category_shares({"faces": 900, "rooms": 100}, 0.5)
    {'faces': 0.75, 'rooms': 0.25}
    """
    weights = {name: count ** (1.0 - balance) for name, count in counts.items()}
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def draw_epoch(
    categories: list[str], balance: float, count: int, seed: int, epoch: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the pictures of an epoch.

    Parameters
    ----------
    categories : list of str
        The category of each picture.
    balance : float
        See :func:`category_shares`.
    count : int
        Pictures of the epoch.
    seed, epoch : int
        The draw follows from these two alone.

    Returns
    -------
    rows : numpy.ndarray, shape (count,)
        int64, positions of the pictures, in random order.
    repeats : numpy.ndarray, shape (count,)
        int64: 0 where an epoch shows the picture first, 1 where it shows it again, and so on.

    Notes
    -----
    The draw is systematic: a category gets its share of the epoch to within one picture, and the
    pictures of a category are shown equally often, to within once. Which ones are shown once more
    changes from epoch to epoch.

    Examples
    --------
    >>> rows, repeats = draw_epoch(["faces"] * 6 + ["rooms"] * 2, 1.0, 8, seed=0, epoch=0)
    >>> sorted(rows[rows >= 6].tolist()), sorted(repeats[rows >= 6].tolist())
    ([6, 6, 7, 7], [0, 0, 1, 1])
    """
    rng = np.random.default_rng([seed, 2, epoch])
    _, places, counts = np.unique(categories, return_inverse=True, return_counts=True)
    # Category by category, in random order within each: then every how-manieth one is taken.
    order = np.lexsort((rng.random(len(places)), places))
    reached = np.cumsum(counts[places[order]] ** -float(balance))
    points = (rng.random() + np.arange(count)) / count * reached[-1]
    taken = np.minimum(np.searchsorted(reached, points, side="right"), len(order) - 1)
    first = np.searchsorted(taken, taken)  # equal ones are neighbours
    mixed = rng.permutation(count)
    return order[taken][mixed], (np.arange(count) - first)[mixed]
