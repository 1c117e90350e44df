"""One photograph in, the same photograph in colour out: the function `colorlab.colorize`.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import functools
import pathlib

import numpy as np
from PIL import Image

from colorlab import images
from colorlab.errors import InputError
from colorlab.inference import predictors

__all__ = ["colorize"]

_load_once = functools.lru_cache(maxsize=3)(predictors.load)


def colorize(image, model="default", strength=None, size=None):
    """Colour a photograph of any size, and keep its own light.

    Parameters
    ----------
    image : path-like, or numpy.ndarray of shape (height, width), (height, width, 1 or 3)
        A picture file, or uint8 levels, 0 to 255. Of a colour picture only the grey is used.
    model : str or path-like
        ``default``, ``small`` or ``vivid``, an ONNX file, or the folder of a training run. It is
        loaded once.
    strength : float, optional
        What the colours are multiplied by: 0 gives grey, 1 the network's answer, more than 1
        brighter colours; at most 10. By default what suits the model.
    size : int, optional
        Shorter side in pixels of what the network sees, 1 to 1024; by default what it was trained
        on. The result has the photograph's own size in any case.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB. Its grey is that of the photograph within one level.

    Raises
    ------
    InputError
        If the file cannot be read, the array is no picture, there is no such model, or a number
        is out of range.

    Notes
    -----
    Also available as ``colorlab.colorize``.

    Examples
    --------
    >>> colorize(np.zeros((8, 8), "float32"))
    Traceback (most recent call last):
    colorlab.errors.InputError: image must be a path, or uint8 levels of the shape ...
    """
    predictors.require_settings(strength, size)
    grey = _grey_of(image)
    return _load_once(model).colorize(grey, strength, size)


def _grey_of(image):
    if isinstance(image, str | pathlib.PurePath):
        image = images.read_image(image)
    image = np.asarray(image)
    shape = image.shape
    if (
        image.dtype != np.uint8
        or 0 in shape
        or not (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3)))
    ):
        raise InputError(
            "image must be a path, or uint8 levels of the shape (height, width), "
            f"(height, width, 1) or (height, width, 3), got {image.dtype} of the shape {shape}"
        )
    if shape[2:] == (3,):
        image = np.asarray(Image.fromarray(np.ascontiguousarray(image)).convert("L"))
    return image if image.ndim == 3 else image[..., None]
