"""Hints: what they are made of, what is refused, which cells they touch, and their file."""

import json

import numpy as np
import pytest
from skimage import color as skimage_color

import colorlab
from colorlab import Hint
from colorlab.errors import InputError
from colorlab.inference import read_hints, write_hints
from colorlab.inference.hint_grid import encode_hints, notes_on_hints
from colorlab.training.hints import point_hints


@pytest.mark.parametrize("color", ["darkred", "#8b0000", "rgb(139, 0, 0)", (139, 0, 0)])
def test_a_colour_is_anything_that_pillow_understands(color):
    hint = Hint(np.int64(3), 4.0, color)
    assert (hint.x, hint.y, hint.color, hint.radius) == (3, 4, "#8b0000", 0)
    expected = skimage_color.rgb2lab(np.array([[[139, 0, 0]]]) / 255)[0, 0, 1:]
    np.testing.assert_allclose(hint.ab, expected, atol=0.05)


@pytest.mark.parametrize(
    "arguments",
    [
        (1, 2, "reddish"),
        (1, 2, (1, 2)),
        (1, 2, (1, 2, 256)),
        (1, 2, (0.5, 0, 0)),
        (1, 2, None),
        (-1, 2, "red"),
        (1.5, 2, "red"),
        (1, float("nan"), "red"),
        (1, float("inf"), "red"),
        (1, 10**400, "red"),
        (True, 2, "red"),
        ("1", 2, "red"),
        (1, 2, "red", -1),
    ],
)
def test_what_is_no_hint_is_refused_in_one_line(arguments):
    with pytest.raises(InputError) as error:
        Hint(*arguments)
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"hint at {arguments[0]}, {arguments[1]}: ")


def test_the_cells_are_those_that_training_gave_such_points():
    """A hint of radius 1 is a point of the protocol, which is 3 pixels wide."""
    ab = np.broadcast_to(Hint(0, 0, "#a02020").ab, (61, 83, 2))
    for seed in range(20):
        rng = np.random.default_rng(seed)
        top, left = (int(rng.integers(0, length - 2)) for length in (61, 83))
        expected = point_hints(ab, 1, np.random.default_rng(seed), (8, 12))
        found = encode_hints([Hint(left + 1, top + 1, "#a02020", 1)], (61, 83), (8, 12))
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_cell_of_two_hints_has_their_mean_and_padding_has_none():
    hints = [Hint(1, 1, "red"), Hint(2, 2, "blue"), Hint(99, 49, "lime", 3)]
    found = encode_hints(hints, (50, 100), (8, 16), (0.5, 0.75))
    mean = (hints[0].ab + hints[1].ab) / 2
    np.testing.assert_allclose(found[0, 0], [*mean, 1], atol=1e-4)
    assert found[3, 11, 2] == 1 and found[..., 2].sum() == 2
    assert not found[4:].any() and not found[:, 12:].any()


def test_a_colour_that_cannot_be_shown_is_said_with_what_is_shown():
    from colorlab.color import luma

    grey = np.full((8, 8, 1), 200, "uint8")
    (note,) = notes_on_hints([Hint(2, 3, "blue")], grey, (2, 2))
    shown = luma.recombine(grey, Hint(0, 0, "blue").ab[None, None])[3, 2]
    assert note.startswith("hint at 2, 3: no screen shows #0000ff that light; ")
    assert "#{:02x}{:02x}{:02x} is shown".format(*shown) in note
    (note,) = notes_on_hints([Hint(2, 3, "yellow")], grey // 10, (2, 2))
    assert "that dark" in note
    assert notes_on_hints([Hint(2, 3, "#b08080")], grey - 60, (2, 2)) == []
    (note,) = notes_on_hints([Hint(0, 0, "#b08080"), Hint(1, 0, "#8080b0")], grey - 70, (2, 2))
    assert note.startswith("hint at 1, 0: lies too close to the hint at 0, 0;")


def test_the_file_is_the_one_that_the_page_writes(tmp_path):
    """The text is what JSON.stringify(..., null, 2) makes of the page's object."""
    text = """{
  "format": "colorlab hints",
  "version": 1,
  "width": 83,
  "height": 61,
  "hints": [
    {
      "x": 82,
      "y": 60,
      "color": "#a02020",
      "radius": 0
    }
  ]
}
"""
    path = tmp_path / "a.hints.json"
    path.write_text(text, encoding="utf-8")
    hints = read_hints(path, (61, 83, 1))
    assert hints == [Hint(82, 60, "#A02020")]
    path.write_text(text, encoding="utf-8-sig")  # as editors on Windows save it
    assert read_hints(path, (61, 83, 1)) == hints
    write_hints(tmp_path / "again.json", hints, (61, 83))
    assert (tmp_path / "again.json").read_text(encoding="utf-8") == text
    with pytest.raises(InputError, match="again.json: exists"):
        write_hints(tmp_path / "again.json", hints, (61, 83))


def changed(**changes):
    whole = {"format": "colorlab hints", "version": 1, "width": 9, "height": 8}
    hint = {"x": 1, "y": 2, "color": "#102030", "radius": 0}
    return json.dumps({**whole, "hints": [{**hint, **changes.pop("hint", {})}], **changes})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Dear Sir", "holds no hints, it is not JSON"),
        ("[" * 100_000, "holds no hints, it is not JSON"),
        ("[]", 'holds no hints, expected the format "colorlab hints", version 1'),
        (changed(version=2), 'expected the format "colorlab hints", version 1'),
        (changed(hints={}), 'expected the format "colorlab hints", version 1'),
        (changed(width=10), "belongs to a photograph of 10 x 8 pixels, this one has 9 x 8"),
        (changed(hint={"x": 1.5}), "hint 1 cannot be used, expected whole x and y"),
        (changed(hint={"x": None}), "hint 1 cannot be used"),
        (changed(hint={"color": "red"}), "hint 1 cannot be used"),
        (changed(hint={"radius": -1}), "hint 1 cannot be used"),
        (changed(hints=[3]), "hint 1 cannot be used"),
        (changed(hint={"x": 9}), "hint at 9, 2: lies outside the photograph, which has 9 x 8"),
    ],
)
def test_files_that_hold_no_hints_for_this_photograph_are_refused(tmp_path, text, line):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_hints(path, (8, 9))
    (found,) = str(error.value).splitlines()
    assert found.startswith(f"{path}: ") and line in found


def test_missing_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_hints(tmp_path / "nothing.json", (8, 9))


def test_a_network_without_hints_refuses_them(chroma_file):
    with pytest.raises(InputError, match="takes no hints") as error:
        colorlab.colorize(np.zeros((8, 8), "uint8"), chroma_file, hints=[Hint(1, 1, "red")])
    assert len(str(error.value).splitlines()) == 1


def test_hints_that_a_photograph_cannot_have_are_refused(hinted_file):
    grey = np.full((8, 9), 100, "uint8")
    with pytest.raises(InputError, match="hint at 9, 0: lies outside the photograph"):
        colorlab.colorize(grey, hinted_file, hints=[Hint(9, 0, "red")])
    with pytest.raises(InputError, match="hint at 1, 0: is #ff0000 and #0000ff"):
        colorlab.colorize(grey, hinted_file, hints=[Hint(1, 0, "red"), Hint(1, 0, "blue")])
    with pytest.raises(InputError, match="hints must be a list of Hint"):
        colorlab.colorize(grey, hinted_file, hints=[(1, 0, "red")])
    colorizer, hints = colorlab.load_pretrained(hinted_file), [Hint(1, 0, "blue")]
    for call in (
        lambda: colorlab.colorize(grey + 120, hinted_file, hints=hints),
        lambda: colorizer.colorize(grey + 120, hints=hints),
    ):
        with pytest.warns(UserWarning, match="at 1, 0: no screen shows #0000ff that light") as said:
            call()
        # Of the line that called, or Python would say it for the first photograph alone.
        assert [each.filename for each in said] == [__file__]
