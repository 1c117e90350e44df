"""Enlarge planes of numbers to the size of a photograph, some of its rows at a time.

Taught in :doc:`/notebooks/06_keep_the_light`.
"""

import numpy as np
from PIL import Image

__all__ = ["Enlargement"]

# Small rows whose enlargements are computed together. Each depends on four, so more of them would
# mean more weights that are 0; and NumPy would start threads for the larger products.
_BLOCK = 4


class Enlargement:
    """Planes at another size, as Pillow's bicubic filter resizes them.

    Pillow filters along the rows at once. Along the columns, it only tells the weights of the
    filter: their matrix product with the planes gives the same numbers several times faster.

    Parameters
    ----------
    planes : list of numpy.ndarray, shape (small height, small width)
        float32, all of one shape.
    height, width : int
        The new size in pixels.
    valid_fraction : tuple of float
        The fractions of the small height and width that the new size shows.

    Examples
    --------
    >>> enlarged = Enlargement([np.array([[0, 1]], "float32")], 2, 4)
    >>> enlarged.rows(slice(0, 1)).astype("float64").round(2).tolist()
    [[[-0.09, 0.21, 0.79, 1.09]]]
    """

    def __init__(
        self,
        planes: list[np.ndarray],
        height: int,
        width: int,
        valid_fraction: tuple[float, float] = (1.0, 1.0),
    ):
        rows, columns = planes[0].shape
        below = np.concatenate(planes)
        self._wide = _resized(below, width, columns * valid_fraction[1]).reshape(-1, rows, width)
        self._weights = _resized(np.eye(rows, dtype="float32"), height, rows * valid_fraction[0])
        self._first = (self._weights != 0).argmax(axis=0)
        self._last = rows - (self._weights[::-1] != 0).argmax(axis=0)
        self._block = max(1, _BLOCK * height // rows)

    def rows(self, strip: slice) -> np.ndarray:
        """Return some rows.

        Parameters
        ----------
        strip : slice

        Returns
        -------
        numpy.ndarray, shape (planes, rows, width)
            float32.
        """
        enlarged = np.empty(
            (len(self._wide), strip.stop - strip.start, self._wide.shape[2]), "float32"
        )
        for top in range(strip.start, strip.stop, self._block):
            block = slice(top, min(top + self._block, strip.stop))
            used = slice(self._first[block].min(), self._last[block].max())
            part = enlarged[:, block.start - strip.start : block.stop - strip.start]
            np.matmul(self._weights[used, block].T, self._wide[:, used], out=part)
        return enlarged


def _resized(plane, width, covered):
    """Resize along the rows alone."""
    image = Image.fromarray(plane)
    box = 0, 0, covered, image.height
    return np.asarray(image.resize((width, image.height), Image.Resampling.BICUBIC, box=box))
