"""Slides for a teacher, from a chapter's headings, key sentences and figures.

A chapter becomes one HTML file that needs no other: figures are embedded, the arrow keys turn the
slides, and paper gets one slide a page. Formulas and code stay in the notebook.

Taught in :doc:`/book/for_teachers`.
"""

import html
import math
import os
import re

from markdown_it import MarkdownIt

from colorlab.course.outline import Figure, Section, outline
from colorlab.errors import InputError

__all__ = ["deck"]

_LEFT_OUT = re.compile(r"Exercises|Quiz|Check yourself|What comes next")
_SENTENCES, _POINTS, _CHARACTERS = 3, 5, 330  # at most, on one slide
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\([^)]*\)")
_ROLE = re.compile(r"\s*\{cite\}`[^`]*`")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})

_STYLE = """
:root { color-scheme: light; scroll-snap-type: y proximity; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1b1f24; font: 1.5rem/1.4 system-ui, sans-serif; }
section { display: flex; flex-direction: column; gap: 1rem; height: 100vh; padding: 3vh 4vw 2.5rem;
  border-bottom: 1px solid #c8ced4; scroll-snap-align: start; position: relative; }
section.title { justify-content: center; }
section.text { font-size: 1.8rem; }
h1 { font-size: 3rem; line-height: 1.15; margin: 0; }
h2 { font-size: 2rem; line-height: 1.2; margin: 0; color: #0b4a8f; }
p, ul { margin: 0; max-width: 64rem; }
ul { padding-left: 1.4rem; }
li { margin: 0 0 0.4rem; }
figure { margin: 0; flex: 1 1 0; min-height: 0; display: flex; flex-direction: column; }
img { flex: 1 1 0; min-height: 0; width: 100%; object-fit: contain; color-scheme: light; }
figcaption { margin: 0.5rem auto 0; max-width: 64rem; font-size: 1.1rem; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
footer { position: absolute; right: 1.5rem; bottom: 0.5rem; font-size: 1rem; color: #5b6570; }
@media screen and (max-width: 700px) {
  body, section.text { font-size: 1.15rem; }
  section { height: auto; min-height: 100vh; padding: 1.25rem 1.25rem 2.5rem; }
  figure, img { display: block; height: auto; }
  h1 { font-size: 2rem; } h2 { font-size: 1.5rem; } figcaption { font-size: 1rem; }
}
@page { size: 13.333in 7.5in; margin: 0; }
@media print {
  section { height: 7.5in; border: 0; break-after: page; break-inside: avoid; }
  section:last-of-type { break-after: auto; }
}
"""
_SCRIPT = """
addEventListener('keydown', event => {
  const step = {ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1};
  if (!step[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
  const slides = [...document.querySelectorAll('section')];
  const now = slides.findLastIndex(slide => slide.getBoundingClientRect().top < innerHeight / 2);
  slides[Math.max(0, Math.min(slides.length - 1, now + step[event.key]))].scrollIntoView();
  event.preventDefault();
});
"""


def deck(notebook: dict, folder: str | os.PathLike) -> str:
    """Return the slides of one chapter.

    Parameters
    ----------
    notebook : dict
        An executed notebook, as JSON holds it, without what students must not see: see
        :func:`colorlab.course.export.for_students`.
    folder : path-like
        Where the notebook lies: diagrams are read from beside it.

    Returns
    -------
    str
        An HTML page. Exercises and quizzes are left out.

    Raises
    ------
    InputError
        If a diagram cannot be read, or the notebook has no title.
    """
    sections = [each for each in outline(notebook, folder) if not _LEFT_OUT.match(each.title)]
    if not sections:
        raise InputError("slides need a notebook with a title, a line that begins with '# '")
    slides = list(_slides(sections))
    title = html.escape(_plain(sections[0].title))
    pages = "\n".join(
        f'<section class="{kind}" aria-label="Slide {number} of {len(slides)}">\n{content}\n'
        f"<footer>{number} / {len(slides)}</footer>\n</section>"
        for number, (kind, content) in enumerate(slides, start=1)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>'
        '\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{pages}\n</main>\n"
        f"<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _slides(sections: list[Section]):
    """Yield the kind and the content of each slide."""
    first, *others = sections
    words = "".join(f"<p>{_inline(each)}</p>" for each in _short(first.sentences))
    yield "title", f"<h1>{_inline(first.title)}</h1>{words}"
    if first.items:
        heading = "After this chapter you will be able to"
        yield "text", f"<h2>{heading}</h2>{_list([each.rstrip(';,') for each in first.items])}"
    for section in [Section(first.title, figures=first.figures), *others]:
        heading = f"<h2>{_inline(section.title)}</h2>"
        points = _short(section.sentences)
        figures = [*section.figures]
        if section.title == "Summary":
            slides = max(1, math.ceil(len(section.items) / _POINTS))
            size = max(1, math.ceil(len(section.items) / slides))
            for start in range(0, len(section.items), size):
                yield "text", heading + _list(section.items[start : start + size])
            continue
        points += section.items[: max(0, _POINTS - len(points))] if not figures else []
        if points:
            shown = _drawn(figures.pop(0)) if figures else ""
            yield "figure" if shown else "text", heading + _list(points) + shown
        for figure in figures:
            yield "figure", heading + _drawn(figure)


def _short(sentences):
    """Return the first sentences, as many as are read at a glance."""
    kept: list[str] = []
    for each in sentences[:_SENTENCES]:
        if kept and sum(map(len, kept)) + len(each) > _CHARACTERS:
            break
        kept.append(each)
    return kept


def _list(points):
    return f"<ul>{''.join(f'<li>{_inline(each)}</li>' for each in points)}</ul>"


def _drawn(figure: Figure):
    caption = f"<figcaption>{_inline(figure.caption)}</figcaption>" if figure.caption else ""
    alt = html.escape(_plain(figure.alt), quote=True)
    return f'<figure><img src="{figure.address}" alt="{alt}">{caption}</figure>'


def _plain(words):
    return re.sub("[`*]", "", words)


def _inline(words):
    """Return the HTML of a line of Markdown; of links, which would lead away, the words."""
    return _MARKDOWN.renderInline(_LINK.sub(r"\1", _ROLE.sub("", words)))
