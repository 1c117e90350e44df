"""The command line from end to end; every error is one line that names the culprit."""

import contextlib
import importlib
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import colorlab, contents, opened, refusal
from PIL import Image

from colorlab import color, images, metrics
from colorlab.cli import evaluate as evaluate_module
from colorlab.cli.shared import named_paths
from colorlab.configuration import Configuration
from colorlab.datasets import folder, splits, toy
from colorlab.images.resizing import standardize
from colorlab.inference.colorizer import Colorizer

ROOT = Path(__file__).resolve().parents[2]

# The size of the network that reconstructs the luma; one block in place of seven for where the
# network is not the matter.
SIZE = 32
NARROW = ("--filters", "4")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in (
        "COLORLAB_DATA",
        "COLORLAB_RUN",
        "COLORLAB_DEBUG",
        "FORCE_COLOR",
        "TTY_COMPATIBLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def make_photographs(place, size=40):
    for category in ("coast", "street"):
        (place / category).mkdir(parents=True)
        for seed in range(5):
            picture = Image.fromarray(toy.paint(category, seed, size=size))
            picture.save(place / category / f"{seed}.jpg", quality=90)
    return place


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Five pictures in each of two categories; never to be changed."""
    return make_photographs(tmp_path_factory.mktemp("cli") / "photographs")


@pytest.fixture(scope="session")
def first(tmp_path_factory, photographs):
    """A run of the recipe with two blocks in place of seven, and what the command said."""
    run = tmp_path_factory.mktemp("cli_runs") / "first"
    result = colorlab(
        *("train", "--data", photographs, "--out", run, "--image-size", SIZE, "--filters", "6,8"),
        *("--preset", "recipe"),
        *("--batch-size", 4, "--epochs", 1, "--precision", "float32"),
    )
    return run, result


@pytest.fixture(scope="session")
def judged(first, photographs):
    return colorlab("evaluate", first[0], "--data", photographs)


@pytest.fixture
def model(first):
    return first[0]


def test_train_leaves_a_run_and_says_so(first):
    run, result = first
    assert result.code == 0, result
    assert result.errors == ""
    assert "10 pictures of 2 categories" in result.out
    assert re.search(r"epoch 1/1  loss \d", result.out)
    assert f"{run}: 1 epoch done" in result.out
    (row,) = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    settings = json.loads((run / "config.json").read_text())["configuration"]
    expected = Configuration.from_preset(
        "recipe", image_size=SIZE, filters=(6, 8), batch_size=4, epochs=1, precision="float32"
    )
    assert Configuration.from_dict(settings) == expected, "a default is not the recipe"
    assert f"{row['val_loss']:.4f} in epoch 1" in result.out


@pytest.mark.slow
def test_the_recipe_is_trained_at_its_full_width(photographs, tmp_path):
    run = tmp_path / "run"
    command = ("train", "--data", photographs, "--out", run, "--preset", "recipe", "--epochs", 1)
    assert colorlab(*command, "--image-size", 128, "--batch-size", 4).code == 0
    assert (run / "best.weights.h5").stat().st_size > 4 * 11_483_715


def test_evaluate_prints_and_writes_the_same_table(first, judged):
    assert judged.code == 0, judged
    assert judged.errors == ""
    content = json.loads((first[0] / "evaluation.json").read_text())
    facts = content["facts"]
    assert facts["size"] == SIZE and facts["data"] == "photographs" and facts["weights"] == "first"
    assert facts["command"].startswith("colorlab evaluate ")
    assert {row["method"] for row in content["rows"]} == {"grey", "mean ab", "first"}
    assert max(map(len, judged.out.splitlines()[1:-1])) <= 80
    for row in content["rows"]:
        pattern = (
            rf"{row['method']} +{row['category']} +{row['pictures']} +"
            rf"{row['psnr']:.2f} +{row['ssim']:.3f} +{row['ciede2000']:.2f}"
        )
        assert re.search(pattern, judged.out), pattern
    tested = {row["path"] for row in content["pictures"]}
    assert len(tested) == facts["pictures"] < 10


def test_the_table_fits_a_terminal_too(judged, first, monkeypatch):
    content = json.loads((first[0] / "evaluation.json").read_text())
    for row in content["rows"]:
        row["category"] = {"coast": "city_centre", "street": "open_country"}.get(
            row["category"], row["category"]
        )
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        evaluate_module._print_evaluation(_Result(content))
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())
    assert "─" in text and "…" not in text
    assert max(map(len, text.splitlines())) <= 80
    for row in content["rows"]:
        line = next(
            line for line in text.splitlines() if row["method"] in line and row["category"] in line
        )
        assert f"{row['psnr']:.2f}" in line and f"{row['ciede2000']:.2f}" in line


class _Result:
    def __init__(self, content):
        self.facts, self.rows = content["facts"], content["rows"]


def test_colorize_keeps_name_size_and_light(model, photographs, tmp_path):
    photo = tmp_path / "holiday [1].png"
    image = toy.paint("faces", 3, size=64)[:50, :33]
    Image.fromarray(image).save(photo)
    before = photo.read_bytes()
    jpeg = photographs / "coast" / "0.jpg"
    out = tmp_path / "new" / "folder"
    result = colorlab("colorize", photo, jpeg, "-o", out, "--model", model)
    assert (result.code, result.errors) == (0, "")
    note = "  (was in colour, only its grey was used)"
    assert result.out.splitlines() == [f"{out / photo.name}{note}", f"{out / '0.jpg'}{note}"]
    assert sorted(contents(out)) == ["0.jpg", "holiday [1].png"]
    assert photo.read_bytes() == before
    colored = np.asarray(Image.open(out / photo.name))
    assert colored.shape == image.shape
    unclipped = ((colored > 0) & (colored < 255)).all(axis=-1)
    weights = [0.299, 0.587, 0.114]
    assert unclipped.mean() > 0.3
    assert np.abs(colored @ weights - image @ weights)[unclipped].max() <= 1
    assert opened(out / "0.jpg").format == "JPEG"


def test_one_bad_file_does_not_stop_the_others(model, photographs, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("text")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes((photographs / "coast" / "1.jpg").read_bytes()[:500])
    good = photographs / "street" / "2.jpg"
    out = tmp_path / "out"
    result = colorlab("colorize", bad, cut, good, "-o", out, "--model", model)
    assert result.code == 1
    first_line, second, last = result.errors.splitlines()
    assert str(bad) in first_line and str(cut) in second
    assert "2 of 3" in last
    assert sorted(contents(out)) == ["2.jpg"]


def test_nothing_is_overwritten_by_accident(model, photographs, tmp_path):
    photo = Path(shutil.copy(photographs / "coast" / "0.jpg", tmp_path))
    out = tmp_path / "out"
    out.mkdir()
    (out / "0.jpg").write_text("mine")
    result = colorlab("colorize", photo, "-o", out, "--model", model)
    assert (result.code, result.errors) == (0, "")
    assert "exist already and were kept: 1" in result.out and "--overwrite" in result.out
    assert contents(out) == {"0.jpg": b"mine"}
    # A file that is named is not skipped in silence.
    line = refusal("colorize", photo, "-o", out / "0.jpg", "--model", model)
    assert str(out / "0.jpg") in line and "--overwrite" in line
    assert contents(out) == {"0.jpg": b"mine"}
    assert colorlab("colorize", photo, "-o", out, "--model", model, "--overwrite").code == 0
    assert opened(out / "0.jpg").size == (40, 40)
    assert list(contents(out)) == ["0.jpg"]


@pytest.mark.parametrize("more", [[], ["--overwrite"]])
@pytest.mark.parametrize("link", [False, True])
def test_the_original_is_never_overwritten(model, photographs, tmp_path, more, link):
    photo = Path(shutil.copy(photographs / "coast" / "0.jpg", tmp_path))
    before = photo.read_bytes()
    out = tmp_path
    if link:
        out = tmp_path / "link"
        out.symlink_to(tmp_path, target_is_directory=True)
    line = refusal("colorize", photo, "-o", out, "--model", model, *more)
    assert str(photo) in line and "overwritten" in line
    assert photo.read_bytes() == before


def test_the_second_photograph_of_one_name_is_refused(model, photographs, tmp_path):
    photos = [photographs / "coast" / "0.jpg", photographs / "street" / "0.jpg"]
    result = colorlab("colorize", *photos, "-o", tmp_path / "out", "--model", model)
    clash, summary = result.errors.splitlines()
    assert result.code == 1 and "1 of 2" in summary
    assert str(photos[0]) in clash and str(photos[1]) in clash
    (written,) = (tmp_path / "out").iterdir()
    colored, first = (images.read_image(path) for path in (written, photos[0]))
    assert np.abs(color.grey(colored) - color.grey(first)).mean() < 2


def test_a_place_that_cannot_be_written_to_is_refused(model, photographs, tmp_path):
    photo = photographs / "coast" / "0.jpg"
    place = tmp_path / "file"
    place.write_text("mine")
    for out in (place, place / "below"):
        assert str(out) in refusal("colorize", photo, "-o", out, "--model", model)
    assert contents(tmp_path) == {"file": b"mine"}


def test_a_folder_without_permission_is_refused(model, photographs, tmp_path):
    out = tmp_path / "locked"
    out.mkdir(mode=0o500)
    if os.access(out, os.W_OK):
        pytest.skip("this user may write everywhere")
    result = colorlab("colorize", photographs / "coast" / "0.jpg", "-o", out, "--model", model)
    assert result.code == 1
    assert "0.jpg" in result.errors.splitlines()[0]
    assert not contents(out)


def test_a_model_that_is_none_is_refused(photographs, tmp_path):
    photo = photographs / "coast" / "0.jpg"
    (tmp_path / "empty").mkdir()
    for model in (tmp_path / "nowhere", tmp_path / "empty", photo):
        out = tmp_path / "out"
        assert str(model) in refusal("colorize", photo, "-o", out, "--model", model)
        assert not out.exists()
        assert str(model) in refusal("evaluate", model, "--data", photographs)


def test_damaged_weights_are_one_line(first, photographs, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(first[0] / "config.json", run)
    whole = (first[0] / "best.weights.h5").read_bytes()
    (run / "best.weights.h5").write_bytes(whole[: len(whole) // 2])
    line = refusal(
        "colorize", photographs / "coast" / "0.jpg", "-o", tmp_path / "out", "--model", run
    )
    assert str(run / "best.weights.h5") in line


def train_refusal(data, run, *more):
    """Refuse a training, and leave nothing behind."""
    line = refusal("train", "--data", data, "--out", run, *more)
    assert not Path(run).exists()
    return line


def test_folders_that_cannot_be_trained_on_are_refused(photographs, tmp_path):
    run = tmp_path / "run"
    assert str(tmp_path / "nowhere") in train_refusal(tmp_path / "nowhere", run)
    (tmp_path / "empty").mkdir()
    assert str(tmp_path / "empty") in train_refusal(tmp_path / "empty", run)
    shutil.copytree(photographs / "coast", tmp_path / "one" / "coast")
    line = train_refusal(tmp_path / "one", run)
    assert str(tmp_path / "one") in line and "coast" in line
    assert "0.jpg" in train_refusal(photographs / "coast" / "0.jpg", run)


@pytest.mark.slow
def test_a_category_of_one_picture_is_trained_on_and_named(photographs, tmp_path):
    data, run = tmp_path / "data", tmp_path / "run"
    shutil.copytree(photographs, data)
    picture = Image.fromarray(toy.paint("faces", seed=1, size=48))
    (data / "faces").mkdir()
    picture.save(data / "faces" / "only.png")
    line = "for training only: faces (fewer than three different scenes of its own)\n"
    command = ["train", "--data", data, "--out", run, *NARROW, "--image-size", 16]
    result = colorlab(*command, "--batch-size", 3, "--epochs", 1, "--precision", "float32")
    assert (result.code, result.errors) == (0, line)
    assert "11 pictures of 3 categories" in result.out
    result = colorlab("evaluate", run, "--data", data)
    assert (result.code, result.errors) == (0, line)
    assert "coast" in result.out and "faces" not in result.out


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("--image-size", 100, "image_size"),
        ("--image-size", 0, "image_size"),
        ("--batch-size", 0, "batch_size"),
        ("--epochs", -1, "epochs"),
        ("--learning-rate", "nan", "learning_rate"),
        ("--dropout-rate", 1, "dropout_rate"),
        ("--test", 0.95, "test"),
        ("--seed", -1, "seed"),
        ("--precision", "double", "precision"),
    ],
)
def test_settings_out_of_range_are_refused(photographs, tmp_path, option, value, name):
    assert name in train_refusal(photographs, tmp_path / "run", option, value)


@pytest.mark.parametrize("size", [6, -128, 0])
def test_sizes_that_cannot_be_judged_are_refused(first, photographs, size, tmp_path):
    out = tmp_path / "table.json"
    line = refusal("evaluate", first[0], "--data", photographs, "--size", size, "--out", out)
    assert "size must be" in line and str(size) in line
    assert not out.exists()


@pytest.mark.parametrize("command", [("evaluate", "--data", "nowhere"), ("course", "score")])
def test_a_place_for_the_table_is_looked_for_before_the_work(tmp_path, command):
    """Neither the model nor the pictures are looked for yet."""
    line = refusal(*command, "no-model", "--out", tmp_path)
    assert line == f"colorlab: {tmp_path}: is a folder, expected the name of a file"
    folder = tmp_path / "missing"
    line = refusal(*command, "no-model", "--out", folder / "table.txt")
    assert line == f"colorlab: {folder / 'table.txt'}: there is no folder {folder}; make it first"


def test_what_exists_is_a_path_and_not_a_name_with_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rate=0.1").mkdir()
    values = ["rate=0.1", "slow=rate=0.1", "fast=rate=10"]
    assert named_paths(values) == {"rate=0.1": "rate=0.1", "slow": "rate=0.1", "fast": "rate=10"}


def test_files_that_are_no_pictures_are_left_out_and_listed_once(photographs, tmp_path):
    data = Path(shutil.copytree(photographs, tmp_path / "data"))
    (data / "coast" / "note.jpg").write_text("text")
    whole = (data / "street" / "0.jpg").read_bytes()
    (data / "street" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (data / "street" / "list.txt").write_text("not looked at")
    run = tmp_path / "run"
    # The run is refused after the pictures were read: that is quick, and no matter here.
    run.mkdir()
    (run / "thesis.txt").write_text("mine")
    result = colorlab("train", "--data", data, "--out", run, *NARROW, "--image-size", 32)
    assert result.code == 1
    first_line, second, count, last = result.errors.splitlines()
    assert "coast/note.jpg" in first_line and "street/cut.jpg" in second
    assert count == "left out: 2 of 12"
    assert "10 pictures" in result.out
    assert str(run) in last and "thesis.txt" in last
    assert contents(run) == {"thesis.txt": b"mine"}


def test_a_run_in_the_place_of_a_file_is_refused(photographs, tmp_path):
    place = tmp_path / "file"
    place.write_text("mine")
    for run in (place, place / "run"):
        assert str(run) in refusal("train", "--data", photographs, "--out", run, *NARROW)
    assert contents(tmp_path) == {"file": b"mine"}


@pytest.mark.slow
def test_an_interrupted_training_goes_on_with_the_same_command(photographs, tmp_path, monkeypatch):
    from colorlab.training.progress import EpochProgress

    run = tmp_path / "run"
    command = ["train", "--data", photographs, "--out", run, *NARROW, "--image-size", 16]
    command += ["--batch-size", 3, "--epochs", 3, "--precision", "float32"]
    begin = EpochProgress.on_epoch_begin

    def stop(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt
        begin(self, epoch, logs)

    with monkeypatch.context() as patch:
        patch.setattr(EpochProgress, "on_epoch_begin", stop)
        line = refusal(*command, code=130)
    assert "stopped" in line and "same command" in line
    assert len((run / "log.jsonl").read_text().splitlines()) == 1
    result = colorlab(*command)
    assert (result.code, result.errors) == (0, "")
    assert "epoch 1/3" not in result.out and "epoch 2/3" in result.out
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    # And another setting is refused with the old run left as it is.
    before = contents(run)
    assert "seed" in refusal(*command, "--seed", 5)
    assert contents(run) == before


def test_an_unexpected_error_is_one_line_too(photographs, tmp_path, monkeypatch):
    from colorlab.datasets import splits

    def broken(*arguments):
        raise ZeroDivisionError("first line\nsecond line")

    monkeypatch.setattr(splits, "split", broken)
    line = refusal("train", "--data", photographs, "--out", tmp_path / "run", code=70)
    assert "ZeroDivisionError" in line and "first line" in line and "COLORLAB_DEBUG" in line
    monkeypatch.setenv("COLORLAB_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        colorlab("train", "--data", photographs, "--out", tmp_path / "run")


@pytest.mark.parametrize(
    ("command", "module", "name", "advice"),
    [
        ("train", "colorlab.datasets.splits", "split", "use a smaller --batch-size"),
        ("check", "colorlab.course.check", "check_all", "close other programs and notebooks"),
    ],
)
def test_little_memory_is_told_in_the_words_of_the_command(
    photographs, tmp_path, monkeypatch, command, module, name, advice
):
    def full(*arguments):
        raise MemoryError

    monkeypatch.setattr(importlib.import_module(module), name, full)
    out = ["--out", tmp_path / "run"] if command == "train" else []
    assert f"out of memory; {advice}" in refusal(command, "--data", photographs, *out)


OPTIONS = {
    "train": [
        *("--data", "--out", "--epochs", "--image-size", "--batch-size", "--learning-rate"),
        *("--dropout-rate", "--validation", "--test", "--seed", "--precision", "--preset"),
        *("--network", "--target", "--loss", "--min-crop-area", "--class-rebalancing"),
    ],
    "evaluate": ["MODEL", "--data", "--size", "--part", "--out"],
    "colorize": [
        *("PHOTO", "--out", "-o", "--model", "--overwrite", "--saturation", "--size", "--compare"),
        *("--suffix", "--format", "--quality", "--json", "--restore", "--pages", "--largest"),
    ],
    "export": ["RUN", "FILE", "--saturation", "--overwrite"],
    "check": ["--data"],
}


@pytest.mark.parametrize("command", OPTIONS)
def test_help_mentions_every_option(command):
    result = colorlab(command, "--help")
    assert (result.code, result.errors) == (0, "")
    words = re.findall(r"[\w-]+", result.out)
    for option in OPTIONS[command]:
        assert option in words, option
    assert max(map(len, result.out.splitlines())) <= 80


def test_help_lists_every_command():
    result = colorlab("--help")
    assert result.code == 0
    for command in OPTIONS:
        assert re.search(rf"^\W+{command}\b", result.out, re.MULTILINE)


def test_the_version_is_that_of_the_package():
    result = colorlab("--version")
    assert (result.code, result.errors) == (0, "")
    assert result.out == f"colorlab {importlib.metadata.version('colorlab-book')}\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train", "--wrong"], "--wrong"),
        (["train", "--data", "here"], "--out"),
        (["train", "--data", "here", "--out", "run", "--epochs", "many"], "--epochs"),
        (["colorize", "-o", "out", "--model", "run"], "PHOTO"),
        (["paint"], "paint"),
    ],
)
def test_a_wrong_call_is_explained(arguments, named):
    result = colorlab(*arguments)
    assert result.code == 2
    assert named in result.errors
    assert "--help" in result.errors


def test_check_ticks_and_crosses(photographs, tmp_path):
    good = colorlab("check", "--data", photographs)
    assert "✓ pictures" in good.out
    assert "✓ keras" in good.out and "✓ Python" in good.out
    bad = colorlab("check", "--data", tmp_path / "nowhere")
    assert bad.code == 1
    (cross,) = [line for line in bad.out.splitlines() if line.startswith("✗ pictures")]
    assert str(tmp_path / "nowhere") in cross
    after = bad.out.splitlines()[bad.out.splitlines().index(cross) + 1]
    assert "COLORLAB_DATA" in after
    assert bad.errors.startswith("colorlab: ") and len(bad.errors.splitlines()) == 1


def in_a_process(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_installed_command_fails_with_one_line(tmp_path):
    call = "from colorlab.cli import main; main()"
    result = in_a_process(call, "train", "--data", tmp_path / "nowhere", "--out", tmp_path / "run")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("colorlab: ") and "nowhere" in line


def test_help_does_not_wait_for_tensorflow():
    code = """
import sys
from colorlab.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
for name in ("tensorflow", "keras", "matplotlib", "skimage"):
    assert name not in sys.modules, name
"""
    result = in_a_process(code, "train", "--help")
    assert result.returncode == 0, result.stderr
    assert "--image-size" in result.stdout


def test_control_c_is_one_line():
    code = """
import os, signal
from colorlab.cli import main
from colorlab.datasets import folder
folder.scan = lambda *arguments: os.kill(os.getpid(), signal.SIGINT)
main()
"""
    for arguments, said in (
        (("train", "--data", "here", "--out", "run"), "; the same command goes on from there"),
        (("evaluate", "small", "--data", "here"), ""),  # which measures all pictures anew
    ):
        result = in_a_process(code, *arguments)
        assert result.returncode == 130
        assert result.stderr == f"colorlab: stopped{said}\n"


@pytest.mark.parametrize(
    "arguments, named, help_of",
    [
        (("bogus",), "bogus", ""),
        (("train", "--bogus"), "--bogus", " train"),
        (("train", "--epochs", "many"), "--epochs", " train"),
        (("train", "--epochs"), "--epochs", ""),
        (("evaluate",), "MODEL", " evaluate"),
        (("data", "get"), "NAME", " data get"),
        (("data", "bogus"), "bogus", " data"),
        (("colorize",), "PHOTO", " colorize"),
    ],
)
def test_wrong_use_is_one_line_that_names_the_argument(arguments, named, help_of):
    result = colorlab(*arguments)
    assert (result.code, result.out) == (2, "")
    (line,) = result.errors.splitlines()
    assert named in line
    assert line.startswith("colorlab: ") and line.endswith(f"; see colorlab{help_of} --help")


@pytest.mark.parametrize("arguments", [(), ("data",)])
def test_a_command_alone_gets_its_help(arguments):
    result = colorlab(*arguments)
    assert (result.code, result.errors) == (2, "")
    assert "Usage: colorlab" in result.out and "--help" in result.out


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")
@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("data", "show"), pytest.param(("check",), marks=pytest.mark.slow)],
)
def test_a_full_disk_behind_what_is_printed_is_one_line(arguments):
    command = [sys.executable, "-m", "colorlab", *arguments]
    with open("/dev/full", "w") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert result.stderr == (
        "colorlab: what it prints or keeps finds no room (No space left on device); make some\n"
    )


@pytest.fixture(scope="session")
def second(tmp_path_factory, photographs):
    """A run of the default preset, with one block in place of seven."""
    run = tmp_path_factory.mktemp("cli_runs") / "second"
    more = ("--image-size", 16, "--batch-size", 4, "--epochs", 1, "--precision", "float32")
    assert colorlab("train", "--data", photographs, "--out", run, *NARROW, *more).code == 0
    return run


@pytest.mark.slow
def test_the_defaults_are_those_of_the_library(second):
    settings = json.loads((second / "config.json").read_text())["configuration"]
    assert Configuration.from_dict(settings) == Configuration(
        filters=(4,), image_size=16, batch_size=4, epochs=1, precision="float32"
    )


@pytest.mark.slow
def test_several_models_are_judged_in_one_table(second, photographs, tmp_path):
    out = tmp_path / "table.json"
    result = colorlab(
        *("evaluate", second, f"other={second}", "--data", photographs, "--out", out, "--size", 40)
    )
    assert (result.code, result.errors) == (0, "")
    content = json.loads(out.read_text())
    methods = list(dict.fromkeys(row["method"] for row in content["rows"]))
    assert methods == ["grey", "mean ab", "second", "other"]
    assert content["facts"]["size"] == 40
    assert set(content["facts"]["settings"]) == {"second", "other"}
    scores = {
        name: [row["psnr"] for row in content["pictures"] if row["method"] == name]
        for name in methods
    }
    assert scores["second"] == scores["other"] != scores["grey"]
    assert not (second / "evaluation.json").exists()


@pytest.mark.slow
def test_pictures_are_judged_at_256_unless_a_model_redraws_the_light(second, photographs):
    assert colorlab("evaluate", second, "--data", photographs).code == 0
    content = json.loads((second / "evaluation.json").read_text())
    (second / "evaluation.json").unlink()
    assert content["facts"]["size"] == 256


@pytest.mark.slow
def test_a_name_may_stand_for_one_model_only(second, photographs):
    for models in ((second, second), (f"grey={second}",)):
        assert "say NAME=" in refusal("evaluate", *models, "--data", photographs)


@pytest.mark.slow
def test_models_of_different_splits_are_not_compared(second, photographs, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for name in ("config.json", "best.weights.h5"):
        (other / name).write_bytes((second / name).read_bytes())
    record = json.loads((other / "config.json").read_text())
    record["configuration"]["seed"] = 5
    (other / "config.json").write_text(json.dumps(record))
    assert "another split" in refusal("evaluate", second, other, "--data", photographs)


@pytest.mark.slow
def test_photographs_may_be_split_with_other_fractions(second, photographs, tmp_path):
    out = tmp_path / "table.json"
    command = ("evaluate", second, "--data", photographs, "--out", out, "--size", 40)
    assert colorlab(*command, "--validation", 0.2, "--test", 0.4).code == 0
    judged = json.loads(out.read_text())["facts"]
    expected = splits.split(folder.scan(photographs), 0.2, 0.4, seed=0).test
    assert judged["split"] == "validation share 0.2, test share 0.4, seed 0"
    assert (judged["pictures"], judged["fingerprint"]) == (len(expected), expected.fingerprint)
    assert "less than 1" in refusal(*command, "--test", 0.95)


@pytest.mark.slow
def test_a_start_is_said_in_one_line_or_refused(second, first, photographs, tmp_path):
    more = (*NARROW, "--image-size", 16, "--batch-size", 4, "--epochs", 1)
    command = ("train", "--data", photographs, "--out", tmp_path / "run", *more)
    result = colorlab(*command, "--start", second)
    assert (result.code, result.errors) == (0, "")
    assert f"begins with the weights of {second}: 7 of 7 layers taken over" in result.out
    assert "nothing can come of it" in result.out
    assert "start = second, now None" in refusal(*command)
    (tmp_path / "bare").mkdir()
    shutil.copy(second / "config.json", tmp_path / "bare")
    other = ("train", "--data", photographs, "--out", tmp_path / "other", *more)
    for start, named in ((tmp_path / "bare", "no best"), (first[0], "shares no layer")):
        line = refusal(*other, "--start", start)
        assert str(start) in line and named in line
        assert not (tmp_path / "other").exists()


@pytest.mark.slow
def test_extra_pictures_are_trained_on_and_counted(second, photographs, tmp_path):
    extra = make_photographs(tmp_path / "extra", size=24)
    new = Image.fromarray(toy.paint("forests", 0, size=40))
    new.save(extra / "coast" / "new.png")
    run = tmp_path / "richer"
    settings = (*NARROW, "--image-size", 16, "--epochs", 1, "--batch-size", 2)
    command = ("train", "--data", photographs, "--out", run, *settings, "--extra", extra)
    assert colorlab(*command).code == 0
    plain, richer = (
        json.loads((place / "config.json").read_text())["data"] for place in (second, run)
    )
    assert plain["test"] == richer["test"]
    assert richer["train"]["pictures"] > plain["train"]["pictures"]


@pytest.mark.parametrize("filters", ["many", "4,", "4,-4"])
def test_filters_that_are_no_numbers_are_refused(filters, photographs, tmp_path):
    line = refusal("train", "--data", photographs, "--out", tmp_path / "run", "--filters", filters)
    assert "filters" in line


@pytest.mark.slow
def test_settings_are_chosen_by_validation_pictures(second, photographs, tmp_path):
    out = tmp_path / "table.json"
    command = ("evaluate", second, "--data", photographs, "--out", out, "--size", 40)
    judged = []
    for part in ("validation", "test"):
        result = colorlab(*command, "--part", part)
        assert result.code == 0 and f"{part} pictures of" in result.out
        content = json.loads(out.read_text())
        assert content["facts"]["part"] == part
        judged.append({row["path"] for row in content["pictures"]})
    assert not judged[0] & judged[1]
    assert "--part" in refusal(*command, "--part", "train")
    assert "saturation must" in refusal(*command, "--saturation", "-1")
    assert "temperature must" in refusal(*command, "--temperature", "0")


@pytest.mark.slow
def test_saturation_counts_in_the_table(second, photographs, tmp_path):
    out = tmp_path / "table.json"
    command = ("evaluate", second, "--data", photographs, "--out", out, "--size", 40)
    colorful = []
    for saturation in (0, 1, 3):
        assert colorlab(*command, "--saturation", saturation).code == 0
        rows = json.loads(out.read_text())["rows"]
        colorful.append(
            {row["method"]: row["colorfulness"] for row in rows if row["category"] == "all"}
        )
    assert colorful[0]["second"] == pytest.approx(colorful[0]["grey"], abs=0.2)
    assert colorful[1]["second"] < colorful[2]["second"]


@pytest.mark.slow
def test_a_network_that_redraws_the_light_sees_its_own_size(first, photographs, tmp_path):
    out = tmp_path / "table.json"
    result = colorlab("evaluate", first[0], "--data", photographs, "--size", 40, "--out", out)
    assert (result.code, result.errors) == (0, "")
    colorizer = Colorizer.from_run(first[0])
    rows = [row for row in json.loads(out.read_text())["pictures"] if row["method"] == "first"]
    for row in rows:
        truth = standardize(images.read_image(photographs / row["path"]), 40)
        grey = np.round(truth @ np.array([0.299, 0.587, 0.114])).astype("uint8")
        seen = np.asarray(Image.fromarray(grey).resize((SIZE, SIZE), Image.Resampling.LANCZOS))
        answer = Image.fromarray(colorizer.predict(seen[None, ..., None])[0])
        enlarged = np.asarray(answer.resize((40, 40), Image.Resampling.LANCZOS))
        assert row["psnr"] == pytest.approx(metrics.psnr(truth, enlarged), abs=0.05)


def test_colouring_does_not_wait_for_other_commands_and_for_archives(tmp_path):
    Image.new("L", (30, 20), 90).save(tmp_path / "a.jpg")
    code = """
import gc, sys
from colorlab.__main__ import main
try:
    main()
except SystemExit as end:
    assert not end.code
assert gc.isenabled(), "garbage is to be collected while photographs are coloured"
for name in ("cli.train", "cli.data", "configuration", "inference.manifest", "inference.archive",
             "restoration.scratches", "inference.predictors.keras_network"):
    assert f"colorlab.{name}" not in sys.modules, name
assert "colorlab.cli.colorize" in sys.modules
"""
    result = in_a_process(
        code, "colorize", tmp_path / "a.jpg", "-o", tmp_path / "b.jpg", "--model", "unet_small"
    )
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "b.jpg") as colored:
        assert (colored.mode, colored.size) == ("RGB", (30, 20))
