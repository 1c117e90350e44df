"""The book's pages in a browser: true colours, formulas, nothing from elsewhere, no faults."""

import io
import os

import numpy
import pytest
from chromium import DESKTOP, PHONE, needs_chromium
from PIL import Image

pytestmark = [pytest.mark.book, needs_chromium]


def block_means(pixels, blocks=8):
    """Return the mean colour of each of `blocks` x `blocks` parts of a picture."""
    picture = Image.fromarray(pixels).resize((blocks, blocks), Image.Resampling.BOX)
    return numpy.asarray(picture, dtype=float)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["book/introduction", "notebooks/00_quickstart"])
def test_pictures_have_the_colours_of_their_files(html, address, browser, mode, name):
    page = browser.new_page(viewport=DESKTOP, color_scheme=mode)
    page.goto(f"{address}/{name}.html")
    assert page.locator("html").get_attribute("data-theme") == mode
    # Those of the solutions are folded away.
    pictures = [each for each in page.locator("article img").all() if each.is_visible()]
    assert pictures
    for picture in pictures:
        path = html / name.partition("/")[0] / picture.get_attribute("src")
        wanted = numpy.asarray(Image.open(path).convert("RGB"))
        # On whole pixels, in front of everything else.
        picture.evaluate(
            "tag => tag.style = 'position: fixed; inset: 0 auto auto 0; z-index: 9999; "
            "clip-path: none'"
        )
        seen = numpy.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("RGB"))
        # Rounded corners and a change of size move the mean of a block by a level or two.
        assert abs(block_means(seen) - block_means(wanted)).max() < 4, path.name
    page.close()


# The text of captions, its colour, and the colour of the nearest painted background behind it.
CAPTIONS = """
() => [...document.querySelectorAll('figcaption, figcaption *, caption, .code-block-caption')]
    .filter(tag => tag.innerText?.trim() && !tag.matches('a, code, code *'))
    .map(tag => {
        let behind = tag;
        const background = () => getComputedStyle(behind).backgroundColor;
        while (background() === 'rgba(0, 0, 0, 0)')
            behind = behind.parentElement;
        return [tag.innerText, getComputedStyle(tag).color, background()];
    })
"""
# How many formulas a page has, and how many of them are drawn and told to screen readers.
FORMULAS = """
async () => {
    const formulas = '.bd-article .math';
    if (!document.querySelector(formulas)) return [0, 0];
    await window.MathJax?.startup?.promise;
    return [formulas, `${formulas} > mjx-container:has(svg) > mjx-assistive-mml`]
        .map(selector => document.querySelectorAll(selector).length);
}
"""


@pytest.fixture(scope="module")
def visits(html, address, browser):
    """Open each page on a phone, in the dark, and return what was seen of each."""
    seen = {}
    context = browser.new_context(viewport=PHONE, color_scheme="dark")
    for path in sorted(html.rglob("*.html")):
        name = path.relative_to(html).as_posix()
        # The first page only leads to the introduction; in _static lie parts of pages.
        if name == "index.html" or name.startswith("_static/"):
            continue
        page, facts = context.new_page(), {"away": [], "faults": []}
        page.on("request", lambda request, facts=facts: facts["away"].append(request.url))
        page.on("pageerror", lambda error, facts=facts: facts["faults"].append(str(error)))
        page.on(
            "console",
            lambda message, facts=facts: (
                message.type == "error" and facts["faults"].append(message.text)
            ),
        )
        page.goto(f"{address}/{name}")
        facts["formulas"] = page.evaluate(FORMULAS)
        facts["width"] = page.evaluate("document.documentElement.scrollWidth")
        facts["captions"] = []
        for mode in ("dark", "light"):
            page.evaluate(f"document.documentElement.dataset.theme = '{mode}'")
            facts["captions"] += page.evaluate(CAPTIONS)
        facts["away"] = [
            url for url in facts["away"] if not url.startswith((f"{address}/", "data:", "blob:"))
        ]
        seen[name] = facts
        page.close()
    context.close()
    return seen


def test_no_page_asks_anybody_else(visits):
    assert visits
    assert {name: facts["away"] for name, facts in visits.items() if facts["away"]} == {}


def test_no_page_has_an_error_in_its_console(visits):
    assert {name: facts["faults"] for name, facts in visits.items() if facts["faults"]} == {}


def test_every_page_fits_a_phone(visits):
    wide = {name: facts["width"] for name, facts in visits.items()}
    assert {name: width for name, width in wide.items() if width > PHONE["width"]} == {}


def test_every_formula_is_set(visits, html):
    if os.environ.get("ALLOW_NO_PAGE") == "1":
        pytest.skip("npm may not have fetched MathJax")
    formulas = {name: facts["formulas"] for name, facts in visits.items()}
    assert sum(count for count, _ in formulas.values()) > 10
    assert {name: pair for name, pair in formulas.items() if pair[0] != pair[1]} == {}


def luminance(color):
    """Return the relative luminance of a CSS colour "rgb(r, g, b)", as WCAG 2 defines it."""
    values = numpy.array([float(part) for part in color[4:-1].split(",")]) / 255
    linear = numpy.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """Return the contrast ratio of two CSS colours, from 1 to 21."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_captions_can_be_read(visits):
    captions = [caption for facts in visits.values() for caption in facts["captions"]]
    assert captions
    pale = [(words, contrast(color, behind)) for words, color, behind in captions]
    assert [(words, ratio) for words, ratio in pale if ratio < 4.5] == []


def test_the_contrast_of_black_and_white_is_21():
    assert contrast("rgb(255, 255, 255)", "rgb(0, 0, 0)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)
