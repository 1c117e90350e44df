"""The diagrams are the ones that their tool draws, and their numbers are right."""

import re
from xml.etree import ElementTree

import draw_diagrams
import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy import signal
from sphinx.application import Sphinx

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


NOTEBOOK = """# A chapter

![A box.](box.svg)

*One box, in its `own` colour.*

*No caption: no picture above.*

```{figure} box.svg
:name: fig-second
A figure of the usual kind.
```

An inline ![box](box.svg) is none.

*Nor is this a caption.*

![A box.](box.svg)

Plain words.
"""


def test_a_diagram_and_the_italics_below_it_are_numbered_as_a_figure(tmp_path):
    for name, content in {
        "index.md": NOTEBOOK,
        "box.svg": draw_diagrams.svg(draw_diagrams.stride),
        "conf.py": "extensions = ['myst_parser', 'numbered_diagrams']\nnumfig = True",
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    folders = tmp_path, tmp_path, tmp_path / "out", tmp_path / "trees"
    app = Sphinx(*folders, "html", status=None, warning=None)
    app.build()
    page = BeautifulSoup((tmp_path / "out" / "index.html").read_bytes(), "html.parser")
    captions = [each.get_text().strip("\n¶ ") for each in page.select("figcaption")]
    assert captions == [
        "Fig. 1 One box, in its own colour.",
        "Fig. 2 A figure of the usual kind.",
    ]
    assert page.select_one("figure#fig-box img")["alt"] == "A box."
    assert len(page.select("img")) == 4
    assert [each.get_text() for each in page.select("p > em")] == [
        "No caption: no picture above.",
        "Nor is this a caption.",
    ]
