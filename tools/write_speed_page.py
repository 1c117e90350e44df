"""Write the book's page on speed from what was measured.

``python tools/write_speed_page.py`` writes ``book/speed.md``. Numbers come from
``book/results/benchmarks.json`` and, for 8-bit integers, from ``book/results/quantization.json``,
which ``benchmarks.quantization`` writes; the prose comes from ``book/_templates/speed.md.jinja``.
"""

import json
from pathlib import Path

import templates

ROOT = Path(__file__).resolve().parent.parent


def read(name):
    """Return what was measured."""
    return json.loads((ROOT / f"book/results/{name}.json").read_text(encoding="utf-8"))


def page(results, quantization):
    """Return the text of the page."""
    return templates.fill_in("speed.md", **results, quantization=quantization)


def main():
    """Write the page."""
    templates.write("speed.md", page(read("benchmarks"), read("quantization")))


if __name__ == "__main__":
    main()
