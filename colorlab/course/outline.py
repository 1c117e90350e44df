"""A chapter in short: its sections with their key sentences and figures.

Taught in :doc:`/book/for_teachers`.
"""

import base64
import dataclasses
import html
import os
import pathlib
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from colorlab.errors import InputError

__all__ = ["Figure", "Section", "outline"]

# A sentence about its surroundings in the notebook, or with a formula, says nothing without them;
# nor does one that goes on from there.
_BOUND = re.compile(
    r"^(\(|Time\b|Pictures:)|\$|\b(code|cells?|below|above|prints?|printed|notebook|figures?|chapters?|section)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(So|This|These|Those|That|It|Its|They|Hence|Then|Both|But|And|There)\b")
_BOUND_IN_CAPTION = re.compile(r"\b(printed|slider)\b|from above|(section|exercise) below")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9`*\"(])")
_IN_HTML = re.compile(r'<img src="(data:image/[^"]+)" alt="([^"]*)"')
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclasses.dataclass
class Figure:
    """A picture of a chapter.

    Attributes
    ----------
    address : str
        A data URI, so that it needs no file.
    alt : str
        What it shows, for readers who do not see it.
    caption : str
        One line of Markdown, or empty.
    """

    address: str
    alt: str
    caption: str


@dataclasses.dataclass
class Section:
    """What stands between two headings.

    Attributes
    ----------
    title : str
    sentences, items : list of str
        The sentences that can stand alone, and the items of its lists: lines of Markdown.
    figures : list of Figure
    """

    title: str
    sentences: list[str] = dataclasses.field(default_factory=list)
    items: list[str] = dataclasses.field(default_factory=list)
    figures: list[Figure] = dataclasses.field(default_factory=list)


def outline(notebook: dict, folder: str | os.PathLike) -> list[Section]:
    """Return the sections of a chapter in their order.

    Parameters
    ----------
    notebook : dict
        An executed notebook, as JSON holds it.
    folder : path-like
        Where the notebook lies: diagrams are read from beside it.

    Returns
    -------
    list of Section

    Raises
    ------
    InputError
        If a diagram cannot be read.
    """
    sections: list[Section] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            _read_text("".join(cell["source"]), sections, pathlib.Path(folder))
        elif sections:
            sections[-1].figures += _outputs(cell)
    return sections


def _read_text(source, sections, folder):
    """Add the headings, sentences, items and diagrams of a cell to the sections."""
    tokens = _MARKDOWN.parse(source)
    block, diagram = "", None
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type.endswith("_open") and token.level == 0:
            block = token.type.removesuffix("_open")
        if token.type != "inline":
            continue
        words = token.content.strip()
        if block == "heading":
            sections.append(Section(words))
        if block == "heading" or not sections:
            continue
        section = sections[-1]
        if block == "paragraph" and [each.type for each in token.children] == ["image"]:
            image = token.children[0]
            diagram = Figure(_embedded(folder / image.attrs["src"]), image.content, "")
            section.figures.append(diagram)
        elif block == "paragraph" and diagram and re.fullmatch(r"\*[^*]+\*", words):
            diagram.caption, diagram = _caption(words[1:-1]), None
        elif block == "paragraph":
            section.sentences += _alone(words)
        elif block == "bullet_list" and before.type == "paragraph_open" and "$" not in words:
            section.items.append(words)


def _alone(paragraph):
    """Yield the sentences of a paragraph that can stand without the others."""
    dropped = False
    for sentence in _SENTENCE_END.split(paragraph):
        whole = sentence.endswith((".", "!", "?"))
        dropped = (
            not (whole and re.match(r"[A-Z0-9`*\"]", sentence))
            or bool(_BOUND.search(sentence))
            or (dropped and bool(_GOES_ON.match(sentence)))
        )
        if not dropped:
            yield sentence


def _caption(words):
    kept = [
        each for each in _SENTENCE_END.split(words.strip()) if not _BOUND_IN_CAPTION.search(each)
    ]
    return " ".join(kept)


def _outputs(cell) -> Iterator[Figure]:
    """Yield the figures of a code cell, with the words of its metadata."""
    words = cell["metadata"].get("mystnb", {})
    caption = words.get("figure", {}).get("caption", "")
    alt = words.get("image", {}).get("alt", "") or caption
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        moving = _IN_HTML.findall("".join(data.get("text/html", "")))
        if moving:  # of a figure that moves, its last picture
            yield Figure(moving[-1][0], html.unescape(moving[-1][1]), _caption(caption))
        for kind in ("image/svg+xml", "image/png", "image/jpeg"):
            if kind in data:
                content = "".join(data[kind])
                if kind == "image/svg+xml":
                    content = base64.b64encode(content.encode()).decode()
                address = f"data:{kind};base64,{''.join(content.split())}"
                yield Figure(address, alt, _caption(caption))
                break


def _embedded(path):
    kinds = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg"}
    try:
        content = base64.b64encode(path.read_bytes()).decode()
        return f"data:image/{kinds[path.suffix]};base64,{content}"
    except (OSError, KeyError):
        raise InputError(
            f"{path}: cannot be read as SVG, PNG or JPEG, and a notebook shows it"
        ) from None
