"""Files appear whole or not at all, and never in place of another one by accident."""

import os
import stat
import subprocess
import sys

import pytest
from taking_turns import run_threads

from colorlab.atomic import (
    atomic_folder,
    atomic_path,
    open_atomic,
    write_text_atomic,
)
from colorlab.errors import InputError
from colorlab.liveness import remove_leftovers


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


@pytest.fixture
def mask(request):
    before = os.umask(request.param)
    yield request.param
    assert os.umask(before) == request.param, "the mask was not put back"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other there")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002], indirect=True)
def test_permissions_are_the_usual_ones(tmp_path, mask):
    with open_atomic(tmp_path / "file") as stream:
        stream.write(b"text")
    write_text_atomic(tmp_path / "text", "text")
    with atomic_path(tmp_path / "path") as temporary:
        temporary.write_bytes(b"text")
    for name in os.listdir(tmp_path):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o666 & ~mask


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other there")
@pytest.mark.parametrize("mask", [0o022], indirect=True)
def test_permissions_are_the_usual_ones_where_threads_take_turns_often(tmp_path, mask):
    """The mask belongs to the whole process: a thread that sets it spoils the others' files."""

    def work(place):
        for number in range(50):
            with open_atomic(tmp_path / f"{place}-{number}") as stream:
                stream.write(b"text")

    run_threads(work, range(6))
    modes = [stat.S_IMODE(entry.stat().st_mode) for entry in os.scandir(tmp_path)]
    assert modes == [0o644] * 300


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
        parts = sorted(os.listdir(tmp_path))
        assert parts and all(part.startswith(".colorlab-") for part in parts)
        remove_leftovers(tmp_path)
        assert sorted(os.listdir(tmp_path)) == parts
        process.kill()
    assert sorted(os.listdir(tmp_path)) == parts
    (tmp_path / "mine.part").write_bytes(b"")
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["mine.part"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_another_library_writes_appears_when_it_is_complete(tmp_path, overwrite):
    path = tmp_path / "last.weights.h5"
    with atomic_path(path, overwrite, suffix=".weights.h5") as temporary:
        assert temporary.name.endswith(".weights.h5") and not temporary.exists()
        temporary.write_bytes(b"all of it")
        assert not path.exists()
        remove_leftovers(tmp_path)
        assert temporary.exists()
    assert os.listdir(tmp_path) == ["last.weights.h5"]
    with pytest.raises(RuntimeError), atomic_path(path, overwrite=True) as temporary:
        temporary.write_bytes(b"half of it")
        raise RuntimeError
    assert path.read_bytes() == b"all of it"
    assert os.listdir(tmp_path) == ["last.weights.h5"]


def test_leftovers_of_any_ending_go(tmp_path):
    for name in (".colorlab-1.part.weights.h5", ".colorlab-1.lock", ".colorlab-2.lock"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_folder_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "folder"
    for exists in (False, True):
        with atomic_folder(path) as temporary:
            (temporary / "below").mkdir()
            (temporary / "below" / "file").write_text("all of it")
            assert path.exists() == exists
            remove_leftovers(tmp_path)
        assert os.listdir(tmp_path) == ["folder"]
        assert (path / "below" / "file").read_text() == "all of it"
        (path / "below" / "file").unlink()
        (path / "below").rmdir()


def test_a_folder_that_holds_something_is_kept(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("mine", "file"):
        with pytest.raises(InputError, match=f"{name}: cannot be written"):
            with atomic_folder(tmp_path / name) as temporary:
                (temporary / "new").write_text("new")
    assert sorted(os.listdir(tmp_path)) == ["file", "mine"]
    assert os.listdir(tmp_path / "mine") == ["thesis.txt"]


def test_a_folder_of_a_dead_process_goes(tmp_path):
    (tmp_path / ".colorlab-1.part" / "below").mkdir(parents=True)
    remove_leftovers(tmp_path)
    with pytest.raises(KeyboardInterrupt), atomic_folder(tmp_path / "folder"):
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_text_is_written_as_it_is(tmp_path):
    path = tmp_path / "text"
    write_text_atomic(path, "Größe\n")
    assert path.read_bytes() == "Größe\n".encode()
    with pytest.raises(InputError, match="exists already"):
        write_text_atomic(path, "other")
    write_text_atomic(path, "other", overwrite=True)
    assert path.read_text() == "other"


def test_a_drive_without_locks_is_written_to(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    write_text_atomic(tmp_path / "file", "text")
    (tmp_path / ".colorlab-1.part").touch()
    remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".colorlab-1.part", "file"]
