"""Small sets and a server that sends them; no proxies, no own addresses, and nobody waits."""

import made_sets
import pytest
from misbehaving_server import Server

from colorlab.datasets.public import fetch


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "COLORLAB_SCENES_URL")
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """The seconds that a download waited before each new attempt, none of which have passed."""
    seconds = []
    monkeypatch.setattr(fetch, "_wait", seconds.append)
    return seconds


@pytest.fixture
def place(tmp_path):
    return tmp_path / "data"


@pytest.fixture(params=["scenes", "faces"])
def made(request):
    return made_sets.make(request.param)


@pytest.fixture
def scenes():
    return made_sets.make("scenes")


@pytest.fixture
def faces():
    return made_sets.make("faces")


@pytest.fixture
def server(made):
    with Server(made[2]) as server:
        yield server
