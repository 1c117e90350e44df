"""City centres.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import LAMPLIGHT, dim, mix, smooth
from colorlab.datasets.toy.ground import pave
from colorlab.datasets.toy.houses import PAVING, WALLS, block
from colorlab.datasets.toy.scenery import ACCENTS, GREENS, crown, person, pick, sky

__all__ = ["city_centre"]


def city_centre(canvas):
    """Paint a skyline in haze over a square: shop fronts with awnings, people, lamps, trees."""
    random, light = canvas.random, canvas.light
    ground, rise = random.uniform(0.56, 0.82), random.uniform(-0.25, 0.2)
    sky(canvas, ground)
    broad = random.uniform(0.8, 1.6)
    for depth in range(3):
        towers, x = canvas.layer(), -0.05 + random.uniform(-0.1, 0)
        misty = (0.72, 0.48, 0.2)[depth] * random.uniform(0.8, 1.1)
        while x < 1:
            width = random.uniform(0.06, 0.16) * (1 + 0.2 * depth) * broad
            block(
                canvas,
                towers,
                x,
                width,
                ground * max(0.04, random.uniform(0.06, 0.55) + 0.18 * depth + rise),
                ground,
                misty,
                0.1,
            )
            x += width * random.uniform(0.85, 1.5)
        towers.stamp(1 + 0.06 * canvas.leaves)
    pave(canvas, ground, pick(random, PAVING), 9)
    joints = smooth(
        np.abs((((canvas.x - 0.5) / (canvas.y - ground + 0.15) * 3) % 1) - 0.5), 0.42, 0.5
    )
    canvas.shade(0.86, joints * smooth(canvas.y, ground + 0.03, ground + 0.2))
    _shops(canvas, ground)
    for _ in range(int(random.integers(0, 4))):
        size = random.uniform(0.05, 0.09)
        crown(canvas, random.uniform(0, 1), ground - size * 1.1, size, size, pick(random, GREENS))
    crowd = canvas.layer()
    for place in sorted(random.uniform(0.05, 1, int(random.integers(5, 15))).tolist()):
        base = ground + 0.02 + (0.96 - ground) * place
        height, x = 0.09 + 0.20 * place * (1 - ground) / 0.3, random.uniform(0.02, 0.98)
        crowd.ellipse(
            x - 0.04 * light.side, base, height * 0.30, height * 0.035, (0.30, 0.29, 0.29)
        )
        person(crowd, random, x, base, height)
    for x in (random.uniform(0.08, 0.4), random.uniform(0.6, 0.92))[: int(random.integers(0, 3))]:
        base, globe = ground + 0.10, LAMPLIGHT if light.kind == "dusk" else (0.92, 0.91, 0.86)
        crowd.line([(x, base), (x, base - 0.34)], 0.010, (0.18, 0.20, 0.20))
        crowd.ellipse(x, base - 0.35, 0.022, 0.026, globe)
    crowd.stamp()


def _shops(canvas, ground):
    """Draw a row of shop fronts with striped awnings and signs on the far side of the square."""
    random, layer = canvas.random, canvas.layer()
    x, high = -0.02, random.uniform(0.14, 0.27)
    while x < 1:
        width, wall, accent = random.uniform(0.16, 0.30), pick(random, WALLS), pick(random, ACCENTS)
        if random.random() < 0.85:
            layer.box(x, ground - high, x + width, ground + 0.01, wall)
            layer.box(x, ground - high, x + width, ground - high * 0.94, dim(wall, 1.12))
            layer.box(
                x + 0.012,
                ground - high * 0.50,
                x + width - 0.012,
                ground,
                mix((0.95, 0.83, 0.60), (0.2, 0.24, 0.28), random.uniform(0.2, 0.9)),
            )
            layer.box(
                x + width * 0.42,
                ground - high * 0.50,
                x + width * 0.58,
                ground + 0.008,
                dim(accent, 0.7),
            )
            layer.box(
                x + 0.02,
                ground - high * 0.86,
                x + width - 0.02,
                ground - high * 0.68,
                pick(random, ACCENTS),
            )
            stripes = max(4, int(width / 0.025))
            for stripe in range(stripes):
                left, right = (x + width * (stripe + more) / stripes for more in (0, 1))
                tone = accent if stripe % 2 else (0.93, 0.90, 0.84)
                lean = 0.012 * (stripe - stripes / 2) / stripes
                layer.polygon(
                    [
                        (left, ground - high * 0.62),
                        (right, ground - high * 0.62),
                        (right + lean, ground - high * 0.40),
                        (left + lean, ground - high * 0.40),
                    ],
                    tone,
                )
        x += width
    layer.stamp(1 + 0.05 * canvas.leaves)
