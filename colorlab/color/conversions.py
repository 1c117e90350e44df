"""Conversions between sRGB, grey and CIE Lab, for NumPy arrays and for tensors.

Tensors are converted with ``keras.ops``, on the device and backend that Keras uses; gradients are
finite, also for black and for colours outside the gamut. NumPy arrays, lists and numbers are
converted with NumPy, without importing Keras. Arrays are channels last, ``(..., channels)``.

Each array is in one of four ranges:

========== ======================= ==========================================================
name       values                  where it is used
========== ======================= ==========================================================
levels     0 to 255                picture files, metrics and display (uint8)
unit       0 to 1                  conversion of sRGB to and from Lab
signed     -1 to 1                 input and output of the network (the range of tanh)
Lab        L 0 to 100,             CIE Lab under D65; inside sRGB a stays within -86.2 to 98.3
           a and b about -108..99  and b within -107.9 to 94.5
========== ======================= ==========================================================

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.color.arrays import Array, as_float, namespace, require_channels

__all__ = [
    "GREY_WEIGHTS",
    "LINEAR_FROM_XYZ",
    "grey",
    "in_gamut",
    "lab_f_inverse",
    "lab_to_srgb",
    "linear_to_srgb",
    "srgb_to_lab",
]

#: Weights of red, green and blue in the luma of ITU-R BT.601, applied to sRGB values.
GREY_WEIGHTS = (0.299, 0.587, 0.114)

# Linear sRGB to CIE XYZ (IEC 61966-2-1) and the D65 white point of the 2-degree observer.
_XYZ_FROM_LINEAR = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
#: From XYZ, each divided by that of the white point, to linear sRGB: 3 x 3.
LINEAR_FROM_XYZ = np.linalg.inv(_XYZ_FROM_LINEAR) * _WHITE

_SRGB_KNEE, _LINEAR_KNEE = 0.04045, 0.0031308
_LAB_KNEE, _LAB_SLOPE, _LAB_OFFSET = 0.008856, 7.787, 16.0 / 116.0
LAB_KNEE_ROOT = 0.2068966


def _mix(values, matrix):
    """Multiply the colour vector of every pixel by a 3 x 3 matrix."""
    return namespace(values).matmul(values, matrix.T.astype("float32"))


def grey(rgb: Array) -> Array:
    """Compute the grey of a colour, its luma 0.299 R + 0.587 G + 0.114 B.

    The weights add up to one, so the result has the range of the input: levels, unit or signed.

    Parameters
    ----------
    rgb : array, shape (..., 3)
        sRGB in any range.

    Returns
    -------
    array, shape (..., 1)
        float32, in the range of the input.

    Raises
    ------
    ValueError
        If the last axis does not have three channels.

    Notes
    -----
    The weights are those of ITU-R BT.601, applied to the gamma-encoded sRGB values. The result is
    luma, and neither luminance (of linear light) nor lightness (L* of CIE Lab).

    Examples
    --------
    >>> float(grey([255.0, 255.0, 255.0])[0])
    255.0
    >>> [round(float(grey(color)[0]), 3) for color in ([1, 0, 0], [0, 1, 0], [0, 0, 1])]
    [0.299, 0.587, 0.114]
    """
    rgb = require_channels(as_float(rgb), 3, "rgb")
    # A sum of three products, not a matrix product: exact for white, and as fast.
    red, green, blue = (rgb[..., channel : channel + 1] for channel in range(3))
    return GREY_WEIGHTS[0] * red + GREY_WEIGHTS[1] * green + GREY_WEIGHTS[2] * blue


def srgb_to_lab(rgb: Array) -> Array:
    """Convert sRGB to CIE Lab under D65 (2-degree observer).

    Parameters
    ----------
    rgb : array, shape (..., 3)
        sRGB in the unit range, 0 to 1. Values outside are clipped.

    Returns
    -------
    array, shape (..., 3)
        float32; L in 0 to 100, a in -86.2 to 98.3, b in -107.9 to 94.5.

    Raises
    ------
    ValueError
        If the last axis does not have three channels.

    Notes
    -----
    sRGB is that of IEC 61966-2-1, Lab that of CIE 15. The result agrees with
    ``skimage.color.rgb2lab`` within 1e-3 for all colours.

    Examples
    --------
    >>> lab = srgb_to_lab([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    >>> [[round(float(value)) + 0 for value in color] for color in lab]
    [[100, 0, 0], [53, 80, 67]]
    """
    ops = namespace(rgb)
    rgb = ops.clip(require_channels(as_float(rgb), 3, "rgb"), 0.0, 1.0)
    # `where` differentiates both branches, so values near zero are kept out of the power.
    curved = ops.power((ops.maximum(rgb, _SRGB_KNEE) + 0.055) / 1.055, 2.4)
    linear = ops.where(rgb > _SRGB_KNEE, curved, rgb / 12.92)

    xyz = _mix(linear, _XYZ_FROM_LINEAR / _WHITE[:, None])
    root = ops.power(ops.maximum(xyz, _LAB_KNEE), 1.0 / 3.0)
    f = ops.where(xyz > _LAB_KNEE, root, _LAB_SLOPE * xyz + _LAB_OFFSET)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return ops.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def _lab_to_unclipped_srgb(lab):
    ops = namespace(lab)
    lab = require_channels(as_float(lab), 3, "lab")
    y = (lab[..., 0] + 16.0) / 116.0
    f = ops.stack([y + lab[..., 1] / 500.0, y, y - lab[..., 2] / 200.0], axis=-1)
    return linear_to_srgb(_mix(lab_f_inverse(f), LINEAR_FROM_XYZ))


def lab_f_inverse(f):
    """Invert the cube-root function f of CIE Lab.

    Parameters
    ----------
    f : array
        f(X / Xn).

    Returns
    -------
    array
        X / Xn, of the same shape.
    """
    ops = namespace(f)
    above = ops.maximum(f, LAB_KNEE_ROOT)
    return ops.where(f > LAB_KNEE_ROOT, above * above * above, (f - _LAB_OFFSET) / _LAB_SLOPE)


def linear_to_srgb(linear):
    """Apply the transfer function of IEC 61966-2-1 to linear light.

    Parameters
    ----------
    linear : array
        Linear light, 0 to 1.

    Returns
    -------
    array
        sRGB values, 0 to 1, of the same shape.
    """
    ops = namespace(linear)
    curved = 1.055 * ops.power(ops.maximum(linear, _LINEAR_KNEE), 1.0 / 2.4) - 0.055
    return ops.where(linear > _LINEAR_KNEE, curved, 12.92 * linear)


def lab_to_srgb(lab: Array, clip: bool = True) -> Array:
    """Convert CIE Lab under D65 to sRGB, clipped to the sRGB gamut.

    Parameters
    ----------
    lab : array, shape (..., 3)
        L in 0 to 100; a and b as in :func:`srgb_to_lab`.
    clip : bool
        If false, colours outside the sRGB gamut have values below 0 or above 1.

    Returns
    -------
    array, shape (..., 3)
        float32 sRGB in the unit range, 0 to 1. Colours outside the sRGB gamut are clipped
        channel by channel; :func:`in_gamut` finds them.

    Raises
    ------
    ValueError
        If the last axis does not have three channels.

    Notes
    -----
    The inverse of :func:`srgb_to_lab`: a round trip changes a colour by less than half a level
    of 8 bits.

    Examples
    --------
    >>> [round(255 * float(value)) for value in lab_to_srgb([53.24, 80.09, 67.2])]
    [255, 0, 0]
    """
    rgb = _lab_to_unclipped_srgb(lab)
    return namespace(rgb).clip(rgb, 0.0, 1.0) if clip else rgb


def in_gamut(lab: Array, tolerance: float = 0.5 / 255) -> Array:
    """Test which Lab colours are in the sRGB gamut.

    Parameters
    ----------
    lab : array, shape (..., 3)
        CIE Lab as in :func:`srgb_to_lab`.
    tolerance : float
        How far a channel may exceed the range from 0 to 1; by default half a level of 8 bits.

    Returns
    -------
    array, shape (...)
        Boolean, true inside the gamut.

    Raises
    ------
    ValueError
        If the last axis does not have three channels.

    Examples
    --------
    >>> [bool(inside) for inside in in_gamut([[50.0, 0.0, 0.0], [50.0, 0.0, -120.0]])]
    [True, False]
    """
    ops = namespace(lab)
    rgb = _lab_to_unclipped_srgb(lab)
    inside = ops.logical_and(rgb >= -tolerance, rgb <= 1.0 + tolerance)
    return ops.all(inside, axis=-1)
