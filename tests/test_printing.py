"""A chapter printed on A4: light, nothing cut, each solution open and on a page of its own."""

import re
import zlib

import pytest
from chromium import needs_chromium

pytestmark = [pytest.mark.book, needs_chromium]

# What is left of 210 mm between the margins, in CSS pixels.
WIDTH = round((210 - 2 * 16) * 96 / 25.4)

CUT = """
() => {
    const right = document.documentElement.clientWidth;
    const wide = tag => {
        const box = tag.getBoundingClientRect();
        return box.width > 0 && (box.right > right + 1 || tag.scrollWidth > tag.clientWidth + 1);
    };
    return [...document.querySelectorAll('article :is(img, pre, table, iframe, div.math)')]
        .filter(wide).map(tag => `${tag.tagName} ${tag.innerText?.slice(0, 40)}`);
}
"""
SOLUTIONS = """
() => [...document.querySelectorAll('article .cell.tag_hide-cell')].map(cell => [
    getComputedStyle(cell).breakBefore,
    getComputedStyle(cell).breakAfter,
    cell.querySelector('details pre').getBoundingClientRect().height > 10,
])
"""


def chapters(html):
    return sorted((html / "notebooks").glob("*.html"))


@pytest.fixture(scope="module")
def printed(html, browser):
    """Open each chapter as it is printed, and return what was seen of it."""
    seen = {}
    page = browser.new_page(viewport={"width": WIDTH, "height": 1000}, color_scheme="dark")
    page.emulate_media(media="print")
    for path in chapters(html):
        page.goto(path.as_uri())
        page.evaluate("async () => { await window.MathJax?.startup?.promise; }")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        seen[path.stem] = {
            "cut": page.evaluate(CUT),
            "solutions": page.evaluate(SOLUTIONS),
            "behind": page.evaluate("getComputedStyle(document.body).backgroundColor"),
            "sidebar": page.locator(".bd-sidebar-primary").is_visible(),
        }
    page.close()
    return seen


def test_nothing_is_cut(printed):
    assert printed
    assert {name: facts["cut"] for name, facts in printed.items() if facts["cut"]} == {}


def test_every_solution_stands_open_on_a_page_of_its_own(printed):
    assert any(facts["solutions"] for facts in printed.values())
    for name, facts in printed.items():
        assert all(each == ["page", "page", True] for each in facts["solutions"]), name


def test_paper_is_white_and_has_no_sidebar(printed):
    for name, facts in printed.items():
        assert (facts["behind"], facts["sidebar"]) == ("rgb(255, 255, 255)", False), name


def test_a_chapter_becomes_a_pdf_on_a4(html, browser):
    page = browser.new_page()
    page.goto(chapters(html)[0].as_uri())
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    parts = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, flags=re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue  # a picture
    boxes = re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)", b"\n".join(parts))
    assert len(boxes) > 5
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
