"""Mountains.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth, vary
from colorlab.datasets.toy.ground import MEADOW, meadow
from colorlab.datasets.toy.scenery import GREENS, conifer, pick, ridge, sky

__all__ = ["mountains"]


def mountains(canvas):
    """Paint peaks behind each other in growing haze, before them a lake, a wood or a meadow."""
    random, light = canvas.random, canvas.light
    base = random.uniform(0.58, 0.82)
    sky(canvas, base)
    rock = pick(
        random, ((0.50, 0.48, 0.47), (0.55, 0.47, 0.40), (0.43, 0.45, 0.49), (0.57, 0.43, 0.35))
    )
    snow = (0.0, 0.25, 0.4, 0.65)[int(random.choice(4, p=(0.25, 0.3, 0.3, 0.15)))]
    _massif(
        canvas,
        base,
        base * random.uniform(0.55, 0.85),
        mix(rock, light.haze, 0.2),
        random.uniform(0.35, 0.6),
        snow,
    )
    _massif(
        canvas,
        base,
        base * random.uniform(0.30, 0.62),
        rock,
        random.uniform(0.05, 0.25),
        snow * 0.7,
    )
    wood = pick(random, GREENS)
    kind = ("lake", "meadow", "wood")[int(random.integers(3))]
    ridge(
        canvas, base + 0.02, random.uniform(0.03, 0.13), mix(wood, rock, 0.2), 0.12, 3.0, 0.6, 0.35
    )
    if kind == "lake":
        shore = base + random.uniform(0.03, 0.07)
        rows = np.clip((2 * shore - canvas.y[:, 0]) * canvas.size, 0, canvas.size - 1).astype(int)
        ripple = canvas.noise(5, 60, 3)
        mirror = canvas.pixels[rows] * 0.72 + 0.24 * np.array(
            pick(random, ((0.13, 0.34, 0.40), (0.12, 0.28, 0.42)))
        )
        mask = canvas.edge(canvas.y - shore - 0.008 * canvas.profile(4, 4)[None, :])
        canvas.blend(glaze(mirror, (1 + 0.10 * ripple)), mask, glow=True)
        canvas.blend(light.low, 0.5 * mask * smooth(ripple, 0.7, 1.8), glow=True)
    else:
        meadow(canvas, base + 0.03, pick(random, MEADOW), 0.5 if kind == "meadow" else 0.0)
    trees = int(random.integers(12, 22)) if kind == "wood" else int(random.integers(0, 6))
    nearest = shore if kind == "lake" else 0.97
    for place in sorted(random.uniform(0, 1, trees).tolist()):
        conifer(
            canvas,
            random.uniform(-0.02, 1.02),
            base + 0.03 + (nearest - base - 0.03) * place,
            0.10 + 0.20 * place * random.uniform(0.7, 1.2),
            vary(random, dim(wood, 0.75), 0.02),
        )


def _massif(canvas, base, height, rock, haze, snow):
    """Paint a range of peaks: faces in light and shadow, rock texture, snow from the top down."""
    random, light = canvas.random, canvas.light
    count = int(random.integers(2, 6))
    places = (np.arange(count) + random.uniform(0.1, 0.9, count)) / count
    tops = base - height * random.uniform(0.45, 1.0, count)
    steep = random.uniform(0.7, 1.5, count) * (0.4 + height)
    places, tops, steep = (part.astype(np.float32) for part in (places, tops, steep))
    lines = tops[:, None] + steep[:, None] * np.abs(canvas.x - places[:, None])
    crest = np.minimum(lines.min(0), base - 0.1 * height) - 0.13 * height * canvas.profile(
        6, 6, 0.6
    )
    depth = canvas.y - crest[None, :]
    relief = canvas.noise(6, 8, 6, 0.66)
    # The valley between two peaks is a ragged line, not an vertical cut.
    strayed = canvas.x + 0.035 * relief + 0.25 * depth * light.side
    lines = [
        top + slope * np.abs(strayed - place)
        for top, slope, place in zip(tops, steep, places, strict=True)
    ]
    middle = places[np.argmin(lines, 0)]
    side = (strayed - middle) * light.side * 9 + 0.55 * relief
    lit = 0.5 + 0.5 * np.tanh(1.6 * side)
    shadow = mix(dim(rock, 0.52), (0.26, 0.33, 0.46), 0.35)
    tone = mix(shadow, dim(rock, 1.12), lit * (0.45 + 0.55 * light.contrast))
    tone = tone * (1 + 0.16 * relief)[..., None]
    if snow > 0:
        white = mix((0.60, 0.68, 0.80), (0.97, 0.96, 0.95), lit)
        patches = snow - depth / height + 0.14 * relief + 0.10 * canvas.leaves
        tone = tone + (white - tone) * smooth(patches, 0, 0.16)[..., None]
    misty = np.clip(haze + 0.45 * smooth(depth, 0.2 * height, height) * (haze + 0.15), 0, 0.95)
    mask = canvas.edge(depth)
    canvas.blend(tone, mask)
    canvas.blend(light.haze, mask * misty, glow=True)
