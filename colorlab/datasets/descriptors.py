"""What a picture shows, so coarsely that near-duplicates get the same description.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np
from PIL import Image

__all__ = ["describe"]

_SIGN_GRID = 17
_THUMBNAIL = 32


def describe(image: np.ndarray) -> np.ndarray:
    """Describe what a picture shows so coarsely that near-duplicates get the same description.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.

    Returns
    -------
    numpy.ndarray, shape (1536,)
        float16. The first 512 values, each -1 or 1, say for a 16 x 16 grid whether the grey rises
        to the right and downwards; the other 1,024 are a 32 x 32 grey thumbnail with mean zero
        and length one. So two dot products give the share of equal signs and the correlation.

    Notes
    -----
    The signs are the difference hash of perceptual hashing, in both directions.

    Examples
    --------
    >>> picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype("uint8")
    >>> description = describe(picture).astype(float)
    >>> description.shape, round(float(description[512:] @ description[512:]), 2)
    ((1536,), 1.0)
    """
    grey = Image.fromarray(image).convert("L")
    box = Image.Resampling.BOX
    coarse = np.asarray(grey.resize((_SIGN_GRID, _SIGN_GRID), box), dtype="int16")
    signs = np.concatenate(
        [
            (coarse[:-1, 1:] > coarse[:-1, :-1]).ravel(),
            (coarse[1:, :-1] > coarse[:-1, :-1]).ravel(),
        ]
    )
    thumbnail = np.asarray(grey.resize((_THUMBNAIL, _THUMBNAIL), box), dtype="float32").ravel()
    thumbnail = thumbnail - thumbnail.mean()
    length = np.linalg.norm(thumbnail)
    thumbnail = thumbnail / length if length > 0 else thumbnail
    return np.concatenate([np.where(signs, 1.0, -1.0), thumbnail]).astype("float16")
