"""What the scenes with houses share: colours of walls and roofs, window panes, blocks.

Taught in :doc:`/notebooks/01_data`.
"""

from colorlab.datasets.toy.colors import LAMPLIGHT, dim, mix, vary
from colorlab.datasets.toy.scenery import pick

__all__ = ["PAVING", "ROOFS", "WALLS", "block", "pane"]

WALLS = (
    (0.80, 0.74, 0.63), (0.74, 0.58, 0.44), (0.62, 0.38, 0.30), (0.55, 0.30, 0.24),
    (0.84, 0.81, 0.75),
    (0.80, 0.66, 0.44), (0.62, 0.64, 0.62), (0.78, 0.62, 0.57), (0.60, 0.66, 0.70),
    (0.68, 0.70, 0.58),
)  # fmt: skip
ROOFS = ((0.56, 0.29, 0.21), (0.48, 0.27, 0.21), (0.33, 0.33, 0.36), (0.42, 0.36, 0.33))
PAVING = ((0.60, 0.57, 0.53), (0.66, 0.61, 0.54), (0.52, 0.51, 0.51))


def pane(canvas, lit_share=0.4):
    """Return the colour of a window pane: the sky it mirrors, a dark room, or lamplight at dusk."""
    random, light = canvas.random, canvas.light
    chance, dark = random.random(), random.uniform(0.45, 0.85)
    if light.kind == "dusk" and chance < lit_share:
        return LAMPLIGHT
    return vary(random, mix(mix(light.zenith, light.low, 0.4), (0.12, 0.15, 0.20), dark), 0.02)


def block(canvas, layer, x, width, top, ground, misty, hidden=0.0):
    """Draw a distant block with a lit and a shaded side; ``hidden`` is how much is covered."""
    random, light = canvas.random, canvas.light
    wall = pick(random, WALLS + ((0.36, 0.46, 0.54), (0.30, 0.36, 0.42)), 0.04)
    split = x + width * (0.3 if light.side > 0 else 0.7)
    for left, right, lit in ((x, split, light.side < 0), (split, x + width, light.side > 0)):
        tone = mix(dim(wall, 1.0 if lit else 0.66), light.haze, misty)
        layer.box(left, top, right, ground, tone)
        step, glass = 0.030, mix(dim(tone, 0.62), light.zenith, 0.25)
        columns = max(1, int((right - left) / 0.024))
        for row in range(max(0, int((ground - hidden - top) / step))):
            y = top + 0.012 + row * step
            for column in range(columns):
                pane_x = left + (right - left) * (column + 0.22) / columns
                lamp = light.kind == "dusk" and random.random() < 0.3
                layer.box(
                    pane_x,
                    y,
                    pane_x + (right - left) * 0.56 / columns,
                    y + step * 0.55,
                    LAMPLIGHT if lamp else glass,
                )
    if random.random() < 0.25:
        layer.line(
            [(x + width / 2, top), (x + width / 2, top - 0.07)],
            0.006,
            mix((0.3, 0.3, 0.32), light.haze, misty),
        )
