"""Coasts.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth
from colorlab.datasets.toy.scenery import ACCENTS, ground_noise, person, pick, sky

__all__ = ["coast"]


def coast(canvas):
    """Paint sky over the sea, with a headland, boats, surf and a beach on most coasts."""
    random, light = canvas.random, canvas.light
    horizon = random.uniform(0.26, 0.58)
    sky(canvas, horizon)
    if random.random() < 0.65:
        land = pick(random, ((0.38, 0.43, 0.30), (0.47, 0.42, 0.36), (0.30, 0.38, 0.30)))
        end, side = random.uniform(0.25, 0.75), (-1, 1)[int(random.integers(2))]
        rise = side * (canvas.x[0] - end) * random.uniform(1.2, 2.2)
        height = (
            random.uniform(0.08, 0.22)
            * np.sqrt(np.clip(rise, 0, 1))
            * (1 + 0.35 * canvas.profile(5, 5))
        )
        depth = canvas.y - (horizon - height)[None, :]
        tone = mix(land, light.haze, random.uniform(0.1, 0.55))
        cliff = 1 + 0.22 * canvas.noise(14, 5, 4) - 0.2 * smooth(depth, 0.0, 0.2)
        canvas.blend(glaze(tone, cliff), canvas.edge(depth) * (height[None, :] > 0.002))
    deep = pick(random, ((0.10, 0.30, 0.46), (0.09, 0.37, 0.47), (0.16, 0.35, 0.42)))
    shallow = pick(random, ((0.24, 0.56, 0.60), (0.30, 0.55, 0.55), (0.22, 0.48, 0.56)))
    if light.kind in ("overcast", "dusk"):
        deep, shallow = mix(deep, (0.30, 0.34, 0.40), 0.5), mix(shallow, (0.44, 0.48, 0.50), 0.5)
    near = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1)
    water = canvas.edge(canvas.y - horizon) + 0 * canvas.x
    sea = mix(mix(light.low, deep, 0.72), deep, smooth(near, 0, 0.25))
    canvas.blend(mix(sea, shallow, smooth(near, 0.25, 1.0)), water)
    waves = ground_noise(canvas, horizon, 4, depth=7.0)[:, :] + 0.7 * canvas.noise(7, 70, 2)
    canvas.blend(mix(light.low, (1, 1, 1), 0.3), water * 0.5 * smooth(waves, 0.5, 2.0), glow=True)
    canvas.shade(1 + 0.10 * waves, water)
    if light.kind in ("dusk", "haze"):
        track = np.exp(-(((canvas.x - light.sun_x) / (0.06 + 0.16 * near)) ** 2))
        canvas.blend(
            (1.0, 0.80, 0.52), water * track * (0.25 + 0.6 * smooth(waves, -0.1, 0.8)), glow=True
        )
    boats = canvas.layer()
    for _ in range(int(random.integers(0, 4))):
        far = random.uniform(0.0, 1.0)
        _sail_boat(
            boats,
            random,
            random.uniform(0.08, 0.92),
            horizon + 0.015 + 0.2 * (1 - horizon) * far,
            0.06 + 0.13 * far,
        )
    boats.stamp()
    if random.random() < 0.75:
        _beach(canvas, horizon)


def _beach(canvas, horizon):
    """Lay surf, wet and dry sand over the lower part of the sea."""
    random = canvas.random
    side, start = random.choice((-1, 1)), random.uniform(0.50, 0.80)
    across = canvas.x[0] if side > 0 else 1 - canvas.x[0]
    bend = horizon + (1 - horizon) * (
        start + random.uniform(0.1, 0.75) * (across - 0.45) + 0.06 * canvas.profile(3, 3)
    )
    depth = canvas.y - bend[None, :]
    sand = pick(
        random, ((0.80, 0.70, 0.53), (0.74, 0.66, 0.54), (0.66, 0.58, 0.48), (0.85, 0.78, 0.65))
    )
    ripple = ground_noise(canvas, horizon, 9) * 0.09 + 0.03 * canvas.leaves
    wet = mix(dim(sand, 0.66), sand, smooth(depth, 0.03, 0.10))
    surf = canvas.noise(9, 40, 3) * 0.012
    canvas.blend(glaze(wet, (1 + ripple)), canvas.edge(depth))
    canvas.blend((0.95, 0.96, 0.95), 0.9 * smooth(0.018 - np.abs(depth + 0.006 + surf), 0, 0.012))
    canvas.blend(
        (0.92, 0.95, 0.95), 0.6 * smooth(0.014 - np.abs(depth + 0.062 + 2 * surf), 0, 0.012)
    )
    things = canvas.layer()
    for _ in range(int(random.integers(0, 5))):
        x, size = random.uniform(0.08, 0.92), random.uniform(0.05, 0.09)
        base = bend[int(x * canvas.size)] + random.uniform(0.10, 0.2)
        if random.random() < 0.5:
            color = pick(random, ACCENTS)
            things.line([(x, base), (x, base - size)], 0.008, (0.85, 0.83, 0.78))
            for part in range(4):
                left, right = x + size * (part / 2 - 1), x + size * (part / 2 - 0.5)
                tone = color if part % 2 else (0.94, 0.92, 0.87)
                things.polygon(
                    [
                        (x, base - size * 1.5),
                        (left, base - size * 0.85),
                        (right, base - size * 0.85),
                    ],
                    tone,
                )
        else:
            person(things, random, x, base, size * 1.5)
    things.stamp()


def _sail_boat(layer, random, x, water, height):
    """Draw a sailing boat whose hull stands on the row ``water``."""
    hull, sail = (
        pick(random, ACCENTS),
        pick(random, ((0.96, 0.95, 0.91), (0.93, 0.88, 0.78), (0.78, 0.25, 0.18))),
    )
    layer.polygon(
        [
            (x - height * 0.34, water - height * 0.16),
            (x + height * 0.40, water - height * 0.16),
            (x + height * 0.26, water),
            (x - height * 0.24, water),
        ],
        hull,
    )
    layer.polygon(
        [
            (x, water - height),
            (x, water - height * 0.22),
            (x + height * 0.36, water - height * 0.22),
        ],
        sail,
    )
    layer.polygon(
        [
            (x - height * 0.03, water - height * 0.9),
            (x - height * 0.03, water - height * 0.22),
            (x - height * 0.28, water - height * 0.22),
        ],
        dim(sail, 0.9),
    )
