"""Draw book/_static/overview.png: the quick run's results on painted test pictures.

``python tools/draw_overview.py`` trains the quick network first, or loads it if it is there.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from colorlab import color, course, training
from colorlab.datasets import toy
from colorlab.inference import colorizer
from colorlab.training import Batches

CATEGORIES = ("coast", "mountains", "open_country", "street", "buildings", "forests")
TARGET = Path(__file__).resolve().parent.parent / "book" / "_static" / "overview.png"


def main():
    """Draw three rows, truth, input and output, with a column for each category."""
    setup = course.load("quick")
    batches = Batches(setup.split(), setup.configuration)
    training.train(setup.configuration, batches, setup.run_folder)
    painter = colorizer.Colorizer.from_run(setup.run_folder)

    figure = Figure(figsize=(9.6, 5.0), dpi=100, layout="constrained")
    grid = figure.subplots(3, len(CATEGORIES))
    for column, category in enumerate(CATEGORIES):
        # A scene of another seed than those of the course: the network has not seen it.
        truth = toy.paint(category, seed=10_000 + column, size=setup.configuration.image_size)
        grey = np.round(color.grey(truth)[..., 0]).astype("uint8")
        for axes, picture in zip(
            grid[:, column], (truth, grey, painter.colorize(grey)), strict=True
        ):
            axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
            axes.set_xticks([])
            axes.set_yticks([])
        grid[0, column].set_title(category.replace("_", " "), fontsize=11)
    for axes, name in zip(grid[:, 0], ("truth", "input", "output"), strict=True):
        axes.set_ylabel(name, fontsize=11)
    figure.savefig(TARGET)


if __name__ == "__main__":
    main()
