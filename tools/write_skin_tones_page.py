"""Write the book's page on skin tones from what was measured.

``python tools/write_skin_tones_page.py`` writes ``book/skin_tones.md``. Numbers come from
``book/results/skin_tones.json``, which ``benchmarks.skin_tones`` writes, the prose from
``book/_templates/skin_tones.md.jinja``.
"""

import json
from pathlib import Path

import templates

ROOT = Path(__file__).resolve().parent.parent
MODELS = ("default", "small")


def page(results):
    """Return the text of the page."""
    return templates.fill_in(
        "skin_tones.md", **results, models=MODELS, ranged=_ranged, signed=_signed
    )


def _ranged(found, digits=1):
    """Return a value with its interval in brackets."""
    return "{} [{}, {}]".format(*(_number(found[key], digits) for key in ("value", "low", "high")))


def _signed(found):
    """Return a shift with its sign, in bold if its interval is on one side of zero."""
    text = _number(found["value"], 1, "+")
    return f"**{text}**" if found["low"] > 0 or found["high"] < 0 else text


def _number(value, digits, sign=""):
    return f"{round(value, digits) + 0.0:{sign}.{digits}f}".replace("-", "−")


def main():
    """Write the page."""
    results = json.loads((ROOT / "book/results/skin_tones.json").read_text(encoding="utf-8"))
    templates.write("skin_tones.md", page(results))


if __name__ == "__main__":
    main()
