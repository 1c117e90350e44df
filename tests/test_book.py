"""The book builds without a warning, shows what its sources hold, and has no dead end."""

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import accessible_pages
import build_book
import numbered_references
import public_names
import pytest
import write_hints_page
import write_model_cards
import write_skin_tones_page
import write_speed_page
import yaml
from bs4 import BeautifulSoup
from notebook_hygiene import is_image, text

pytestmark = pytest.mark.book

ROOT = Path(__file__).resolve().parent.parent
TOC = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"]] + [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
NOTEBOOKS = [page for page in PAGES if page.startswith("notebooks/")]


@pytest.fixture(scope="session")
def soups(html):
    """Return each page of the book, parsed, by its path in `html`."""
    return {
        path.relative_to(html).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser")
        for path in html.rglob("*.html")
        if "_static" not in path.relative_to(html).parts
    }


def test_the_page_on_speed_says_what_was_measured():
    results = [write_speed_page.read(name) for name in ("benchmarks", "quantization")]
    page = (ROOT / "book" / "speed.md").read_text(encoding="utf-8")
    assert page == write_speed_page.page(*results), "run tools/write_speed_page.py"


def test_the_page_on_hints_says_what_was_measured():
    results = write_model_cards.read("book/results/asking.json")
    page = (ROOT / "book" / "hints.md").read_text(encoding="utf-8")
    assert page == write_hints_page.page(results), "run tools/write_hints_page.py"


def test_the_page_on_skin_tones_says_what_was_measured():
    results = write_model_cards.read("book/results/skin_tones.json")
    page = (ROOT / "book" / "skin_tones.md").read_text(encoding="utf-8")
    assert page == write_skin_tones_page.page(results), "run tools/write_skin_tones_page.py"


def test_the_model_cards_say_what_was_measured():
    models = write_model_cards.read("colorlab/weights/models.json")
    results = write_model_cards.read_results()
    for name in models:
        card = (ROOT / "book" / "models" / f"{name}.md").read_text(encoding="utf-8")
        expected = write_model_cards.card(name, models, results)
        assert card == expected, f"{name}: run tools/write_model_cards.py"


@pytest.mark.parametrize("page", PAGES)
def test_every_entry_of_the_contents_has_a_page(soups, page):
    article = soups[f"{page}.html"].find("article")
    assert article.find("h1").get_text(strip=True)


def test_the_first_page_leads_to_the_introduction(soups):
    assert f"url={TOC['root']}.html" in str(soups["index.html"])


def squeeze(words):
    """Return `words` with every run of white space as one space."""
    return " ".join(words.split())


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_a_notebook_page_shows_the_stored_outputs(soups, page):
    notebook = json.loads((ROOT / f"{page}.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    article = soups[f"{page}.html"].find("article")
    images = article.select(".cell_output img")
    assert outputs
    inside_html = sum(
        text(output.get("data", {}).get("text/html", "")).count("<img ") for output in outputs
    )
    assert len(images) == sum(map(is_image, outputs)) + inside_html
    shown = squeeze(article.get_text())
    for output in outputs:
        if output["output_type"] == "stream":
            assert squeeze(text(output["text"])) in shown
        elif set(output.get("data", {})) == {"text/plain"}:
            assert squeeze(text(output["data"]["text/plain"])) in shown


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_is_described(soups, page):
    for image in soups[f"{page}.html"].find("article").find_all("img"):
        # Without alt text Sphinx writes the name of the file.
        assert image.get("alt", "").strip() not in ("", image["src"]), image["src"]
        assert "_images/" not in image["alt"], image["src"]


def test_no_internal_link_is_broken(html, soups):
    anchors = {
        name: {tag[key] for key in ("id", "name") for tag in soup.find_all(attrs={key: True})}
        for name, soup in soups.items()
    }
    broken = []
    for name, soup in soups.items():
        for tag in soup.find_all(lambda tag: tag.has_attr("href") or tag.has_attr("src")):
            address = tag.get("href", tag.get("src"))
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or address == "#":
                continue
            target = (html / name).parent / unquote(parts.path) if parts.path else html / name
            target = target.resolve()
            if not target.is_file():
                broken.append(f"{name}: {address} (no such file)")
            elif parts.fragment and target.suffix == ".html":
                page = target.relative_to(html.resolve()).as_posix()
                if unquote(parts.fragment) not in anchors[page]:
                    broken.append(f"{name}: {address} (no such place)")
    assert broken == []


def test_the_library_pages_show_every_public_name_and_no_other(soups):
    pages = [soup for name, soup in soups.items() if name.startswith("book/api_")]
    shown = [tag["id"] for soup in pages for tag in soup.select("dl.py > dt.sig-object[id]")]
    # Methods and attributes stand inside their class.
    outer = {name for name in shown if name.rpartition(".")[0] not in shown}
    assert {name for name in outer if not name.startswith(public_names.APART)} == public_names.ALL


# What a style loads, and a file that a script names by its full address.
IN_A_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?([^"')]+)""")
IN_A_SCRIPT = re.compile(r"""(?:https?:)?//[^"'\s]+\.(?:m?js|css|woff2?|wasm|png|jpe?g|svg)\b""")


def loaded(soup):
    """Yield the address of everything that a browser loads by itself to show a page."""
    for tag in soup.find_all(["script", "img", "iframe", "source", "video", "audio", "embed"]):
        yield tag.get("src", "")
        yield from (each.split()[0] for each in tag.get("srcset", "").split(",") if each.strip())
    for tag in soup.find_all("link"):
        if not {"next", "prev", "index", "search", "canonical"} & set(tag["rel"]):
            yield tag["href"]
    for tag in soup.find_all("script"):
        yield from IN_A_SCRIPT.findall(tag.get_text())
    for tag in soup.find_all("style"):
        yield from IN_A_STYLE.findall(tag.get_text())
    for tag in soup.find_all(style=True):
        yield from IN_A_STYLE.findall(tag["style"])


def test_no_page_loads_anything_from_elsewhere(html, soups):
    addresses = {(name, address) for name, soup in soups.items() for address in loaded(soup)}
    assert {name for name, _ in addresses} == set(soups) - {"index.html"}
    for path in html.rglob("*.css"):
        found = IN_A_STYLE.findall(path.read_text(encoding="utf-8"))
        addresses.update((path.name, address) for address in found)
    assert {(name, address) for name, address in addresses if urlsplit(address).netloc} == set()


def test_what_a_page_would_load_from_elsewhere_is_found():
    page = """
        <link rel="stylesheet" href="https://example.org/a.css"><link rel="next" href="b.html">
        <script src="//example.org/c.js"></script><img src="d.png" srcset="e.png 2x">
        <script>const url = "https://example.org/f.js"; const name = "http://example.org/svg"</script>
        <style>@import "g.css"; p { background: url(h.png) }</style><p style="cursor: url('i.png')">
    """
    names = ["a.css", "c.js", "d.png", "e.png", "f.js", "g.css", "h.png", "i.png"]
    found = [address.rpartition("/")[2] for address in loaded(BeautifulSoup(page, "html.parser"))]
    assert sorted(filter(None, found)) == names


def test_formulas_are_set_by_a_script_that_comes_with_the_book(html, soups):
    mathjax = html / "_static" / "mathjax" / "tex-svg-full.js"
    if os.environ.get("ALLOW_NO_PAGE") == "1" and mathjax.stat().st_size < 1000:
        pytest.skip("npm could not fetch MathJax")
    assert mathjax.stat().st_size > 1_000_000, (
        "npm could not fetch MathJax (ALLOW_NO_PAGE=1 allows)"
    )
    for name, soup in soups.items():
        if soup.select(".math"):
            scripts = [tag["src"].partition("?")[0] for tag in soup.select("script[src]")]
            assert any(src.endswith("_static/mathjax/tex-svg-full.js") for src in scripts), name


@pytest.fixture
def no_npm(monkeypatch, tmp_path):
    """Let npm find neither a network nor anything that it has fetched before."""
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))


def test_numbered_references_of_docstrings_become_text():
    lines = [
        "As in [1]_ and x[1].",
        "",
        ".. [1] Somebody.",
        "       A title, 2011.",
        ".. [2] B.",
        "",
        "C.",
    ]
    assert numbered_references.as_text(lines) == [
        "As in [1] and x[1].",
        "",
        "* [1] Somebody.",
        "  A title, 2011.",
        "* [2] B.",
        "",
        "C.",
    ]


def test_a_signature_is_no_list_and_a_button_is_named_by_its_words():
    page = (
        '<button class="btn search-button-field x" title="Search" aria-label="Search">S</button>'
        '<dt class="sig py" id="a">(<dl>\n<dd>one,</dd>\n</dl>\n)</dt><dl><dd>text</dd></dl>'
        '<summary><span class="toctree-toggle">v</span></summary>'
    )
    soup = BeautifulSoup(accessible_pages.improved(page), "html.parser")
    assert soup.button.attrs.keys() == {"class"}
    assert not soup.dt.find_all(["dl", "dd"]) and "one," in soup.dt.get_text()
    assert soup.dl.dd.get_text() == "text"
    assert soup.summary["aria-label"]


def test_without_npm_the_book_says_what_is_missing(no_npm, tmp_path, capsys):
    assert not build_book.collect_static(tmp_path / "web")
    assert capsys.readouterr().err == (
        "npm could not fetch its packages (ENOTCACHED): formulas stay LaTeX source, and no "
        "photograph can be coloured in the browser\n"
    )
    # No page asks for a script that is not there.
    static = tmp_path / "web" / "static"
    assert (static / "mathjax" / "tex-svg-full.js").is_file()
    catalog = json.loads((static / "colorize" / "models.json").read_text(encoding="utf-8"))
    assert "npm could not fetch ONNX Runtime" in catalog["missing"]


def links_away(soup):
    return [link["href"] for link in soup.find_all("a", href=re.compile("^https?://"))]


def test_without_a_repository_the_book_links_to_none(soups):
    hosts = {urlsplit(link).netloc for page in PAGES for link in links_away(soups[f"{page}.html"])}
    assert not hosts & {"github.com", "mybinder.org", "colab.research.google.com"}
    assert not soups[f"{PAGES[-1]}.html"].select(
        ".dropdown-launch-buttons, .dropdown-source-buttons"
    )


def test_with_a_repository_the_buttons_point_there():
    environment = {
        "COLORLAB_REPOSITORY_URL": "https://example.org/owner/name",
        "COLORLAB_REPOSITORY_BRANCH": "topic",
    }
    settings = build_book.configuration(environment)
    assert settings["repository"] == {"url": "https://example.org/owner/name", "branch": "topic"}
    # An address that is not on github.com stops the build unless the kind of server is named.
    assert settings["sphinx"]["config"]["html_theme_options"]["repository_provider"] == "github"
    assert settings["html"]["use_repository_button"] and settings["html"]["use_issues_button"]
    assert settings["launch_buttons"]["binderhub_url"] and settings["launch_buttons"]["colab_url"]
    without = build_book.configuration({})
    assert without["repository"] == {"url": ""}
    assert "launch_buttons" not in without
    assert not without["html"].get("use_repository_button")


@pytest.fixture
def copy(tmp_path):
    """Return a folder with the files that the fingerprint is taken from."""
    for name in ("colorlab", "book/results"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("numpy==2.0\n")
    (tmp_path / "colorlab" / "color.py").write_text("one = 1\n")
    return tmp_path


def test_notebooks_run_again_when_the_library_changes(copy):
    before = build_book.fingerprint(copy)
    (copy / "colorlab" / "__pycache__").mkdir()
    (copy / "colorlab" / "__pycache__" / "color.pyc").write_text("compiled")
    assert build_book.fingerprint(copy) == before
    (copy / "colorlab" / "color.py").write_text("one = 2\n")
    assert build_book.fingerprint(copy) != before


@pytest.mark.parametrize("name", ["requirements.lock", "book/results/recipe.json"])
def test_notebooks_run_again_when_what_they_read_changes(copy, name):
    before = build_book.fingerprint(copy)
    (copy / name).write_text("new")
    assert build_book.fingerprint(copy) != before
