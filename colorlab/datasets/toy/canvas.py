"""The painter's tools: a canvas, noise, soft edges, and layers of crisp shapes.

Lengths and positions are fractions of the picture's side, so that a scene does not depend on the
number of pixels it is painted with.
Taught in :doc:`/notebooks/01_data`.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from colorlab.datasets.toy.colors import planes

__all__ = ["Canvas", "LATTICE", "Layer"]

LATTICE = 512


@lru_cache(maxsize=1)
def _lattice():
    """One field of random numbers that all noise is cut from: faster than drawing it each time."""
    return np.random.default_rng(20).standard_normal((LATTICE, LATTICE), dtype=np.float32)


def _resize(field, shape):
    """Resize a field to ``shape`` (columns, rows) with bicubic interpolation."""
    return np.asarray(Image.fromarray(field).resize(shape, Image.Resampling.BICUBIC))


class Canvas:
    """A square picture being painted.

    Parameters
    ----------
    size : int
        Side in pixels.
    random : numpy.random.Generator
        Where every choice comes from. How many numbers are drawn must not depend on ``size``.
    light : Light
        The time of day. Colours are multiplied with its sunlight unless ``glow`` is asked for.

    Attributes
    ----------
    pixels : numpy.ndarray
        float32 array of shape (size, size, 3), sRGB in about [0, 1].
    x, y : numpy.ndarray
        Positions of the pixel centres, shapes (1, size) and (size, 1), in (0, 1), y downwards.
    """

    def __init__(self, size, random, light):
        axis = (np.arange(size, dtype=np.float32) + 0.5) / size
        self.size, self.random, self.light = size, random, light
        self.x, self.y = axis[None, :], axis[:, None]
        self.pixels = planes((size, size))
        self.sun = np.asarray(light.sun, np.float32)
        self.leaves = self.noise(22, octaves=4, gain=0.75)

    def noise(self, columns, rows=None, octaves=5, gain=0.5):
        """Return fractal noise of shape (size, size), mean about 0, standard deviation about 0.7.

        ``columns`` and ``rows`` count the coarsest bumps across the picture; each further octave
        doubles them and weighs ``gain`` times as much.
        """
        return self._fractal(columns, rows or columns, octaves, gain, (self.size, self.size))

    def profile(self, columns, octaves=5, gain=0.5):
        """Return fractal noise along x alone, shape (size,)."""
        return self._fractal(columns, 1, octaves, gain, (self.size, 1))[0]

    def _fractal(self, columns, rows, octaves, gain, shape):
        # Each octave is added on its own small lattice; only the finest is enlarged to the picture.
        total, weight, power = None, 1.0, 0.0
        for octave in range(octaves):
            across = min(LATTICE // 2, max(2, round(columns * 2**octave)))
            down = 1 if shape[1] == 1 else min(LATTICE // 2, max(2, round(rows * 2**octave)))
            top, left = self.random.integers(0, LATTICE // 2, 2).tolist()
            if total is not None and max(across, down) > 1.4 * self.size:
                continue  # finer than the pixels, which would only average it away
            fresh = _lattice()[top : top + down, left : left + across] * np.float32(weight)
            total = fresh if total is None else fresh + _resize(total, (across, down))
            power, weight = power + weight * weight, weight * gain
        return _resize(total, shape) / np.float32(np.sqrt(power))

    def edge(self, distance):
        """Return a mask with smooth edges from ``distance`` in sides, positive inside."""
        return np.clip(distance * self.size + 0.5, 0, 1)

    def window(self, left, top, right, bottom):
        """Return the slices of the pixels in a box, clipped to the picture."""
        low = [min(self.size, max(0, int(np.floor(edge * self.size)))) for edge in (top, left)]
        high = [min(self.size, max(0, int(np.ceil(edge * self.size)))) for edge in (bottom, right)]
        return slice(low[0], high[0]), slice(low[1], high[1])

    def blend(self, color, mask, at=None, glow=False):
        """Lay a colour, or an array of colours, over the picture where ``mask`` is above 0.

        ``at`` restricts it to a window; ``glow`` keeps the colour as it is, whatever the light.
        """
        target = self.pixels if at is None else self.pixels[at]
        color = np.asarray(color, np.float32)
        if not glow:
            color = color * self.sun
        target += (color - target) * np.asarray(mask, np.float32)[..., None]

    def shade(self, factor, mask=1.0):
        """Multiply the picture by ``factor`` where ``mask`` is 1."""
        self.pixels *= np.asarray(1 + (factor - 1) * mask, np.float32)[..., None]

    def layer(self):
        """Return an empty :class:`Layer` of this canvas."""
        return Layer(self)

    def finish(self):
        """Add a little grain and darker corners; return uint8 of shape (size, size, 3)."""
        grain = self._fractal(256, 256, 1, 1, (self.size, self.size))
        corners = 1.02 - 0.22 * ((self.x - 0.5) ** 2 + (self.y - 0.5) ** 2)
        pixels = self.pixels * corners[..., None] + 0.008 * grain[..., None]
        return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)


class Layer:
    """Crisp shapes, drawn several times finer than the picture so that their edges come out smooth.

    Shapes are opaque and an empty pixel is black, so averaging the fine pixels gives colours that
    are already multiplied with their coverage. The mode says CMYK, but the four channels hold red,
    green, blue and coverage: Pillow averages those of this mode as they are.
    """

    def __init__(self, canvas):
        self.canvas = canvas
        self.factor = 4 if canvas.size < 100 else 3 if canvas.size <= 300 else 2
        side = canvas.size * self.factor
        self.side = side
        self.image = Image.new("CMYK", (side, side))
        self.draw = ImageDraw.Draw(self.image)

    def _fill(self, color):
        red, green, blue = color
        red, green, blue = int(255 * red + 0.5), int(255 * green + 0.5), int(255 * blue + 0.5)
        return min(red, 255), min(green, 255), min(blue, 255), 255

    def polygon(self, points, color):
        """Fill a polygon; ``points`` are (x, y) pairs in sides."""
        self.draw.polygon([(x * self.side, y * self.side) for x, y in points], self._fill(color))

    def box(self, left, top, right, bottom, color):
        """Fill an axis-aligned rectangle, if it has any extent."""
        if right > left and bottom > top:
            side = self.side
            left, top = left * side, top * side
            corners = left, top, max(left, right * side - 1), max(top, bottom * side - 1)
            self.draw.rectangle(corners, self._fill(color))

    def ellipse(self, x, y, across, down, color):
        """Fill an ellipse with centre (x, y) and the two half axes."""
        side = self.side
        box = ((x - across) * side, (y - down) * side, (x + across) * side, (y + down) * side)
        self.draw.ellipse(box, self._fill(color))

    def line(self, points, width, color):
        """Draw a line of ``width`` sides through ``points``."""
        points = [(x * self.side, y * self.side) for x, y in points]
        self.draw.line(points, self._fill(color), max(1, round(width * self.side)), joint="curve")

    def stamp(self, shade=1.0):
        """Lay the shapes over the canvas; ``shade``, a number or a field, multiplies colours."""
        box = self.image.getbbox(alpha_only=False)
        if box is None:
            return
        left, top = box[0] // self.factor, box[1] // self.factor
        right, bottom = -(-box[2] // self.factor), -(-box[3] // self.factor)
        at = slice(top, bottom), slice(left, right)
        box = tuple(edge * self.factor for edge in (left, top, right, bottom))
        small = np.asarray(self.image.reduce(self.factor, box), np.float32) * np.float32(1 / 255)
        if isinstance(shade, np.ndarray):
            shade = np.broadcast_to(shade, (self.canvas.size,) * 2)[at][..., None]
        pixels = self.canvas.pixels[at]
        pixels *= 1 - small[..., 3:]
        pixels += small[..., :3] * self.canvas.sun * shade
