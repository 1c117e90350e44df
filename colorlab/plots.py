"""Figures of the course. Each function returns its figure and shows nothing.

The figures are legible at the width of a book page. Colours that carry meaning are from Okabe and
Ito's palette for colour-blind readers, and lines also differ in their dashes.

Taught in :doc:`/notebooks/01_data` and :doc:`/notebooks/05_results`.
"""

from collections.abc import Iterable, Mapping, Sequence

import matplotlib.colors
import matplotlib.ticker
import numpy as np
from matplotlib.figure import Figure

from colorlab import color

__all__ = ["ab_histogram", "result_grid", "training_curves"]

_WIDTH, _DOTS = 8.0, 100  # inches, dots an inch: the text width of the book in pixels
_PICTURE_DOTS = 75  # photographs do not compress well: fewer dots keep notebooks small
_BLUE, _ORANGE = "#0072B2", "#D55E00"


def _show(axes, image):
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim == 2:
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(image)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _require_pictures(pictures, name):
    pictures = list(pictures)
    if not pictures:
        raise ValueError(f"{name} must contain at least one picture, got none")
    return pictures


def result_grid(
    columns: Mapping[str, Iterable[np.ndarray]], labels: Sequence[str] | None = None
) -> Figure:
    """Lay out pictures in a grid with titled columns, such as truth, input and output.

    Parameters
    ----------
    columns : dict
        Maps a title to a sequence of pictures: uint8, shape (height, width, 3), or grey of shape
        (height, width, 1) or (height, width). All sequences have the same length, the number of
        rows.
    labels : sequence of str, optional
        One label for each row, written on its left.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no pictures, or the columns differ in length.

    Examples
    --------
    >>> picture = np.zeros((8, 8, 3), "uint8")
    >>> len(result_grid({"truth": [picture], "output": [picture]}).axes)
    2
    """
    filled = {
        title: _require_pictures(pictures, f"column {title!r}")
        for title, pictures in columns.items()
    }
    if not filled:
        raise ValueError("columns must name at least one column, got none")
    lengths = {title: len(pictures) for title, pictures in filled.items()}
    rows = next(iter(lengths.values()))
    if set(lengths.values()) != {rows} or (labels is not None and len(labels) != rows):
        raise ValueError(f"columns and labels must be equally long, got {lengths}")

    side = min(2.4, _WIDTH / len(columns))
    figure = Figure(
        figsize=(side * len(columns) + 0.4, side * rows + 0.35),
        dpi=_PICTURE_DOTS,
        layout="constrained",
    )
    grid = figure.subplots(rows, len(columns), squeeze=False)
    for place, (title, shown) in enumerate(filled.items()):
        for row, picture in enumerate(shown):
            _show(grid[row, place], picture)
        grid[0, place].set_title(title.replace("_", " "), fontsize=12)
    for row, label in enumerate(labels or ()):
        grid[row, 0].set_ylabel(str(label).replace("_", " "), fontsize=11)
    return figure


def training_curves(log: Sequence[Mapping[str, float]], baseline: float | None = None) -> Figure:
    """Plot training and validation loss over the epochs.

    Parameters
    ----------
    log : sequence of dict
        As returned by :meth:`colorlab.training.Run.read_log`: ``epoch``, ``loss``, ``val_loss``.
    baseline : float, optional
        A loss to compare with, drawn as a dotted line.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the log is empty.

    Notes
    -----
    The vertical axis is logarithmic: equal distances are equal ratios.

    Examples
    --------
    >>> figure = training_curves([{"epoch": 1, "loss": 0.2, "val_loss": 0.3}])
    >>> figure.axes[0].get_xlabel()
    'epoch'
    """
    if not log:
        raise ValueError("log must contain at least one epoch, got none")
    epochs = [row["epoch"] for row in log]
    figure = Figure(figsize=(_WIDTH, 3.6), dpi=_DOTS, layout="constrained")
    axes = figure.subplots()
    axes.plot(epochs, [row["loss"] for row in log], "o-", color=_BLUE, label="training")
    axes.plot(epochs, [row["val_loss"] for row in log], "s--", color=_ORANGE, label="validation")
    if baseline is not None:
        axes.axhline(baseline, color="0.35", linestyle=":", label="baseline")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%.3g"))
    axes.yaxis.set_minor_formatter(matplotlib.ticker.FormatStrFormatter("%.2g"))
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    axes.set_xlabel("epoch", fontsize=11)
    axes.set_ylabel("loss", fontsize=11)  # whichever the run was trained with
    axes.grid(alpha=0.3)
    axes.legend(fontsize=11)
    return figure


def ab_histogram(groups: Mapping[str, Iterable[np.ndarray]], bins: int = 64) -> Figure:
    """Plot a histogram of the colours on the a-b plane of CIE Lab.

    Parameters
    ----------
    groups : dict
        Maps a title to a sequence of pictures, uint8 sRGB, shape (height, width, 3).
    bins : int
        Number of bins along a and along b, from -80 to 80.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per group. All panels share a logarithmic colour scale from light (rare) to dark
        (frequent); the lines cross at grey.

    Raises
    ------
    ValueError
        If there are no groups, or one has no pictures.

    Examples
    --------
    >>> picture = np.zeros((8, 8, 3), "uint8")
    >>> len(ab_histogram({"truth": [picture]}).axes)
    2
    """
    if not groups:
        raise ValueError("groups must name at least one group, got none")
    limits = [[-80, 80], [-80, 80]]
    shares = {}
    for title, pictures in groups.items():
        total = np.zeros((bins, bins))
        for picture in _require_pictures(pictures, f"group {title!r}"):
            lab = np.asarray(color.srgb_to_lab(np.asarray(picture) / 255.0)).reshape(-1, 3)
            total += np.histogram2d(lab[:, 2], lab[:, 1], bins=bins, range=limits)[0]
        shares[title] = total / max(total.sum(), 1)

    figure = Figure(
        figsize=(_WIDTH, _WIDTH / len(groups) * 0.85 + 0.3), dpi=_DOTS, layout="constrained"
    )
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    scale = matplotlib.colors.LogNorm(1e-5, 1e-1, clip=True)
    for axes, (title, share) in zip(panels, shares.items(), strict=True):
        visible = np.ma.masked_less(share, 1e-5)
        mesh = axes.imshow(
            visible, origin="lower", extent=(-80, 80, -80, 80), norm=scale, cmap="cividis_r"
        )
        axes.axhline(0, color="0.6", linewidth=0.8, zorder=0)
        axes.axvline(0, color="0.6", linewidth=0.8, zorder=0)
        axes.set_title(title, fontsize=12)
        axes.set_xlabel("a: green to red", fontsize=10)
    panels[0].set_ylabel("b: blue to yellow", fontsize=10)
    figure.colorbar(mesh, ax=panels.tolist(), label="fraction of pixels", shrink=0.9)
    return figure
