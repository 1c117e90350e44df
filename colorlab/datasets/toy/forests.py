"""Forests.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth
from colorlab.datasets.toy.ground import path
from colorlab.datasets.toy.scenery import AUTUMN, GREENS, conifer, crown, ground_noise, pick

__all__ = ["forests"]


def forests(canvas):
    """Paint the inside of a wood: bright gaps, trunks in rows of depth, leaves, a path."""
    random, light = canvas.random, canvas.light
    autumn = random.random() < 0.14
    leaf = pick(random, AUTUMN if autumn else GREENS, 0.035)
    pine = not autumn and random.random() < 0.35
    floor = random.uniform(0.60, 0.80)
    gap = mix((0.80, 0.86, 0.62) if not autumn else (0.93, 0.84, 0.62), light.low, 0.35)
    gap_x, gap_y = random.uniform(0.2, 0.8), random.uniform(0.25, 0.5)
    open_air = np.exp(
        -(((canvas.x - gap_x) / random.uniform(0.22, 0.5)) ** 2) - ((canvas.y - gap_y) / 0.42) ** 2
    )
    canvas.pixels[:] = mix(dim(leaf, 0.75), gap, open_air) * canvas.sun
    bark = pick(
        random, ((0.27, 0.21, 0.17), (0.35, 0.30, 0.25), (0.62, 0.60, 0.55), (0.36, 0.23, 0.16))
    )
    earth = pick(random, ((0.42, 0.34, 0.22), (0.33, 0.36, 0.18), (0.38, 0.30, 0.20)))
    if autumn:
        earth = mix(earth, leaf, 0.5)
    soil = canvas.edge(canvas.y - floor + 0.04 - 0.03 * canvas.profile(3, 4)[None, :])
    dapple = ground_noise(canvas, floor - 0.05, 6, octaves=5)
    for depth in (0, 1, 2):
        air = (0.62, 0.32, 0.06)[depth]
        tone = mix(mix(leaf, gap, air), dim(leaf, 0.55), 0.5 * depth / 2)
        mass = canvas.noise((7, 5, 3)[depth], None, 6, 0.72)
        border = np.clip(1.5 * (canvas.y - floor * (0.9, 0.7, 0.42)[depth]) / floor, -1, 0.6)
        cover = smooth(
            mass - 1.7 * border - 1.2 * open_air * (1 - 0.2 * depth) + (0.3, 0.0, -0.25)[depth],
            0.0,
            0.35,
        )
        lit = np.clip(0.95 + 0.42 * canvas.leaves + 0.25 * mass + 0.5 * open_air, 0.4, 1.75)
        canvas.blend(glaze(tone, lit), cover)
        if depth == 1:
            green = mix(earth, mix(leaf, (0.40, 0.47, 0.20), 0.5), smooth(dapple + 0.2, -0.4, 0.7))
            sunny = 1 + 0.30 * dapple + 0.25 * canvas.leaves + 0.35 * open_air
            canvas.blend(glaze(green, sunny), soil)
            if random.random() < 0.6:
                path(canvas, floor - 0.03, gap_x, mix(earth, (0.66, 0.56, 0.42), 0.6), 0.30)
        for _ in range(int(random.integers(4, 8)) - depth):
            _trunk(
                canvas,
                random.uniform(0.02, 0.98),
                floor + (-0.02, 0.05, 0.19)[depth],
                (0.007, 0.014, 0.027)[depth],
                mix(bark, gap, air * 0.8),
            )
        if pine:
            for _ in range(5):
                conifer(
                    canvas,
                    random.uniform(0, 1),
                    floor + 0.03 + 0.09 * depth,
                    random.uniform(0.3, 0.65),
                    mix(dim(leaf, 0.8), gap, air * 0.7),
                    0.22,
                )
    for _ in range(int(random.integers(2, 6))):
        crown(
            canvas,
            random.uniform(0, 1),
            random.uniform(0.88, 1.02),
            0.14,
            0.07,
            dim(leaf, 0.85),
            0.5,
        )
    if light.kind != "overcast" and random.random() < 0.4:
        slope = canvas.x - gap_x + (canvas.y - gap_y) * 0.6 * light.side
        beams = (
            smooth(np.sin(slope * 26 + 3 * gap_x), 0.2, 1)
            * np.exp(-((slope / 0.32) ** 2))
            * (1 - canvas.y)
        )
        canvas.blend((1.0, 0.96, 0.76), 0.3 * beams)


def _trunk(canvas, x, base, half, color):
    """Paint a round trunk from the top edge to ``base``, wider at the foot."""
    random = canvas.random
    half, lean = half * random.uniform(0.6, 1.5), random.normal(0, 0.035)
    base = base + random.normal(0, 0.015)
    at = canvas.window(x - half * 2 - abs(lean), 0, x + half * 2 + abs(lean), base)
    y = canvas.y[at[0]]
    wide = half * (0.75 + 0.25 * y / base + 0.7 * np.exp((y - base) / 0.03))
    u = (
        canvas.x[:, at[1]]
        - x
        - lean * (1 - y / base)
        - 0.012 * canvas.leaves[at[0], at[1].start :][:, :1] * half * 8
    ) / wide
    mask = canvas.edge((1 - np.abs(u)) * wide)
    lit = 0.86 + 0.36 * canvas.light.side * np.clip(u, -1, 1) + 0.16 * canvas.leaves[at]
    canvas.blend(glaze(np.asarray(color, np.float32), lit), mask, at)
