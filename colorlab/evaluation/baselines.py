"""Baselines: what every colouriser must beat.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib
import json
from collections.abc import Sequence

import numpy as np

from colorlab import color
from colorlab.atomic import write_text_atomic
from colorlab.cache import cache_folder
from colorlab.datasets.table import PictureTable
from colorlab.errors import InputError
from colorlab.images.resizing import standardize

__all__ = ["grey_picture", "mean_ab", "paint_ab"]


def mean_ab(table: PictureTable, size: int = 256) -> np.ndarray:
    """Average a and b over many pictures: the baseline that knows the average and nothing else.

    Parameters
    ----------
    table : colorlab.datasets.table.PictureTable
        Training pictures, never those that are judged.
    size : int
        Side of the squares that the pictures are brought to.

    Returns
    -------
    numpy.ndarray, shape (2,)
        Mean a and mean b of CIE Lab.

    Notes
    -----
    The result is kept in the cache folder, under the fingerprint of the pictures.
    """
    path = cache_folder() / "mean_ab" / f"{table.fingerprint}-{size}.json"
    with contextlib.suppress(OSError, ValueError, TypeError):
        kept = np.array(json.loads(path.read_text(encoding="utf-8")), dtype="float64")
        if kept.shape == (2,) and np.isfinite(kept).all():
            return kept
    mean = _mean_ab(table, size)
    # A cache that cannot be written costs time and nothing else.
    with contextlib.suppress(OSError, InputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text_atomic(path, json.dumps(mean.tolist()), overwrite=True)
    return mean


def _mean_ab(table, size):
    total = np.zeros(2)
    for index in range(len(table)):
        lab = color.srgb_to_lab(standardize(table.read(index), size) / 255.0)
        total += np.asarray(lab)[..., 1:].mean(axis=(0, 1))
    return total / len(table)


def paint_ab(grey: np.ndarray, ab: Sequence[float] | np.ndarray) -> np.ndarray:
    """Give every pixel of a grey picture the same a and b.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width, 1)
        Levels, 0 to 255.
    ab : sequence of two float
        a and b of CIE Lab; or an array that broadcasts to (height, width, 2).

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Examples
    --------
    >>> paint_ab(np.full((1, 1, 1), 128.0), (0, 0)).tolist()
    [[[128, 128, 128]]]
    """
    from skimage import color as skimage_color

    unit = np.repeat(np.asarray(grey, dtype="float64") / 255.0, 3, axis=-1)
    lab = skimage_color.rgb2lab(unit)
    lab[..., 1:] = ab
    rgb = np.asarray(color.lab_to_srgb(lab))
    return np.round(255.0 * rgb).astype("uint8")


def grey_picture(grey: np.ndarray) -> np.ndarray:
    """Show grey levels as a picture without colour.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width, 1)
        Levels, 0 to 255.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Examples
    --------
    >>> grey_picture(np.full((1, 1, 1), 127.6)).tolist()
    [[[128, 128, 128]]]
    """
    return np.repeat(np.round(grey).astype("uint8"), 3, axis=-1)
