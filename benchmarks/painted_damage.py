"""Damage of old photographs, painted by code: scratches, cracks, hairs, dust, fading, stains."""

import numpy as np
from PIL import Image, ImageDraw

_FINENESS = 3  # each pixel is painted from 3 x 3 points


def paint_scratches(grey, random, count=4, spots=12):
    """Paint scratches, cracks, hairs and dust on a photograph.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width)
        uint8 levels.
    random : numpy.random.Generator
    count, spots : int
        Number of lines and of spots.

    Returns
    -------
    damaged : numpy.ndarray, shape (height, width)
        uint8 levels.
    mask : numpy.ndarray, shape (height, width)
        bool, true where at least a tenth of a pixel's level comes from the damage.
    """
    damaged, opacity = grey.astype("float32"), np.zeros(grey.shape, "float32")
    shapes = [_line(grey.shape, random) for _ in range(count)]
    shapes += [_spot(grey.shape, random) for _ in range(spots)]
    for draw in shapes:
        picture = Image.new("L", (grey.shape[1] * _FINENESS, grey.shape[0] * _FINENESS))
        draw(ImageDraw.Draw(picture))
        cover = np.asarray(picture.reduce(_FINENESS), "float32") / 255 * random.uniform(0.75, 1)
        level = random.uniform(205, 255) if random.random() < 0.75 else random.uniform(0, 40)
        damaged += cover * (level - damaged)
        opacity = np.maximum(opacity, cover)
    return np.rint(damaged).astype("uint8"), opacity > 0.1


def _line(shape, random):
    """Return a function that draws a scratch, a crack with branches, a hair or a line of a film."""
    sides = np.array(shape[::-1])
    kind, place = random.integers(4), random.uniform(0, 1, 2) * sides
    direction = random.uniform(0, 2 * np.pi)
    length = random.uniform(0.2, 1.1) * sides.max()
    width = random.uniform(0.7, 3.2)
    turn = {0: 0.08, 1: 0.5, 2: 0.25, 3: 0.0}[int(kind)]
    if kind == 2:
        length = random.uniform(12, 60)
        width = min(width, 1.6)
    elif kind == 3:
        direction, place[1] = np.pi / 2 + random.normal(0, 0.01), 0
    step = 3.0 if kind == 1 else 6.0
    heading, bend, points = direction, random.normal(0, 0.05), [place]
    for _ in range(max(2, int(length / step))):
        heading += random.normal(0, turn) + (bend if kind == 2 else 0.2 * (direction - heading))
        points.append(points[-1] + step * np.array([np.cos(heading), np.sin(heading)]))
    branches = []
    if kind == 1:
        for start in random.choice(len(points), min(3, len(points)), replace=False):
            heading, branch = direction + random.choice([-1, 1]) * random.uniform(0.5, 1.4), []
            for number in range(int(random.uniform(3, 20))):
                branch.append(branch[-1] if number else points[start])
                heading += random.normal(0, 0.4)
                branch[-1] = branch[-1] + step * np.array([np.cos(heading), np.sin(heading)])
            branches.append([points[start], *branch])
    widths = np.maximum(width * random.uniform(0.6, 1.4, len(points)), 0.5)

    def draw(canvas):
        for number, (one, other) in enumerate(zip(points, points[1:], strict=False)):
            ends = [tuple(_FINENESS * one), tuple(_FINENESS * other)]
            canvas.line(ends, fill=255, width=max(1, round(_FINENESS * widths[number])))
        for branch in branches:
            ends = [tuple(_FINENESS * point) for point in branch]
            canvas.line(ends, fill=255, width=max(1, round(_FINENESS * width / 2)))

    return draw


def paint_cracks(grey, random, count=5):
    """Paint the cracks of a folded print on a photograph: bright, ragged, with many branches.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width)
        uint8 levels.
    random : numpy.random.Generator
    count : int
        Number of cracks that begin at the border.

    Returns
    -------
    damaged : numpy.ndarray, shape (height, width)
        uint8 levels.
    mask : numpy.ndarray, shape (height, width)
        bool, true where at least a quarter of a pixel's level comes from the damage.
    """
    size, unit = np.array(grey.shape[::-1]), min(grey.shape) / 256
    picture = Image.new("L", tuple(int(side) for side in size * _FINENESS))
    canvas = ImageDraw.Draw(picture)

    def crack(place, direction, length, width):
        """Draw a crack in steps of two units, and some of its branches."""
        heading, fine = direction, width
        for step in range(int(length / (2 * unit))):
            heading += random.normal(0, 0.3) + 0.15 * (direction - heading)
            end = place + 2 * unit * np.array([np.cos(heading), np.sin(heading)])
            fine = 0.7 * fine + 0.3 * width * random.uniform(0.2, 1.8)
            if random.random() > 0.06:
                ends = [tuple(_FINENESS * point) for point in (place, end)]
                canvas.line(ends, fill=255, width=max(1, round(_FINENESS * fine)))
            if width > 0.8 * unit and step and random.random() < 0.04:
                away = random.choice([-1, 1]) * random.uniform(0.4, 1.5)
                crack(end, heading + away, random.uniform(0.1, 0.5) * length, 0.6 * width)
            place = end

    for _ in range(count):
        place, side = random.uniform(0, 1, 2) * size, random.integers(4)
        place[side % 2] = 0 if side < 2 else size[side % 2] - 1
        goal = random.uniform(0.25, 0.75, 2) * size - place
        width = unit * random.uniform(0.8, 3.5)
        length = random.uniform(0.2, 1.2) * min(size)
        crack(place, np.arctan2(goal[1], goal[0]), length, width)
    cover = np.asarray(picture.reduce(_FINENESS), "float32") / 255
    cover *= np.clip(random.uniform(0.6, 1) + random.normal(0, 0.15, grey.shape), 0, 1)
    paper = max(np.percentile(grey, 90), random.uniform(150, 245))
    damaged = grey + cover * (paper + random.normal(0, 8, grey.shape) - grey)
    return np.clip(np.rint(damaged), 0, 255).astype("uint8"), cover > 0.25


def _spot(shape, random):
    """Return a function that draws a grain of dust, with nine corners."""
    center = random.uniform(0, 1, 2) * shape[::-1]
    angles = np.sort(random.uniform(0, 2 * np.pi, 9))
    radii = random.uniform(0.8, 4.0) * random.uniform(0.5, 1.2, 9)
    corners = center + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)

    def draw(canvas):
        canvas.polygon([tuple(_FINENESS * corner) for corner in corners], fill=255)

    return draw


def fade(grey, black=60, white=190):
    """Compress the levels of a photograph, uint8 of any shape, into those from black to white."""
    return np.rint(black + np.asarray(grey, "float32") * ((white - black) / 255)).astype("uint8")


def print_in_sepia(grey, random, noise=3.0, stains=3):
    """Print a grey photograph in sepia on yellowed paper, with stains.

    Parameters
    ----------
    grey : numpy.ndarray, shape (height, width)
        uint8 levels.
    random : numpy.random.Generator
    noise : float
        Standard deviation in levels, of each channel by itself.
    stains : int
        Number of yellow or brown stains, which take blue most and red least.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3)
        uint8 sRGB.
    """
    ink, paper = np.array([62, 45, 33]), np.array([233, 214, 178])
    picture = ink + grey[..., None] / np.float32(255) * (paper - ink)
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]]
    for _ in range(stains):
        row, column = random.uniform(0, 1, 2) * grey.shape
        radius = random.uniform(0.1, 0.3) * min(grey.shape)
        near = np.exp(-((np.hypot(rows - row, columns - column) / radius) ** 4))[..., None]
        picture *= 1 - near * random.uniform(0.2, 0.5) * np.array([0.15, 0.45, 1.0])
    picture += random.normal(0, noise, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype("uint8")
