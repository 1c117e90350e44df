"""`colorlab colorize` with hints, variants, doubt, a palette and the mark."""

import json

import numpy as np
import pytest
from command import colorlab, contents, opened, refusal
from PIL import Image

from colorlab import Colorizer, Hint
from colorlab.images.provenance import SOURCE_TYPE
from colorlab.inference import write_hints
from colorlab.inference.predictors import OnnxPredictor


@pytest.fixture
def photo(tmp_path):
    """Return a photograph of two halves, a dark one and a light one."""
    grey = np.full((64, 96), 90, "uint8")
    grey[:, 48:] = 150
    Image.fromarray(grey).save(tmp_path / "a.png")
    return tmp_path / "a.png"


@pytest.fixture
def color(hinted_file):
    return lambda *arguments: colorlab("colorize", *arguments, "--model", hinted_file)


@pytest.fixture
def session(hinted_file, photo):
    return Colorizer(OnnxPredictor(hinted_file)).session(photo)


def pixels(path):
    return np.asarray(opened(path))


def test_hints_of_the_command_line_and_of_a_file_are_those_of_python(
    color, photo, tmp_path, session
):
    hints = [Hint(20, 30, "#a06a6a", 6), Hint(70, 10, "#6a6aa0")]
    write_hints(tmp_path / "a.hints.json", hints, (64, 96))
    expected = session.colorize(hints)
    ways = {
        "options": ("--hint", "20,30,6=#a06a6a", "--hint", "70,10 = rgb(106, 106, 160)"),
        "file": ("--hints", tmp_path / "a.hints.json"),
        "auto": ("--hints", "auto"),
        "both": ("--hints", "auto", "--hint", "20,30=#a06a6a"),
    }
    for name, options in ways.items():
        out = tmp_path / name / "a.png"
        result = color(photo, "-o", out, *options, "--json")
        assert (result.code, result.errors) == (0, ""), result
        assert json.loads(result.out)["hints"] == (3 if name == "both" else 2)
        np.testing.assert_array_equal(pixels(out), expected)
    assert (expected != session.colorize()).any()


def test_auto_leaves_photographs_without_a_file_as_they_are(color, photo, tmp_path, session):
    Image.open(photo).save(tmp_path / "b.png")
    write_hints(tmp_path / "a.hints.json", [Hint(20, 30, "#a06a6a", 6)], (64, 96))
    result = color(tmp_path, "-o", tmp_path / "out", "--hints", "auto")
    assert (result.code, result.errors) == (0, "")
    np.testing.assert_array_equal(pixels(tmp_path / "out" / "b.png"), session.colorize())
    assert (pixels(tmp_path / "out" / "a.png") != pixels(tmp_path / "out" / "b.png")).any()


def test_a_colour_that_cannot_be_shown_is_a_note(color, photo, tmp_path):
    result = color(photo, "-o", tmp_path / "out", "--hint", "70,10=blue")
    assert result.code == 0
    assert "hint at 70, 10: no screen shows #0000ff that light; #" in result.out


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--hint", "120=red"), "--hint must be X,Y=COLOUR, such as 120,80=darkred, got '120=red'"),
        (("--hint", "1,2"), "--hint must be X,Y=COLOUR"),
        (("--hint", "1,2=reddish"), "hint at 1, 2: unknown colour 'reddish'"),
        (("--hint", "96,2=red"), "hint at 96, 2: lies outside the photograph, which has 96 x 64"),
        (("--hint", "1,2=red", "--hint", "1,2=blue"), "hint at 1, 2: is #ff0000 and #0000ff"),
        (("--hints", "nothing.json"), "nothing.json: no such file"),
        (("--variants", "17"), "variants must be a whole number from 1 to 16"),
        (("--variants", "-1"), "variants must be a whole number from 1 to 16"),
        (("--temperature", "0"), "temperature must be above 0"),
        (("--like", "nothing.jpg"), "nothing.jpg: no such file"),
        (("--doubt", "--shard", "1/2"), "--variants and --doubt do not go with --shard"),
    ],
)
def test_what_cannot_be_followed_is_one_line_and_leaves_nothing(
    hinted_file, photo, tmp_path, options, line
):
    before = contents(tmp_path)
    command = ("colorize", photo, "-o", tmp_path / "out", "--model", hinted_file)
    assert line in refusal(*command, *options)
    left = {name: content for name, content in contents(tmp_path).items() if content is not None}
    assert left.items() <= before.items()


def test_hints_of_one_photograph_are_not_for_several(hinted_file, photo, tmp_path):
    command = ("colorize", tmp_path, "-o", tmp_path / "out", "--model", hinted_file)
    for options in (("--hint", "1,2=red"), ("--hints", "a.json")):
        assert "are for one photograph" in refusal(*command, *options)


def test_a_grey_reference_has_no_palette(hinted_file, photo, tmp_path):
    command = ("colorize", photo, "-o", tmp_path / "out", "--model", hinted_file)
    assert "has hardly any colour" in refusal(*command, "--like", photo)


def test_a_model_that_cannot_is_refused_before_the_first_photograph(chroma_file, photo, tmp_path):
    command = ("colorize", photo, "-o", tmp_path / "out", "--model", chroma_file)
    assert "takes no hints" in refusal(*command, "--hint", "1,2=red")
    Image.new("RGB", (8, 8), "brown").save(tmp_path / "like.png")
    for name, option in (
        ("variants", ("--variants", 2)),
        ("doubt", ("--doubt",)),
        ("a palette", ("--like", tmp_path / "like.png")),
    ):
        assert f"for {name} choose a model" in refusal(*command, *option)
    assert not (tmp_path / "out").exists()


def test_variants_and_doubt_lie_beside_the_result(color, photo, tmp_path, session):
    out = tmp_path / "out"
    options = ("--variants", 2, "--doubt", "--temperature", 0.6, "--saturation", 0.9)
    result = color(photo, "-o", out, *options, "--json")
    assert (result.code, result.errors) == (0, "")
    facts = json.loads(result.out)
    assert facts["variants"] == [str(out / f"a_variant{number}.png") for number in (1, 2)]
    assert facts["doubt"] == str(out / "a.png.doubt.png")
    wishes = {"saturation": 0.9, "temperature": 0.6}
    np.testing.assert_array_equal(pixels(out / "a.png"), session.colorize(**wishes))
    for number, expected in enumerate(session.variants(2, **wishes), 1):
        np.testing.assert_array_equal(pixels(out / f"a_variant{number}.png"), expected)
    doubt = opened(out / "a.png.doubt.png")
    assert (doubt.mode, doubt.size) == ("L", (96, 64))
    assert np.abs(np.asarray(doubt) / 255 - session.doubt()).max() <= 0.5 / 255 + 1e-6

    # Whatever is missing, after a kill or of an earlier run without variants, is made; nothing
    # else is touched.
    before = contents(out)
    for missing in ("a.png", "a_variant2.png", "a.png.doubt.png"):
        (out / missing).unlink()
        (out / "a_variant1.png").write_bytes(b"of somebody else")
        again = color(photo, "-o", out, *options)
        assert (again.code, again.errors) == (0, "")
        assert contents(out) == {**before, "a_variant1.png": b"of somebody else"}
    assert "kept: 1" in color(photo, "-o", out, *options).out
    assert color(photo, "-o", out, *options, "--overwrite").code == 0
    assert contents(out) == before


def test_with_overwrite_the_result_beside_its_variants_is_made_again(color, photo, tmp_path):
    out = tmp_path / "out"
    wishes = ("-o", out, "--variants", 1)
    assert color(photo, *wishes).code == 0
    before = contents(out)
    assert color(photo, *wishes, "--saturation", 0, "--overwrite").code == 0
    after = contents(out)
    assert after.keys() == before.keys() == {"a.png", "a_variant1.png"}
    for name in after:
        assert np.ptp(pixels(out / name), axis=-1).max() == 0, name  # all grey


def test_no_file_beside_a_result_takes_the_place_of_another(color, photo, tmp_path):
    folder = tmp_path / "album"
    folder.mkdir()
    picture = opened(photo)
    for name in ("a.jpg", "a.png", "b_variant1.png"):
        picture.save(folder / name)
    line = refusal("colorize", folder / "b_variant1.png", "-o", folder / "b.png", "--variants", 1)
    assert "b_variant1.png: would be overwritten" in line
    assert color(folder, "-o", tmp_path / "out", "--doubt").code == 0
    maps = {"a.jpg.doubt.png", "a.png.doubt.png", "b_variant1.png.doubt.png"}
    assert maps <= set(contents(tmp_path / "out"))
    picture.save(folder / "b.png")
    line = refusal("colorize", folder, "-o", tmp_path / "other", "--variants", 1)
    assert "b_variant1.png: would be written for" in line


def test_what_lies_beside_results_is_not_coloured_again(color, photo, tmp_path):
    for _ in range(2):
        options = ("--suffix", "_colour", "--variants", 2, "--doubt")
        assert color(tmp_path, "-o", tmp_path, *options).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.png",
        "a_colour.png",
        "a_colour.png.doubt.png",
        "a_colour_variant1.png",
        "a_colour_variant2.png",
    ]


def test_a_palette_changes_the_colours_towards_its_own(color, photo, tmp_path):
    Image.new("RGB", (40, 40), (110, 120, 190)).save(tmp_path / "like.png")
    for name, options in (("plain", ()), ("like", ("--like", tmp_path / "like.png"))):
        assert color(photo, "-o", tmp_path / name / "a.png", *options).code == 0
    plain, like = (pixels(tmp_path / name / "a.png").astype(int) for name in ("plain", "like"))
    bluer = (like[..., 2] - like[..., 0]) - (plain[..., 2] - plain[..., 0])
    assert bluer.mean() > 10


def test_the_mark_is_written_unless_it_is_not_wanted(color, photo, tmp_path):
    for name in ("a.jpg", "a.png", "a.webp", "a.tif"):
        assert color(photo, "-o", tmp_path / "marked" / name).code == 0
        assert color(photo, "-o", tmp_path / "plain" / name, "--no-mark").code == 0
        assert SOURCE_TYPE.encode() in (tmp_path / "marked" / name).read_bytes()
        assert b"DigitalSourceType" not in (tmp_path / "plain" / name).read_bytes()
        np.testing.assert_array_equal(
            pixels(tmp_path / "marked" / name), pixels(tmp_path / "plain" / name)
        )
    result = color(photo, "-o", tmp_path / "a.bmp")
    assert "BMP cannot hold the mark" in result.out
