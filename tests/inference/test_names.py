"""Names of results: no two alike, whatever stands between the names and their endings."""

import os
from pathlib import Path

import pytest

from colorlab.inference.beside import result_beside
from colorlab.inference.names import target_names, tell_apart, without_page


@pytest.mark.parametrize(
    ("suffix", "image_format", "expected"),
    [
        ("", None, ["x.gif.png", "x.png", "x.jpg", "x.png"]),
        ("_c", None, ["x.gif_c.png", "x_c.png", "x_c.jpg", "x_c.png"]),
        ("", ".png", ["x.gif.png", "x.png", "x.jpg.png", "x.png"]),
        ("_c", ".png", ["x.gif_c.png", "x_c.png", "x.jpg_c.png", "x_c.png"]),
        # The first one that gets another ending has the short name, where none keeps its ending.
        ("", ".tif", ["x.tif", "x.png.tif", "x.jpg.tif", "x.tif"]),
    ],
)
def test_the_longer_name_has_the_suffix_and_the_format_too(suffix, image_format, expected):
    places = [("", "x.gif"), ("", "x.png"), ("", "x.jpg"), ("other", "x.gif")]
    names, clashes = tell_apart(dict(enumerate(places)), suffix, image_format)
    assert [names[each] for each in range(4)] == expected
    assert clashes == {}


def test_who_gets_no_name_is_told_whose_it_is():
    """The same file name from two folders of photographs, into one folder of results."""
    places = {"one": ("", "a.png"), "two": ("", "a.png"), "three": ("", "a.gif")}
    names, clashes = tell_apart(places)
    assert names == {"one": "a.png", "three": "a.gif.png"}
    assert clashes == {"two": "one"}


@pytest.mark.parametrize("name", [".png", "..png", "...a.png", ".a.png", "a.b.png", "a..png", "a"])
def test_the_suffix_stands_before_what_python_calls_the_ending(name):
    stem, ending = os.path.splitext(name)
    assert target_names(name, "_c") == (f"{stem}_c{ending}",)


def test_a_dot_at_the_end_begins_no_ending():
    assert target_names("a.", "_c") == ("a._c",)


def test_a_name_that_is_nothing_but_an_addition_belongs_to_no_other_one():
    for name in ("-1", ".doubt.png"):
        assert without_page(name) == name
        assert result_beside(Path(name)) == Path(name)
