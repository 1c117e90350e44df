"""Damaged files are read or refused in one line; many more of them in benchmarks/fuzz.py."""

import sys

import pytest


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Unix does")
def test_three_hundred_damaged_files():
    from benchmarks import fuzz

    found = fuzz.measure(300)
    assert found["problems"] == []
    assert found["read"] + found["read with a note"] + found["refused"] == 300
    assert min(found["read"], found["read with a note"], found["refused"]) > 10
    assert found["peak_megabytes"] < 1000
