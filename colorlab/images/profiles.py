"""From the colours that a file means to sRGB: ICC profiles, and the gamma of a PNG file.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import contextlib
import io

import numpy as np
from PIL import Image, ImageCms

__all__ = ["convert_gamma", "convert_profile"]

_SRGB_GAMMA, _SLACK = 1 / 2.2, 0.05


def convert_profile(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert a picture from its own colour profile to sRGB.

    Parameters
    ----------
    picture : PIL.Image.Image
    profile : bytes or None
        An ICC profile.

    Returns
    -------
    PIL.Image.Image
        RGB; the picture itself without a profile, or with one that is damaged or does not fit.
    """
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        # A damaged or mismatched profile is no reason to refuse the picture.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    return picture


def convert_gamma(picture: Image.Image, gamma: float | None) -> Image.Image:
    """Convert a picture from the gamma that its file names to sRGB.

    Parameters
    ----------
    picture : PIL.Image.Image
    gamma : float or None
        The power of light that the levels stand for: 1 for linear light.

    Returns
    -------
    PIL.Image.Image
        The picture itself where the gamma is about 1 / 2.2, which stands for sRGB.
    """
    if not isinstance(gamma, float) or picture.mode not in ("L", "RGB"):
        return picture
    if not 0.05 < gamma < 5 or abs(gamma / _SRGB_GAMMA - 1) < _SLACK:
        return picture
    light = (np.arange(256) / 255) ** (1 / gamma)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    levels = np.rint(255 * encoded).astype("uint8").tolist()
    return picture.point(levels * len(picture.mode))
