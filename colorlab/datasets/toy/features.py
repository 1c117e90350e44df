"""Eyes, brows, nose, mouth, beard, glasses and hair of the portraits.

Taught in :doc:`/notebooks/01_data`.
"""

import math

import numpy as np

from colorlab.datasets.toy.colors import dim, glaze, mix, smooth, vary
from colorlab.datasets.toy.scenery import pick

__all__ = ["IRISES", "features", "glasses", "hair_before", "hair_behind"]

IRISES = (
    (0.20, 0.13, 0.09),
    (0.28, 0.18, 0.11),
    (0.36, 0.31, 0.18),
    (0.32, 0.42, 0.50),
    (0.34, 0.40, 0.32),
)


def features(head, skin, hair, beard):
    """Paint eyes, brows, nose and mouth, all shifted a little the way the head is turned."""
    canvas, random = head.canvas, head.canvas.random
    at, turn, side = head.at, head.turn, canvas.light.side
    whole, leaves = (head.u, head.v, head.mask), canvas.leaves[at]
    head.u, head.v, head.mask = (field[at] for field in whole)
    u, v = head.u, head.v

    def blend(color, mask):
        canvas.blend(color, mask, at)

    shadow = dim(skin, (0.55, 0.46, 0.43))
    brow = mix(hair, (0.12, 0.09, 0.08), 0.55) if sum(hair) > 1.0 else mix(hair, skin, 0.1)
    iris, apart = pick(random, IRISES, 0.015), random.uniform(0.38, 0.43)
    wide, open_eye, smile = (
        random.uniform(0.17, 0.205),
        random.uniform(0.055, 0.085),
        random.uniform(-0.01, 0.10),
    )
    if beard:
        chin = smooth(v + 0.32 * u**2 - 0.32 - 0.02 * leaves, 0, 0.22)
        lips = 1 - head.disc(turn, 0.56, 0.30, 0.10, 0.5)
        blend(glaze(mix(hair, skin, 0.18), 1 + 0.06 * leaves), head.mask * chin * lips * 0.9)
    for eye in (-1, 1):
        x, y = turn + eye * apart, -0.08
        blend(shadow, 0.55 * head.disc(x, y - 0.04, 0.30, 0.17, 0.9))
        lid = head.oval(x, y, wide, open_eye * 1.25)
        white = head.edge(lid * open_eye)
        blend(dim((0.93, 0.91, 0.89), 0.94 if eye == side else 0.82), white)
        blend(iris, head.disc(x + turn * 0.3, y, 0.098, 0.080) * white)
        blend((0.04, 0.03, 0.03), head.disc(x + turn * 0.3, y, 0.046, 0.038) * white)
        blend(
            (0.98, 0.98, 0.98),
            0.9 * head.disc(x + turn * 0.3 + 0.03 * side, y - 0.025, 0.022, 0.018),
        )
        lash = smooth(0.10 - np.abs(lid - 0.02), 0, 0.10) * (v < y + 0.005)
        blend((0.10, 0.07, 0.06), 0.85 * lash)
        arch = y - 0.185 + 0.35 * (u - x) ** 2 / wide * 0.5 - 0.015 * eye * (u - x)
        blend(
            brow,
            0.85
            * smooth(0.042 - np.abs(v - arch), 0, 0.03)
            * smooth(wide * 1.25 - np.abs(u - x), 0, 0.06),
        )
    nose = turn * 1.5
    dark_side = np.exp(-(((u - nose + side * 0.11) / 0.07) ** 2) - ((v - 0.13) / 0.17) ** 2)
    blend(shadow, 0.42 * dark_side)
    ridge = np.exp(-(((u - nose - side * 0.02) / 0.05) ** 2) - ((v - 0.12) / 0.18) ** 2)
    blend(mix(skin, (1.0, 0.95, 0.88), 0.5), 0.38 * ridge)
    blend(shadow, 0.5 * head.disc(nose, 0.315, 0.20, 0.06, 0.9))
    for nostril in (-1, 1):
        blend(dim(shadow, 0.5), 0.7 * head.disc(nose + nostril * 0.085, 0.30, 0.045, 0.022, 0.6))
    lips = mix(dim(skin, (0.86, 0.58, 0.56)), (0.66, 0.16, 0.20), random.uniform(0.05, 0.45))
    x, y, half = turn * 1.2, 0.56, random.uniform(0.25, 0.34)
    line = y - smile * ((u - x) / half) ** 2 + 0.02
    taper = np.clip(1 - ((u - x) / half) ** 2, 0, 1)
    upper, lower = (line - v) * 1.0, v - line
    blend(dim(lips, 0.84), head.edge(0.055 * taper - upper) * (upper >= 0) * (taper > 0))
    blend(lips, head.edge(0.080 * taper - lower) * (lower > 0) * (taper > 0))
    blend(
        mix(lips, (1, 0.9, 0.88), 0.5),
        0.35 * head.disc(x + 0.05 * side, y + 0.055, 0.12, 0.025, 0.8),
    )
    if smile > 0.06 and random.random() < 0.7:
        blend((0.93, 0.90, 0.86), head.edge(0.034 * taper - np.abs(lower - 0.008)) * (taper > 0.25))
    else:
        blend(dim(shadow, 0.6), 0.8 * smooth(0.016 - np.abs(lower), 0, 0.014) * (taper > 0))
    blend(shadow, 0.25 * head.disc(x, 0.71, 0.22, 0.05, 0.9))
    head.u, head.v, head.mask = whole


def glasses(head):
    """Paint a pair of glasses."""
    canvas, random = head.canvas, head.canvas.random
    rim, across, down = (
        vary(random, (0.14, 0.12, 0.12), 0.05),
        random.uniform(0.27, 0.31),
        random.uniform(0.16, 0.22),
    )
    whole, at = (head.u, head.v), head.at
    head.u, head.v = (field[at] for field in whole)
    for eye in (-1, 1):
        inside = head.oval(head.turn + eye * 0.41, -0.06, across, down) * down
        canvas.blend((0.85, 0.90, 0.95), 0.10 * head.edge(inside), at)
        canvas.blend(rim, head.edge(0.026 - np.abs(inside)), at)
    bridge = head.edge(0.022 - np.abs(head.v + 0.08)) * head.edge(0.14 - np.abs(head.u - head.turn))
    canvas.blend(rim, bridge, at)
    head.u, head.v = whole


def hair_behind(head, style, color, strands):
    """Paint the hair that falls behind neck and shoulders."""
    canvas, random = head.canvas, head.canvas.random
    u, v = head.u, head.v
    dark = _hair_tone(head, dim(color, 0.8), strands, style == "scarf")
    end = {"long": random.uniform(1.5, 2.3), "bob": random.uniform(0.75, 1.05), "scarf": 1.75}.get(
        style
    )
    if end:
        wide = 1.17 + 0.10 * np.sin(v * 2.2) + 0.12 * smooth(v, 0.2, end) + 0.03 * strands
        top = head.oval(0, -0.12, 1.2, 1.1)
        fall = np.minimum(wide - np.abs(u), (end - v) + 0.05 * strands)
        canvas.blend(dark, np.maximum(head.edge(top), head.edge(fall) * (v > -0.12)))
    elif style == "curly":
        size = random.uniform(1.28, 1.62)
        canvas.blend(
            dark, head.edge(head.oval(0, -0.22, size, size * 0.92) * size + 0.06 * canvas.leaves)
        )
    elif style == "bun":
        canvas.blend(dark, head.edge(head.oval(0, -1.22, 0.42, 0.30) * 0.4 + 0.02 * strands))


def hair_before(head, style, color, strands):
    """Paint the hair that frames the face, down to a hairline."""
    canvas, random = head.canvas, head.canvas.random
    u, v = head.u, head.v
    part, line = random.uniform(-0.5, 0.5), random.uniform(-0.62, -0.50)
    if style == "bald":
        return
    if style == "cropped":
        cap, hairline = head.oval(0, -0.08, 1.04, 1.0), line - 0.05 + 0.75 * np.abs(u) ** 3
    elif style == "curly":
        cap, hairline = (
            head.oval(0, -0.22, 1.2, 1.0),
            line + 0.50 * np.abs(u) ** 2.5 + 0.05 * canvas.leaves,
        )
    elif style == "bun":
        cap, hairline = head.oval(0, -0.10, 1.06, 1.03), line + 0.02 + 0.55 * np.abs(u) ** 2.2
    elif style == "scarf":
        cap, hairline = (
            head.oval(0, -0.05, 1.20, 1.22),
            -0.60 + 1.7 * np.clip(np.abs(u) - 0.30, 0, 1) ** 1.5,
        )
        hairline = np.where(np.abs(u) > 0.9, 3.0, hairline)
    elif style == "short":
        cap = head.oval(0.05 * math.copysign(1, part), -0.16, 1.10, 1.06)
        hairline = line + 0.10 * (u - part) + 0.7 * np.abs(u) ** 4 + 0.05 * strands
    else:
        cap = head.oval(0, -0.12, 1.17, 1.08)
        hairline = line - 0.18 + 0.62 * np.abs(u - part * 0.6) ** 1.3 + 0.03 * strands
        hairline = np.where(np.abs(u) > 0.84 + 0.03 * strands, 1.0, hairline)
    mask = head.edge(cap) * head.edge(hairline - v)
    shadow = smooth(hairline + 0.14 - v, 0, 0.14) * head.mask
    canvas.shade(0.80, shadow * (1 - mask))
    canvas.blend(
        _hair_tone(head, color, strands, style == "scarf"),
        mask * (0.85 if style == "cropped" else 1.0),
    )


def _hair_tone(head, color, strands, cloth=False):
    """Return the colours of hair: strands, a sheen on the lit side, darker below."""
    sheen = np.exp(-(((head.v + 0.75 - 0.25 * head.u * head.canvas.light.side) / 0.22) ** 2))
    lit = (
        0.88
        + (0.10 if cloth else 0.20) * strands
        + 0.22 * head.canvas.light.side * np.clip(head.u, -1, 1)
    )
    return mix(
        glaze(color, np.clip(lit, 0.4, 1.6)),
        (1.0, 0.95, 0.88),
        (0.05 + 0.10 * sum(color) / 3) * sheen,
    )
