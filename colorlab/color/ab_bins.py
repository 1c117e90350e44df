"""Bins of the (a, b) plane of CIE Lab: the classes of a network that predicts probabilities.

Taught in :doc:`/notebooks/06_why_brown`.
"""

import numpy as np

from colorlab.color import conversions

__all__ = ["bin_centers"]


def bin_centers(spacing=10.0):
    """Lay a grid over the plane of a and b, and keep the points that a screen can show.

    Parameters
    ----------
    spacing : float
        Distance of neighbouring points in Lab units.

    Returns
    -------
    numpy.ndarray, shape (classes, 2)
        float32; a and b of each class. A point counts when a colour with this chroma is in gamut
        for some lightness.

    Notes
    -----
    After Zhang, Isola and Efros, Colorful Image Colorization, ECCV 2016.

    Examples
    --------
    >>> grid = bin_centers()
    >>> grid.shape
    (227, 2)
    """
    steps = np.arange(-110.0, 110.0 + spacing, spacing, dtype="float32")
    a, b = (axis.ravel() for axis in np.meshgrid(steps, steps, indexing="ij"))
    lightness = np.arange(1.0, 100.0)[:, None]
    lab = np.stack(np.broadcast_arrays(lightness, a, b), axis=-1)
    inside = conversions.in_gamut(lab).any(axis=0)
    return np.stack([a[inside], b[inside]], axis=-1)
