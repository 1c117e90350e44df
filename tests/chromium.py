"""The system's Chromium, for tests of pages."""

import shutil

import pytest

EXECUTABLE = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(not EXECUTABLE, reason="Chromium is not installed")

# The browser asks nobody but this machine, and shows colours as they are.
FLAGS = """
    --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --force-color-profile=srgb
""".split()
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
