"""Shapes of which the diagrams are made, as the text of SVG elements."""

from html import escape

STYLE = """
  svg {
    --ink: #1b1f24; --ground: #ffffff; --line: #5b6570; --mark: #0b5cad;
    --a: #cfe3f7; --b: #f8ddb8; --c: #d5ecd0;
  }
  @media (prefers-color-scheme: dark) {
    svg {
      --ink: #e8ebee; --ground: #171a1e; --line: #9aa4ae; --mark: #8cc4ff;
      --a: #234a70; --b: #6b4712; --c: #29532a;
    }
  }
  text { fill: var(--ink); font: 16px system-ui, sans-serif; text-anchor: middle }
  .left { text-anchor: start }
  .small { font-size: 14px }
  .box { stroke: var(--line); stroke-width: 1.5 }
  .plain { fill: var(--ground) } .a { fill: var(--a) } .b { fill: var(--b) } .c { fill: var(--c) }
  .frame { fill: none; stroke: var(--mark); stroke-width: 4 }
  .arrow { fill: none; stroke: var(--mark); stroke-width: 2.5; marker-end: url(#head) }
  .head { fill: var(--mark) }
"""


def text(x, y, words, kind=""):
    """Write words with their middle (or, of the class ``left``, their start) at a place."""
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(str(words))}</text>'


def box(x, y, width, height, kind):
    """Draw a rectangle."""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" class="{kind}"/>'


def arrow(*points):
    """Draw a line with a head through points."""
    return f'<polyline class="arrow" points="{" ".join(f"{x},{y}" for x, y in points)}"/>'


def grid(x, y, rows, cell=40, kinds=None):
    """Draw numbers in cells; `kinds` names the colour of single cells by (row, column)."""
    parts = []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            kind = (kinds or {}).get((i, j), "plain")
            parts.append(box(x + j * cell, y + i * cell, cell, cell, f"box {kind}"))
            if value is not None:
                middle = (x + (j + 0.5) * cell, y + (i + 0.5) * cell + 5)
                parts.append(text(*middle, value))
    return "".join(parts)


def cells(top, left, height, width, kind):
    """Return the colour of a block of cells, as `grid` takes it."""
    return {(top + i, left + j): kind for i in range(height) for j in range(width)}


def document(drawn, width, height, title):
    """Return what was drawn as the text of an SVG file, on a ground of its own."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        '<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" '
        'markerHeight="6" orient="auto"><path class="head" d="M0 0 10 5 0 10z"/></marker></defs>\n'
        f"{box(0, 0, width, height, 'plain')}\n{drawn}\n</svg>\n"
    )
