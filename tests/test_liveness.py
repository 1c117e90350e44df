"""Who writes to a folder is known to be alive, with one lock for many files."""

import os
import subprocess
import sys

import pytest
from taking_turns import run_threads

from colorlab.atomic import open_atomic
from colorlab.liveness import is_unfinished, locks_kept, remove_leftovers


def unfinished(folder):
    return sorted(name for name in os.listdir(folder) if is_unfinished(name))


def write(path):
    with open_atomic(path) as stream:
        stream.write(b"text")


def test_many_files_share_the_lock_of_their_folder(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    with locks_kept():
        write(tmp_path / "a" / "1")
        kept = unfinished(tmp_path / "a")
        assert len(kept) == 1 and kept[0].endswith(".lock")
        write(tmp_path / "a" / "2")
        assert unfinished(tmp_path / "a") == kept
        remove_leftovers(tmp_path / "a")
        assert unfinished(tmp_path / "a") == kept
        write(tmp_path / "b" / "1")
        assert unfinished(tmp_path / "a") == [] and len(unfinished(tmp_path / "b")) == 1
    assert (os.listdir(tmp_path / "b"), sorted(os.listdir(tmp_path / "a"))) == (["1"], ["1", "2"])
    write(tmp_path / "b" / "2")
    assert unfinished(tmp_path / "b") == []


def test_a_lock_stays_as_long_as_a_file_is_being_written(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    with locks_kept(), open_atomic(tmp_path / "a" / "1") as stream:
        write(tmp_path / "b" / "1")
        write(tmp_path / "a" / "2")
        write(tmp_path / "b" / "2")
        remove_leftovers(tmp_path / "a")
        assert os.path.exists(stream.name)
    assert [unfinished(tmp_path / name) for name in "ab"] == [[], []]
    assert sorted(os.listdir(tmp_path / "a")) == ["1", "2"]


def test_two_programs_of_a_process_keep_their_locks_as_long_as_one_of_them_runs(tmp_path):
    with locks_kept():
        with locks_kept():
            write(tmp_path / "1")
        assert len(unfinished(tmp_path)) == 1
    assert os.listdir(tmp_path) == ["1"]


def test_threads_that_take_turns_often_leave_nothing(tmp_path):
    for number in range(3):
        (tmp_path / str(number)).mkdir()

    def work(name):
        for number in range(60):
            write(tmp_path / str(number // 10 % 3) / f"{name}-{number}")

    with locks_kept():
        run_threads(work, range(4))
    assert [len(os.listdir(tmp_path / str(number))) for number in range(3)] == [80] * 3


def test_a_program_may_change_its_working_folder(tmp_path, monkeypatch):
    for name in "ab":
        (tmp_path / name).mkdir()
    with locks_kept():
        for name in "ab":
            monkeypatch.chdir(tmp_path / name)
            with open_atomic("1") as stream:
                assert len(unfinished(tmp_path / name)) == 2, "a file without a lock of its own"
                stream.write(b"text")
    assert [os.listdir(tmp_path / name) for name in "ab"] == [["1"], ["1"]]


FORKING = """
import os, pathlib, sys
from colorlab.liveness import locks_kept, unfinished
folder = pathlib.Path(sys.argv[1])
with locks_kept(), unfinished(folder) as path:
    print(path.name.split(".")[1], flush=True)
    child = os.fork()
    if not child:
        with unfinished(folder) as path:
            print(path.name.split(".")[1], flush=True)
        print(*os.listdir(folder), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked there")
def test_a_forked_process_has_locks_of_its_own(tmp_path):
    """Two processes that count for themselves would give two files one name."""
    command = [sys.executable, "-c", FORKING, str(tmp_path)]
    parent, child, left = subprocess.run(command, stdout=subprocess.PIPE).stdout.split()
    assert parent != child and left.decode() == f".{parent.decode()}.lock"
    assert os.listdir(tmp_path) == []


WORKING = """
import pathlib, sys
from colorlab.atomic import open_atomic
from colorlab.liveness import locks_kept
folder = pathlib.Path(sys.argv[1])
with locks_kept():
    with open_atomic(folder / "1") as stream:
        stream.write(b"all of it")
    print("between", flush=True)
    sys.stdin.readline()
    with open_atomic(folder / "2") as stream:
        stream.write(b"half of it")
        stream.flush()
        print("writing", flush=True)
        sys.stdin.readline()
"""


@pytest.mark.parametrize("when", ["between", "writing"])
def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(tmp_path, when):
    command = [sys.executable, "-c", WORKING, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"between\n"
        if when == "writing":
            process.stdin.write(b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"writing\n"
        before = unfinished(tmp_path)
        assert len(before) == (1 if when == "between" else 2)
        remove_leftovers(tmp_path)
        assert unfinished(tmp_path) == before
        process.kill()
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["1"]
