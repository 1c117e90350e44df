"""The recipes of the page "Beyond one machine" are whole programs, and name options that exist."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from command import colorlab

PAGE = Path(__file__).resolve().parent.parent / "book" / "beyond_one_machine.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def blocks(language):
    return [text for name, text in BLOCKS if name == language]


def test_scripts_and_programs_can_be_parsed():
    assert len(blocks("bash")) == 2 and len(blocks("python")) == 1
    for script in blocks("bash"):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    tree = ast.parse(*blocks("python"))
    assert any(isinstance(node, ast.ClassDef) for node in tree.body)


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


def test_the_slurm_script_takes_its_part_from_the_array():
    (script,) = (each for each in blocks("bash") if "#SBATCH" in each)
    variables = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "64"}
    script = 'colorlab() { echo "$@"; }\n' + script
    said = subprocess.run(
        ["bash", "-c", script], env=variables, capture_output=True, text=True, check=True
    ).stdout
    assert said == "colorize archive -o coloured --shard 7/64 --manifest coloured/7.jsonl\n"


def test_the_options_on_the_page_are_those_of_the_commands():
    known = "".join(
        colorlab(*command, "--help").out
        for command in (("colorize",), ("manifest", "check"), ("train",))
    )
    foreign = {"--jobs", "--retries", "--sshlogin", "--array", "--cpus-per-task", "--mem"}
    foreign |= {"--time", "--requeue", "--job-name"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", PAGE.read_text("utf-8"))) - foreign
    assert {name for name in named if name not in known} == set()
