"""No proxies, no addresses of one's own, and nobody waits."""

import pytest

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
