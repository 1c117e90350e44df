"""`colorlab colorize`: folders, streams, interruptions and full disks; nothing is ever lost."""

import functools
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import colorlab, contents, opened, refusal
from PIL import Image

from colorlab.datasets import toy

ROOT = Path(__file__).resolve().parents[2]
CALL = "from colorlab.cli import main; main()"


def picture(seed=0, size=64):
    return Image.fromarray(toy.paint("coast", seed, size=size)).convert("L")


@pytest.fixture
def color(chroma_file):
    """Return the command with the network of the tests."""

    def run(*arguments):
        return colorlab("colorize", *arguments, "--model", chroma_file)

    return run


@pytest.fixture
def photos(tmp_path):
    """Return a folder of five pictures in two levels."""
    place = tmp_path / "photos"
    (place / "deep" / "deeper").mkdir(parents=True)
    for number, name in enumerate(["b.png", "a.jpg", "deep/a.jpg", "deep/deeper/C.TIF", "d.webp"]):
        picture(number).save(place / name)
    return place


def names(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def process(*arguments, code=CALL, **options):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, **options)


# --- folders and names ---------------------------------------------------------------------------


def test_a_folder_keeps_its_structure_names_and_formats(color, photos, tmp_path):
    (photos / "list.txt").write_text("no picture")
    (photos / ".hidden.png").write_text("no picture")
    before = contents(photos)
    result = color(photos, "-o", tmp_path / "out")
    assert (result.code, result.errors) == (0, "")
    expected = ["a.jpg", "b.png", "d.webp", "deep/a.jpg", "deep/deeper/C.TIF"]
    assert names(tmp_path / "out") == expected
    assert sorted(result.out.splitlines()) == sorted(str(tmp_path / "out" / n) for n in expected)
    for name in expected:
        with Image.open(photos / name) as old, Image.open(tmp_path / "out" / name) as new:
            assert (new.format, new.size, new.mode) == (old.format, old.size, "RGB")
    with Image.open(tmp_path / "out" / "b.png") as new, Image.open(photos / "b.png") as old:
        grey = np.asarray(new) @ np.array([0.299, 0.587, 0.114])
        assert np.abs(grey - np.asarray(old)).max() <= 1
    assert contents(photos) == before


def test_the_same_command_again_does_only_what_is_missing(color, photos, tmp_path):
    out = tmp_path / "out"
    assert color(photos, "-o", out).code == 0
    (out / "deep" / "a.jpg").unlink()
    (out / ".colorlab-dead.part").write_bytes(b"half a picture")
    (out / "a.jpg").write_bytes(b"mine")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    result = color(photos, "-o", out)
    assert (result.code, result.errors) == (0, "")
    first, last = result.out.splitlines()
    assert first == str(out / "deep" / "a.jpg")
    assert "exist already and were kept: 4" in last and "--overwrite" in last
    assert (out / "a.jpg").read_bytes() == b"mine"
    assert not (out / ".colorlab-dead.part").exists()
    for path in names(out):
        if path != "deep/a.jpg":
            assert (out / path).stat().st_mtime_ns == before[out / path]
    assert color(photos, "-o", out, "--overwrite").code == 0
    assert opened(out / "a.jpg").size == (64, 64)


def test_results_inside_the_folder_are_not_coloured_again(color, photos):
    out = photos / "coloured"
    for _ in range(2):
        assert color(photos, "-o", out).code == 0
        assert len(names(out)) == 5


def test_a_suffix_lets_results_lie_beside_their_originals(color, photos):
    before = contents(photos)
    for more in ([], ["--overwrite"], []):
        result = color(photos, "-o", photos, "--suffix", "_colour", *more)
        assert (result.code, result.errors) == (0, "")
        assert len(names(photos)) == 10
        assert (photos / "deep/deeper/C_colour.TIF").exists()
        assert before.items() <= contents(photos).items()


def test_a_suffix_and_two_photographs_of_one_name_go_together(color, tmp_path):
    for name in ("a.gif", "a.png"):
        picture().save(tmp_path / name)
    for _ in range(2):
        result = color(tmp_path, "-o", tmp_path, "--suffix", "_new")
        assert (result.code, result.errors) == (0, "")
        assert names(tmp_path) == ["a.gif", "a.gif_new.png", "a.png", "a_new.png"]


def test_no_original_is_overwritten_by_the_result_of_another(color, tmp_path):
    for name in ("a.png", "a_new.png"):
        picture().save(tmp_path / name)
    before = contents(tmp_path)
    # a_new.png is taken for what became of a.png; it is kept like everything that exists.
    assert color(tmp_path, "-o", tmp_path, "--suffix", "_new").code == 0
    assert contents(tmp_path) == before
    picture().save(tmp_path / "b.jpg")
    os.symlink("b.jpg", tmp_path / "link.jpg")
    result = color(tmp_path / "link.jpg", "-o", tmp_path / "b.jpg", "--overwrite")
    assert result.code == 1 and "overwritten" in result.errors


@pytest.mark.parametrize("ending", ["png", ".WEBP", "tif", "bmp", "jpeg"])
def test_another_format_can_be_chosen(color, tmp_path, ending):
    picture().save(tmp_path / "a.gif")
    picture().save(tmp_path / "b.jpg")
    out = tmp_path / "out"
    result = color(tmp_path / "a.gif", tmp_path / "b.jpg", "-o", out, "--format", ending)
    assert (result.code, result.errors) == (0, "")
    ending = ending.lower().lstrip(".")
    expected = {"a." + ending, "b.jpg" if ending == "jpeg" else "b." + ending}
    assert set(names(out)) == expected
    formats = {"tif": "TIFF"}
    for name in expected:
        assert opened(out / name).format == formats.get(ending, ending.upper())


def test_a_gif_becomes_a_png_which_has_all_the_colours(color, tmp_path):
    picture().save(tmp_path / "a.gif")
    assert color(tmp_path / "a.gif", "-o", tmp_path / "out").code == 0
    assert opened(tmp_path / "out" / "a.png").mode == "RGB"
    result = color(tmp_path / "a.gif", "-o", tmp_path / "b.gif")
    assert result.code == 1 and "too few colours" in result.errors


def test_a_file_can_be_named(color, tmp_path):
    picture().save(tmp_path / "a.jpg")
    (tmp_path / "new").mkdir()
    result = color(tmp_path / "a.jpg", "-o", tmp_path / "new" / "b.png")
    assert (result.code, result.errors) == (0, "")
    assert opened(tmp_path / "new" / "b.png").format == "PNG"
    result = color(tmp_path / "a.jpg", tmp_path / "new" / "b.png", "-o", tmp_path / "c.png")
    assert result.code == 1 and "expected a folder" in result.errors
    assert not (tmp_path / "c.png").exists()


ODD = ["with space.png", "emoji \U0001f3d6\ufe0f.png", "line\nbreak.png", ":car: [b].png", "-.png"]
ODD += [os.fsdecode(b"\xff\xfe.png"), "'\"$(x);.png", "ünï.PNG"]


@pytest.mark.parametrize("name", ODD, ids=range(len(ODD)))
def test_names_may_hold_anything(color, tmp_path, name):
    place = tmp_path / "in"
    place.mkdir()
    picture().save(place / name, format="PNG")
    result = color(place, "-o", tmp_path / "out")
    assert (result.code, result.errors) == (0, "")
    assert os.listdir(tmp_path / "out") == [name]
    (line,) = result.out.splitlines()
    result = color(place / name, "-o", tmp_path / "other", "--json")
    (line,) = result.out.splitlines()
    assert json.loads(line)["photograph"] == str(place / name)
    (place / name).write_bytes(b"broken")
    result = color(place / name, "-o", tmp_path / "third")
    assert result.code == 1 and len(result.errors.splitlines()) == 1


# --- what goes wrong -----------------------------------------------------------------------------


def test_the_good_are_coloured_and_the_bad_listed_at_the_end(color, photos, tmp_path):
    (photos / "a0.jpg").write_bytes(b"")
    (photos / "deep" / "b.png").write_text("text")
    whole = (photos / "b.png").read_bytes()
    (photos / "cut.png").write_bytes(whole[: len(whole) // 2])
    (photos / "folder.png").mkdir()
    result = color(photos, "-o", tmp_path / "out")
    assert result.code == 1
    assert len(names(tmp_path / "out")) == 5 == len(result.out.splitlines())
    empty, cut, text, last = result.errors.splitlines()
    assert f"{photos / 'a0.jpg'}: is empty" in empty
    assert f"{photos / 'cut.png'}: is cut short" in cut
    assert f"{photos / 'deep' / 'b.png'}: is not a picture" in text
    assert last == "colorlab: 3 of 8 pictures could not be coloured"


def as_anybody():
    """Give up, in a child process, the right of the superuser to read and write everything."""
    if os.geteuid() == 0:
        import ctypes

        for right in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
            if ctypes.CDLL(None).prctl(24, right, 0, 0, 0):  # PR_CAPBSET_DROP
                os._exit(77)


@pytest.fixture
def anybody(chroma_file):
    """Return the command as a user runs it who may not do everything."""
    if sys.platform != "linux" and os.geteuid() == 0:
        pytest.skip("the superuser may do everything here")

    def run(*arguments):
        command = ("colorize", *arguments, "--model", chroma_file)
        result = process(*command, preexec_fn=as_anybody, text=True)
        if result.returncode == 77:
            pytest.skip("the superuser may do everything here")
        return result

    return run


@pytest.mark.slow
def test_what_cannot_be_read_is_listed(anybody, photos, tmp_path):
    secret, closed = photos / "secret.png", photos / "closed"
    picture().save(secret)
    closed.mkdir()
    picture().save(closed / "a.png")
    secret.chmod(0)
    closed.chmod(0)
    try:
        result = anybody(photos, "-o", tmp_path / "out")
    finally:
        secret.chmod(0o600)
        closed.chmod(0o700)
    assert result.returncode == 1
    first, second, last = result.stderr.splitlines()
    assert f"{closed}: cannot be looked into (Permission denied)" in first
    assert f"{secret}: may not be read" in second
    assert last == "colorlab: 2 of 7 pictures could not be coloured"
    assert len(names(tmp_path / "out")) == 5


@pytest.mark.slow
def test_a_file_in_a_closed_folder_is_one_line(anybody, photos, tmp_path):
    (photos / "deep").chmod(0)
    try:
        result = anybody(photos / "deep" / "a.jpg", "-o", tmp_path / "out")
    finally:
        (photos / "deep").chmod(0o700)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"colorlab: {photos / 'deep' / 'a.jpg'}: may not be read")


@pytest.mark.slow
def test_a_folder_that_may_not_be_written_to_is_said(anybody, photos, tmp_path):
    out = tmp_path / "locked"
    (out / "deep").mkdir(parents=True)
    for folder in (out / "deep", out):
        folder.chmod(0o500)
    try:
        result = anybody(photos / "b.png", "-o", out)
        assert result.returncode == 1
        (line,) = result.stderr.splitlines()
        assert line == f"colorlab: {out}: cannot be written (Permission denied)"
        result = anybody(photos, "-o", out)
        assert result.returncode == 1 and result.stderr.splitlines() == [line]
        assert names(out) == []
    finally:
        for folder in (out, out / "deep"):
            folder.chmod(0o700)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--saturation", 11], "saturation"),
        (["--saturation", "nan"], "saturation"),
        (["--size", 0], "size"),
        (["--size", 5000], "size"),
        (["--quality", 0], "--quality"),
        (["--format", "gif"], "--format"),
        (["--suffix", "a/b"], "suffix must be part of a file name"),
    ],
)
def test_settings_out_of_range_are_refused(photos, tmp_path, chroma_file, more, named):
    out = tmp_path / "out"
    assert named in refusal("colorize", photos, "-o", out, "--model", chroma_file, *more)
    assert not out.exists()


def test_calls_that_make_no_sense_are_refused(photos, tmp_path, chroma_file):
    model = ["--model", chroma_file]
    (tmp_path / "empty").mkdir()
    assert "-o is missing" in refusal("colorize", photos, *model)
    assert "nothing beside it" in refusal("colorize", "-", photos, "-o", tmp_path / "o", *model)
    assert "expected a folder" in refusal("colorize", photos, "-o", "-", *model)
    assert "expected a folder" in refusal("colorize", photos, "-o", tmp_path / "a.png", *model)
    assert "holds no pictures" in refusal(
        "colorize", tmp_path / "empty", "-o", tmp_path / "o", *model
    )
    assert "no such file" in refusal(
        "colorize", tmp_path / "nowhere.jpg", "-o", tmp_path / "o", *model
    )
    assert "no such model" in refusal("colorize", photos, "-o", tmp_path / "p", "--model", "none")
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, chroma_file):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300)).astype("uint8")
    Image.fromarray(noise).save(tmp_path / "large.png")
    picture(size=32).save(tmp_path / "small.png")
    out = tmp_path / "out"
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (50_000, 50_000))
    result = process(
        *("colorize", tmp_path / "large.png", tmp_path / "small.png", "-o", out),
        *("--model", chroma_file),
        preexec_fn=limit,
        text=True,
    )
    assert result.returncode == 1
    first, last = result.stderr.splitlines()
    assert str(out / "large.png") in first and "cannot be written" in first
    assert "1 of 2" in last
    assert os.listdir(out) == ["small.png"]


MEASURED = """
import resource, sys
from colorlab.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
unit = 1 if sys.platform == "darwin" else 1024  # bytes
print(unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_grows_with_the_picture_and_not_with_floats_of_it(tmp_path, chroma_file):
    peaks = {}
    for side in (1000, 5000):
        path = tmp_path / f"{side}.jpg"
        picture().resize((side, side)).save(path)
        result = process(
            *("colorize", path, "-o", tmp_path / "out", "--model", chroma_file),
            code=MEASURED,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        peaks[side] = int(result.stdout.splitlines()[-1])
    # Three channels of 64-bit floats alone would take 24 bytes a pixel.
    assert (peaks[5000] - peaks[1000]) / 24e6 < 14


@pytest.mark.parametrize(
    ("error", "words"),
    [(MemoryError, "does not fit into memory"), (ZeroDivisionError, "unexpected ZeroDivision")],
)
def test_a_picture_that_cannot_be_coloured_does_not_stop_the_others(
    color, photos, tmp_path, monkeypatch, error, words
):
    from colorlab.inference.session import Session

    plain, calls = Session.colorize, []

    def fail(self, *arguments):
        calls.append(1)
        if len(calls) == 2:
            raise error
        return plain(self, *arguments)

    monkeypatch.setattr(Session, "colorize", fail)
    result = color(photos, "-o", tmp_path / "out")
    assert result.code == 1
    first, last = result.errors.splitlines()
    assert words in first and str(photos) in first
    assert last == "colorlab: 1 of 5 pictures could not be coloured"
    assert len(names(tmp_path / "out")) == 4


# --- controls ------------------------------------------------------------------------------------


def test_json_is_one_line_of_facts_a_picture(color, photos, tmp_path):
    (photos / "bad.png").write_text("text")
    out = tmp_path / "out"
    color(photos / "b.png", "-o", out)
    result = color(photos, "-o", out, "--json", "--saturation", 0.5, "--size", 40)
    assert result.code == 1
    lines = {
        Path(line["photograph"]).name: line for line in map(json.loads, result.out.splitlines())
    }
    assert lines["b.png"] == {"photograph": str(photos / "b.png"), "kept": str(out / "b.png")}
    assert "is not a picture" in lines["bad.png"]["error"]
    facts = lines["d.webp"]
    assert facts.pop("seconds") > 0
    assert facts.pop("model").endswith("random.onnx")
    assert facts == {
        **{"photograph": str(photos / "d.webp"), "written": str(out / "d.webp")},
        **{"format": "WEBP", "width": 64, "height": 64, "saturation": 0.5, "size": 40, "notes": []},
    }


def test_saturation_zero_is_grey_and_compare_shows_both(color, tmp_path):
    picture().save(tmp_path / "a.png")
    grey = np.asarray(picture())
    assert color(tmp_path / "a.png", "-o", tmp_path / "zero.png", "--saturation", 0).code == 0
    zero = np.asarray(Image.open(tmp_path / "zero.png"))
    np.testing.assert_array_equal(zero, np.repeat(grey[..., None], 3, axis=-1))
    assert color(tmp_path / "a.png", "-o", tmp_path / "full.png").code == 0
    assert color(tmp_path / "a.png", "-o", tmp_path / "both.png", "--compare").code == 0
    both = np.asarray(Image.open(tmp_path / "both.png"))
    np.testing.assert_array_equal(both[:, :64], zero)
    np.testing.assert_array_equal(both[:, 64:], np.asarray(Image.open(tmp_path / "full.png")))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_old_photograph_is_restored_on_request(color, tmp_path, place):
    """All steps without names behind the option, wherever it stands; else the named ones."""
    ramp = np.tile(np.linspace(80, 180, 64).astype("uint8"), (64, 1))
    Image.fromarray(ramp).save(tmp_path / "a.png")
    words = [tmp_path / "a.png", "-o", tmp_path / "all.png", "--saturation", 0]
    place = {0: 0, 1: 1, 2: len(words)}[place]
    result = color(*words[:place], "--restore", *words[place:])
    assert (result.code, result.out.count("(restored: fading)")) == (0, 1)
    levels = np.asarray(Image.open(tmp_path / "all.png"))
    assert (levels.min(), levels.max()) == (30, 230)
    words[2] = tmp_path / "cast.png"
    assert "(restored: nothing found)" in color(*words, "--restore", "cast").out
    assert (np.asarray(Image.open(tmp_path / "cast.png"))[..., 0] == ramp).all()
    for written in (["--restore=dust"], ["--restore", "dust"], ["--restore", "fading,", "cast"]):
        wrong = color(*words, "--overwrite", *written)
        assert (wrong.code, wrong.out) == (1, "")
    assert wrong.errors.startswith("colorlab: restore must be some of fading, scratches, cast")


def test_a_folder_that_is_called_as_a_step_is_not_taken_for_a_photograph(
    color, tmp_path, monkeypatch
):
    """The name of a step behind ``--restore`` is the step; the folder is written with a ./."""
    monkeypatch.chdir(tmp_path)
    for name in ("cast", "album"):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((64, 64), 90, "uint8")).save(tmp_path / name / f"{name}.png")
    assert color("album", "-o", "one", "--restore", "cast").code == 0
    assert [each.name for each in (tmp_path / "one").iterdir()] == ["album.png"]
    assert color("album", "-o", "two", "--restore", "./cast").code == 0
    assert sorted(each.name for each in (tmp_path / "two").iterdir()) == ["album.png", "cast.png"]


def test_of_a_scan_that_needs_much_memory_it_is_said_beforehand(color, tmp_path, monkeypatch):
    from colorlab.images import large

    monkeypatch.setattr(large, "LARGE", 64 * 64 - 1)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # of this process; --largest sets it
    picture().save(tmp_path / "a.jpg", progressive=True)
    picture().save(tmp_path / "b.jpg")
    picture().convert("CMYK").save(tmp_path / "c.jpg")
    picture().save(tmp_path / "d.webp")
    picture().save(tmp_path / "e.png")
    picture().save(tmp_path / "f.tif")
    picture(size=63).save(tmp_path / "small.webp")
    whole = ("a.jpg", "c.jpg", "d.webp")
    for options, named in (
        ((), ()),
        (("--largest", 200), whole),
        (("--largest", 200, "--compare"), ("a.jpg", "b.jpg", "c.jpg", "d.webp", "e.png", "f.tif")),
    ):
        result = color(tmp_path, "-o", tmp_path / "out", "--overwrite", *options)
        assert result.code == 0
        assert sorted(result.errors.splitlines()) == [
            f"{tmp_path / name}: takes several GB of memory; an opaque 8-bit TIFF file without "
            "--restore and --compare takes less"
            for name in named
        ]
        assert len(names(tmp_path / "out")) == 7
        shutil.rmtree(tmp_path / "out")


def test_what_is_too_large_names_the_option_that_allows_it(color, tmp_path):
    header = struct.pack("<IiiHHIIiiII", 40, 40_000, 40_000, 1, 24, 0, 0, 0, 0, 0, 0)
    content = b"BM" + struct.pack("<IHHI", 54 + 3, 0, 0, 54) + header + bytes(3)
    (tmp_path / "large.bmp").write_bytes(content)
    result = color(tmp_path / "large.bmp", "-o", tmp_path / "out")
    assert result.errors.endswith("or allow more with --largest MILLIONS\n")


def test_quality_trades_size_for_detail(color, tmp_path):
    picture(size=128).save(tmp_path / "a.jpg")
    for quality in (20, 95):
        color(tmp_path / "a.jpg", "-o", tmp_path / f"{quality}.jpg", "--quality", quality)
    assert (tmp_path / "20.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size / 2


# --- streams -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_standard_input_becomes_standard_output(photos, chroma_file):
    for name, expected in (("a.jpg", "JPEG"), ("b.png", "PNG"), ("deep/deeper/C.TIF", "TIFF")):
        result = process(
            "colorize", "-", "--model", chroma_file, input=(photos / name).read_bytes()
        )
        assert result.returncode == 0, result.stderr
        path = photos / "out"
        path.write_bytes(result.stdout)
        assert opened(path).format == expected and opened(path).size == (64, 64)


@pytest.mark.slow
def test_streams_that_hold_no_picture_are_one_line(chroma_file):
    for content in (b"", b"text"):
        result = process("colorize", "-", "--model", chroma_file, input=content)
        assert result.returncode == 1 and result.stdout == b""
        (line,) = result.stderr.decode().splitlines()
        assert line.startswith("colorlab: standard input: ")


def test_streams_that_are_closed_are_one_line(photos, chroma_file, tmp_path, monkeypatch):
    """As a service may start a program, which Python then gives no stream at all."""
    command = [sys.executable, "-m", "colorlab", "colorize", photos / "b.png", "-o", "-"]
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command, "--model", chroma_file],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    line = "colorlab: standard output: is closed; name a file, or put > FILE\n"
    assert (result.returncode, result.stderr) == (1, line)
    monkeypatch.setattr(sys, "stdin", None)
    out = ("-o", tmp_path / "out.png", "--model", chroma_file)
    assert "standard input: is closed" in refusal("colorize", "-", *out)
    out = ("-o", tmp_path / "out", "--model", chroma_file)
    assert "standard input: is closed" in refusal("colorize", photos, "--list", "-", *out)


def test_the_package_can_be_run_where_the_command_is_not_on_the_path(photos, chroma_file):
    command = [sys.executable, "-m", "colorlab", "colorize", "b.png", "-o", "new", "--model"]
    result = subprocess.run(
        [*command, str(chroma_file)],
        cwd=photos,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "new/b.png\n", "")


@pytest.mark.slow
def test_only_one_end_may_be_a_stream(photos, chroma_file, tmp_path):
    result = process(
        *("colorize", photos / "b.png", "-o", "-", "--format", "webp", "--json"),
        *("--model", chroma_file),
    )
    assert result.returncode == 0 and result.stdout[8:12] == b"WEBP"
    assert json.loads(result.stderr)["written"] == "standard output"
    path = tmp_path / "a.png"
    content = (photos / "b.png").read_bytes()
    result = process("colorize", "-", "-o", path, "--model", chroma_file, input=content)
    assert result.returncode == 0 and opened(path).size == (64, 64)


# --- interruptions -------------------------------------------------------------------------------

INTERRUPTED = """
import os, signal
from colorlab.cli import coloring_report, main
from colorlab.inference.session import Session
place = {place}
plain, count = getattr(place, "{name}"), []
def interrupted(*arguments):
    count.append(1)
    if len(count) == 5:
        os.kill(os.getpid(), signal.SIGINT)
    return plain(*arguments)
setattr(place, "{name}", interrupted)
main()
"""


@pytest.mark.slow
# While a picture is coloured, and while another one, which is written already, is reported.
@pytest.mark.parametrize("place, name", [("Session", "colorize"), ("coloring_report", "say")])
def test_control_c_says_how_far_it_came_and_the_same_command_does_the_rest(
    place, name, tmp_path, chroma_file
):
    code = INTERRUPTED.format(place=place, name=name)
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    for number in range(40):
        picture(number % 8, size=96).save(place / f"{number:02d}.png")
    command = ("colorize", place, "-o", out, "--model", chroma_file)
    result = process(*command, code=code, text=True)
    assert result.returncode == 130
    (line,) = result.stderr.splitlines()
    done = int(re.fullmatch(r"colorlab: stopped after (\d+) of 40 .*same command.*", line).group(1))
    assert 4 <= done < 40
    assert len(os.listdir(out)) == done == len(result.stdout.splitlines())
    before = {name: (out / name).read_bytes() for name in os.listdir(out)}
    result = colorlab(*command)
    assert result.code == 0 and len(result.out.splitlines()) == 41 - done
    assert len(os.listdir(out)) == 40
    for name, content in before.items():
        assert (out / name).read_bytes() == content


# A process that colours one picture over and over; it reports each step of the writing, waits for
# an answer to none, and is killed after a number of steps.
KILLED = """
import builtins, os, sys, signal
import numpy
from PIL import Image
from colorlab import atomic
from colorlab.inference import batch, jobs, single

class Model:
    saturation, image_size = 1.0, 8
    @property
    def predictor(self):
        return self
    def session(self, grey, size):
        self.shape = grey.shape[:2]
        return self
    def colorize(self, *wishes):
        random = numpy.random.default_rng(1)
        return random.integers(0, 256, (*self.shape, 3)).astype("uint8")
    def notes(self, hints):
        return []

class Stream:
    def __init__(self, stream):
        self.stream = stream
    def __getattr__(self, name):
        return getattr(self.stream, name)
    def __enter__(self):
        return self
    def __exit__(self, *exception):
        self.stream.close()
    def write(self, content):
        step()
        return self.stream.write(content)

def watched(function):
    def call(*arguments, **options):
        step()
        result = function(*arguments, **options)
        step()
        return result
    return call

def step():
    os.write(pipe, b".")

source, target, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])
real_open = open
job = jobs.Job(jobs.pathlib.Path(source), jobs.pathlib.Path(target))
job_settings = batch.Settings(overwrite=True)

def open_watched(path, mode="r", *arguments, **options):
    stream = real_open(path, mode, *arguments, **options)
    return Stream(stream) if "x" in mode else stream

def color():
    builtins.open = open_watched
    for name in ("replace", "unlink"):
        setattr(os, name, watched(getattr(os, name)))
    single.colorize_file(job, Model(), job_settings)

def child(limit):
    global pipe
    read, pipe = os.pipe()
    number = os.fork()
    if not number:
        color()
        os._exit(0)
    os.close(pipe)
    steps = 0
    while steps < limit and os.read(read, 1):
        steps += 1
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
    os.close(read)
    return steps

old = open(target, "rb").read()
steps = child(10**6)
new = open(target, "rb").read()
print("steps", steps, old != new)
for kill in range(kills):
    with open(target, "wb") as stream:
        stream.write(old)
    child(1 + kill * steps // kills)
    content = open(target, "rb").read()
    print("old" if content == old else "new" if content == new else "HALF")
"""


@pytest.mark.slow
def test_fifty_kills_leave_no_half_file(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (500, 500)).astype("uint8")
    out = tmp_path / "out"
    out.mkdir()
    Image.fromarray(noise).save(tmp_path / "a.png")
    Image.fromarray(noise[:50]).save(out / "a.png")
    result = process(tmp_path / "a.png", out / "a.png", 50, code=KILLED, text=True)
    assert result.returncode == 0, result.stderr
    steps, *found = result.stdout.splitlines()
    assert int(steps.split()[1]) > 10 and steps.endswith("True")
    assert len(found) == 50 and set(found) <= {"old", "new"}
    assert found.count("old") > 25, "the kills came too late to prove anything"
    # What the dead left lies under names of its own, and the next run clears it away.
    assert all(name.startswith(".colorlab-") for name in os.listdir(out) if name != "a.png")
    from colorlab.liveness import remove_leftovers

    remove_leftovers(out)
    assert os.listdir(out) == ["a.png"]


@pytest.mark.slow
def test_the_command_killed_at_work_goes_on_with_the_same_command(tmp_path, chroma_file):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    for number in range(30):
        picture(number % 8, size=200).save(place / f"{number:02d}.png")
    command = ("colorize", place, "-o", out, "--model", chroma_file)
    arguments = [sys.executable, "-c", CALL, *map(str, command)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE) as running:
        for _ in range(3):
            assert running.stdout.readline()
        running.kill()
    for name in os.listdir(out):
        if not name.startswith(".colorlab-"):
            assert Image.open(out / name).convert("RGB").size == (200, 200)
    assert len(names(out)) < 30, "it was finished before it was killed"
    assert colorlab(*command).code == 0
    assert names(out) == [f"{number:02d}.png" for number in range(30)]


# --- what people do by accident ------------------------------------------------------------------


def test_an_original_named_by_itself_is_never_taken_for_a_result(color, tmp_path):
    for name in ("a.png", "a_c.png"):
        picture(len(name)).save(tmp_path / name)
    before = contents(tmp_path)
    for more in ([], ["--overwrite"]):
        arguments = (tmp_path / "a.png", tmp_path / "a_c.png", "-o", tmp_path, "--suffix", "_c")
        result = color(*arguments, *more)
        assert result.code == 1
        assert "a_c.png: would be overwritten" in result.errors
        assert contents(tmp_path) == before


def test_everything_beside_the_results_may_be_named_with_them(color, tmp_path):
    for name in ("a.png", "b.png"):
        picture(len(name)).save(tmp_path / name)
    out = tmp_path / "out"
    for _ in range(2):  # the second time, as the shell does for *, with the results
        result = color(*sorted(tmp_path.iterdir()), "-o", out)
        assert (result.code, result.errors) == (0, "")
        assert names(out) == ["a.png", "b.png"]


def test_a_photograph_named_twice_is_coloured_once(color, photos, tmp_path):
    result = color(photos / "b.png", photos / "b.png", "-o", tmp_path / "out")
    assert (result.code, result.errors, len(result.out.splitlines())) == (0, "", 1)


def test_a_folder_without_pictures_does_not_stop_the_others(color, photos, tmp_path):
    (tmp_path / "empty").mkdir()
    result = color(tmp_path / "empty", photos / "b.png", "-o", tmp_path / "out")
    assert result.code == 1
    assert names(tmp_path / "out") == ["b.png"]
    assert "empty: holds no pictures" in result.errors


def test_a_folder_in_the_place_of_a_result_is_said(color, photos, tmp_path):
    (tmp_path / "out" / "b.png").mkdir(parents=True)
    result = color(photos / "b.png", photos / "d.webp", "-o", tmp_path / "out")
    assert result.code == 1
    assert "b.png: is a folder, expected the name of a file" in result.errors
    assert (tmp_path / "out" / "d.webp").exists()


def test_names_without_sense_are_refused(photos, tmp_path):
    line = refusal("colorize", "", "-o", tmp_path / "out")
    assert "PHOTO is empty" in line
    assert "-o is empty" in refusal("colorize", photos, "-o", "")
    assert "-o is empty" in refusal("colorize", photos, "-o", "", "--shard", "1/2")
    both = ("-o", tmp_path / "x.png")
    assert "the format jpg" in refusal("colorize", photos / "b.png", *both, "--format", "jpg")
    assert "expected no suffix" in refusal("colorize", photos / "b.png", *both, "--suffix", "_c")


def test_formats_that_are_read_and_not_written_become_png(color, tmp_path):
    picture().save(tmp_path / "x.pgm")
    assert color(tmp_path / "x.pgm", "-o", tmp_path / "out").code == 0
    with Image.open(tmp_path / "out" / "x.png") as new:
        assert new.format == "PNG"


def test_pipes_are_listed_and_not_waited_for(color, photos, tmp_path):
    os.mkfifo(photos / "pipe.jpg")
    result = color(photos, "-o", tmp_path / "out")
    assert result.code == 1
    assert len(names(tmp_path / "out")) == 5
    assert "pipe.jpg: is a pipe or a device" in result.errors


@pytest.mark.slow
def test_a_picture_beyond_the_first_warning_of_pillow_is_coloured_quietly(tmp_path, chroma_file):
    Image.new("L", (9500, 9500), 90).save(tmp_path / "large.jpg")
    arguments = (tmp_path / "large.jpg", "-o", tmp_path / "out", "--model", chroma_file)
    result = process("colorize", *arguments)
    assert (result.returncode, result.stderr) == (0, b"")


def test_control_c_is_heard_while_standard_input_is_open(tmp_path, chroma_file):
    code = "import sys; sys.stderr.write('.'); sys.stderr.flush(); " + CALL
    arguments = ("colorize", "-", "-o", str(tmp_path / "x.png"), "--model", str(chroma_file))
    command = [sys.executable, "-c", code, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stderr=pipe) as running:
        running.stderr.read(1)
        # Waiting for its end is waiting for Ctrl-C to be heard, however early it comes.
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) in (130, -signal.SIGINT)
    assert not (tmp_path / "x.png").exists()
