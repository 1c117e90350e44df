"""`colorlab colorize` of an archive in parts, and `colorlab manifest check` of what came of it."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import filelock
import numpy as np
import pytest
from command import colorlab, contents, refusal
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def archive(tmp_path):
    """Return a folder of 24 small photographs in three folders."""
    random = np.random.default_rng(0)
    for number in range(24):
        place = tmp_path / "archive" / f"{number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        levels = random.integers(0, 256, (20, 30)).astype("uint8")
        Image.fromarray(levels).save(place / f"{number:02d}.png")
    return tmp_path / "archive"


@pytest.fixture
def color(archive, tmp_path, chroma_file):
    """Return the command for the archive, with the network of the tests."""

    def run(*more, out=tmp_path / "out"):
        return colorlab("colorize", archive, "-o", out, "--model", chroma_file, *more)

    return run


@pytest.mark.slow
def test_parts_make_what_one_process_makes(color, archive, tmp_path):
    parts, whole = tmp_path / "out", tmp_path / "whole"
    assert color(out=whole).code == 0
    for index in (1, 2, 3):
        result = color("--shard", f"{index}/3", "--manifest", parts / f"{index}.jsonl")
        assert (result.code, result.errors) == (0, "")
    lines = {name: each for name, each in contents(parts).items() if name.endswith("jsonl")}
    assert contents(parts) == contents(whole) | lines
    assert sum(content.count(b"\n") for content in lines.values()) == 24
    result = colorlab("manifest", "check", parts, "--photos", archive)
    assert result.code == 0
    assert result.out == f"{parts}: 24 of 24 photographs are as recorded\n"
    again = color("--shard", "2/3", "--manifest", parts / "2.jsonl")
    assert again.code == 0 and "were kept" in again.out
    assert contents(parts) == contents(whole) | lines


def test_a_name_that_is_empty_is_not_the_working_folder(
    color, archive, tmp_path, chroma_file, monkeypatch
):
    """As an unset variable gives it."""
    monkeypatch.chdir(tmp_path)
    line = refusal("colorize", archive, "-o", tmp_path / "out", "--manifest", "")
    assert "is a folder, expected the name of a manifest" in line
    assert "is empty" in refusal("manifest", "check", "")
    assert color("--manifest", "out/all.jsonl").code == 0
    assert "is empty" in refusal("manifest", "check", "out", "--photos", "")
    assert {path.name for path in tmp_path.iterdir()} <= {"archive", "out", chroma_file.name}


@pytest.mark.slow
def test_the_check_names_what_is_to_be_coloured_again(color, archive, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert color("--manifest", out / "all.jsonl").code == 0
    (out / "0" / "00.png").unlink()
    (out / "1" / "01.png").write_bytes(b"damaged")
    result = colorlab("manifest", "check", out)
    assert result.code == 1
    missing, damaged = result.out.splitlines()
    assert missing == "missing: 0/00.png" and damaged.startswith("damaged: 1/01.png (SHA-256 ")
    expected = f"colorlab: {out}: 22 of 24 photographs are as recorded; 1 missing, 1 damaged\n"
    assert result.errors == expected
    result = colorlab("manifest", "check", out, "--json")
    assert [json.loads(line)["problem"] for line in result.out.splitlines()] == [
        "missing",
        "damaged",
    ]
    check = [sys.executable, "-m", "colorlab", "manifest", "check", out, "--print0"]
    printed = subprocess.run(check, cwd=ROOT, capture_output=True).stdout
    assert printed == b"0/00.png\0" + b"1/01.png\0"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed)))
    fixed = color("--list", "-", "--overwrite", "--manifest", out / "again.jsonl")
    assert (fixed.code, len(fixed.out.splitlines())) == (0, 2)
    assert colorlab("manifest", "check", out, "--photos", archive).code == 0
    # Once more, as a nightly script would: nothing is printed, so the list is empty.
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    again = color("--list", "-", "--overwrite", "--manifest", out / "again.jsonl", "--json")
    assert (again.code, again.out) == (0, "")
    assert again.errors == "the list names no photographs: there is nothing to do\n"


def test_the_check_compares_the_settings(color, tmp_path, chroma_file):
    out = tmp_path / "out"
    assert color("--manifest", out / "m.jsonl", "--saturation", 0.5).code == 0
    same = ["--saturation", 0.5, "--size", 48, "--quality", 95, "--model", chroma_file]
    assert colorlab("manifest", "check", out, *same).code == 0
    for other in (["--saturation", 1], ["--size", 40], ["--quality", 90], ["--model", "small"]):
        result = colorlab("manifest", "check", out, *other)
        assert result.code == 1 and "24 other settings" in result.errors


def test_a_list_is_a_file_of_names(color, archive, tmp_path):
    (tmp_path / "names").write_text(
        f"0/00.png\n{archive / '1' / '01.png'}\nnot/there.png\n../a.png\n"
    )
    result = color("--list", tmp_path / "names", "--json")
    assert result.code == 1
    assert [name for name in contents(tmp_path / "out") if "png" in name] == [
        "0/00.png",
        "1/01.png",
    ]
    absent, outside, last = result.errors.splitlines()
    assert "not/there.png: no such file" in absent
    assert f"../a.png: lies outside {archive}" in outside
    assert last == "colorlab: 2 of 4 pictures could not be coloured"


def test_json_names_what_is_kept(color, archive, tmp_path):
    assert color("--shard", "1/2").code == 0
    made = [name for name in contents(tmp_path / "out") if name.endswith("png")]
    assert 0 < len(made) < 24
    result = color("--json")
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert (result.code, len(lines)) == (0, 24)
    kept = {line["kept"]: line["photograph"] for line in lines if "kept" in line}
    assert kept == {str(tmp_path / "out" / name): str(archive / name) for name in made}


def test_the_place_for_the_results_is_checked_before_the_first(color, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    for out, reason in (
        (tmp_path / "file" / "out", "Not a directory"),
        (tmp_path / "file", "File exists"),
    ):
        result = color("--shard", "1/1", out=out)
        assert result.code == 1
        assert result.errors == f"colorlab: {out}: cannot be made a folder ({reason})\n"
    (tmp_path / "locked").mkdir()
    monkeypatch.setattr(os, "access", lambda *arguments: False)
    result = color("--shard", "1/1", out=tmp_path / "locked")
    expected = f"colorlab: {tmp_path / 'locked'}: cannot be written (Permission denied)\n"
    assert (result.code, result.out, result.errors) == (1, "", expected)


def test_what_a_killed_process_left_beside_complete_results_goes(color, archive, tmp_path):
    """Its folder has nothing to do any more, and may never have again."""
    assert color("--shard", "1/1").code == 0
    before = contents(tmp_path / "out")
    for name in ("0/.colorlab-1.lock", "1/.colorlab-2.part3", "2/.colorlab-4.part.png"):
        (tmp_path / "out" / name).write_bytes(b"half of it")
    with filelock.FileLock(tmp_path / "out" / "2" / ".colorlab-4.lock"):
        result = color("--shard", "1/1")
        assert (result.code, result.errors) == (0, "")
        assert contents(tmp_path / "out") == before | {
            "2/.colorlab-4.lock": b"",
            "2/.colorlab-4.part.png": b"half of it",
        }
    assert color("--shard", "1/2").code == 0
    assert contents(tmp_path / "out") == before


def test_an_empty_part_is_no_error(color):
    results = [color("--shard", f"{index}/1000") for index in range(1, 4)]
    assert {(result.code, result.errors) for result in results} == {(0, "")}


def test_what_makes_no_sense_is_refused(archive, tmp_path, chroma_file):
    out, model = tmp_path / "out", ["--model", chroma_file]
    for more, named in (
        ([archive, "-o", out, "--shard", "0/3"], "I/N"),
        ([archive, archive, "-o", out, "--shard", "1/3"], "one PHOTO, a folder"),
        (["-o", out, "--shard", "1/3"], "one PHOTO, a folder"),
        ([archive / "0" / "00.png", "-o", out, "--shard", "1/3"], "00.png: is no folder"),
        ([archive, "--shard", "1/3"], "-o is missing"),
        ([archive, "-o", tmp_path, "--shard", "1/3"], "holds the photographs"),
        ([archive, "-o", out, "--list", tmp_path / "none"], "none: cannot be read"),
        ([archive, "-o", out, "--manifest", tmp_path], "is a folder"),
        ([archive, "-o", out, "--shard", "1/3", "--hint", "3,3=red"], "for one photograph"),
        ([archive.as_uri(), "-o", out, "--hint", "3,3=red"], "for one photograph"),
        ([archive.as_uri(), "-o", out, "--hints", "a.hints.json"], "for one photograph"),
    ):
        assert named in refusal("colorize", *more, *model)
    assert "missing argument 'PHOTO...'" in refusal("colorize", "-o", out, *model, code=2)
    (tmp_path / "empty").mkdir()
    line = refusal("colorize", tmp_path / "empty", "-o", out, "--shard", "1/3", *model)
    assert "holds no pictures" in line
    assert not list(out.rglob("*.png"))
    assert "holds no manifest" in refusal("manifest", "check", tmp_path)
    assert "is no folder" in refusal("manifest", "check", tmp_path / "none")
    assert "cannot be read" in refusal("manifest", "check", tmp_path, "--manifest", "none.jsonl")


KILLED = """
import os, signal, sys
from colorlab.cli import main
from colorlab.inference import manifest
plain, count = manifest.Manifest.add, []
def killed(self, job, facts):
    count.append(1)
    if len(count) == 5:
        os.write(self._stream.fileno(), b'{"source": "to')
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, job, facts)
manifest.Manifest.add = killed
main()
"""


@pytest.mark.slow
def test_a_killed_part_is_repeated_and_nothing_is_lost(color, archive, tmp_path, chroma_file):
    out = tmp_path / "out"
    command = [
        "colorize",
        archive,
        "-o",
        out,
        "--manifest",
        out / "m.jsonl",
        "--model",
        chroma_file,
    ]
    result = subprocess.run([sys.executable, "-c", KILLED, *command], cwd=ROOT, capture_output=True)
    assert result.returncode == -signal.SIGKILL
    assert not (out / "m.jsonl").read_bytes().endswith(b"\n")
    assert color("--manifest", out / "m.jsonl").code == 0
    assert colorlab("manifest", "check", out, "--photos", archive).code == 0
    lines = [json.loads(line) for line in (out / "m.jsonl").read_text().splitlines()]
    assert {line["result"] for line in lines} == {
        path.relative_to(archive).as_posix() for path in archive.rglob("*.png")
    }
    assert all(os.path.exists(out / line["result"]) for line in lines)
    assert sorted(os.listdir(out)) == ["0", "1", "2", "m.jsonl"]
