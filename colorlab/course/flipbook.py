"""A figure that moves: a slider turns its pages, and paper shows all of them.

Taught in :doc:`/notebooks/02_how_a_network_learns`.
"""

import base64
import html
import io
from collections.abc import Mapping

from matplotlib.figure import Figure

__all__ = ["Flipbook"]

_DOTS = 110  # an inch
_QUALITY = 85  # of the JPEG files

# The range moves by mouse, finger and arrow keys. Where script and style are taken away, as in
# a notebook that is not trusted, all pages stand below each other.
_TURN = (
    "const b = this.closest('figure'), p = b.querySelectorAll('.page');"
    "p.forEach((e, i) => { e.hidden = i != this.value });"
    "this.setAttribute('aria-valuetext', p[this.value].dataset.title)"
)
_STYLE = """<style>
.flipbook { margin: 1rem 0; max-width: 100%; }
.flipbook .page[hidden] { display: none; }
.flipbook img { width: 100%; height: auto; background: #fff; }
.flipbook label { display: block; }
.flipbook input { width: 100%; max-width: none; accent-color: #0072b2; }
@media print {
  .flipbook .page, .flipbook .page[hidden] { display: inline-block !important; width: 49%; }
  .flipbook label { display: none; }
}
</style>"""


class Flipbook:
    """Figures that a slider shows one at a time, in a notebook and in the book, without a kernel.

    Parameters
    ----------
    pages : dict
        Maps the title of a page to its figure.
    alt : str
        What every page shows, for readers who do not see it; the page's title is added.
    name : str
        What the slider changes, such as "step".

    Raises
    ------
    ValueError
        If there is no page.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> Flipbook({"start": Figure(), "end": Figure()}, alt="A curve that falls.", name="step")
    <flipbook of 2 pages: start ... end>
    """

    def __init__(self, pages: Mapping[str, Figure], alt: str, name: str) -> None:
        if not pages:
            raise ValueError("pages must hold at least one figure, got none")
        self.alt, self.name = alt, name
        self._pages = {title: _jpeg(figure) for title, figure in pages.items()}

    def __repr__(self) -> str:
        """Return the number of pages, and the first and the last title."""
        titles = list(self._pages)
        return f"<flipbook of {len(titles)} pages: {titles[0]} ... {titles[-1]}>"

    def _repr_html_(self):
        last = len(self._pages) - 1
        parts = [_STYLE, '<figure class="flipbook">']
        for number, (title, data) in enumerate(self._pages.items()):
            hidden = "" if number == last else " hidden"
            words = html.escape(f"{self.alt} {title}", quote=True)
            parts.append(
                f'<div class="page" data-title="{html.escape(title, quote=True)}"{hidden}>'
                f'<img src="data:image/jpeg;base64,{data}" alt="{words}"></div>'
            )
        parts.append(
            f'<label>{html.escape(self.name)} <input type="range" min="0" max="{last}" '
            f'value="{last}" aria-valuetext="{html.escape(title, quote=True)}" '
            f'oninput="{_TURN}"></label></figure>'
        )
        return "\n".join(parts)


def _jpeg(figure):
    file = io.BytesIO()
    figure.savefig(file, format="jpeg", dpi=_DOTS, pil_kwargs={"quality": _QUALITY})
    return base64.b64encode(file.getvalue()).decode()
