"""What several scenes share: sky, ridges, ground in perspective, trees, people, boats.

Taught in :doc:`/notebooks/01_data`.
"""

import numpy as np

from colorlab.datasets.toy.colors import glaze, mix, smooth, vary

__all__ = [
    "ACCENTS",
    "AUTUMN",
    "GREENS",
    "HAIR",
    "SKIN",
    "conifer",
    "crown",
    "distance_rows",
    "ground_noise",
    "person",
    "pick",
    "ridge",
    "skin_tone",
    "sky",
    "tree",
]

GREENS = ((0.25, 0.36, 0.16), (0.31, 0.41, 0.19), (0.20, 0.32, 0.17), (0.36, 0.42, 0.17))
AUTUMN = ((0.55, 0.37, 0.19), (0.60, 0.46, 0.22), (0.47, 0.29, 0.19))
ACCENTS = (
    (0.72, 0.17, 0.15), (0.16, 0.32, 0.58), (0.86, 0.66, 0.18), (0.15, 0.45, 0.38),
    (0.80, 0.40, 0.18), (0.48, 0.20, 0.36), (0.88, 0.86, 0.82), (0.22, 0.23, 0.26),
)  # fmt: skip
SKIN = (
    (0.26, 0.16, 0.12), (0.37, 0.24, 0.18), (0.49, 0.33, 0.24), (0.60, 0.42, 0.31),
    (0.70, 0.51, 0.39), (0.80, 0.61, 0.48), (0.88, 0.71, 0.59), (0.93, 0.79, 0.69),
)  # fmt: skip


def pick(random, palette, amount=0.03):
    """Return a colour of ``palette``, varied a little."""
    return vary(random, palette[int(random.integers(len(palette)))], amount)


def skin_tone(random):
    """Return a skin tone anywhere between the deepest and the lightest of ``SKIN``."""
    place = random.uniform(0, len(SKIN) - 1.001)
    return vary(random, mix(SKIN[int(place)], SKIN[int(place) + 1], place % 1), 0.012)


def sky(canvas, horizon, clouds=None):
    """Paint a sky down to ``horizon``: clouds lit from the sun's side, a glow at dusk."""
    random, light = canvas.random, canvas.light
    fall = np.clip(canvas.y / max(horizon, 0.05), 0, 1) ** random.uniform(0.9, 1.7)
    canvas.pixels[:] = mix(light.zenith, light.low, fall)
    lightness = {"clear": 0.97, "overcast": 0.88, "dusk": 0.93, "haze": 0.96}[light.kind]
    bright = np.array({"dusk": (0.99, 0.74, 0.56)}.get(light.kind, (0.98, 0.97, 0.95))) * lightness
    dark = mix(
        light.zenith, (0.62, 0.62, 0.68) if light.kind != "dusk" else (0.45, 0.33, 0.42), 0.75
    )
    columns = random.uniform(1.6, 3.2)
    heaps = canvas.noise(columns, columns * random.uniform(1.6, 3.2), octaves=6)
    amount = random.uniform(-0.75, 0.45) if clouds is None else clouds
    if light.kind == "overcast":
        amount += 0.6
    steps, move = np.arange(canvas.size), canvas.size // 24
    below = np.minimum(steps + move, canvas.size - 1)
    aside = np.clip(steps - move * light.side, 0, canvas.size - 1)
    lit = heaps - heaps[below[:, None], aside]
    cover = smooth(heaps + amount, 0.0, 0.9) * (1 - 0.65 * fall**4)
    canvas.blend(mix(dark, bright, np.clip(0.62 + 0.5 * lit, 0, 1)), 0.9 * cover, glow=True)
    if light.kind in ("dusk", "haze"):
        away = ((canvas.x - light.sun_x) / 0.45) ** 2 + ((canvas.y - horizon * 0.95) / 0.22) ** 2
        glow = (1.0, 0.80, 0.45) if light.kind == "dusk" else (1.0, 0.97, 0.86)
        canvas.blend(glow, 0.8 * np.exp(-away), glow=True)


def distance_rows(canvas, horizon, near=1.0):
    """Return how far the ground at each row is: 0 at the bottom edge, growing to the horizon."""
    below = np.maximum(canvas.y - horizon, 0.5 / canvas.size)
    return near * ((1 - horizon) / below - 1)


def ground_noise(canvas, horizon, columns, depth=6.0, octaves=4):
    """Noise lying on a plain: coarse in front, compressed and fainter towards ``horizon``."""
    flat = canvas.noise(columns, columns * 1.5, octaves)
    away = np.clip(distance_rows(canvas, horizon)[:, 0] / depth, 0, 1) ** 0.6
    rows = (1 - away) * (canvas.size - 1)
    return flat[rows.astype(int)] * (1 - 0.6 * away)[:, None]


def ridge(canvas, base, height, color, haze=0.3, columns=2.5, roughness=0.5, grain=0.1):
    """Paint a rolling ridge and all that is below it; return its mask and crest line."""
    crest = base - height * (0.5 + 0.55 * canvas.profile(columns, 6, roughness))
    depth = canvas.y - crest[None, :]
    mask = canvas.edge(depth)
    tone = mix(color, canvas.light.haze, haze)
    lit = 1 + grain * canvas.leaves * (1 - haze) + 0.25 * smooth(-depth, -0.06, 0.0)
    canvas.blend(glaze(tone, lit), mask, glow=haze > 0.6)
    return mask, crest


def crown(canvas, x, y, across, down, color, ragged=0.35):
    """Paint a crown of leaves, lighter towards the light and at the top, darker below."""
    at = canvas.window(x - across * 1.3, y - down * 1.3, x + across * 1.3, y + down * 1.3)
    u, v = (canvas.x[:, at[1]] - x) / across, (canvas.y[at[0]] - y) / down
    leaves = canvas.leaves[at]
    mask = np.clip(
        (1 - np.sqrt(u * u + v * v) + ragged * leaves) * across * canvas.size * 0.7, 0, 1
    )
    light = canvas.light
    lit = 0.92 + 0.33 * light.contrast * (0.6 * light.side * u - v) + 0.34 * leaves
    tone = mix(
        np.asarray(color) * 0.8, np.asarray(color) * (1.28, 1.22, 1.05), np.clip(lit - 0.4, 0, 1)
    )
    canvas.blend(glaze(tone, np.clip(lit, 0.35, 1.5)), mask, at)


def tree(canvas, x, base, height, color, trunk=(0.30, 0.23, 0.18)):
    """Paint a broad-leaved tree that stands at (x, base)."""
    random = canvas.random
    thick = height * random.uniform(0.03, 0.05)
    at = canvas.window(x - thick * 2, base - height * 0.6, x + thick * 2, base)
    u = (canvas.x[:, at[1]] - x) / thick
    mask = canvas.edge((1 - np.abs(u)) * thick) * np.ones_like(canvas.y[at[0]])
    canvas.blend(glaze(trunk, (1 + 0.3 * canvas.light.side * u + 0 * mask)), mask, at)
    for _ in range(5):
        shift, lift = random.normal(0, 0.14), random.uniform(0.5, 0.82)
        size = height * random.uniform(0.19, 0.28)
        crown(canvas, x + shift * height, base - lift * height, size * 1.15, size, color)


def conifer(canvas, x, base, height, color, width=0.2):
    """Paint a conifer: a tiered triangle whose edge the leaf noise frays."""
    across = height * width * 1.3
    at = canvas.window(x - across, base - height * 1.05, x + across, base)
    u = (canvas.x[:, at[1]] - x) / (height * width)
    v = (base - canvas.y[at[0]]) / height
    leaves = canvas.leaves[at]
    tiers = 0.78 + 0.28 * ((v * 6.5) % 1.0)
    inside = (1 - v) * tiers[:, :1] - np.abs(u) + 0.16 * leaves * (1 - v)
    mask = np.clip(inside * height * width * canvas.size, 0, 1) * (v > 0.02)
    lit = 0.85 + 0.3 * canvas.light.contrast * canvas.light.side * u + 0.3 * leaves
    canvas.blend(glaze(np.asarray(color, np.float32), np.clip(lit, 0.4, 1.5)), mask, at)


def person(layer, random, x, base, height):
    """Draw a small standing or walking figure on ``layer``."""
    shirt, trousers = pick(random, ACCENTS), pick(random, ((0.16, 0.18, 0.24), (0.30, 0.27, 0.24)))
    stride, wide = random.uniform(0.0, 0.12) * height, height * 0.13
    hip, shoulder = base - height * 0.48, base - height * 0.82
    for foot in (-1, 1):
        layer.line(
            [(x + foot * wide * 0.35, hip), (x + foot * (stride + wide * 0.35), base)],
            height * 0.11,
            trousers,
        )
    layer.polygon(
        [(x - wide, shoulder), (x + wide, shoulder), (x + wide * 0.8, hip), (x - wide * 0.8, hip)],
        shirt,
    )
    layer.ellipse(x, base - height * 0.91, height * 0.075, height * 0.09, skin_tone(random))
    layer.ellipse(
        x, base - height * 0.955, height * 0.078, height * 0.055, pick(random, HAIR, 0.02)
    )


HAIR = (
    (0.08, 0.07, 0.07), (0.14, 0.10, 0.08), (0.24, 0.16, 0.11), (0.36, 0.23, 0.14),
    (0.46, 0.24, 0.13), (0.70, 0.54, 0.33), (0.60, 0.58, 0.56), (0.82, 0.80, 0.77),
)  # fmt: skip
