"""Buildings.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import LAMPLIGHT, dim, mix, smooth
from colorlab.datasets.toy.ground import pave
from colorlab.datasets.toy.houses import PAVING, ROOFS, WALLS, pane
from colorlab.datasets.toy.scenery import ACCENTS, GREENS, crown, person, pick, sky

__all__ = ["buildings"]


def buildings(canvas):
    """Paint one to three fronts with windows in rows, or a tower of glass against the sky."""
    random, light = canvas.random, canvas.light
    ground = random.uniform(0.84, 0.95)
    sky(canvas, 0.9)
    pave(canvas, ground, pick(random, PAVING))
    tower = random.random() < 0.22
    if tower:
        _towers(canvas, ground)
        return
    layer = canvas.layer()
    left, count = random.uniform(-0.15, 0.12), int(random.integers(1, 4))
    while left < 0.92:
        width = random.uniform(0.75, 1.3) * (0.86, 0.56, 0.38)[count - 1]
        storeys = int(random.integers(2, 5)) + (count == 3)
        top = random.uniform(0.08, 0.30)
        columns = max(2, round(width / (ground - top) * storeys * random.uniform(0.8, 1.1)))
        _house(
            canvas,
            layer,
            left,
            left + width,
            top,
            ground,
            storeys,
            min(columns, 6),
            pick(random, WALLS),
        )
        left += width + (0.0 if count > 1 else 1.0)
    layer.stamp(_masonry(canvas, random.uniform(34, 48)))
    if random.random() < 0.45:
        slope = canvas.y - 0.2 - (canvas.x * light.side) * random.uniform(0.3, 0.9)
        canvas.shade(
            0.72, 0.8 * smooth(slope, 0.1, 0.13) * canvas.edge(canvas.y - 0.3) * light.contrast
        )
    for _ in range(int(random.integers(0, 4))):
        x, size = random.uniform(0, 1), random.uniform(0.04, 0.13)
        crown(canvas, x, ground - size * 0.5, size * 1.2, size, pick(random, GREENS), 0.45)
    if random.random() < 0.4:
        passers = canvas.layer()
        for _ in range(int(random.integers(1, 3))):
            person(
                passers, random, random.uniform(0.1, 0.9), ground + 0.03, random.uniform(0.14, 0.18)
            )
        passers.stamp()


def _house(canvas, layer, left, right, top, ground, storeys, columns, wall):
    """Draw the front of a house on ``layer``: rows of windows, cornices, a door, a roof."""
    random, light = canvas.random, canvas.light
    trim = mix(wall, (0.92, 0.90, 0.86), 0.6)
    width, storey = right - left, (ground - top) / storeys
    roof, pitch = pick(random, ROOFS), (0.0, 0.05, 0.09)[int(random.integers(3))]
    if pitch:
        inset = 0.10 * width * random.uniform(0.2, 1)
        layer.polygon(
            [
                (left - 0.008, top),
                (left + inset, top - pitch),
                (right - inset, top - pitch),
                (right + 0.008, top),
            ],
            roof,
        )
        for _ in range(int(random.integers(0, 3))):
            x = random.uniform(left + inset, right - inset - 0.03)
            layer.box(x, top - pitch - 0.035, x + 0.03, top - pitch * 0.5, (0.48, 0.30, 0.25))
    layer.box(left, top, right, ground, wall)
    layer.box(left, top, left + width * 0.02, ground, dim(wall, 0.85))
    layer.box(left - 0.006, top - 0.012, right + 0.006, top + 0.006, trim)
    layer.box(left, top + 0.006, right, top + 0.016, dim(wall, 0.72))
    shutters = pick(random, ACCENTS) if random.random() < 0.4 else None
    cell = width / columns
    wide, high = cell * random.uniform(0.36, 0.52), storey * random.uniform(0.48, 0.64)
    door_column = int(random.integers(columns))
    bars, shadow = random.random() < 0.7, 0.010 * light.side
    for row in range(storeys):
        y = top + row * storey + (storey - high) * 0.5
        if row and random.random() < 0.35:
            layer.box(left, top + row * storey - 0.004, right, top + row * storey + 0.004, trim)
        for column in range(columns):
            x = left + column * cell + (cell - wide) / 2
            if row == storeys - 1 and column == door_column:
                door = pick(random, ACCENTS)
                bottom, head = ground - 0.004, ground - storey * 0.78
                layer.box(x - 0.008, head - 0.01, x + wide + 0.008, bottom, trim)
                layer.box(x, head, x + wide, bottom, door)
                layer.box(
                    x + wide * 0.15,
                    head + 0.012,
                    x + wide * 0.85,
                    head + storey * 0.22,
                    pane(canvas),
                )
                layer.box(
                    x + wide * 0.15,
                    head + storey * 0.34,
                    x + wide * 0.85,
                    bottom - 0.02,
                    dim(door, 0.78),
                )
                continue
            if shutters is not None:
                layer.box(x - wide * 0.46, y, x - 0.004, y + high, shutters)
                layer.box(x + wide + 0.004, y, x + wide * 1.46, y + high, shutters)
            layer.box(x - 0.006, y - 0.008, x + wide + 0.006, y + high + 0.004, trim)
            layer.box(x, y, x + wide, y + high, pane(canvas))
            layer.box(x, y, x + wide, y + high * 0.10, (0.10, 0.11, 0.13))
            if shadow < 0:
                layer.box(x + wide + shadow * wide * 3, y, x + wide, y + high, (0.12, 0.13, 0.16))
            if bars:
                layer.box(x + wide * 0.47, y, x + wide * 0.53, y + high, trim)
                layer.box(x, y + high * 0.38, x + wide, y + high * 0.44, trim)
            layer.box(x - 0.010, y + high + 0.003, x + wide + 0.010, y + high + 0.012, trim)
            layer.box(
                x - 0.008, y + high + 0.012, x + wide + 0.008, y + high + 0.020, dim(wall, 0.7)
            )
            if random.random() < 0.16:
                for _ in range(4):
                    layer.ellipse(
                        x + wide * random.uniform(0, 1),
                        y + high,
                        0.009,
                        0.009,
                        pick(random, (GREENS[1], (0.82, 0.20, 0.22), (0.88, 0.46, 0.58))),
                    )


def _masonry(canvas, courses):
    """Return a field that shades a wall: bricks in courses, stains, and a fall of light."""
    light = canvas.light
    y = canvas.y * courses
    x = canvas.x * courses * 0.45 + 0.5 * np.floor(y % 2)
    joints = smooth(np.abs(y % 1 - 0.5), 0.36, 0.5) + 0.6 * smooth(np.abs(x % 1 - 0.5), 0.40, 0.5)
    sweep = 0.16 * light.contrast * light.side * (canvas.x - 0.5)
    return 1.02 - 0.10 * joints + 0.07 * canvas.noise(4, 3, 5, 0.6) + 0.03 * canvas.leaves + sweep


def _towers(canvas, ground):
    """Draw two or three towers of glass seen from the street: two sides each, lines of storeys."""
    random, light = canvas.random, canvas.light
    layer = canvas.layer()
    for place in random.permutation(3)[: int(random.integers(2, 4))]:
        left = 0.02 + 0.33 * place + random.uniform(-0.05, 0.05)
        right, top = left + random.uniform(0.26, 0.40), random.uniform(0.02, 0.35)
        corner = left + (right - left) * random.uniform(0.25, 0.75)
        glass = pick(
            random, ((0.30, 0.45, 0.58), (0.26, 0.44, 0.48), (0.42, 0.47, 0.52), (0.50, 0.42, 0.34))
        )
        frame = pick(random, ((0.74, 0.75, 0.75), (0.36, 0.38, 0.40), (0.62, 0.56, 0.48)))
        for start, end, lit in ((left, corner, light.side < 0), (corner, right, light.side > 0)):
            drop_start, drop_end = ((0.09, 0), (0, 0.09))[int(start == corner)]
            tone = dim(frame, 1.0 if lit else 0.62)
            layer.polygon(
                [(start, top + drop_start), (end, top + drop_end), (end, ground), (start, ground)],
                tone,
            )
            rows, columns = 16, max(2, int((end - start) / 0.035))
            for row in range(rows):
                a, b = (row + 0.14) / rows, (row + 0.90) / rows
                for column in range(columns):
                    p, q = (column + 0.08) / columns, (column + 0.92) / columns
                    edges = [(start + (end - start) * s, s) for s in (p, q)]
                    roof = [top + drop_start + (drop_end - drop_start) * s for _, s in edges]
                    points = [
                        (edges[0][0], roof[0] + (ground - roof[0]) * a),
                        (edges[1][0], roof[1] + (ground - roof[1]) * a),
                        (edges[1][0], roof[1] + (ground - roof[1]) * b),
                        (edges[0][0], roof[0] + (ground - roof[0]) * b),
                    ]
                    mirror = mix(
                        glass, light.low, (0.5 if lit else 0.12) * (1 - a) + 0.1 * random.random()
                    )
                    if light.kind == "dusk" and random.random() < 0.2:
                        mirror = LAMPLIGHT
                    layer.polygon(points, mirror)
    layer.stamp(1 + 0.10 * canvas.noise(3, 3, 4))
