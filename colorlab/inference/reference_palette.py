"""The palette of another photograph, towards which a colouring is shifted.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import os
from typing import Any

import numpy as np
from PIL import Image

from colorlab.color import ab_bins, conversions
from colorlab.errors import InputError
from colorlab.images import read_image
from colorlab.inference.doubt import probabilities

__all__ = ["palette_of", "shift_towards"]

_SIDE = 256  # pixels of the longer side of the reference: its histogram needs no more
_SPREAD = 10.0  # Lab units by which a colour of the reference also speaks for its neighbours
_FLOOR = 1e-3  # share of the palette that all bins have alike
_LARGEST_FACTOR = 8.0
_ROUNDS = 3
_LEAST_AB = 3.0  # mean distance from grey; below it a reference has no colours to give


def palette_of(image: Any) -> np.ndarray:
    """Compute the palette of a photograph in colour: its share of each ab bin.

    Parameters
    ----------
    image : path-like, bytes or numpy.ndarray, shape (height, width, 3)
        A picture file or its content, or uint8 sRGB.

    Returns
    -------
    numpy.ndarray, shape (bins,)
        Of sum 1; smoothed, so that similar colours count as well.

    Raises
    ------
    InputError
        If the file cannot be read, the array is another one, or the photograph has hardly any
        colour.

    Examples
    --------
    >>> palette = palette_of(np.full((8, 8, 3), (160, 32, 32), "uint8"))
    >>> ab_bins.bin_centers()[palette.argmax()].tolist()
    [50.0, 30.0]
    """
    name = str(image) if isinstance(image, str | os.PathLike) else "reference"
    in_a_file = isinstance(image, str | os.PathLike | bytes)
    rgb = read_image(image) if in_a_file else _require_rgb(image)
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    picture.thumbnail((_SIDE, _SIDE))
    ab = conversions.srgb_to_lab(np.asarray(picture) / 255)[..., 1:].reshape(-1, 2)
    if np.hypot(ab[:, 0], ab[:, 1]).mean() < _LEAST_AB:
        raise InputError(f"{name}: has hardly any colour, expected a photograph in colour")
    centers = ab_bins.bin_centers()
    palette = np.zeros(len(centers))
    # Far fewer colours than pixels; whole Lab units are fine beside the spread.
    counts = np.bincount(np.round(ab + 128).astype("int64") @ [256, 1])
    (found,) = np.nonzero(counts)
    for strip in np.array_split(found, 8):
        colors = np.stack(np.divmod(strip, 256), axis=-1) - 128.0
        squared = ((colors[:, None] - centers) ** 2).sum(axis=-1)
        palette += counts[strip] @ probabilities(-squared / (2 * _SPREAD**2))
    return (1 - _FLOOR) * palette / palette.sum() + _FLOOR / len(centers)


def _require_rgb(image):
    array = image if isinstance(image, np.ndarray) else None
    if array is None or array.dtype != np.uint8 or array.shape[2:] != (3,) or 0 in array.shape:
        found = type(image).__name__ if array is None else f"{array.dtype} {array.shape}"
        raise InputError(
            "reference must be a picture file, or uint8 sRGB of the shape (height, width, 3), got "
            f"{found}; of a Pillow image, type np.asarray(image.convert('RGB'))"
        )
    return array


def shift_towards(logits: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Shift distributions so that their mean over a photograph comes near a palette.

    Each bin's probability is multiplied with one factor for the whole photograph, by which its
    mean share is too small or too large, at most 8; three rounds. So the palette decides between
    colours that the network holds possible, and cannot make grass blue of which it is sure. It is
    the correction of class probabilities for other prior probabilities [1]_.

    Parameters
    ----------
    logits : numpy.ndarray, shape (height, width, bins)
        Of one photograph.
    palette : numpy.ndarray, shape (bins,)
        What :func:`palette_of` returned.

    Returns
    -------
    numpy.ndarray, shape (height, width, bins)
        float32.

    Raises
    ------
    InputError
        If the palette has another shape.

    References
    ----------
    .. [1] M. Saerens, P. Latinne and C. Decaestecker, "Adjusting the Outputs of a Classifier to New
       a Priori Probabilities: A Simple Procedure", Neural Computation 14 (2002),
       https://doi.org/10.1162/089976602753284446

    Examples
    --------
    >>> palette = np.full(227, 1 / 227)
    >>> bool(np.allclose(shift_towards(np.zeros((2, 2, 227)), palette), 0, atol=1e-5))
    True
    """
    logits = np.asarray(logits, dtype="float32")
    if np.shape(palette) != logits.shape[-1:]:
        raise InputError(
            f"palette must be what palette_of returns, of the shape {logits.shape[-1:]}, got "
            f"{np.shape(palette)}"
        )
    factor = np.zeros(len(palette))
    limit = np.log(_LARGEST_FACTOR)
    for _ in range(_ROUNDS):
        share = probabilities(logits + factor.astype("float32"))
        mean = share.reshape(-1, len(palette)).mean(axis=0)
        factor += np.log(palette) - np.log(np.maximum(mean, _FLOOR / len(palette)))
        factor = np.clip(factor, -limit, limit)
    return logits + factor.astype("float32")
