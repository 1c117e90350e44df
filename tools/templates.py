"""Fill in the book's templates: ``book/_templates/NAME.jinja`` becomes ``book/NAME``."""

from pathlib import Path

import jinja2

BOOK = Path(__file__).resolve().parent.parent / "book"
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(BOOK / "_templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown, not HTML
)


def fill_in(name, /, **values):
    """Return the text of a page."""
    return _TEMPLATES.get_template(f"{name}.jinja").render(values)


def write(name, text):
    """Write a page, and say where."""
    path = BOOK / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(path)
