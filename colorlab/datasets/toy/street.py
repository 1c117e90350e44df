"""Streets.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import LAMPLIGHT, dim, glaze, mix, smooth
from colorlab.datasets.toy.ground import pave
from colorlab.datasets.toy.houses import PAVING, ROOFS, WALLS, block, pane
from colorlab.datasets.toy.scenery import ACCENTS, GREENS, crown, ground_noise, person, pick, sky

__all__ = ["street"]


def street(canvas):
    """Paint a road that runs to a vanishing point between kerbs, houses, trees, lamps and cars."""
    random, light = canvas.random, canvas.light
    point_x, horizon = random.uniform(0.3, 0.7), random.uniform(0.40, 0.58)
    sky(canvas, horizon)
    pave(canvas, horizon, pick(random, PAVING))
    asphalt = pick(random, ((0.36, 0.36, 0.37), (0.42, 0.41, 0.40), (0.30, 0.31, 0.33)))
    near = np.clip((canvas.y - horizon) / (1 - horizon), 1e-3, 1)
    across = (canvas.x - point_x) / near
    left, right = -random.uniform(0.42, 0.75), random.uniform(0.42, 0.75)
    on_ground = canvas.edge(canvas.y - horizon)
    road = canvas.edge((across - left) * near) * canvas.edge((right - across) * near) * on_ground
    tone = mix(mix(asphalt, light.haze, 0.4), asphalt, smooth(near, 0, 0.5))
    canvas.blend(
        glaze(tone, (1 + 0.09 * ground_noise(canvas, horizon, 8) + 0.05 * canvas.leaves)), road
    )
    for kerb in (left, right):
        canvas.blend((0.72, 0.71, 0.68), on_ground * smooth(0.035 - np.abs(across - kerb), 0, 0.02))
    dashes = smooth(np.sin(7.0 / near + random.uniform(0, 6)), -0.1, 0.1)
    stripe = smooth(0.022 - np.abs(across - (left + right) / 2), 0, 0.015)
    canvas.blend((0.88, 0.86, 0.80), 0.85 * on_ground * stripe * dashes)
    for _ in range(4):
        x, size = point_x + random.uniform(-0.12, 0.12), random.uniform(0.02, 0.05)
        crown(
            canvas,
            x,
            horizon - size * 0.6,
            size * 1.3,
            size,
            mix(pick(random, GREENS), light.haze, 0.35),
        )
    houses = canvas.layer()
    if random.random() < 0.5:
        width, high = random.uniform(0.05, 0.10), random.uniform(0.08, 0.20)
        block(
            canvas,
            houses,
            point_x - width * random.uniform(0.2, 0.8),
            width,
            horizon - high,
            horizon + 0.005,
            0.45,
        )
    for side, kerb in ((-1, left), (1, right)):
        _row_of_houses(
            canvas, houses, point_x, horizon, kerb + side * random.uniform(0.22, 0.4), side
        )
    houses.stamp(1 + 0.07 * canvas.noise(5, 5, 5, 0.6))
    far = np.exp(-(((canvas.x - point_x) / 0.12) ** 2) - ((canvas.y - horizon) / 0.10) ** 2)
    canvas.blend(light.haze, 0.55 * far, glow=True)
    shade_side = canvas.edge((across * light.side - 0.1) * near) * on_ground
    canvas.shade(0.70, shade_side * 0.8 * light.contrast)
    trees, leaf = random.random() < 0.6, pick(random, GREENS)
    things = canvas.layer()
    steps = sorted(random.uniform(0.15, 0.75, int(random.integers(2, 5))).tolist())
    for step in steps:
        side = (-1, 1)[int(random.integers(2))]
        x, base = (
            point_x + ((left, right)[side > 0] + side * 0.09) * step,
            horizon + (1 - horizon) * step,
        )
        if trees:
            layer = canvas.layer()
            layer.box(
                x - 0.02 * step, base - 0.45 * step, x + 0.02 * step, base, (0.27, 0.21, 0.17)
            )
            layer.stamp()
            for _ in range(3):
                crown(
                    canvas,
                    x + random.normal(0, 0.08) * step,
                    base - random.uniform(0.5, 0.75) * step,
                    0.24 * step,
                    0.2 * step,
                    leaf,
                )
        else:
            post, arm = (0.20, 0.22, 0.22), x - side * 0.13 * step
            things.line(
                [(x, base), (x, base - 0.82 * step), (arm, base - 0.86 * step)], 0.016 * step, post
            )
            things.ellipse(
                arm,
                base - 0.85 * step,
                0.035 * step,
                0.018 * step,
                LAMPLIGHT if light.kind == "dusk" else (0.86, 0.86, 0.82),
            )
        if random.random() < 0.6:
            person(things, random, x + side * 0.1 * step, base, 0.34 * step)
    for step in sorted(random.uniform(0.12, 0.8, int(random.integers(1, 4))).tolist()):
        lane = random.uniform(0.18, 0.66) * (left, right)[int(random.integers(2))]
        _car(things, random, point_x + lane * step, horizon + (1 - horizon) * step, 0.30 * step)
    things.stamp()


def _row_of_houses(canvas, layer, point_x, horizon, offset, side):
    """Draw house fronts that recede to the vanishing point, from far to near."""
    random, light = canvas.random, canvas.light
    cuts = 1.15 * np.cumprod(np.concatenate([[2.2], random.uniform(0.60, 0.74, 6)]))
    brightness = 1.0 if side != light.side else 1 - 0.34 * light.contrast

    def spot(step, height):
        return point_x + offset * step, horizon + (1 - horizon) * step - height * step

    for far, near in zip(cuts[:0:-1], cuts[-2::-1], strict=True):
        height, misty = random.uniform(0.75, 1.35), 0.42 * np.clip(1 - far, 0, 1) ** 2
        wall = mix(dim(pick(random, WALLS), brightness), light.haze, misty)
        layer.polygon([spot(far, 0), spot(far, height), spot(near, height), spot(near, 0)], wall)
        layer.polygon(
            [
                spot(far, height),
                spot(far, height + 0.05),
                spot(near, height + 0.05),
                spot(near, height),
            ],
            mix(dim(pick(random, ROOFS), brightness), light.haze, misty),
        )
        shop = pick(random, ACCENTS) if random.random() < 0.45 else None
        storeys, columns = int(random.integers(3, 5)), int(random.integers(3, 5))
        # Equal widths on the wall are equal steps of 1 / distance.
        places = 1 / np.linspace(1 / far, 1 / near, 4 * columns + 1)
        for column in range(columns):
            a, b = places[4 * column + 1], places[4 * column + 3]
            for row in range(storeys):
                low, high = height * (row + 0.22) / storeys, height * (row + 0.78) / storeys
                glass = mix(dim(pane(canvas), 0.6 + 0.4 * brightness), light.haze, misty)
                layer.polygon(
                    [
                        spot(a, low * (row > 0)),
                        spot(a, high),
                        spot(b, high),
                        spot(b, low * (row > 0)),
                    ],
                    glass,
                )
        if shop is not None:
            low, high = height * 0.78 / storeys, height * 0.98 / storeys
            layer.polygon(
                [spot(far, low), spot(far, high), spot(near, high), spot(near, low)],
                mix(dim(shop, brightness), light.haze, misty),
            )


def _car(layer, random, x, base, width):
    """Draw a car seen from behind or from the front."""
    paint, high = pick(random, ACCENTS), width * 0.78
    dark, tail = (
        (0.07, 0.07, 0.08),
        (0.80, 0.12, 0.10) if random.random() < 0.6 else (0.97, 0.95, 0.85),
    )
    half = width / 2
    layer.ellipse(x, base, half * 1.12, width * 0.07, (0.13, 0.13, 0.14))
    for side in (-1, 1):
        layer.box(
            x + side * half * 0.78 - half * 0.17,
            base - high * 0.28,
            x + side * half * 0.78 + half * 0.17,
            base,
            dark,
        )
    layer.polygon(
        [
            (x - half, base - high * 0.16),
            (x - half * 0.98, base - high * 0.52),
            (x - half * 0.68, base - high),
            (x + half * 0.68, base - high),
            (x + half * 0.98, base - high * 0.52),
            (x + half, base - high * 0.16),
        ],
        paint,
    )
    layer.polygon(
        [
            (x - half * 0.76, base - high * 0.58),
            (x - half * 0.58, base - high * 0.92),
            (x + half * 0.58, base - high * 0.92),
            (x + half * 0.76, base - high * 0.58),
        ],
        (0.20, 0.25, 0.30),
    )
    layer.polygon(
        [
            (x - half * 0.3, base - high * 0.58),
            (x - half * 0.1, base - high * 0.92),
            (x + half * 0.2, base - high * 0.92),
            (x, base - high * 0.58),
        ],
        (0.42, 0.49, 0.55),
    )
    layer.box(
        x - half * 0.98, base - high * 0.27, x + half * 0.98, base - high * 0.16, dim(paint, 0.55)
    )
    layer.box(
        x - half * 0.22, base - high * 0.38, x + half * 0.22, base - high * 0.29, (0.88, 0.87, 0.82)
    )
    for side in (-1, 1):
        layer.ellipse(x + side * half * 0.78, base - high * 0.42, half * 0.15, high * 0.07, tail)
