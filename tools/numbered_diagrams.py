"""A Sphinx extension: numbers for the diagrams that stand in a notebook's text.

A figure that a cell makes has its caption in the cell's metadata. A diagram in a Markdown cell must
look right in Jupyter too, which knows no directives: it is an image, and its caption the paragraph
in italics below. Here the two become a figure, so that the book numbers it with all others.
"""

from pathlib import PurePosixPath

from docutils import nodes
from sphinx.transforms import SphinxTransform


def _only(node, kind):
    """Return the child of a paragraph that holds nothing else than one of `kind`."""
    if isinstance(node, nodes.paragraph) and len(node) == 1 and isinstance(node[0], kind):
        return node[0]
    return None


class NumberDiagrams(SphinxTransform):
    """Join each image that stands alone with the caption below it."""

    default_priority = 400  # before Sphinx notes what can be numbered

    def apply(self, **kwargs):
        """Change the document in place."""
        for image in list(self.document.findall(nodes.image)):
            paragraph = image.parent
            below = paragraph.next_node(descend=False, siblings=True)
            if _only(paragraph, nodes.image) is None or _only(below, nodes.emphasis) is None:
                continue
            figure = nodes.figure("", image, nodes.caption("", "", *below[0].children))
            figure.source, figure.line = paragraph.source, paragraph.line
            figure["ids"] = [nodes.make_id(f"fig-{PurePosixPath(image['uri']).stem}")]
            paragraph.parent.remove(below)
            paragraph.replace_self(figure)


def setup(app):
    """Add the transform to every page."""
    app.add_transform(NumberDiagrams)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
