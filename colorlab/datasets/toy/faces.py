"""Portraits: a head and shoulders before a soft background.

Taught in :doc:`/notebooks/01_data`.
"""

import math

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth
from colorlab.datasets.toy.features import features, glasses, hair_before, hair_behind
from colorlab.datasets.toy.scenery import ACCENTS, GREENS, HAIR, pick, skin_tone

__all__ = ["BACKDROPS", "CLOTHES", "faces"]

BACKDROPS = (
    (0.56, 0.55, 0.54), (0.36, 0.40, 0.46), (0.62, 0.56, 0.48), (0.42, 0.47, 0.38),
    (0.70, 0.68, 0.66), (0.30, 0.26, 0.25), (0.52, 0.60, 0.67), (0.60, 0.46, 0.42),
)  # fmt: skip
CLOTHES = ACCENTS + (
    (0.92, 0.91, 0.89), (0.55, 0.66, 0.76), (0.45, 0.45, 0.47), (0.62, 0.52, 0.42),
    (0.70, 0.52, 0.56),
)  # fmt: skip


class _Head:
    """Where the head of a portrait is: coordinates u to the right and v down, 1 at its rim."""

    def __init__(self, canvas):
        random = canvas.random
        self.canvas, self.half = canvas, random.uniform(0.165, 0.235)
        self.x, self.y = random.uniform(0.40, 0.60), random.uniform(0.38, 0.48)
        self.long = random.uniform(1.20, 1.34)
        tilt = random.normal(0, 0.07)
        across, down = canvas.x - self.x, canvas.y - self.y
        self.u = (across * math.cos(tilt) + down * math.sin(tilt)) / self.half
        self.v = (down * math.cos(tilt) - across * math.sin(tilt)) / (self.half * self.long)
        self.turn = random.normal(0, 0.09)
        wide, high = self.half * 1.25, self.half * self.long * 1.15
        self.at = canvas.window(self.x - wide, self.y - high, self.x + wide, self.y + high)

    def edge(self, distance):
        """Anti-aliased mask of a distance in half widths of the head, positive inside."""
        return self.canvas.edge(distance * self.half)

    def oval(self, u, v, across, down):
        """Return 1 - radius for an oval: positive inside, in units of the oval itself."""
        return 1 - np.sqrt(((self.u - u) / across) ** 2 + ((self.v - v) / down) ** 2)

    def disc(self, u, v, across, down, soft=0.0):
        """Return the mask of an oval, with an edge of one pixel or a ``soft`` one."""
        inside = self.oval(u, v, across, down)
        return smooth(inside, 0, soft) if soft else self.edge(inside * min(across, down))


def faces(canvas):
    """Paint a portrait: backdrop, clothes, head, hair, eyes, mouth, at times a beard or glasses."""
    random = canvas.random
    _backdrop(canvas)
    head = _Head(canvas)
    skin = skin_tone(random)
    # Fair hair (place 5) mostly goes with lighter skin; grey and white come with age.
    shades = HAIR if sum(skin) > 1.7 else HAIR[:4] + HAIR[6:]
    hair = pick(random, shades, 0.02)
    style = str(
        random.choice(
            ("short", "cropped", "long", "bob", "curly", "bun", "bald", "scarf"),
            p=(0.22, 0.12, 0.19, 0.13, 0.14, 0.09, 0.05, 0.06),
        )
    )
    cloth = pick(random, CLOTHES)
    cover = pick(random, CLOTHES) if style == "scarf" else hair
    strands = canvas.noise(26, 4, 3) if style != "curly" else canvas.noise(30, 30, 3)
    hair_behind(head, style, cover, strands)
    _shoulders(head, skin, cloth)
    _skin(head, skin)
    beard = style in ("short", "cropped", "bald", "curly") and random.random() < 0.35
    features(head, skin, hair, beard)
    hair_before(head, style, cover, strands)
    if random.random() < 0.2:
        glasses(head)


def _backdrop(canvas):
    """Paint a studio backdrop, a blurred garden, or blurred lamps."""
    random, light = canvas.random, canvas.light
    color, kind = pick(random, BACKDROPS, 0.05), random.choice(("studio", "garden", "lamps", "sky"))
    fall = 1.05 - 0.35 * (canvas.y - 0.3) + 0.25 * light.side * (canvas.x - 0.5)
    if kind == "garden":
        color, second = pick(random, GREENS, 0.05), (0.72, 0.76, 0.52)
        spots = smooth(canvas.noise(5, 5, 2), -0.2, 1.6)
        canvas.pixels[:] = glaze(mix(color, second, spots), fall)
    elif kind == "sky":
        canvas.pixels[:] = mix(
            light.zenith, light.low, smooth(canvas.y + 0.1 * canvas.noise(2, 2, 2), 0, 1)
        )
        hill = canvas.y - 0.62 - 0.08 * canvas.profile(2, 2)[None, :]
        canvas.blend(mix(pick(random, GREENS), light.haze, 0.4), smooth(hill, 0, 0.12))
    else:
        canvas.pixels[:] = glaze(color, fall * (1 + 0.10 * canvas.noise(2, 2, 2)))
    if kind in ("lamps", "garden"):
        glow = pick(random, ((0.98, 0.80, 0.50), (0.88, 0.90, 0.70), (0.70, 0.80, 0.92)))
        for _ in range(int(random.integers(5, 12))):
            x, y, size = random.uniform(0, 1), random.uniform(0, 0.8), random.uniform(0.02, 0.07)
            at = canvas.window(x - size * 1.5, y - size * 1.5, x + size * 1.5, y + size * 1.5)
            away = np.hypot(canvas.x[:, at[1]] - x, canvas.y[at[0]] - y)
            canvas.blend(glow, smooth(size - away, -0.015, 0.015) * random.uniform(0.15, 0.45), at)


def _shoulders(head, skin, cloth):
    """Paint neck and clothes, with folds, a collar or stripes."""
    canvas, random = head.canvas, head.canvas.random
    side, wide = canvas.light.side, random.uniform(1.9, 2.5)
    u, v = head.u, head.v
    neck = head.edge(0.50 + 0.30 * smooth(v, 0.8, 1.45) - np.abs(u)) * canvas.edge(v - 0.3)
    tone = mix(dim(skin, (0.66, 0.60, 0.58)), skin, smooth(v - 0.25 * side * u, 0.95, 1.6) * 0.8)
    canvas.blend(tone, neck)
    fall = (
        1.20 + 0.55 * smooth(np.abs(u), 0.35, wide) ** 1.4 + 2.5 * np.maximum(np.abs(u) - wide, 0)
    )
    opening = 1.20 + random.uniform(0.15, 0.7) * np.clip(1 - np.abs(u) / 0.62, 0, 1)
    depth = v - np.maximum(fall, opening)
    mask = head.edge(depth)
    folds = canvas.noise(4, 3, 4)
    lit = 0.92 + 0.10 * folds + 0.16 * side * np.clip(u / wide, -1, 1) - 0.10 * smooth(v, 1.6, 2.6)
    pattern = random.random()
    if pattern < 0.2:
        second = pick(random, CLOTHES)
        stripes = smooth(np.sin((v + 0.05 * folds) * 22), -0.2, 0.2)
        canvas.blend(glaze(mix(cloth, second, stripes), lit), mask)
    else:
        canvas.blend(glaze(cloth, lit), mask)
    collar = mask * (1 - smooth(depth, 0.08, 0.14)) * canvas.edge(0.8 - np.abs(u))
    shade = 0.72 if pattern < 0.6 else 1.18
    canvas.blend(np.clip(dim(cloth, shade), 0, 1), collar * 0.9)


def _skin(head, skin):
    """Paint the ears and the head, rounded by light from one side and above."""
    canvas, light = head.canvas, head.canvas.light
    side, u, v = light.side, head.u, head.v
    for ear in (-1, 1):
        warm = dim(skin, (0.92, 0.80, 0.76) if ear == side else (0.72, 0.62, 0.60))
        canvas.blend(warm, head.disc(ear * 1.0, 0.04, 0.15, 0.20))
    jaw = 1 + 0.20 * np.clip(v, 0, 1) ** 1.7
    radius = np.sqrt((u * jaw) ** 2 + v**2)
    mask = head.edge(1 - radius)
    front = np.sqrt(np.clip(1 - radius**2, 0, 1))
    lit = 0.42 * side * u - 0.36 * v + 0.72 * front
    modelling = 0.55 + 0.45 * light.contrast
    shadow = dim(skin, (0.63, 0.56, 0.54))
    tone = mix(shadow, skin, np.clip(0.5 + modelling * (lit - 0.25), 0, 1))
    tone += glaze((1.0, 0.92, 0.84), 0.13 * modelling * smooth(lit, 0.75, 1.05))
    canvas.blend(glaze(tone, 1 + 0.015 * canvas.leaves), mask)
    blush = sum(np.exp(-(((u - s * 0.52) / 0.26) ** 2) - ((v - 0.30) / 0.18) ** 2) for s in (-1, 1))
    canvas.blend(mix(skin, (0.78, 0.34, 0.30), 0.4), 0.32 * blush * mask)
    head.mask = mask
