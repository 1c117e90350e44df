"""Open country.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth, vary
from colorlab.datasets.toy.ground import MEADOW, meadow, path
from colorlab.datasets.toy.scenery import (
    AUTUMN,
    GREENS,
    crown,
    distance_rows,
    pick,
    ridge,
    sky,
    tree,
)

__all__ = ["CROPS", "open_country"]

CROPS = MEADOW + ((0.74, 0.62, 0.33), (0.80, 0.70, 0.30), (0.46, 0.36, 0.25), (0.47, 0.40, 0.57))


def open_country(canvas):
    """Paint hills, fields in strips or a meadow in bloom, a path, a few trees, a barn."""
    random, light = canvas.random, canvas.light
    horizon = random.uniform(0.30, 0.60)
    sky(canvas, horizon)
    for step in range(int(random.integers(1, 4))):
        ridge(
            canvas,
            horizon + 0.02,
            random.uniform(0.05, 0.16) / (1 + 0.6 * step),
            pick(random, GREENS),
            0.62 - 0.22 * step,
            1.6 + step,
        )
    meadow(canvas, horizon, pick(random, MEADOW, 0.04), 0.5)
    if random.random() < 0.65:
        _fields(canvas, horizon)
    if random.random() < 0.6:
        path(
            canvas,
            horizon,
            random.uniform(0.15, 0.85),
            pick(random, ((0.62, 0.52, 0.38), (0.72, 0.65, 0.52))),
            random.uniform(0.16, 0.34),
        )
    leaf = pick(random, AUTUMN if random.random() < 0.12 else GREENS)
    for _ in range(int(random.integers(5, 14))):
        size = random.uniform(0.012, 0.03)
        crown(
            canvas,
            random.uniform(0, 1),
            horizon - size * 0.4 + 0.006,
            size * 1.6,
            size,
            mix(leaf, light.haze, 0.3),
        )
    if random.random() < 0.5:
        _barn(
            canvas,
            random.uniform(0.12, 0.88),
            horizon + random.uniform(0.03, 0.10),
            random.uniform(0.05, 0.09),
        )
    for place in sorted(random.uniform(0.1, 1, int(random.integers(0, 4))).tolist()):
        x = random.uniform(0.05, 0.95)
        tree(
            canvas,
            x,
            horizon + 0.03 + 0.30 * place * (1 - horizon),
            0.10 + 0.32 * place,
            vary(random, leaf, 0.02),
        )


def _fields(canvas, horizon):
    """Paint strips of crops that run to a vanishing point, each with its own rows."""
    random = canvas.random
    point, away = random.uniform(-0.2, 1.2), distance_rows(canvas, horizon)
    across = (canvas.x - point) * (1 + away)
    cuts = sorted(random.uniform(-2.2, 2.2, 6).tolist())
    far = random.uniform(0.5, 2.5)
    near = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1)
    rows = np.sin(across * random.uniform(45, 80)) * np.clip(1.4 * near - 0.15, 0, 1)
    first = random.random() < 0.75
    for strip in range(5):
        if random.random() < 0.85:
            inside = canvas.edge((across - cuts[strip]) / (1 + away)) * canvas.edge(
                (cuts[strip + 1] - across) / (1 + away)
            )
            inside = (
                inside
                * smooth((away - far) * (1 if first else -1) + 0.35 * across * first, -0.02, 0.06)
                * canvas.edge(canvas.y - horizon - 0.006)
            )
            tone = mix(pick(random, CROPS, 0.035), (0.66, 0.66, 0.50), 0.3 * (1 - near))
            canvas.blend(glaze(tone, (1 + 0.10 * rows + 0.13 * canvas.leaves)), inside * 0.93)


def _barn(canvas, x, base, size):
    """Draw a small barn with a lit front and a tiled roof."""
    random, layer = canvas.random, canvas.layer()
    wall = pick(random, ((0.86, 0.82, 0.74), (0.62, 0.22, 0.17), (0.52, 0.42, 0.33)))
    roof = pick(random, ((0.55, 0.27, 0.20), (0.36, 0.35, 0.37)))
    front, long, high = size * 0.8, size * 1.7 * random.choice((-1, 1)), size * 0.75
    layer.polygon(
        [(x, base), (x, base - high), (x + long, base - high), (x + long, base)], dim(wall, 0.72)
    )
    layer.polygon(
        [
            (x - front * np.sign(long), base),
            (x - front * np.sign(long), base - high),
            (x - front / 2 * np.sign(long), base - high * 1.7),
            (x, base - high),
            (x, base),
        ],
        wall,
    )
    layer.polygon(
        [
            (x, base - high * 0.95),
            (x - front / 2 * np.sign(long), base - high * 1.75),
            (x + long - front / 2 * np.sign(long), base - high * 1.75),
            (x + long * 1.02, base - high * 0.95),
        ],
        roof,
    )
    layer.box(
        *sorted((x - front * 0.68 * np.sign(long), x - front * 0.32 * np.sign(long)))[:1],
        base - high * 0.55,
        sorted((x - front * 0.68 * np.sign(long), x - front * 0.32 * np.sign(long)))[1],
        base,
        dim(wall, 0.4),
    )
    layer.stamp(1 + 0.08 * canvas.leaves)
