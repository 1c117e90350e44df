"""Recombine a photograph's own luma with the colour channels that a network predicts.

Luma carries nearly all visible detail, and the photograph's luma is known. So a network need only
predict a and b of CIE Lab, and may predict them at a much smaller size.

Taught in :doc:`/notebooks/06_keep_the_light`.
"""

import math

import numpy as np

from colorlab.color import conversions
from colorlab.color.arrays import Array, as_float, namespace, require_channels
from colorlab.color.enlargement import Enlargement

__all__ = ["recombine", "replace_luma"]

_STRIP = 2**15  # pixels per conversion, few enough for the processor's cache
_ROUNDING = 1e-2  # by how much computed levels may lie outside their range
_FARTHEST = 20.0  # differences of f, far beyond all colours: the numbers stay finite


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
        np.clip(saturation * ab[..., channel] / divisor, -_FARTHEST, _FARTHEST)
        for channel, divisor in ((0, 500.0), (1, -200.0))
    ]
    enlarged = Enlargement(planes, height, width, valid_fraction)
    recombined = np.empty((height, width, 3), dtype="uint8")
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, min(top + rows, height))
        levels = _recombine_strip(grey[strip, :, 0], *enlarged.rows(strip))
        for channel, each in enumerate(levels):
            recombined[strip, :, channel] = each
    return recombined


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
_GREY_WEIGHTS = np.array(conversions.GREY_WEIGHTS, dtype="float32")


def _recombine_strip(grey, x_difference, z_difference):
    """Return red, green and blue of some rows, whole levels; the differences are overwritten."""
    xyz = np.empty((3, *grey.shape), dtype="float32")
    if grey.dtype != np.uint8:
        grey = grey.astype("float32")
        f_of_y = _LAB_F_OF_Y.take(np.rint(grey * _FINENESS).astype("int32"))
        _lab_f_inverse(f_of_y.copy(), xyz[1])
    else:
        f_of_y = _LAB_F_OF_LEVEL.take(grey)
        xyz[1] = _Y_OF_LEVEL.take(grey)
        grey = grey.astype("float32")
    x_difference += f_of_y
    z_difference += f_of_y
    _lab_f_inverse(x_difference, xyz[0])
    _lab_f_inverse(z_difference, xyz[2])
    index = np.einsum("ij,j...->i...", _LINEAR_FROM_XYZ, xyz)
    index += 3 * _FINE + 0.5
    # Where the linear light is out of range, the last of the table is taken.
    rgb = _SRGB_LEVELS.take(index.astype("int32"), mode="clip", out=xyz)
    rgb += grey - np.einsum("c,c...->...", _GREY_WEIGHTS, rgb)
    _move_into_gamut(grey, rgb)
    rgb += 0.5
    return rgb.astype("uint8")  # cut off, which rounds what is above 0 by half


def _lab_f_inverse(f, inverse):
    """Compute `conversions.lab_f_inverse` faster, where most is above the knee; `f` is lost."""
    knee = conversions.LAB_KNEE_ROOT
    if f.min() > knee:
        np.multiply(f, f, out=inverse)
        inverse *= f
        return
    # Below it, it goes on along the tangent.
    above = np.maximum(f, knee)
    np.multiply(above, above, out=inverse)
    inverse *= above
    f -= above
    f *= 3 * knee**2
    inverse += f


def _move_into_gamut(grey, rgb):
    """Move, in place, colours outside the sRGB gamut towards their grey until they fit."""
    lowest, highest = rgb.min(axis=0), rgb.max(axis=0)
    if lowest.min() >= 0 and highest.max() <= 255:
        return
    outside = np.flatnonzero((lowest < 0) | (highest > 255))
    grey, lowest, highest = (each.take(outside) for each in (grey, lowest, highest))
    kept = np.minimum(
        grey / np.maximum(grey - np.minimum(lowest, 0), 1e-6),
        (255 - grey) / np.maximum(np.maximum(highest, 255) - grey, 1e-6),
    )
    for each in rgb.reshape(3, -1):
        moved = each.take(outside)
        moved -= grey
        moved *= kept
        moved += grey
        each[outside] = moved


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
