"""From the colours that a file means to sRGB: ICC profiles, and the gamma of a PNG file.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import io
import struct

import numpy as np
from PIL import ExifTags, Image, ImageCms

__all__ = ["adobe_profile", "convert_gamma", "convert_profile"]

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


def adobe_profile(picture: Image.Image) -> bytes | None:
    """Build the profile of Adobe RGB where EXIF data alone say that a picture is in it.

    Parameters
    ----------
    picture : PIL.Image.Image
        As it was opened.

    Returns
    -------
    bytes or None
        An ICC profile.

    References
    ----------
    .. [1] Adobe RGB (1998) Color Image Encoding, version 2005-05.
    """
    if picture.mode != "RGB":
        return None
    with contextlib.suppress(Exception):  # EXIF data may be damaged in any way
        exif = picture.getexif()
        space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        index = exif.get_ifd(ExifTags.IFD.Interop).get(1, "")
        if space == 2 or (space == 0xFFFF and str(index).startswith("R03")):
            return _matrix_profile(_ADOBE_PRIMARIES, _ADOBE_GAMMA)
    return None


# Red, green and blue in XYZ, adapted to D50.
_ADOBE_PRIMARIES = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)
_ADOBE_GAMMA = 563 / 256
_D50 = (0.9642, 1.0, 0.8249)


def _matrix_profile(primaries, gamma):
    """Write an ICC profile, version 2, of three primaries and one gamma."""

    def fixed(values):
        return struct.pack(f">{len(values)}i", *(round(65536 * value) for value in values))

    curve = b"curv" + struct.pack(">IIH2x", 0, 1, round(256 * gamma))
    tags = {b"wtpt": b"XYZ " + bytes(4) + fixed(_D50)}
    for name, primary in zip(b"rgb", primaries, strict=True):
        tags[bytes([name]) + b"XYZ"] = b"XYZ " + bytes(4) + fixed(primary)
        tags[bytes([name]) + b"TRC"] = curve
    table, data = struct.pack(">I", len(tags)), b""
    start = 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content
    head = struct.pack(">I4xI", start + len(data), 0x02100000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 1998, 11, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(_D50)
    return head.ljust(128, b"\0") + table + data
