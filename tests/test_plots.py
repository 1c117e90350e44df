"""Figures are returned, show their input, and draw without warnings."""

import io
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from skimage import color as reference

from colorlab import plots


def picture(seed=0, height=12, width=16):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype("uint8")


def log(epochs=3):
    return [
        {"epoch": number, "loss": 0.3 / number, "val_loss": 0.4 / number, "seconds": 1.0}
        for number in range(1, epochs + 1)
    ]


def draw(figure):
    """Draw a figure to a buffer, any warning being an error; return its width in pixels."""
    assert isinstance(figure, Figure)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(buffer, format="png")
    return Image.open(buffer).width


def examples():
    return {
        "result_grid": plots.result_grid(
            {"truth": [picture(1), picture(2)], "grey": [picture(3)[..., 0], picture(4)[..., :1]]},
            labels=["open_country", "street"],
        ),
        "training_curves": plots.training_curves(log(), baseline=0.2),
        "one epoch": plots.training_curves(log(1)),
        "ab_histogram": plots.ab_histogram({"a": [picture(1)], "b": [picture(2)]}),
        "grey histogram": plots.ab_histogram({"grey": [np.full((4, 4, 3), 9, "uint8")]}),
        "vivid histogram": plots.ab_histogram({"red": [picture() * 0 + np.uint8([255, 0, 0])]}),
    }


def test_figures_draw_without_warnings_and_are_not_registered():
    plt.close("all")
    for name, figure in examples().items():
        # As wide as a page of the book, and not wider than a small screen by much.
        assert 100 < draw(figure) <= 850, name
    assert plt.get_fignums() == []


# --- result grid ---------------------------------------------------------------------------------


def test_result_grid_shows_each_picture_in_its_place():
    columns = {
        "truth": [picture(1), picture(2), picture(3)],
        "output": [picture(4), picture(5), picture(6)],
    }
    figure = plots.result_grid(columns, labels=["one", "open_country", "three"])
    axes = np.array(figure.axes).reshape(3, 2)
    for row in range(3):
        for place, title in enumerate(columns):
            shown = axes[row, place].images[0].get_array()
            np.testing.assert_array_equal(shown, columns[title][row])
            assert axes[row, place].get_title() == (title if row == 0 else "")
            assert len(axes[row, place].get_xticks()) == len(axes[row, place].get_yticks()) == 0
    assert [axis.get_ylabel() for axis in axes[:, 0]] == ["one", "open country", "three"]
    assert [axis.get_ylabel() for axis in axes[:, 1]] == [""] * 3


def test_grey_pictures_are_shown_from_black_to_white():
    grey = np.full((6, 6), 100, "uint8")
    for given in (grey, grey[..., None]):
        image = plots.result_grid({"grey": [given]}).axes[0].images[0]
        assert image.get_array().shape == (6, 6)
        np.testing.assert_allclose(image.to_rgba(image.get_array())[0, 0, :3], 100 / 255, atol=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "at least one column"),
        (({"truth": []},), "column 'truth' must contain at least one picture"),
        (({"truth": [picture()], "output": [picture()] * 2},), "equally long.*'output': 2"),
        (({"truth": [picture()]}, ["one", "two"]), "equally long"),
        (({"truth": [picture()]}, []), "equally long"),
    ],
)
def test_result_grid_refuses_what_does_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.result_grid(*arguments)


# --- training curves -----------------------------------------------------------------------------


def test_training_curves_draw_the_log():
    (axes,) = plots.training_curves(log(5)).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines) == ["training", "validation"]
    for label, name in (("training", "loss"), ("validation", "val_loss")):
        np.testing.assert_array_equal(lines[label].get_xdata(), [1, 2, 3, 4, 5])
        np.testing.assert_array_equal(lines[label].get_ydata(), [row[name] for row in log(5)])
    # The lines can be told apart without colour.
    assert lines["training"].get_linestyle() != lines["validation"].get_linestyle()
    # The log does not say which loss it is; only the recipe's is log-cosh.
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(lines)


def test_training_curves_draw_the_baseline():
    (axes,) = plots.training_curves(log(), baseline=0.25).axes
    (line,) = (line for line in axes.lines if line.get_label() == "baseline")
    assert set(line.get_ydata()) == {0.25}


def test_training_curves_refuse_an_empty_log():
    with pytest.raises(ValueError, match="at least one epoch"):
        plots.training_curves([])


# --- histogram of a and b -------------------------------------------------------------------------


def test_ab_histogram_puts_a_colour_where_it_belongs():
    colors = np.array([[200, 120, 100], [90, 140, 180]], "uint8")
    # Three quarters of the pixels have the first colour.
    shown = colors[[0, 0, 0, 1]].reshape(2, 2, 3)
    figure = plots.ab_histogram({"some": [shown, shown]}, bins=32)
    axes, bar = figure.axes
    assert axes.get_title() == "some"
    assert axes.get_xlabel().startswith("a") and axes.get_ylabel().startswith("b")
    assert bar.get_ylabel() == "fraction of pixels"
    shares = axes.images[0].get_array().filled(0)
    assert axes.images[0].get_extent() == [-80, 80, -80, 80]
    assert axes.images[0].origin == "lower"
    expected = np.zeros((32, 32))
    for value, share in zip(reference.rgb2lab(colors / 255), (0.75, 0.25), strict=True):
        column, row = ((value[1:] + 80) / 160 * 32).astype(int)
        expected[row, column] += share
    np.testing.assert_allclose(shares, expected)


def test_ab_histogram_has_a_panel_for_each_group():
    groups = {"truth": [picture(1)], "output": [picture(2)], "grey": [picture(3) // 2]}
    figure = plots.ab_histogram(groups)
    assert [axes.get_title() for axes in figure.axes[:3]] == list(groups)
    scales = {(axes.images[0].norm.vmin, axes.images[0].norm.vmax) for axes in figure.axes[:3]}
    assert len(scales) == 1, "panels with different scales cannot be compared"


def test_ab_histogram_refuses_nothing():
    with pytest.raises(ValueError, match="at least one group"):
        plots.ab_histogram({})
    with pytest.raises(ValueError, match="group 'truth' must contain"):
        plots.ab_histogram({"truth": []})
