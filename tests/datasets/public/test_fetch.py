"""One file over a network that breaks; the server is real, on loopback, and misbehaves."""

import builtins
import dataclasses
import random

import misbehaving_server as behaviour
import pytest
from misbehaving_server import Server

from colorlab.datasets.public import catalog, fetch
from colorlab.datasets.public.archive import RefusedArchive
from colorlab.errors import InputError

CONTENT = b"PK\x03\x04" + random.Random(0).randbytes(300_000)
SET = dataclasses.replace(
    catalog.find("scenes"), archive="file.zip", archive_bytes=len(CONTENT), addresses=()
)


def use(path):
    """Take the file, or refuse it."""
    if path.read_bytes() != CONTENT:
        raise RefusedArchive(f"{path}: is not the file")
    return "used"


@pytest.fixture
def server():
    with Server(CONTENT) as server:
        yield server


@pytest.fixture
def get(tmp_path):
    """Return a function that fetches from addresses and says from which one it came."""

    def call(*addresses, progress=lambda *step: None):
        data_set = dataclasses.replace(SET, addresses=addresses)
        result, used = fetch.fetch(data_set, tmp_path / "file.zip", use, progress)
        assert result == "used"
        assert [path.name for path in tmp_path.iterdir()] == ["file.zip"]
        return used

    return call


@pytest.fixture
def refusal(tmp_path):
    """Return a function that fetches in vain and returns the message."""

    def call(*addresses, progress=lambda *step: None):
        data_set = dataclasses.replace(SET, addresses=addresses)
        with pytest.raises(InputError) as caught:
            fetch.fetch(data_set, tmp_path / "file.zip", use, progress)
        assert not (tmp_path / "file.zip").exists()
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return call


def test_a_good_server_is_asked_once(server, get, waits):
    address = server.plan("/file.zip", behaviour.good())
    assert get(address) == address
    assert server.ranges == [None] and waits == []


def test_a_file_that_is_there_is_not_fetched_again(server, get, tmp_path):
    (tmp_path / "file.zip").write_bytes(CONTENT)
    assert get(server.plan("/file.zip", behaviour.good())) == "file.zip"
    assert server.log == []


def test_a_damaged_file_that_is_there_is_replaced(server, get, tmp_path):
    (tmp_path / "file.zip").write_bytes(CONTENT[:-1])
    get(server.plan("/file.zip", behaviour.good()))
    assert server.ranges == [None]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (behaviour.status(404), "answers 404 (Not Found)"),
        (behaviour.status(410), "answers 410 (Gone)"),
        (behaviour.page(403), "answers 403 (Forbidden)"),
        (behaviour.page(200), "sends a web page in place of the file"),
        (behaviour.redirect("/page"), "sends a web page in place of the file"),
        (behaviour.status(200, b""), "sent something else than the file"),
        (behaviour.status(200, b"Not a zip"), "sent something else than the file"),
        (behaviour.status(599), "answers 599, 4 times in a row"),
        (behaviour.corrupt, "sent something else than the file (is not the file)"),
        (behaviour.wrong_length, "sent something else than the file"),
        (behaviour.redirect("/bad"), "redirects without end"),
        (behaviour.redirect("ftp://127.0.0.1/file"), "leads to, a web address"),
        (behaviour.cut(0), "broke off after 0 bytes, 4 times in a row"),
        (behaviour.cut(500, ranges=False), "broke off after 500 bytes, 4 times in a row"),
    ],
)
def test_the_next_address_is_tried_and_the_reason_kept(server, get, refusal, first, reason):
    server.plan("/page", behaviour.page(200))
    bad = server.plan("/bad", first)
    message = refusal(bad)
    assert message.startswith(f"file.zip: no address works: {bad} ")
    assert reason in message
    other = server.plan("/other", behaviour.good())
    assert get(bad, other) == other


def test_an_address_that_nobody_listens_at(get, server, refusal, waits):
    with Server() as gone:
        dead = gone.plan("/file.zip")
    assert "cannot be reached, 4 times in a row" in refusal(dead)
    assert waits == [2, 4, 8]
    assert get(dead, server.plan("/file.zip", behaviour.good()))


def test_errors_of_the_server_pass(server, get, waits):
    plan = (behaviour.status(500), behaviour.status(503, Retry_After="7"), behaviour.good())
    get(server.plan("/file.zip", *plan))
    assert server.ranges == [None] * 3
    assert waits == [2, 7]


def test_a_cut_connection_goes_on_where_it_broke(server, get):
    plan = (behaviour.cut(70_001), behaviour.cut(80_000), behaviour.good())
    get(server.plan("/file.zip", *plan))
    assert server.ranges == [None, "bytes=70001-", "bytes=150001-"]


def test_many_cuts_are_no_reason_to_give_up_while_bytes_arrive(server, get):
    get(server.plan("/file.zip", behaviour.cut(30_000)))
    assert len(server.log) == 11


def test_without_ranges_it_starts_over(server, get):
    get(server.plan("/file.zip", behaviour.cut(70_000, None, False), behaviour.no_ranges))
    assert server.ranges == [None, "bytes=70000-"]


def test_pieces_that_do_not_fit_are_fetched_again_in_one_piece(server, get, monkeypatch):
    """The file changes on the server between two pieces."""
    server.content = CONTENT[::-1]

    def swap(seconds):
        server.content = CONTENT

    monkeypatch.setattr(fetch, "_wait", swap)
    get(server.plan("/file.zip", behaviour.cut(70_000), behaviour.good()))
    assert server.ranges == [None, "bytes=70000-", None]


def test_another_file_that_only_comes_in_pieces_is_refused_in_the_end(server, refusal, monkeypatch):
    server.content = CONTENT[::-1]
    waits = iter(range(10))
    monkeypatch.setattr(fetch, "_wait", lambda seconds: next(waits))  # fails instead of for ever
    line = refusal(server.plan("/file.zip", behaviour.cut(200_000)))
    assert "sent something else than the file" in line
    assert server.ranges == [None, "bytes=200000-"] * 3


def test_a_part_that_was_not_asked_for_is_thrown_away(server, get):
    plan = (behaviour.cut(70_000), behaviour.wrong_range, behaviour.good())
    get(server.plan("/file.zip", *plan))
    assert server.ranges == [None, "bytes=70000-", None]


def test_a_later_call_goes_on_where_the_first_gave_up(server, get, refusal, tmp_path):
    address = server.plan("/file.zip", behaviour.cut(70_000), behaviour.status(404))
    refusal(address)
    assert (tmp_path / "file.zip.part").read_bytes() == CONTENT[:70_000]
    server.plan("/file.zip", behaviour.good())
    get(address)
    assert server.ranges[-1] == "bytes=70000-"


def test_another_address_goes_on_where_the_first_gave_up(server, get):
    first = server.plan("/a", behaviour.cut(70_000), behaviour.page(200))
    second = server.plan("/b", behaviour.good())
    assert get(first, second) == second
    assert server.ranges == [None, "bytes=70000-", "bytes=70000-"]


def test_a_complete_part_is_not_fetched_again(server, get, tmp_path):
    """The process was killed between the last byte and the renaming."""
    (tmp_path / "file.zip.part").write_bytes(CONTENT)
    get(server.plan("/file.zip", behaviour.good()))
    assert server.ranges == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("rest", [CONTENT + b"more", bytes(70_000)], ids=["longer", "other"])
def test_a_part_of_another_file_is_replaced(server, get, tmp_path, rest):
    (tmp_path / "file.zip.part").write_bytes(rest)
    get(server.plan("/file.zip", behaviour.good()))
    assert server.ranges == [f"bytes={len(rest)}-", None]


def test_a_length_that_is_not_told(server, get):
    get(server.plan("/file.zip", behaviour.no_length))


def test_a_slow_server_is_waited_for(server, get):
    get(server.plan("/file.zip", behaviour.trickle))
    assert server.ranges == [None]


def test_a_server_that_falls_silent_is_left(server, refusal, monkeypatch):
    monkeypatch.setattr(fetch, "_TIMEOUT", 0.01)
    message = refusal(server.plan("/file.zip", behaviour.hold(0)))
    assert "does not answer, 4 times" in message or "broke off after 0 bytes, 4 times" in message


def test_a_redirect_is_followed(server, get):
    server.plan("/there", behaviour.good())
    get(server.plan("/here", behaviour.redirect("/there")))
    assert [path for path, _ in server.log] == ["/here", "/there"]


def test_a_proxy_is_used(server, get, monkeypatch):
    server.plan("http://pictures.invalid/file.zip", behaviour.good())
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.server_port}")
    get("http://pictures.invalid/file.zip")
    assert server.log == [("http://pictures.invalid/file.zip", None)]


def test_secrets_of_an_address_are_not_shown(server, get, refusal):
    address = server.plan("/file.zip?token=secret", behaviour.status(404))
    message = refusal(address.replace("//", "//name:word@"))
    assert "secret" not in message and "word" not in message
    good = server.plan("/file.zip", behaviour.good())
    assert get(good.replace("//", "//name:word@")) == good


def test_progress_counts_the_bytes(server, get):
    steps = []
    address = server.plan("/file.zip", behaviour.cut(100_000), behaviour.good())
    get(address, progress=lambda *step: steps.append(step))
    assert steps[0] == ("fetched", 0, len(CONTENT)) and steps[-1] == (
        "fetched",
        *[len(CONTENT)] * 2,
    )
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert ("fetched", 100_000, len(CONTENT)) in steps


def test_an_address_that_is_none_does_not_hide_a_good_one(server, get):
    good = server.plan("/file.zip", behaviour.good())
    assert get("http://[::1/x", good) == good


@pytest.mark.parametrize("behave", [behaviour.good(), behaviour.no_length])
def test_more_bytes_than_the_file_can_have_are_refused(
    server, refusal, behave, monkeypatch, tmp_path
):
    monkeypatch.setattr(fetch, "_SPARE_BYTES", 70_000 - 2 * len(CONTENT))
    steps = []
    address = server.plan("/file.zip", behave)
    message = refusal(address, progress=lambda *step: steps.append(step))
    assert "sends more than 70,000 bytes" in message
    assert max(done for _, done, _ in steps) < 140_000, "the rest is not waited for"
    assert list(tmp_path.iterdir()) == []


def test_without_requests_the_line_says_what_to_type(refusal, monkeypatch):
    real = builtins.__import__

    def without_requests(name, *arguments):
        if name == "requests":
            raise ModuleNotFoundError(name, name=name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_requests)
    assert 'pip install "colorlab-book[data]"' in refusal("http://127.0.0.1/a")
