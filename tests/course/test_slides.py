"""A chapter's slides say what the chapter says, hold its figures, and need nothing else."""

import base64
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from chromium import PHONE, needs_chromium
from command import colorlab, refusal

from colorlab.course import export
from colorlab.course.outline import outline
from colorlab.course.slides import deck
from colorlab.errors import InputError

# Notebooks are made with nbformat, which takes seconds to import.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>'

TEXT = """# Colours & light

Light has colours. Here is *grey*.

After this chapter you will be able to

- see `red`;
- see [blue](02_blue.ipynb).

## Red

Red is warm {cite}`somebody2020red`. The code below prints it. It is short.
See [the book](../book/red.md) for 3 < 4.

$$r = 1$$

which is *red*. Nothing else is.

![A red box](figures/box.svg)

*The box. The printed number is 1.*"""


def figure(**metadata):
    import nbformat

    cell = nbformat.v4.new_code_cell("draw()", metadata=metadata)
    data = {"image/jpeg": base64.b64encode(b"pixels").decode() + "\n"}
    cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    return cell


@pytest.fixture
def notebook(tmp_path):
    """A chapter in a folder with its diagram."""
    import nbformat

    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "box.svg").write_text(SVG)
    prose = nbformat.v4.new_markdown_cell
    words = {"figure": {"caption": "Three *kinds* of blue."}, "image": {"alt": 'Sky, "sea", ice.'}}
    moving = figure(mystnb={"figure": {"caption": "It moves. The slider turns it."}})
    moving.outputs[0].data = {
        "text/html": '<img src="data:image/png;base64,AA" alt="one"><img '
        'src="data:image/png;base64,BB" alt="two &amp; last">'
    }
    solution = figure(tags=["hide-cell"], mystnb=words)
    cells = [
        prose(TEXT),
        prose("## Blue\n\nBlue is cold."),
        figure(mystnb=words),
        moving,
        prose("## Summary\n\n" + "\n".join(f"- Point {number}." for number in range(7))),
        prose("## Exercises\n\nSolve this. It is easy."),
        nbformat.v4.new_code_cell("...  # your answer"),
        solution,
        prose('## Quiz\n\n<div class="quiz">\n\nIs it blue?\n\n</div>'),
        prose("## What comes next\n\nGreen comes next."),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def parsed(notebook, folder):
    return BeautifulSoup(deck(export.for_students(notebook), folder), "html.parser")


def test_slides_hold_headings_key_sentences_and_figures(notebook, tmp_path):
    page = parsed(notebook, tmp_path)
    assert page.title.text == "Colours & light"
    slides = page.select("section")
    for slide in slides:
        slide.footer.extract()
    assert [slide.find(["h1", "h2"]).text for slide in slides] == [
        "Colours & light",
        "After this chapter you will be able to",
        "Red",
        "Blue",
        "Blue",
        "Summary",
        "Summary",
    ]
    points = [[each.text for each in slide.select("li, p")] for slide in slides]
    assert points == [
        ["Light has colours.", "Here is grey."],
        ["see red", "see blue."],
        # Without the sentence on the code and the one that goes on from it, nor half a sentence.
        ["Red is warm.", "See the book for 3 < 4.", "Nothing else is."],
        ["Blue is cold."],
        [],
        [f"Point {number}." for number in range(4)],
        [f"Point {number}." for number in range(4, 7)],
    ]
    captions = [each.text for each in page.select("figcaption")]
    assert captions == ["The box.", "Three kinds of blue.", "It moves."]


def test_figures_are_embedded_and_described(notebook, tmp_path):
    images = parsed(notebook, tmp_path).select("figure img")
    assert [each["alt"] for each in images] == ["A red box", 'Sky, "sea", ice.', "two & last"]
    kinds, contents = zip(*(each["src"].split(";base64,") for each in images), strict=True)
    assert kinds == ("data:image/svg+xml", "data:image/jpeg", "data:image/png")
    assert base64.b64decode(contents[0]).decode() == SVG
    assert (base64.b64decode(contents[1]), contents[2]) == (b"pixels", "BB")


def test_markup_in_a_notebook_is_shown_and_not_run(notebook, tmp_path):
    notebook.cells[1].source = "## <script>x</script>\n\nBlue <b onclick='y'>is</b> cold."
    page = parsed(notebook, tmp_path)
    assert len(page.select("script")) == 1
    assert page.select("section")[3].h2.text == "<script>x</script>"


def test_a_missing_diagram_is_named_and_nothing_is_written(notebook, tmp_path):
    (tmp_path / "figures" / "box.svg").unlink()
    with pytest.raises(InputError, match=r"box\.svg: cannot be read"):
        parsed(notebook, tmp_path)
    (tmp_path / "00_red.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    out = tmp_path / "out"
    said = refusal("course", "export", "--notebooks", tmp_path, "--to", out, "--slides")
    assert "box.svg" in said
    assert not out.exists()
    with pytest.raises(InputError, match="title"):
        deck({"cells": []}, tmp_path)


@pytest.fixture(scope="module")
def handout(tmp_path_factory):
    """The slides of the course."""
    folder = tmp_path_factory.mktemp("handout") / "all"
    result = colorlab(
        "course", "export", "--notebooks", ROOT / "notebooks", "--to", folder, "--slides"
    )
    assert (result.code, result.errors) == (0, "")
    assert f"slides: {len(NOTEBOOKS)} files" in result.out
    return folder / export.SLIDES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_slides_of_a_chapter_have_its_figures_and_no_foreign_address(handout, path):
    text = (handout / path.with_suffix(".html").name).read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    sections = outline(export.for_students(notebook), path.parent)
    slides = page.select("section")
    assert 10 <= len(slides) <= 40
    assert slides[-1].footer.text == f"{len(slides)} / {len(slides)}"
    expected = [each.alt for section in sections for each in section.figures]
    assert sorted(each["alt"] for each in page.select("img")) == sorted(
        re.sub("[`*]", "", each) for each in expected
    )
    assert len(expected) >= 5
    assert all(len(each["alt"]) >= 20 for each in page.select("img"))
    assert all(each["src"].startswith("data:image/") for each in page.select("img"))
    assert not page.select("a, link, iframe, [srcset]")
    assert "://" not in re.sub(r'"data:[^"]+"', "", text)
    solutions = [
        cell for cell in notebook["cells"] if "hide-cell" in cell["metadata"].get("tags", ())
    ]
    for cell in solutions:
        words = cell["metadata"].get("mystnb", {})
        for hidden in (words.get("figure", {}).get("caption"), words.get("image", {}).get("alt")):
            assert not hidden or hidden not in page.get_text() + str(expected)
    headings = {each.text for each in page.select("h2")}
    assert not {each for each in headings if each.startswith(("Exercise", "Quiz"))}
    # Formulas and links in Markdown would stand there as they are typed.
    assert not re.search(r"\$|\]\(|\{cite\}", page.main.get_text())


# The slide in front: its number is in its footer.
IN_FRONT = """() => [...document.querySelectorAll('section')].findLast(
    slide => slide.getBoundingClientRect().top < innerHeight / 2
).querySelector('footer').textContent"""
TOO_LARGE = """() => [...document.querySelectorAll('section > *')].filter(each =>
    each.getBoundingClientRect().bottom > each.parentElement.getBoundingClientRect().bottom + 1
    || each.scrollWidth > innerWidth).map(each => each.textContent)"""
NOT_DRAWN = """() => [...document.images].filter(
    each => !each.complete || each.naturalWidth < 2 || each.clientHeight < 100
).map(each => each.alt)"""


@needs_chromium
@pytest.mark.parametrize("name", ["02_how_a_network_learns", "03_unet"])
def test_slides_fill_the_screen_turn_by_the_arrow_keys_and_print(browser, handout, name):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((handout / f"{name}.html").as_uri())
    count = page.locator("section").count()
    assert page.evaluate(TOO_LARGE) == page.evaluate(NOT_DRAWN) == []
    assert page.evaluate("document.documentElement.scrollHeight") == 720 * count
    seen = []
    for key in ("ArrowLeft", "ArrowRight", "PageDown", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(page.evaluate(IN_FRONT))
    assert seen == [f"{number} / {count}" for number in (1, 2, 3, 2)]
    pages = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pages)) == count
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.evaluate(TOO_LARGE) == []
    assert all(url.startswith(("file:", "data:")) for url in requests)
    page.close()
