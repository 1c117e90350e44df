"""One file over a network that breaks; the server is real, on loopback, and misbehaves."""

import hashlib
import random

import misbehaving_server as behaviour
import pytest
from misbehaving_server import Server

from colorlab.datasets import download
from colorlab.errors import InputError

CONTENT = b"PK\x03\x04" + random.Random(0).randbytes(300_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def verify(path):
    if hashlib.sha256(path.read_bytes()).hexdigest() != DIGEST:
        raise InputError(f"{path}: is not the file")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server():
    with Server(CONTENT) as server:
        yield server


@pytest.fixture
def waits():
    return []


@pytest.fixture
def fetch(tmp_path, waits):
    """Return a function that fetches from addresses and says from which one it came."""

    def call(*addresses, **settings):
        patience = download.Patience(**{"wait": waits.append, "tries": 3, **settings})
        target = tmp_path / "file.zip"
        used = download.fetch(addresses, target, verify, b"PK\x03\x04", patience=patience)
        assert target.read_bytes() == CONTENT
        assert [path.name for path in tmp_path.iterdir()] == ["file.zip"]
        return used

    return call


def refusal(tmp_path, waits, *addresses, **settings):
    patience = download.Patience(**{"wait": waits.append, "tries": 3, **settings})
    with pytest.raises(download.NoAddressWorks) as caught:
        download.fetch(addresses, tmp_path / "file.zip", verify, b"PK\x03\x04", patience=patience)
    assert not (tmp_path / "file.zip").exists()
    return str(caught.value)


def test_a_good_server_is_asked_once(server, fetch, waits):
    address = server.plan("/file.zip", behaviour.good())
    assert fetch(address) == address
    assert server.ranges == [None] and waits == []


def test_a_file_that_is_there_is_not_fetched_again(server, fetch, tmp_path):
    (tmp_path / "file.zip").write_bytes(CONTENT)
    assert fetch(server.plan("/file.zip", behaviour.good())) == "file.zip"
    assert server.log == []


def test_a_damaged_file_that_is_there_is_replaced(server, fetch, tmp_path):
    (tmp_path / "file.zip").write_bytes(CONTENT[:-1])
    fetch(server.plan("/file.zip", behaviour.good()))
    assert server.ranges == [None]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (behaviour.status(404), "answers 404 (Not Found)"),
        (behaviour.status(410), "answers 410 (Gone)"),
        (behaviour.page(403), "answers 403 (Forbidden)"),
        (behaviour.page(200), "sends a web page in place of the file"),
        (behaviour.status(200, b""), "sent something else than the file"),
        (behaviour.status(200, b"Not a zip"), "sends something else than the file"),
        (behaviour.status(599), "answers 599, 3 times in a row"),
        (behaviour.corrupt, "sent something else than the file (is not the file)"),
        (behaviour.wrong_length, "sent something else than the file"),
        (behaviour.redirect("/bad"), "redirects without end"),
        (behaviour.redirect("ftp://127.0.0.1/file"), "leads to, a web address"),
        (behaviour.cut(0), "broke off after 0 bytes, 3 times in a row"),
        (behaviour.cut(500, ranges=False), "broke off after 500 bytes, 3 times in a row"),
    ],
)
def test_the_next_address_is_tried_and_the_reason_kept(
    server, fetch, tmp_path, waits, first, reason
):
    bad = server.plan("/bad", first)
    message = refusal(tmp_path, waits, bad)
    assert message.startswith(f"file.zip: no address works: {bad} ")
    assert reason in message and "\n" not in message
    for path in tmp_path.iterdir():
        path.unlink()
    other = server.plan("/other", behaviour.good())
    assert fetch(bad, other) == other


def test_an_address_that_nobody_listens_at(fetch, server, tmp_path, waits):
    with Server() as gone:
        dead = gone.plan("/file.zip")
    assert "cannot be reached, 3 times in a row" in refusal(tmp_path, waits, dead)
    assert waits == [2, 4]
    assert fetch(dead, server.plan("/file.zip", behaviour.good()))


def test_errors_of_the_server_pass(server, fetch, waits):
    plan = (behaviour.status(500), behaviour.status(503, Retry_After="7"), behaviour.good())
    fetch(server.plan("/file.zip", *plan))
    assert server.ranges == [None] * 3
    assert waits == [2, 7]


@pytest.mark.parametrize("tag", ['"one"', None, 'W/"weak"'])
def test_a_cut_connection_goes_on_where_it_broke(server, fetch, tag):
    plan = (behaviour.cut(70_001, tag), behaviour.cut(80_000, tag), behaviour.good(tag))
    fetch(server.plan("/file.zip", *plan))
    assert server.ranges == [None, "bytes=70001-", "bytes=150001-"]


def test_many_cuts_are_no_reason_to_give_up_while_bytes_arrive(server, fetch):
    fetch(server.plan("/file.zip", behaviour.cut(30_000)), tries=2)
    assert len(server.log) == 11


def test_without_ranges_it_starts_over(server, fetch):
    fetch(server.plan("/file.zip", behaviour.cut(70_000, None, False), behaviour.no_ranges))
    assert server.ranges == [None, "bytes=70000-"]


def test_a_file_that_changed_on_the_server_is_not_pieced_together(server, fetch):
    server.content = CONTENT[::-1]
    address = server.plan("/file.zip", behaviour.cut(70_000, '"old"'), behaviour.good('"new"'))

    def swap(seconds):
        server.content = CONTENT

    # Make the old file begin as the new one does, so that only the tag tells them apart.
    server.content = CONTENT[:4] + CONTENT[:3:-1]
    fetch(address, wait=swap)
    assert server.ranges == [None, "bytes=70000-"]


def test_pieces_that_do_not_fit_are_fetched_again_in_one_piece(server, fetch):
    server.content = CONTENT[:4] + CONTENT[:3:-1]
    plan = (behaviour.cut(70_000, None), behaviour.good(None), behaviour.good(None))

    def swap(seconds):
        server.content = CONTENT

    fetch(server.plan("/file.zip", *plan), wait=swap)
    assert server.ranges == [None, "bytes=70000-", None]


def test_a_part_that_was_not_asked_for_is_thrown_away(server, fetch):
    plan = (behaviour.cut(70_000), behaviour.wrong_range, behaviour.good())
    fetch(server.plan("/file.zip", *plan))
    assert server.ranges == [None, "bytes=70000-", None]


def test_a_later_call_goes_on_where_the_first_gave_up(server, fetch, tmp_path, waits):
    address = server.plan("/file.zip", behaviour.cut(70_000), behaviour.status(404))
    refusal(tmp_path, waits, address)
    assert {path.suffix for path in tmp_path.iterdir()} == {".part", ".json"}
    server.plan("/file.zip", behaviour.good())
    fetch(address)
    assert server.ranges[-1] == "bytes=70000-"


def test_bytes_of_unknown_origin_are_not_continued(server, fetch, tmp_path, waits):
    address = server.plan("/file.zip", behaviour.cut(70_000), behaviour.status(404))
    refusal(tmp_path, waits, address)
    (notes,) = tmp_path.glob("*.json")
    notes.write_text("{")
    server.plan("/file.zip", behaviour.good())
    fetch(address)
    assert server.ranges[-1] is None


def test_what_came_from_one_address_is_not_continued_from_another(server, fetch, tmp_path, waits):
    refusal(tmp_path, waits, server.plan("/a", behaviour.cut(70_000), behaviour.status(404)))
    for path in tmp_path.iterdir():
        assert path.name.startswith("file.zip.")
    with Server(CONTENT) as other:
        address = other.plan("/b", behaviour.good())
        patience = download.Patience(wait=waits.append)
        download.fetch([address], tmp_path / "file.zip", verify, patience=patience)
        assert other.ranges == [None]


def test_a_length_that_is_not_told(server, fetch):
    fetch(server.plan("/file.zip", behaviour.no_length))


def test_a_slow_server_is_waited_for(fetch):
    with Server(CONTENT) as server:
        fetch(server.plan("/file.zip", behaviour.trickle))
        assert server.ranges == [None]


def test_a_server_that_is_too_slow_is_left(server, fetch, tmp_path, waits):
    time = iter(range(0, 10**9, 100))
    slow = server.plan("/slow", behaviour.trickle)
    message = refusal(tmp_path, waits, slow, clock=lambda: next(time))
    assert "is too slow (below 2,000 bytes a second)" in message
    assert list(tmp_path.glob("*.part")), "what has arrived is kept"


def test_a_server_that_falls_silent_is_left(server, tmp_path, waits):
    address = server.plan("/file.zip", behaviour.hold(0))
    message = refusal(tmp_path, waits, address, silence=0.05, tries=2)
    assert "does not answer" in message or "broke off after 0 bytes" in message
    server.released.set()


def test_a_redirect_is_followed(server, fetch):
    server.plan("/there", behaviour.good())
    fetch(server.plan("/here", behaviour.redirect("/there")))
    assert [path for path, _ in server.log] == ["/here", "/there"]


def test_a_proxy_is_used(server, fetch, monkeypatch):
    server.plan("http://pictures.invalid/file.zip", behaviour.good())
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.server_port}")
    fetch("http://pictures.invalid/file.zip")
    assert server.log == [("http://pictures.invalid/file.zip", None)]


def test_secrets_of_an_address_are_not_shown(server, tmp_path, waits):
    address = server.plan("/file.zip?token=secret", behaviour.status(404))
    message = refusal(tmp_path, waits, address.replace("//", "//name:word@"))
    assert "secret" not in message and "word" not in message


def test_progress_counts_the_bytes(server, tmp_path):
    steps = []
    download.fetch(
        [server.plan("/file.zip", behaviour.cut(100_000), behaviour.good())],
        tmp_path / "file.zip",
        verify,
        progress=lambda done, total: steps.append((done, total)),
        patience=download.Patience(wait=lambda seconds: None),
    )
    assert steps[0] == (0, len(CONTENT)) and steps[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert (100_000, len(CONTENT)) in steps


def test_an_address_that_is_none_does_not_hide_a_good_one(server, fetch):
    good = server.plan("/file.zip", behaviour.good())
    assert fetch("http://[::1/x", good) == good


def test_secrets_in_an_address_are_not_handed_on(server, fetch):
    good = server.plan("/file.zip", behaviour.good())
    secret = good.replace("http://", "http://user:word@")
    assert fetch(secret) == good


def test_more_bytes_than_the_file_can_have_are_refused(server, tmp_path, waits):
    address = server.plan("/file.zip", behaviour.good())
    with pytest.raises(download.NoAddressWorks, match="sends more than 10 bytes"):
        download.fetch([address], tmp_path / "file.zip", verify, most=10)
    assert list(tmp_path.iterdir()) == []
