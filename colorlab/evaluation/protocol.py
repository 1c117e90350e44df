"""The protocol of every number: the same pictures, sizes and measures for all.

Taught in :doc:`/notebooks/05_results`.
"""

import concurrent.futures
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from colorlab import color, metrics
from colorlab.datasets.table import PictureTable
from colorlab.evaluation.baselines import grey_picture, mean_ab, paint_ab
from colorlab.evaluation.table import Evaluation
from colorlab.images.resizing import standardize
from colorlab.training.hints import point_hints

__all__ = ["evaluate"]

_BATCH = 16


def _summarize(method, category, scores):
    means = {
        name: float(np.mean([row[name] for row in scores]))
        for name in ("psnr", "ssim", "ciede2000", "colorfulness")
    }
    # A ratio of means: a nearly grey target would make its own ratio explode.
    target = float(np.mean([row["true_colorfulness"] for row in scores]))
    ratio = means["colorfulness"] / target if target > 0 else float("nan")
    return {
        "method": method,
        "category": category,
        "pictures": len(scores),
        **means,
        "colorfulness_ratio": ratio,
    }


def _revealer(targets, pictures, count):
    """Make the function that gives points of the targets on a grid."""

    def reveal(grid):
        points = []
        for target, picture in zip(targets, pictures, strict=True):
            ab = np.asarray(color.srgb_to_lab(target / 255.0))[..., 1:]
            rng = np.random.default_rng([count, int(picture.digest[:12], 16)])
            points.append(point_hints(ab, count, rng, grid))
        return np.stack(points)

    return reveal


def evaluate(
    table: PictureTable,
    training: PictureTable,
    methods: dict[str, Callable] | None = None,
    size: int = 256,
    facts: dict[str, Any] | None = None,
    callback: Callable[[int], None] | None = None,
    hints: int = 0,
) -> Evaluation:
    """Measure colourisers and the baselines on the pictures of a table.

    Each picture is cropped to its centred square and resized (Lanczos); that is the target. Its
    grey is the input, and the prediction is compared with the target. The baselines are ``grey``
    (the input itself) and ``mean ab`` (the training pictures' mean a and b with the input's
    lightness).

    Parameters
    ----------
    table : colorlab.datasets.table.PictureTable
        The pictures to measure on.
    training : colorlab.datasets.table.PictureTable
        The pictures that the mean ab is taken from.
    methods : dict of str to callable, optional
        What the table calls each colouriser, and a function from grey levels, float32 of shape
        (batch, size, size, 1), to uint8 sRGB of shape (batch, size, size, 3), such as
        :meth:`colorlab.inference.colorizer.Colorizer.predict`. Without it only the baselines are
        measured.
    size : int
        Side of the squares in pixels.
    facts : dict, optional
        Kept with the table: data, split, weights, command.
    callback : callable, optional
        Called with the number of pictures done, after each batch.
    hints : int
        How many random points of 3 x 3 pixels of each target a method may know. A method with a
        true attribute ``takes_hints`` is called with a second argument, ``reveal``: a function
        from the height and width of a grid to the points on it, as
        :func:`colorlab.training.hints.point_hints` gives them, for the whole batch. The points of a
        picture follow from its content and their number. The other methods know nothing.

    Returns
    -------
    Evaluation

    Notes
    -----
    The colourfulness ratio is the mean colourfulness of the predictions over that of the targets.
    """
    ab = mean_ab(training, size)
    methods = {
        "grey": lambda batch: [grey_picture(grey) for grey in batch],
        "mean ab": lambda batch: [paint_ab(grey, ab) for grey in batch],
        **(methods or {}),
    }
    pictures = []
    # The measures spend their time in NumPy and SciPy, which let other threads compute.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for start in range(0, len(table), _BATCH):
            indices = range(start, min(start + _BATCH, len(table)))
            targets = [standardize(table.read(index), size) for index in indices]
            batch = np.stack([color.grey(target) for target in targets])
            reveal = _revealer(targets, [table.pictures[index] for index in indices], hints)
            for method, colorize in methods.items():
                helped = hints and getattr(colorize, "takes_hints", False)
                predictions = colorize(batch, reveal) if helped else colorize(batch)
                scores = pool.map(metrics.score, targets, predictions)
                for index, score in zip(indices, scores, strict=True):
                    row = table.pictures[index]
                    pictures.append(
                        {
                            "method": method,
                            "path": row.path,
                            "category": row.category,
                            **dataclasses.asdict(score),
                        }
                    )
            if callback is not None:
                callback(indices.stop)

    rows = []
    for method in methods:
        own = [row for row in pictures if row["method"] == method]
        for category in table.categories:
            part = [row for row in own if row["category"] == category]
            rows.append(_summarize(method, category, part))
        rows.append(_summarize(method, "all", own))
    known = {
        "hints": hints,
        "pictures": len(table),
        "size": size,
        "mean_ab": [round(float(c), 3) for c in ab],
    }
    return Evaluation({**(facts or {}), **known}, tuple(rows), tuple(pictures))
