"""A table of results: the metric protocol on many pictures, beside baselines.

Taught in :doc:`/notebooks/04_results`.
"""

import concurrent.futures
import dataclasses
import json
import math

import numpy as np
from skimage import color as skimage_color

from colorlab import color, images, metrics
from colorlab.atomic import write_text_atomic

__all__ = ["COLUMNS", "Evaluation", "evaluate", "mean_ab", "paint_ab"]

#: The columns of a table, in order, and whether more is better (None: the truth's value is best).
COLUMNS = {
    "psnr": True,
    "ssim": True,
    "ciede2000": False,
    "colorfulness": None,
    "colorfulness_ratio": None,
}

_BATCH = 16


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """A table of results, with what is needed to make it again.

    Attributes
    ----------
    facts : dict
        Data, split, size, weights and command, as given to :func:`evaluate`.
    rows : tuple of dict
        One for each method and category, and one for each method over ``all`` pictures:
        ``method``, ``category``, ``pictures`` and :data:`COLUMNS`.
    pictures : tuple of dict
        One for each method and picture: ``method``, ``path``, ``category`` and the scores.
    """

    facts: dict
    rows: tuple
    pictures: tuple

    def row(self, method, category="all"):
        """Return one row of the table.

        Raises
        ------
        KeyError
            If there is no such row.
        """
        for row in self.rows:
            if (row["method"], row["category"]) == (method, category):
                return row
        raise KeyError(f"no row for {method!r} and {category!r}")

    def ranked(self, method, column="ciede2000"):
        """Return a method's pictures, the best first, as a list of dict."""
        if column not in ("psnr", "ssim", "ciede2000"):
            raise ValueError(f"column must be psnr, ssim or ciede2000, got {column!r}")
        rows = [row for row in self.pictures if row["method"] == method]
        return sorted(rows, key=lambda row: row[column], reverse=bool(COLUMNS[column]))

    def save(self, path):
        """Write facts, rows and pictures as JSON, whole or not at all.

        JSON has no word for infinity or for an undefined ratio: both become null. They occur when
        an output is identical to its truth, and when all truths are grey.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        content = {
            "facts": self.facts,
            "rows": [_finite(row) for row in self.rows],
            "pictures": [_finite(row) for row in self.pictures],
        }
        write_text_atomic(path, json.dumps(content, indent=1) + "\n", overwrite=True)

    def format(self, category=None):
        """Lay the table out as text.

        Parameters
        ----------
        category : str, optional
            Only the rows of one category, ``all`` for example.

        Returns
        -------
        str
        """
        lines = [
            f"{'method':<12} {'category':<14} {'pictures':>8} {'PSNR dB':>8} {'SSIM':>6} "
            f"{'CIEDE2000':>9} {'colourful':>9} {'ratio':>6}"
        ]
        for row in self.rows:
            if category in (None, row["category"]):
                lines.append(
                    f"{row['method']:<12} {row['category']:<14} {row['pictures']:>8} "
                    f"{row['psnr']:>8.2f} {row['ssim']:>6.3f} {row['ciede2000']:>9.2f} "
                    f"{row['colorfulness']:>9.1f} {row['colorfulness_ratio']:>6.2f}"
                )
        return "\n".join(lines)


def _finite(row):
    """Replace the numbers that JSON cannot hold by None."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }


def mean_ab(table, size=256):
    """Average the colour of many pictures: the baseline that knows the average and nothing else.

    Parameters
    ----------
    table : colorlab.datasets.folder.PictureTable
        Training pictures, never those that are judged.
    size : int
        Side of the squares that the pictures are brought to.

    Returns
    -------
    numpy.ndarray, shape (2,)
        Mean a and mean b of CIE Lab.
    """
    total = np.zeros(2)
    for index in range(len(table)):
        lab = color.srgb_to_lab(images.standardize(table.read(index), size) / 255.0)
        total += np.asarray(lab)[..., 1:].mean(axis=(0, 1))
    return total / len(table)


def paint_ab(grey, chroma):
    """Give every pixel of a grey picture the same chroma.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width, 1)
        Levels, 0 to 255.
    chroma : sequence of two float
        a and b of CIE Lab.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Examples
    --------
    >>> paint_ab(np.full((1, 1, 1), 128.0), (0, 0)).tolist()
    [[[128, 128, 128]]]
    """
    unit = np.repeat(np.asarray(grey, dtype="float64") / 255.0, 3, axis=-1)
    lab = skimage_color.rgb2lab(unit)
    lab[..., 1:] = chroma
    rgb = np.asarray(color.lab_to_srgb(lab))
    return np.round(255.0 * rgb).astype("uint8")


def _grey_output(grey):
    return np.repeat(np.round(grey).astype("uint8"), 3, axis=-1)


def _summarize(method, category, scores):
    means = {
        name: float(np.mean([row[name] for row in scores]))
        for name in ("psnr", "ssim", "ciede2000", "colorfulness")
    }
    # A ratio of means: a nearly grey truth would make its own ratio explode.
    truth = float(np.mean([row["true_colorfulness"] for row in scores]))
    ratio = means["colorfulness"] / truth if truth > 0 else float("nan")
    return {
        "method": method,
        "category": category,
        "pictures": len(scores),
        **means,
        "colorfulness_ratio": ratio,
    }


def evaluate(table, training, methods=None, size=256, facts=None, progress=None):
    """Judge colourisers and the baselines on the pictures of a table.

    Each picture is cut to its centred square and resized (Lanczos); that is the truth. Its grey
    goes in; what comes out is compared with the truth. The baselines are ``grey`` (the input
    itself) and ``mean ab`` (the training pictures' average a and b on the input's light).

    Parameters
    ----------
    table : colorlab.datasets.folder.PictureTable
        The pictures to judge by.
    training : colorlab.datasets.folder.PictureTable
        The pictures that the mean ab is taken from.
    methods : dict of str to callable, optional
        What the table calls each colouriser, and a function from grey levels, float32 of shape
        (batch, size, size, 1), to uint8 sRGB of shape (batch, size, size, 3), such as
        :meth:`colorlab.inference.colorizer.Colorizer.predict`. Without it only the baselines are
        judged.
    size : int
        Side of the squares in pixels.
    facts : dict, optional
        Kept with the table: data, split, weights, command.
    progress : callable, optional
        Called with the number of pictures done, after each batch.

    Returns
    -------
    Evaluation

    Notes
    -----
    The colourfulness ratio is the mean colourfulness of the outputs over that of the truths.
    """
    chroma = mean_ab(training, size)
    methods = {
        "grey": lambda batch: [_grey_output(grey) for grey in batch],
        "mean ab": lambda batch: [paint_ab(grey, chroma) for grey in batch],
        **(methods or {}),
    }
    pictures = []
    # The measures spend their time in NumPy and SciPy, which let other threads compute.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for start in range(0, len(table), _BATCH):
            indices = range(start, min(start + _BATCH, len(table)))
            truths = [images.standardize(table.read(index), size) for index in indices]
            batch = np.stack([color.grey(truth) for truth in truths])
            for method, colorize in methods.items():
                scores = pool.map(metrics.score, truths, colorize(batch))
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
            if progress is not None:
                progress(indices.stop)

    rows = []
    for method in methods:
        scores = [row for row in pictures if row["method"] == method]
        for category in table.categories:
            part = [row for row in scores if row["category"] == category]
            rows.append(_summarize(method, category, part))
        rows.append(_summarize(method, "all", scores))
    known = {
        "pictures": len(table),
        "size": size,
        "mean_ab": [round(float(c), 3) for c in chroma],
    }
    return Evaluation({**(facts or {}), **known}, tuple(rows), tuple(pictures))
