"""A Sphinx extension: numbered references in docstrings, as numpydoc writes them.

``[1]_`` and ``.. [1] ...`` are footnotes, which MyST cannot resolve inside ``eval-rst`` blocks, and
which two functions on one page cannot both number from 1. Here they become plain text, in a list.
"""

import re

ENTRY = re.compile(r"^(\s*)\.\. (\[\d+\]) (.*)")


def as_text(lines):
    """Return the lines of a docstring with its numbered references as text and bullets."""
    result, inside = [], None
    for line in lines:
        entry = ENTRY.match(line)
        if entry:
            inside = len(entry.group(1))
            line = "{}* {} {}".format(*entry.groups())
        elif inside is not None and line.strip() and len(line) - len(line.lstrip()) > inside:
            line = " " * (inside + 2) + line.lstrip()
        elif line.strip():
            inside = None
        result.append(re.sub(r"(\[\d+\])_(?!\w)", r"\1", line))
    return result


def replace(app, what, name, item, options, lines):
    """Rewrite `lines` in place, as autodoc asks."""
    lines[:] = as_text(lines)


def setup(app):
    """Listen to autodoc, before napoleon reads the sections."""
    app.connect("autodoc-process-docstring", replace, priority=400)
    return {"parallel_read_safe": True}
