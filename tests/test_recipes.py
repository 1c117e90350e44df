"""The recipes of the page "Beyond one machine" are whole programs, and name options that exist."""

import ast
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from command import colorlab
from PIL import Image

from colorlab import colorize

PAGE = Path(__file__).resolve().parent.parent / "book" / "beyond_one_machine.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def blocks(language):
    return [text for name, text in BLOCKS if name == language]


def test_scripts_and_programs_can_be_parsed():
    assert len(blocks("bash")) == 2 and len(blocks("python")) == 2
    for script in blocks("bash"):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    for program in blocks("python"):
        ast.parse(program)


@pytest.mark.parametrize("index", [0, 63])
def test_the_kubernetes_job_counts_its_parts_from_one(index):
    (job,) = map(yaml.safe_load, blocks("yaml"))
    assert job["spec"]["completionMode"] == "Indexed" and job["spec"]["completions"] == 64
    (container,) = job["spec"]["template"]["spec"]["containers"]
    script = 'colorlab() { echo "$@"; }\n' + container["args"][0]
    said = subprocess.run(
        ["sh", "-c", script],
        env={"JOB_COMPLETION_INDEX": str(index)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"--shard {index + 1}/64 " in said


@pytest.mark.parametrize("submitted", [64, 1])
def test_the_slurm_script_takes_its_part_from_the_array(submitted):
    """A task that is submitted again alone is an array of one, and colours the same part."""
    (script,) = (each for each in blocks("bash") if "#SBATCH" in each)
    assert "#SBATCH --array=1-64\n" in script
    variables = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": str(submitted)}
    script = 'colorlab() { echo "$@"; }\n' + script
    said = subprocess.run(
        ["bash", "-c", script], env=variables, capture_output=True, text=True, check=True
    ).stdout
    assert said == "colorize archive -o coloured --shard 7/64 --manifest coloured/7.jsonl\n"


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """Go to a folder with an archive and the command `colorlab`, as a reader of the page has."""
    monkeypatch.chdir(tmp_path)
    program = Path("bin", "colorlab")
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m colorlab "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent.resolve()}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(PAGE.parents[1]))
    random = np.random.default_rng(0)
    for name in ("old.tif", "1920/with space.tif", "1920/line\nbreak.tif", "1920/other.png"):
        path = Path("archive", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (20, 30)).astype("uint8")).save(path)
    Path("last-run").touch()
    os.utime("last-run", (1_000_000_000, 1_000_000_000))
    os.utime("archive/old.tif", (900_000_000, 900_000_000))


def commands(program):
    """Return the commands of the page that begin with a program, without their prompts."""
    found = [text for text in blocks("console") if text.startswith(f"$ {program}")]
    return [text.removeprefix("$ ") for text in found]


@pytest.mark.slow
def test_find_names_what_is_coloured(archive):
    (find,) = commands("find")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", find], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    new = {"1920/line\nbreak.tif", "1920/with space.tif"}
    lines = [json.loads(line) for line in Path("coloured/new.jsonl").read_text().splitlines()]
    assert {line["source"] for line in lines} == new
    coloured = {path.relative_to("coloured").as_posix() for path in Path("coloured").rglob("*.*")}
    assert coloured == {*new, "new.jsonl"}
    # What is damaged is coloured again, as the next recipe says.
    damaged = Path("coloured/1920/with space.tif")
    before = damaged.read_bytes()
    damaged.write_bytes(before[:-1])
    (again,) = (each for each in commands("colorlab manifest") if "--print0" in each)
    done = subprocess.run(["bash", "-c", again], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"{damaged}\n")
    assert damaged.read_bytes() == before


def test_the_options_on_the_page_are_those_of_the_commands():
    known = "".join(
        colorlab(*command, "--help").out
        for command in (("colorize",), ("manifest", "check"), ("train",))
    )
    foreign = {"--jobs", "--retries", "--sshlogin", "--array", "--cpus-per-task", "--mem"}
    foreign |= {"--time", "--requeue", "--job-name", "--signal"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", PAGE.read_text("utf-8"))) - foreign
    assert {name for name in named if name not in known} == set()


def train_together(program, count):
    """Run the page's program as several processes of this machine; return the losses of each."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{found.getsockname()[1]}"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, address, str(count), str(number)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    try:
        ended = [process.communicate(timeout=900) for process in processes]
    finally:
        # If one of them fails, the others would wait for it.
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * count, ended
    return [json.loads(out.splitlines()[-1]) for out, _ in ended]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_two_processes_under_jax_learn_what_one_learns(tmp_path, monkeypatch, make_folder):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(PAGE.parents[1])
    make_folder(Path("photographs"), size=24)
    (program,) = (each for each in blocks("python") if "jax" in each)
    small = 'image_size=16, filters=(4, 6), batch_size=4, epochs=2, precision="float32"'
    assert program.count("batch_size=64") == 1
    program = program.replace("batch_size=64", small)
    program += "import json\nassert jax.process_count() == count\n"
    program += 'print()\nprint(json.dumps(log.history["loss"]))\n'
    (alone,) = train_together(program, 1)
    Path("network.onnx").rename("alone.onnx")
    first, second = train_together(program, 2)
    assert len(alone) == 2 and first == second
    np.testing.assert_allclose(first, alone, rtol=1e-5)
    grey = np.linspace(0, 1, 16 * 16, dtype="float32").reshape(16, 16)
    pictures = [colorize(grey, model=f"{name}.onnx").astype(int) for name in ("alone", "network")]
    assert np.abs(pictures[0] - pictures[1]).max() <= 1
    assert np.ptp(pictures[0], axis=-1).max() > 0
