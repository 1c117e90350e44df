"""The diagrams are the ones that their tool draws, and their numbers are right."""

import re
from xml.etree import ElementTree

import draw_diagrams
import numpy as np
import pytest
from scipy import signal

from colorlab.configuration import Configuration

SVG = "{http://www.w3.org/2000/svg}"


def words(diagram):
    """Return the words of a diagram, in their order."""
    return [
        each.text for each in ElementTree.fromstring(draw_diagrams.svg(diagram)).iter(f"{SVG}text")
    ]


@pytest.mark.parametrize("diagram", draw_diagrams.DIAGRAMS, ids=lambda each: each.__name__)
def test_the_file_is_what_the_tool_draws(diagram):
    path = draw_diagrams.FOLDER / f"{diagram.__name__}.svg"
    assert path.read_text(encoding="utf-8") == draw_diagrams.svg(diagram), (
        "run tools/draw_diagrams.py"
    )


def test_the_convolution_has_the_right_products():
    picture, kernel = draw_diagrams.PICTURE, draw_diagrams.EDGES
    expected = signal.correlate2d(picture, kernel, mode="valid")
    numbers = [
        int(each) for each in words(draw_diagrams.convolution) if re.fullmatch(r"-?\d+", each)
    ]
    assert numbers[-9:] == expected.ravel().tolist()


def test_the_stamps_add_up():
    small, kernel = np.array([[1, 2], [3, 4]]), np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    spread = np.zeros((3, 3), dtype=int)
    spread[::2, ::2] = small
    expected = signal.convolve2d(spread, kernel)
    found = words(draw_diagrams.transposed_convolution)
    numbers = [int(each) for each in found if each.isdigit()]
    assert numbers[-25:] == expected.ravel().tolist()


def test_the_map_has_the_recipe_s_channels():
    filters = Configuration.from_preset("recipe").filters
    sizes = [f"{128 >> level} · {count}" for level, count in enumerate(filters)]
    shown = words(draw_diagrams.unet)
    assert [each for each in shown if each in sizes] == [size for size in sizes for _ in "ab"]
