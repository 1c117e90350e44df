"""Numbers that the page for colouring must reproduce.

``python tests/page_numbers.py`` computes them with `colorlab` from painted pictures and stores them
in ``web/tests/numbers.json``, which the tests of the page's JavaScript read.
"""

import json
from pathlib import Path

import numpy as np
from painted import painted_picture
from PIL import Image

from colorlab import color
from colorlab.color import ab_bins, luma
from colorlab.inference import variants
from colorlab.inference.hint_residuals import add_residuals
from colorlab.inference.network_input import network_input
from colorlab.training.hints import point_hints

STORED = Path(__file__).resolve().parent.parent / "web" / "tests" / "numbers.json"


def numbers():
    """Compute all numbers: lists and numbers only, row by row, planes one after the other."""
    rgb = painted_picture(96)[:61, :83]
    grey = np.asarray(Image.fromarray(rgb).convert("L"))[..., None]
    inputs = []
    for image_size, stride, part in ((32, 32, grey), (45, 16, grey[:, :30]), (61, 8, grey[:, :7])):
        padded, fraction = network_input(part, image_size, stride)
        inputs.append(
            {
                "width": part.shape[1],
                "height": part.shape[0],
                "imageSize": image_size,
                "stride": stride,
                "grey": flat(part),
                "padded": flat(padded),
                "paddedWidth": padded.shape[1],
                "validFraction": list(fraction),
            }
        )
    random = np.random.default_rng(15)
    logits = random.normal(0, 3, (3, 4, 227)).astype("float32").round(3)
    ab = {str(each): planes(ab_bins.annealed_mean(logits, each)) for each in (1.0, 0.4, 0.05)}
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    entropy = -(probabilities * np.log(probabilities)).sum(axis=-1) / np.log(227)
    small = ab_bins.annealed_mean(logits * 3, 0.1)
    fraction = (1.0, 0.828125)
    samples = random.uniform(0, 1, (20, 3)).round(3)
    lab = color.srgb_to_lab(samples)
    red_ab = color.srgb_to_lab(np.array([0xA0, 0x20, 0x20]) / 255)[1:]
    red = np.broadcast_to(red_ab, (61, 83, 2))
    # Three regions of different distributions, which variants move as wholes.
    kinds = random.normal(0, 2, (3, 227))
    regions = np.repeat(np.repeat([[0, 0, 1], [0, 2, 1]], 3, axis=0), 2, axis=1)
    pictured = (kinds[regions] + random.normal(0, 0.3, (6, 6, 227))).astype("float32").round(2)
    # And one, whose places are nearly alike.
    alike = (kinds[0] + random.normal(0, 0.1, (3, 3, 227))).astype("float32").round(2)
    return {
        "variants": [variants_of(pictured), variants_of(alike)],
        "rgb": flat(rgb),
        "grey": flat(grey),
        "width": 83,
        "height": 61,
        "inputs": inputs,
        "lab": [list(pair) for pair in zip(samples.tolist(), lab.tolist(), strict=True)],
        "centers": ab_bins.bin_centers().tolist(),
        "logits": planes(logits),
        "logitsWidth": 4,
        "logitsHeight": 3,
        "ab": ab,
        "entropy": flat(entropy),
        "recombined": [
            {
                "ab": planes(small),
                "saturation": saturation,
                "validFraction": list(fraction),
                "rgb": flat(luma.recombine(grey, small, saturation, fraction)),
            }
            for saturation in (0.0, 1.0, 1.7)
        ],
        "residuals": [residuals_of(4, 1), residuals_of(16, 16)],
        # One point of one pixel, with the colour #a02020, on a grid that the photograph fills.
        "point": {
            "grid": [8, 12],
            "planes": planes(point_hints(red, 1, np.random.default_rng(4), (8, 12), size=1)),
            "place": place_of_point(),
        },
    }


def place_of_point():
    """Give row and column of the point that `point_hints` draws with the seed 4."""
    rng = np.random.default_rng(4)
    return [int(rng.integers(0, length)) for length in (61, 83)]


def residuals_of(height, side):
    """Return a prediction, hints on squares of this many cells, and what comes of both."""
    random = np.random.default_rng(side)
    width = height + 2
    ab = random.normal(0, 20, (height, width, 2)).round(2).astype("float32")
    grey = random.integers(0, 256, (4 * height, 4 * width, 1)).astype("uint8")
    hints = np.zeros((height, width, 3), "float32")
    hints[:side, :side] = 40, -25, 1
    hints[-1, -1] = -10, 30, 1
    return {
        "width": width,
        "height": height,
        "ab": planes(ab),
        "grey": flat(grey),
        "hints": planes(hints),
        "added": planes(add_residuals(ab, grey, hints)),
    }


def flat(array):
    """Give all numbers of an array in one list."""
    array = np.asarray(array)
    return [round(each, 6) for each in array.ravel().tolist()]


def planes(array):
    """Give all numbers of an array with channels last, plane by plane."""
    return flat(np.moveaxis(array, -1, 0))


def variants_of(logits):
    """Three variants of a distribution at each place."""
    ab = [ab_bins.annealed_mean(each, 0.4) for each in variants.tilted_logits(logits, 3)]
    return {"logits": planes(logits), "ab": [planes(each.round(4)) for each in ab]}


def write():
    """Write the file that the tests of the page read."""
    STORED.parent.mkdir(parents=True, exist_ok=True)
    STORED.write_text(json.dumps(numbers(), separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
