"""The ground of several scenes: grass, paths and paving.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth, vary
from colorlab.datasets.toy.scenery import ground_noise, pick

__all__ = ["FLOWERS", "MEADOW", "meadow", "path", "pave"]

MEADOW = ((0.40, 0.49, 0.20), (0.34, 0.44, 0.20), (0.48, 0.52, 0.24))
FLOWERS = (
    (0.82, 0.16, 0.14),
    (0.93, 0.78, 0.20),
    (0.95, 0.93, 0.88),
    (0.55, 0.40, 0.72),
    (0.86, 0.48, 0.62),
)


def meadow(canvas, horizon, color, flowers=0.5):
    """Cover the ground below ``horizon`` with grass that blooms with the chance ``flowers``."""
    random = canvas.random
    mask = canvas.edge(canvas.y - horizon - 0.012 * canvas.profile(3, 4)[None, :])
    tufts = ground_noise(canvas, horizon, 5, octaves=5)
    near = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1)
    tone = mix(mix(color, (0.62, 0.64, 0.40), 0.35), dim(color, 0.86), near + 0 * canvas.x)
    canvas.blend(glaze(tone, (1 + 0.20 * tufts + 0.16 * canvas.leaves * near)), mask)
    if random.random() < flowers:
        dots, bloom = canvas.layer(), [pick(random, FLOWERS) for _ in range(2)]
        for _ in range(int(random.integers(90, 220))):
            depth = random.uniform(0.02, 1) ** 1.5
            size = 0.0025 + 0.009 * depth
            dots.ellipse(
                random.uniform(0, 1),
                horizon + 0.02 + (0.99 - horizon) * depth,
                size,
                size * 0.75,
                vary(random, bloom[int(random.random() < 0.25)], 0.05),
            )
        dots.stamp()


def path(canvas, horizon, far_x, color, width):
    """Paint a path that winds from the bottom edge to the horizon at ``far_x``."""
    random = canvas.random
    near = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1)
    sway, start = random.uniform(-0.35, 0.35), random.uniform(0.25, 0.75)
    middle = (
        far_x + (start - far_x) * near**1.2 + sway * np.sin(near**0.7 * 5) * near * (1 - 0.5 * near)
    )
    half = 0.5 * width * (0.02 + near**1.3)
    rough = 0.35 * canvas.leaves * half * 0.6
    mask = smooth(half - np.abs(canvas.x - middle) + rough, 0, 0.35 * half + 0.004) * canvas.edge(
        canvas.y - horizon
    )
    ruts = (
        1
        - 0.16 * smooth(0.25 - np.abs(np.abs(canvas.x - middle) / half - 0.5), 0, 0.2)
        + 0.08 * canvas.leaves
    )
    canvas.blend(glaze(mix(color, (0.8, 0.75, 0.62), 0.2), ruts), mask * 0.95)


def pave(canvas, top, color, columns=7):
    """Paint paving from the row ``top`` down, lighter in the distance."""
    near = np.clip((canvas.y - top) / (1 - top), 0, 1)
    tone = mix(mix(color, canvas.light.haze, 0.25), dim(color, 0.88), near + 0 * canvas.x)
    lit = 1 + 0.10 * ground_noise(canvas, top, columns) + 0.04 * canvas.leaves
    canvas.blend(glaze(tone, lit), canvas.edge(canvas.y - top) + 0 * canvas.x)
