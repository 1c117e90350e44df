"""A flipbook shows its last page, holds all of them, and needs nothing from elsewhere."""

import base64
import io

import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from PIL import Image

from colorlab.course.flipbook import Flipbook


def filled(color):
    figure = Figure(figsize=(1, 1))
    figure.set_facecolor(color)
    return figure


@pytest.fixture
def soup():
    book = Flipbook({"start": filled("red"), '"end" <2>': filled("blue")}, "One colour:", "step")
    return BeautifulSoup(book._repr_html_(), "html.parser")


def test_each_page_holds_its_figure(soup):
    images = soup.select("figure .page img")
    assert [image["alt"] for image in images] == ["One colour: start", 'One colour: "end" <2>']
    for image, color in zip(images, ((255, 0, 0), (0, 0, 255)), strict=True):
        kind, _, data = image["src"].partition(",")
        assert kind == "data:image/jpeg;base64"
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert picture.shape[:2] == (110, 110)
        assert np.abs(picture.mean(axis=(0, 1)) - color).max() < 3


def test_the_last_page_is_shown_and_the_slider_is_there(soup):
    assert [page.has_attr("hidden") for page in soup.select(".page")] == [True, False]
    slider = soup.select_one("label input[type=range]")
    assert (slider["min"], slider["max"], slider["value"]) == ("0", "1", "1")
    assert slider["aria-valuetext"] == '"end" <2>'
    assert slider.find_parent("label").get_text(strip=True) == "step"


def test_a_flipbook_without_pages_is_refused():
    with pytest.raises(ValueError, match="at least one figure"):
        Flipbook({}, "Nothing.", "step")
