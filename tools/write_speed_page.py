"""Write the book's page on speed from what was measured.

``python tools/write_speed_page.py`` writes ``book/speed.md``. Numbers come from
``book/results/benchmarks.json``, the prose from ``book/_templates/speed.md.jinja``.
"""

import json
from pathlib import Path

import templates

ROOT = Path(__file__).resolve().parent.parent


def page(results):
    """Return the text of the page."""
    return templates.fill_in("speed.md", **results)


def main():
    """Write the page."""
    results = json.loads((ROOT / "book/results/benchmarks.json").read_text(encoding="utf-8"))
    templates.write("speed.md", page(results))


if __name__ == "__main__":
    main()
