"""Files appear whole or not at all, and never in place of another one by accident."""

import os
import stat
import subprocess
import sys

import pytest

from colorlab.atomic import open_atomic, remove_leftovers
from colorlab.errors import InputError


def test_the_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "file"
    with open_atomic(path) as stream:
        stream.write(b"all of it")
        stream.flush()
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_error_leaves_nothing(tmp_path, overwrite):
    with pytest.raises(RuntimeError), open_atomic(tmp_path / "file", overwrite) as stream:
        stream.write(b"half of it")
        raise RuntimeError
    assert os.listdir(tmp_path) == []


def test_an_existing_file_is_kept_unless_asked(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="exists already"), open_atomic(path):
        raise AssertionError("opened")
    assert path.read_bytes() == b"mine"
    with open_atomic(path, overwrite=True) as stream:
        stream.write(b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_somebody_makes_meanwhile_is_kept(tmp_path, monkeypatch, links):
    if not links:  # as on a memory card
        monkeypatch.setattr(os, "link", lambda *names: (_ for _ in ()).throw(PermissionError(1)))
    path = tmp_path / "file"
    with pytest.raises(InputError, match="exists already"), open_atomic(path) as stream:
        stream.write(b"new")
        path.write_bytes(b"mine")
    assert path.read_bytes() == b"mine"
    with open_atomic(tmp_path / "other") as stream:
        stream.write(b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "other"]


def test_a_link_to_nothing_is_somebodys_file_too(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(InputError, match="exists already"), open_atomic(tmp_path / "link"):
        pass


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_permissions_are_the_usual_ones(tmp_path, mask):
    before = os.umask(mask)
    try:
        with open_atomic(tmp_path / "file") as stream:
            stream.write(b"text")
    finally:
        assert os.umask(before) == mask, "the mask was not put back"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~mask


def test_a_place_that_is_none_is_one_line(tmp_path):
    with pytest.raises(InputError, match="file: cannot be written") as error:
        with open_atomic(tmp_path / "nowhere" / "file"):
            pass
    assert len(str(error.value).splitlines()) == 1


WAITING = """
import os, sys
from colorlab.atomic import open_atomic
with open_atomic(sys.argv[1]) as stream:
    stream.write(b"half of it")
    stream.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_leftovers_of_the_dead_go_and_work_in_progress_stays(tmp_path):
    command = [sys.executable, "-c", WAITING, str(tmp_path / "file")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"writing\n"
        (part,) = os.listdir(tmp_path)
        remove_leftovers(tmp_path)
        assert os.listdir(tmp_path) == [part]
        process.kill()
    assert os.listdir(tmp_path) == [part]
    (tmp_path / "mine.part").write_bytes(b"")
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["mine.part"]
