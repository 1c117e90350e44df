"""Killed, out of disk, not allowed, two at a time; then the same command again: it ends whole."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import made_sets
import misbehaving_server as behaviour
import pytest
from made_sets import contents, get, require_whole
from misbehaving_server import Server

from colorlab.datasets import folder, public
from colorlab.errors import InputError

resource = pytest.importorskip("resource", reason="needs POSIX")

ROOT = pathlib.Path(folder.__file__).parents[2]


@pytest.fixture(params=["scenes", pytest.param("faces", marks=pytest.mark.slow)])
def made(request):
    return made_sets.make(request.param)


@pytest.fixture
def child():
    """Return a function that starts `get` in a process of its own; kill what is left of them."""
    children = []

    def start(name, address, place, what=""):
        environment = {
            key: value for key, value in os.environ.items() if "proxy" not in key.lower()
        }
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        children.append(
            subprocess.Popen(
                [sys.executable, ROOT / "tests" / "made_sets.py", name, address, place, what],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
        )
        return children[-1]

    yield start
    for process in children:
        with process:
            process.kill()


def read_until(process, wanted):
    """Read what a child says up to a line."""
    for line in process.stdout:
        if line.rstrip("\n").startswith(wanted):
            return
    raise AssertionError(f"the child never said {wanted!r}")


def kill(process):
    process.kill()
    assert process.wait(60) == -signal.SIGKILL


@pytest.mark.slow
def test_killed_while_it_downloads(made, server, place, child):
    half = len(made[2]) // 2
    address = server.plan("/a.zip", behaviour.hold(half), behaviour.good())
    process = child(made[0].name, address, place)
    read_until(process, f"fetched {half}")
    kill(process)
    assert not (place / "photographs").exists()
    assert public.status(made[0], place).unfinished >= half
    get(made, place, address)
    assert server.ranges == [None, f"bytes={half}-"]
    require_whole(made, place)


@pytest.mark.slow
def test_killed_while_it_unpacks(made, server, place, child):
    address = server.plan("/a.zip", behaviour.good())
    process = child(made[0].name, address, place, "unpack")
    read_until(process, "unpacked 5")
    kill(process)
    assert not (place / "photographs").exists(), "what is not whole is not in place"
    get(made, place, address)
    assert len(server.log) == 1, "what was fetched is used again"
    require_whole(made, place)


@pytest.mark.slow
def test_killed_while_the_pictures_are_moved_into_place(made, server, place, child):
    address = server.plan("/a.zip", behaviour.good())
    process = child(made[0].name, address, place, "move")
    assert process.stdout.read() and process.wait(60) == -signal.SIGKILL
    assert len(list(place.glob("*/*/*.jpg"))) == 5
    with pytest.raises(InputError, match="is not in"):
        public.check(made[0], place)
    get(made, place, address)
    assert len(server.log) == 1
    require_whole(made, place)


@pytest.mark.slow
def test_killed_while_the_pictures_are_moved_and_removed(made, server, place, child):
    process = child(made[0].name, server.plan("/a.zip", behaviour.good()), place, "move")
    assert process.stdout.read() and process.wait(60) == -signal.SIGKILL
    public.remove(made[0], place)
    assert not place.exists()


@pytest.mark.slow
def test_killed_and_continued_from_a_file(made, server, place, child, tmp_path):
    address = server.plan("/a.zip", behaviour.hold(1000))
    process = child(made[0].name, address, place)
    read_until(process, "fetched 1000")
    kill(process)
    source = tmp_path / "by hand.zip"
    source.write_bytes(made[2])
    get(made, place, source=source)
    require_whole(made, place)


@pytest.mark.slow
def test_two_at_a_time(made, server, place, child):
    address = server.plan("/a.zip", behaviour.hold(1000))
    first = child(made[0].name, address, place)
    read_until(first, "fetched 1000")
    second = child(made[0].name, address, place)
    read_until(second, "said another colorlab is at work in")
    server.released.set()
    for process in (first, second):
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert len(server.log) == 1
    require_whole(made, place)


@contextlib.contextmanager
def largest_file(size):
    """No file of this process can grow beyond a size: the disk seems full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_disk_is_full_while_it_downloads(made, server, place):
    address = server.plan("/a.zip", behaviour.good())
    room = len(made[2]) // 2
    with (
        largest_file(room),
        pytest.raises(InputError, match="the disk is full .*make room.*do the same again"),
    ):
        get(made, place, address)
    assert not (place / "photographs").exists()
    get(made, place, address)
    assert server.ranges == [None, f"bytes={room}-"]
    require_whole(made, place)


def test_the_disk_is_full_while_it_unpacks(made, place, tmp_path):
    source = tmp_path / "a.zip"
    source.write_bytes(made[2])
    smallest = min(map(len, made[1].values()))
    with largest_file(smallest - 1), pytest.raises(InputError, match="the disk is full"):
        get(made, place, source=source)
    assert contents(place) == {}, "half of a set is of no use, and the room is needed"
    get(made, place, source=source)
    require_whole(made, place)


@contextlib.contextmanager
def read_only_folder():
    """A folder that this process may read and not write to, also if it belongs to root."""
    with tempfile.TemporaryDirectory() as holder:
        os.chmod(holder, 0o755)
        closed = pathlib.Path(holder, "closed")
        closed.mkdir()
        os.chmod(closed, 0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield closed
        finally:
            os.seteuid(user)
            os.chmod(closed, 0o755)


def test_a_target_that_is_read_only(scenes):
    with Server(scenes[2]) as server, read_only_folder() as closed:
        address = server.plan("/a.zip", behaviour.good())
        for place in (closed, closed / "new"):
            with pytest.raises(InputError, match="cannot be written .Permission denied.*to=FOLDER"):
                get(scenes, place, address)
        assert server.log == []


def test_a_target_that_is_a_file(scenes, tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot be written"):
            get(scenes, place, source=tmp_path)


def test_a_set_on_a_read_only_disk_can_be_checked(scenes, tmp_path):
    source = tmp_path / "a.zip"
    source.write_bytes(scenes[2])
    with read_only_folder() as closed:
        user = os.geteuid()
        os.seteuid(os.getuid())
        os.chmod(closed, 0o755)
        get(scenes, closed, source=source)
        for path in [closed, *closed.rglob("*")]:
            os.chmod(path, 0o555 if path.is_dir() else 0o444)
        os.seteuid(user)
        assert public.check(scenes[0], closed).whole
        with pytest.raises(InputError, match="cannot be written"):
            public.remove(scenes[0], closed)
        assert public.check(scenes[0], closed).whole
        os.seteuid(os.getuid())
        for path in [closed, *closed.rglob("*")]:
            os.chmod(path, 0o755)
        shutil.rmtree(closed / "photographs")


def test_a_damaged_manifest(scenes, place, tmp_path):
    source = tmp_path / "a.zip"
    source.write_bytes(scenes[2])
    get(scenes, place, source=source)
    (place / "scenes.json").write_text('{"count": 3')
    with pytest.raises(InputError, match="is damaged; get the set into another folder"):
        public.check(scenes[0], place)
    # What the message says is possible:
    get(scenes, tmp_path / "new", source=place)
    require_whole(scenes, tmp_path / "new")
