"""`colorlab export`: a run becomes a file that colours like it, without Keras."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import untrained_run
from command import colorlab, refusal
from PIL import Image

from colorlab.inference.colorizer import Colorizer
from colorlab.inference.pretrained import load_pretrained

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(
    scope="module",
    params=["ab", *(pytest.param(each, marks=pytest.mark.slow) for each in ("rgb", "ab_bins"))],
)
def run(request, tmp_path_factory):
    """A folder with what a run leaves behind."""
    return untrained_run.write(tmp_path_factory.mktemp("runs") / request.param, request.param)


def test_the_file_colours_like_the_run(run, tmp_path):
    path = tmp_path / "run.onnx"
    result = colorlab("export", run, path, "--saturation", 1.5)
    assert (result.code, result.errors, result.out) == (0, "", f"written: {path}\n")
    photograph = np.random.default_rng(1).integers(0, 256, (45, 70)).astype("uint8")
    exported, own = load_pretrained(path), Colorizer.from_run(run)
    assert exported.predictor.target == own.predictor.target == run.name
    assert (exported.predictor.image_size, exported.predictor.stride) == (32, 8)
    assert exported.predictor.configuration == own.predictor.configuration
    found, expected = exported.colorize(photograph), own.colorize(photograph, 1.5)
    assert np.ptp(expected.astype(int), axis=-1).max() > 5, "grey would prove nothing"
    # Weights are stored as float16.
    assert np.abs(found.astype(int) - expected).mean() < 0.2
    Image.fromarray(photograph).save(tmp_path / "a.png")
    result = colorlab("colorize", tmp_path / "a.png", "-o", tmp_path / "o.png", "--model", path)
    assert result.code == 0, result.errors
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "o.png")), found)


def test_a_file_is_not_overwritten_by_accident(run, tmp_path):
    path = tmp_path / "run.onnx"
    path.write_text("mine")
    assert f"{path}: exists already" in refusal("export", run, path)
    assert path.read_text() == "mine"
    assert colorlab("export", run, path, "--overwrite").code == 0
    assert load_pretrained(path).predictor.saturation == 1.0


def test_what_cannot_be_exported_is_one_line(run, tmp_path):
    path = tmp_path / "run.onnx"
    assert "no such run" in refusal("export", tmp_path / "nowhere", path)
    assert "is not a run" in refusal("export", tmp_path, path)
    for saturation in (-1, 11, "nan"):
        line = refusal("export", run, path, "--saturation", saturation)
        assert "saturation must be a number from 0 to 10" in line
    assert str(tmp_path / "no" / "run.onnx") in refusal("export", run, tmp_path / "no" / "run.onnx")
    assert list(tmp_path.iterdir()) == []


WITHOUT_KERAS = """
import sys
from colorlab.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
for name in ("tensorflow", "keras"):
    assert name not in sys.modules, name
"""


@pytest.mark.slow
def test_files_and_shipped_models_are_evaluated_without_keras(run, picture_folder, tmp_path):
    path, out = tmp_path / "run.onnx", tmp_path / "table.json"
    colorlab("export", run, path)
    models = [path, f"own={path}", *(["default"] if run.name == "ab" else [])]
    command = ["evaluate", *models, "--data", picture_folder, "--out", out, "--size", "40"]
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS, *map(str, command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    content = json.loads(out.read_text())
    scores = {row["method"]: row["psnr"] for row in content["rows"] if row["category"] == "all"}
    assert scores["run"] == scores["own"] != scores["grey"]
    assert list(scores)[2:] == ["run", "own", *(["default"] if run.name == "ab" else [])]
    assert all(len(digest) == 64 for digest in content["facts"]["sha256"].values())
    # And the run itself gets the same numbers.
    assert colorlab("evaluate", run, "--data", picture_folder, "--size", 40, "--out", out).code == 0
    rows = json.loads(out.read_text())["rows"]
    (own,) = (row for row in rows if (row["method"], row["category"]) == (run.name, "all"))
    assert own["psnr"] == pytest.approx(scores["run"], abs=0.02)


def test_a_file_that_does_not_say_how_it_was_trained_is_not_evaluated(chroma_file, picture_folder):
    line = refusal("evaluate", chroma_file, "--data", picture_folder)
    assert f"{chroma_file}: does not say how it was trained" in line
