"""Draw book/_static/photographs.jpg: grey photographs, coloured alone, and with a few colours told.

The photographs come with scikit-image, whose documentation names their owners. The colours told are
those of the original photographs, except the lawn's, which nobody knows.
"""

from pathlib import Path

import numpy as np
import skimage.data
from matplotlib.figure import Figure

import colorlab
from colorlab import Hint, color

TARGET = Path(__file__).resolve().parent.parent / "book" / "_static" / "photographs.jpg"

# Places, as column and row, whose colours are told: a colour, or None for the original's.
TOLD = {
    "camera": {(330, 400): "#c9a35f"},
    "astronaut": {(180, 330): None, (300, 300): None},
    "coffee": {(150, 300): None, (240, 180): None},
    "chelsea": {(225, 60): None, (200, 180): None},
}


def main():
    """Draw three rows, the input, the network's own colours and those with hints."""
    colorizer = colorlab.load_pretrained()
    figure = Figure(figsize=(4 * 2.4, 3 * 2.45), dpi=100, layout="constrained")
    grid = figure.subplots(3, len(TOLD))
    for column, (name, told) in zip(grid.T, TOLD.items(), strict=True):
        photograph = getattr(skimage.data, name)()
        grey = photograph if photograph.ndim == 2 else np.round(color.grey(photograph)[..., 0])
        session = colorizer.session(grey.astype("uint8"))
        hints = [
            Hint(
                x,
                y,
                known or tuple(photograph[y - 3 : y + 4, x - 3 : x + 4].mean((0, 1)).astype(int)),
            )
            for (x, y), known in told.items()
        ]
        for axes, picture in zip(
            column, (grey, session.colorize(), session.colorize(hints)), strict=True
        ):
            axes.imshow(_middle(picture), cmap="gray", vmin=0, vmax=255)
            axes.set_xticks([])
            axes.set_yticks([])
    for axes, name in zip(grid[:, 0], ("grey", "coloured", "1 or 2 hints"), strict=True):
        axes.set_ylabel(name, fontsize=11)
    figure.savefig(TARGET, pil_kwargs={"quality": 88})


def _middle(picture):
    """Cut out the square in the middle."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


if __name__ == "__main__":
    main()
