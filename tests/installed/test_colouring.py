"""Colouring as it is installed: NumPy, Pillow, pytest and the core list are all that this needs.

Run against a wheel on Linux and on native Windows; nothing here may import an extra.
"""

import numpy as np
import pytest
from command import colorlab as command
from command import contents, refusal
from PIL import Image

import colorlab
from colorlab.datasets import toy


@pytest.fixture
def grey():
    """Return a grey picture, uint8, that fits no network exactly."""
    picture = Image.fromarray(toy.paint("coast", seed=2, size=200))
    return np.asarray(picture.convert("L"))[:150, :187]


def luma(colour):
    """Return BT.601 luma, as the definition has it."""
    return np.asarray(colour, float) @ [0.299, 0.587, 0.114]


def test_an_array_is_coloured_and_keeps_its_luma(grey):
    colour = colorlab.colorize(grey)
    assert (colour.shape, colour.dtype) == ((150, 187, 3), np.uint8)
    assert np.ptp(colour.astype(int), axis=-1).mean() > 2, "it is grey"
    assert np.abs(luma(colour) - grey).mean() < 1


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "webp"])
def test_files_are_coloured_as_arrays_are(grey, tmp_path, ending):
    path = tmp_path / f"photograph.{ending}"
    Image.fromarray(grey).save(path)
    with Image.open(path) as image:
        expected = colorlab.colorize(np.asarray(image.convert("L")))
    difference = np.abs(colorlab.colorize(path).astype(int) - expected)
    assert difference.max() <= 1


def test_the_command_colours_a_folder_and_overwrites_nothing(grey, tmp_path):
    photographs, coloured = tmp_path / "photographs", tmp_path / "coloured"
    photographs.mkdir()
    for name in ("one.png", "zwei ü.png"):
        Image.fromarray(grey).save(photographs / name)
    assert command("colorize", photographs, "-o", coloured).code == 0
    results = sorted(coloured.iterdir())
    assert [path.name for path in results] == ["one.png", "zwei ü.png"]
    assert all(np.ptp(np.asarray(Image.open(path)), axis=-1).any() for path in results)
    before = contents(coloured)
    assert "kept: 2" in command("colorize", photographs, "-o", coloured).out
    assert contents(coloured) == before


def test_what_is_no_picture_is_refused_in_one_line(tmp_path):
    (tmp_path / "letter.jpg").write_text("Dear reader,")
    assert "letter.jpg" in refusal("colorize", tmp_path / "letter.jpg", "-o", tmp_path / "out")
    assert not [name for name in contents(tmp_path) if name.startswith("out/")]
