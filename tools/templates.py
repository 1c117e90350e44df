"""Fill in the book's templates: ``book/_templates/NAME.jinja`` becomes ``book/NAME``."""

import re
import textwrap
from pathlib import Path

import jinja2

# The column of the book holds 78 characters of code at 1280 pixels.
_WIDTH = 74  # and a backslash

BOOK = Path(__file__).resolve().parent.parent / "book"
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(BOOK / "_templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown, not HTML
)


def wrap_command(command):
    """Break a command over several lines, as a shell takes it, so that the book shows it whole."""
    # An option and its value stay together.
    bound = re.sub("(--[a-z-]+) ", "\\1\0", command)
    lines = textwrap.wrap(
        bound, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return " \\\n".join(lines).replace("\0", " ")


_TEMPLATES.filters["wrap_command"] = wrap_command


def fill_in(name, /, **values):
    """Return the text of a page."""
    return _TEMPLATES.get_template(f"{name}.jinja").render(values)


def write(name, text):
    """Write a page, and say where."""
    path = BOOK / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(path)
