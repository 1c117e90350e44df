"""A Sphinx extension: what the theme's pages lack for readers with a screen reader.

Each entry of `FIXES` answers a fault that axe-core finds in every page; tests/test_accessibility.py
looks for more.
"""

import re
from pathlib import Path

FIXES = (
    # A name that differs from the words shown is not found by those who speak to the browser.
    (
        re.compile(r'(<button class="btn search-button-field[^"]*") title="\w*" aria-label="\w*"'),
        r"\1",
    ),
    (re.compile(r'(<i class="theme-switch[^>]*?)\s+title="[^"]*"'), r"\1"),
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # A button with a picture alone needs a name.
    (
        re.compile(r'<summary>(?=<span class="toctree-toggle")'),
        '<summary aria-label="Show or hide the pages below">',
    ),
    # The references are a list, so its entries are items.
    (re.compile(r'role="doc-biblioentry"'), 'role="listitem"'),
    # Everything on a page stands in a landmark.
    (
        re.compile(r'<div id="pst-primary-sidebar"'),
        '<div id="pst-primary-sidebar" role="navigation" aria-label="The book"',
    ),
)
SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', flags=re.DOTALL)


def _plain_list(match):
    """Return a signature with plain boxes in place of a list of definitions without terms."""
    text = match.group().replace("<dl>", '<span class="sig-parameters">')
    text = text.replace("</dl>", "</span>").replace("<dd>", '<span class="sig-parameter">')
    return text.replace("</dd>", "</span>")


def improved(page):
    """Return the text of a page without the faults."""
    for pattern, replacement in FIXES:
        page = pattern.sub(replacement, page)
    return SIGNATURE.sub(_plain_list, page)


def improve_all(app, error):
    """Rewrite all pages when the book is built, as Sphinx asks."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):
            if "_static" not in path.relative_to(app.outdir).parts:
                before = path.read_text(encoding="utf-8")
                after = improved(before)
                if after != before:
                    path.write_text(after, encoding="utf-8")


def setup(app):
    """Wait for the end of the build."""
    app.connect("build-finished", improve_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
