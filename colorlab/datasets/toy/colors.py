"""Colours and light: mixing, varying, the times of day. Colours are sRGB triples in [0, 1].

Taught in :doc:`/notebooks/01_data`.
"""

from dataclasses import dataclass

import numpy as np

__all__ = [
    "LAMPLIGHT",
    "LIGHTS",
    "Light",
    "dim",
    "draw_light",
    "glaze",
    "mix",
    "planes",
    "smooth",
    "vary",
]

LAMPLIGHT = (1.0, 0.83, 0.52)


@dataclass(frozen=True)
class Light:
    """The time of day of a scene.

    Attributes
    ----------
    kind : str
        ``"clear"``, ``"overcast"``, ``"dusk"`` or ``"haze"``.
    zenith, low, haze, sun : tuple of float
        Colour of the sky above, of the sky at the horizon, of distant things, and the factor that
        sunlight multiplies every painted colour with. sRGB, about [0, 1].
    sun_x : float
        Where the sun stands, as a fraction of the width.
    side : int
        -1 when light comes from the left, 1 from the right.
    contrast : float
        How much brighter a lit face is than one in shadow, in [0, 1].
    """

    kind: str
    zenith: tuple
    low: tuple
    haze: tuple
    sun: tuple
    sun_x: float
    side: int
    contrast: float


LIGHTS = {
    "clear": ((0.27, 0.48, 0.75), (0.72, 0.84, 0.91), (0.66, 0.76, 0.85), (1.0, 0.98, 0.94), 1.0),
    "overcast": (
        (0.55, 0.61, 0.68),
        (0.81, 0.83, 0.84),
        (0.74, 0.77, 0.79),
        (0.84, 0.86, 0.88),
        0.45,
    ),
    "dusk": ((0.30, 0.34, 0.52), (0.95, 0.66, 0.42), (0.80, 0.60, 0.50), (0.86, 0.69, 0.56), 0.9),
    "haze": ((0.50, 0.66, 0.79), (0.93, 0.89, 0.80), (0.86, 0.84, 0.79), (0.98, 0.94, 0.86), 0.7),
}


def draw_light(random, odds=(0.5, 0.17, 0.2, 0.13)):
    """Draw a time of day; ``odds`` are those of clear, overcast, dusk and haze."""
    kind = str(random.choice(list(LIGHTS), p=odds))
    zenith, low, haze, sun, contrast = LIGHTS[kind]
    sun_x = float(random.uniform(0.1, 0.9))
    return Light(
        kind,
        vary(random, zenith, 0.035),
        vary(random, low, 0.03),
        vary(random, haze, 0.02),
        vary(random, sun, 0.02),
        sun_x,
        1 if sun_x > 0.5 else -1,
        contrast,
    )


def vary(random, color, amount=0.03):
    """Return a colour near ``color``: a shift of its brightness and a smaller one of its hue."""
    shift, *hues = random.standard_normal(4).tolist()
    shifted = (part + amount * (shift + 0.6 * hue) for part, hue in zip(color, hues, strict=True))
    return tuple(min(0.99, max(0.02, float(part))) for part in shifted)


def dim(color, factor):
    """Return ``color`` times ``factor``, a number or one for each channel, as a tuple."""
    factors = factor if isinstance(factor, tuple) else (factor,) * 3
    return tuple(part * share for part, share in zip(color, factors, strict=True))


def mix(first, second, share):
    """Return the colour ``share`` (a number or an array) of the way from ``first`` to ``second``.

    A number gives a tuple, an array of shape (rows, columns) an array of shape (rows, columns, 3).
    """
    if not isinstance(share, np.ndarray):
        share, rest = float(share), 1 - float(share)
        return tuple([a * rest + b * share for a, b in zip(first, second, strict=True)])
    first, second = np.asarray(first, np.float32), np.asarray(second, np.float32)
    mixed = planes(share.shape)
    np.multiply(second - first, np.asarray(share, np.float32)[..., None], out=mixed)
    mixed += first
    return mixed


def glaze(color, shade):
    """Return ``color`` times a field ``shade`` of shape (rows, columns), with a last axis of 3."""
    color, shade = np.asarray(color, np.float32), np.asarray(shade, np.float32)
    return np.multiply(color, shade[..., None], out=planes(shade.shape))


def smooth(values, low, high):
    """Climb smoothly from 0 where ``values`` is ``low`` or less to 1 from ``high`` upwards."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def planes(shape):
    """Return zeros of shape (*shape, 3) that lie in memory as three planes: quicker to blend."""
    return np.moveaxis(np.zeros((3, *shape), np.float32), 0, -1)
