"""Recombine a photograph's own luma with the colour channels that a network predicts.

Luma carries nearly all visible detail, and the photograph's luma is known. So a network need only
predict a and b of CIE Lab, and may predict them at a much smaller size.

Taught in :doc:`/notebooks/06_keep_the_light`.
"""

import math

import numpy as np
from PIL import Image

from colorlab.color import conversions
from colorlab.color.arrays import Array, as_float, namespace, require_channels

__all__ = ["recombine", "replace_luma"]

_STRIP = 2**15  # pixels per conversion, few enough for the processor's cache
_ROUNDING = 1e-2  # by how much computed levels may lie outside their range


def replace_luma(rgb: Array, target: Array) -> Array:
    """Replace the luma of a colour picture, and keep its colour differences.

    The same amount is added to red, green and blue of a pixel. Because the weights of
    :func:`colorlab.color.grey` add up to one, the luma of the result equals the target, except
    where a channel has to be clipped.

    Parameters
    ----------
    rgb : array, shape (..., 3)
        sRGB levels, 0 to 255.
    target : array, shape (..., 1)
        The new luma, 0 to 255.

    Returns
    -------
    array, shape (..., 3)
        float32 sRGB levels, clipped to 0 to 255.

    Raises
    ------
    ValueError
        If ``rgb`` does not have three channels, or ``target`` not one.

    Examples
    --------
    >>> [float(value) for value in replace_luma([100.0, 100.0, 100.0], [130.0])]
    [130.0, 130.0, 130.0]
    """
    rgb = require_channels(as_float(rgb), 3, "rgb")
    target = require_channels(as_float(target), 1, "target")
    return namespace(rgb, target).clip(rgb + (target - conversions.grey(rgb)), 0.0, 255.0)


def recombine(
    grey: np.ndarray,
    ab: np.ndarray,
    saturation: float = 1.0,
    valid_fraction: tuple[float, float] = (1.0, 1.0),
) -> np.ndarray:
    """Recombine a grey photograph of any size with colour channels of any size.

    The colour channels are resized to the photograph's size with a bicubic filter. Each pixel gets
    the colour with these a and b, shifted so that its luma is the photograph's. A colour outside
    the sRGB gamut is moved towards grey until it is inside, which does not change its luma.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width, 1)
        Levels, 0 to 255, of any number type.
    ab : numpy.ndarray, shape (small height, small width, 2)
        a and b of CIE Lab.
    saturation : float
        Factor of a and b: 0 gives the grey photograph, 1 the network's prediction.
    valid_fraction : tuple of float
        The fractions of the height and width of ``ab`` that belong to the photograph, see
        :func:`colorlab.inference.network_input.network_input`; the rest, at the bottom and at
        the right, is padding and ignored.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB. Its luma, :func:`colorlab.color.grey`, is that of the photograph within half a
        level.

    Raises
    ------
    ValueError
        If a shape is not one of the above, or a number is out of range.

    Examples
    --------
    >>> grey = np.array([[[60.0], [200.0]]])
    >>> recombine(grey, np.zeros((1, 1, 2))).tolist()
    [[[60, 60, 60], [200, 200, 200]]]
    >>> orange = recombine(grey, np.array([[[30.0, 60.0]]]))[0, 1]
    >>> orange.tolist(), round(float(conversions.grey(orange)[0]))
    ([255, 186, 126], 200)
    """
    grey = _require_picture(np.asarray(grey), 1, "grey")
    ab = _require_picture(np.asarray(ab, dtype="float32"), 2, "ab")
    if not all(0 < part <= 1 for part in valid_fraction) or not math.isfinite(saturation):
        raise ValueError(
            "valid_fraction must be above 0 and at most 1, saturation a number, got "
            f"{valid_fraction} and {saturation}"
        )
    if grey.dtype != np.uint8:
        _require_levels(grey)
    if not np.isfinite(ab).all():
        raise ValueError("ab must be finite numbers, got NaN or infinity")
    height, width = grey.shape[:2]
    # The differences f(x) - f(y) and f(z) - f(y), where f is the cube-root function of Lab.
    planes = [
        Image.fromarray(np.ascontiguousarray(saturation * ab[..., channel] / divisor))
        for channel, divisor in ((0, 500.0), (1, -200.0))
    ]
    recombined = np.empty((height, width, 3), dtype="uint8")
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, min(top + rows, height))
        differences = _resized(planes, strip, height, width, valid_fraction)
        for channel, levels in enumerate(_recombine_strip(grey[strip, :, 0], *differences)):
            recombined[strip, :, channel] = levels  # cut off, which rounds what is above 0 by half
    return recombined


def _resized(planes, strip, height, width, valid_fraction):
    """Return some rows of the planes at full size."""
    covered = planes[0].height * valid_fraction[0]
    box = (
        0,
        strip.start / height * covered,
        planes[0].width * valid_fraction[1],
        strip.stop / height * covered,
    )
    size = (width, strip.stop - strip.start)
    return [np.array(plane.resize(size, Image.Resampling.BICUBIC, box=box)) for plane in planes]


# The function f of Lab at the luminance y of many grey levels, exact at the whole ones.
_FINENESS = 16
_LEVELS = np.linspace(0, 255, 255 * _FINENESS + 1, dtype="float32")
_GREYS = np.repeat(_LEVELS[:, None] / 255, 3, axis=-1)
_LAB_F_OF_Y = (conversions.srgb_to_lab(_GREYS)[:, 0] + 16.0) / 116.0
_LAB_F_OF_LEVEL = np.ascontiguousarray(_LAB_F_OF_Y[::_FINENESS])
_Y_OF_LEVEL = conversions.lab_f_inverse(_LAB_F_OF_LEVEL)

# sRGB levels of linear light from -3 to 5, so fine that the nearest is within a tenth of a level.
_FINE = 2**14
_LINEAR = np.arange(-3 * _FINE, 5 * _FINE, dtype="float32") / _FINE
_SRGB_LEVELS = 255.0 * conversions.linear_to_srgb(_LINEAR)
_LINEAR_FROM_XYZ = _FINE * conversions.LINEAR_FROM_XYZ.astype("float32")


def _recombine_strip(grey, x_difference, z_difference):
    """Return red, green and blue of some rows, one array of levels and a half each."""
    if grey.dtype != np.uint8:
        grey = grey.astype("float32")
        f_of_y = _LAB_F_OF_Y.take(np.rint(grey * _FINENESS).astype("int32"))
        y = _lab_f_inverse(f_of_y)
    else:
        f_of_y, y = _LAB_F_OF_LEVEL.take(grey), _Y_OF_LEVEL.take(grey)
        grey = grey.astype("float32")
    x, z = _lab_f_inverse(f_of_y + x_difference), _lab_f_inverse(f_of_y + z_difference)
    rgb = []
    for row in _LINEAR_FROM_XYZ:
        index = row[0] * x
        index += row[1] * y
        index += row[2] * z
        index += 3 * _FINE + 0.5
        np.clip(index, 0, len(_SRGB_LEVELS) - 1, out=index)
        rgb.append(_SRGB_LEVELS.take(index.astype("int32")))
    shift = grey - sum(
        weight * each for weight, each in zip(conversions.GREY_WEIGHTS, rgb, strict=True)
    )
    for each in rgb:
        each += shift
    _move_into_gamut(grey, rgb)
    for each in rgb:
        each += 0.5
    return rgb


def _lab_f_inverse(f):
    """Compute `conversions.lab_f_inverse` faster where nearly all is above the knee."""
    cube = f * f
    cube *= f
    if f.min() <= conversions.LAB_KNEE_ROOT:
        below = np.flatnonzero(f <= conversions.LAB_KNEE_ROOT)
        cube.reshape(-1)[below] = conversions.lab_f_inverse(f.take(below))
    return cube


def _move_into_gamut(grey, rgb):
    """Move, in place, colours outside the sRGB gamut towards their grey until they fit."""
    red, green, blue = rgb
    lowest = np.minimum(np.minimum(red, green), blue)
    highest = np.maximum(np.maximum(red, green), blue)
    if lowest.min() >= 0 and highest.max() <= 255:
        return
    outside = np.flatnonzero((lowest < 0) | (highest > 255))
    grey, lowest, highest = (each.take(outside) for each in (grey, lowest, highest))
    kept = np.minimum(
        grey / np.maximum(grey - np.minimum(lowest, 0), 1e-6),
        (255 - grey) / np.maximum(np.maximum(highest, 255) - grey, 1e-6),
    )
    for each in rgb:
        flat = each.reshape(-1)
        flat[outside] = np.clip(grey + kept * (flat.take(outside) - grey), 0, 255)


def _require_levels(grey):
    lowest, highest = grey.min(), grey.max()
    if not (lowest >= -_ROUNDING and highest <= 255 + _ROUNDING):  # also of NaN
        raise ValueError(f"grey must be levels from 0 to 255, got {lowest:g} to {highest:g}")


def _require_picture(array, channels, name):
    if array.ndim != 3 or array.shape[-1] != channels or 0 in array.shape:
        raise ValueError(
            f"{name} must have the shape (height, width, {channels}), got {array.shape}"
        )
    return array
