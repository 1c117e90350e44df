"""Write the book's page on hints from what was measured.

``python tools/write_hints_page.py`` writes ``book/hints.md``. Numbers come from
``book/results/asking.json``, which ``benchmarks.asking`` writes, the prose from
``book/_templates/hints.md.jinja``.
"""

import json
from pathlib import Path

import templates

ROOT = Path(__file__).resolve().parent.parent


def page(results):
    """Return the text of the page."""
    means = {name: each for name, each in results["means"].items() if "default_" not in name[:8]}
    errors = {
        "decibels": max(each["within"] for name, each in means.items() if "decibels" in name),
        "units": max(each["within"] for name, each in means.items() if "decibels" not in name),
    }
    return templates.fill_in("hints.md", **results, errors=errors, signed=_signed)


def _signed(number):
    return f"{number:+.1f}".replace("-", "−")


def main():
    """Write the page."""
    results = json.loads((ROOT / "book/results/asking.json").read_text(encoding="utf-8"))
    templates.write("hints.md", page(results))


if __name__ == "__main__":
    main()
