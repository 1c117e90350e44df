"""The stored tables are about the networks that are shipped."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "colorlab" / "weights"


def shipped():
    """Return the SHA-256 of each shipped file, by the names of the models."""
    models = json.loads((WEIGHTS / "models.json").read_text(encoding="utf-8"))
    digests = {
        name: hashlib.sha256((WEIGHTS / facts["file"]).read_bytes()).hexdigest()
        for name, facts in models.items()
    }
    assert {name: facts["sha256"] for name, facts in models.items()} == digests
    return digests


@pytest.mark.parametrize(
    ("results", "names"),
    [
        ("models", ("default", "small", "vivid", "unet_small")),
        ("varied", ("default", "small", "vivid", "unet_small")),
        ("hints", ("default",)),
        ("asking", ("default",)),
        ("skin_tones", ("default", "small")),
        ("quantization", ("default",)),
    ],
)
def test_the_tables_were_measured_with_the_shipped_weights(results, names):
    """Whoever ships other weights measures them: each command writes these checksums."""
    stored = json.loads((ROOT / f"book/results/{results}.json").read_text(encoding="utf-8"))
    measured, expected = stored["facts"]["sha256"], shipped()
    assert {name: measured.get(name) for name in names} == {n: expected[n] for n in names}


@pytest.mark.parametrize(
    ("part", "left_out"),
    [
        ("listing", {"names"}),
        ("memory", set()),
        ("parts", {"cores", "one_seconds", "2_seconds", "4_seconds", "8_seconds"}),
        ("killed", {"workers_at_a_time", "interrupted", "unfinished_files_left"}),
    ],
)
def test_the_page_on_archives_has_the_figures_of_its_results(part, left_out):
    stored = json.loads((ROOT / "book/results/shards.json").read_text(encoding="utf-8"))[part]
    page = (ROOT / "book/beyond_one_machine.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `{part}` |"))
    said = set(re.findall(r"\d[\d,]*(?:\.\d+)?", row))
    measured = {
        f"{number:,}"
        for name, value in stored.items()
        if name not in left_out
        for number in (value if isinstance(value, list) else [value])
        if isinstance(number, int | float) and not isinstance(number, bool) and number
    }
    assert measured <= said, f"{measured - said} not in the row of {part}"


def test_the_costs_of_an_archive_follow_from_the_measured_rate():
    stored = json.loads((ROOT / "book/results/benchmarks.json").read_text(encoding="utf-8"))
    rate, cores = (stored["coloring"][name] for name in ("colorlab_pictures_per_second", "cores"))
    page = (ROOT / "book/beyond_one_machine.md").read_text(encoding="utf-8")
    hours = 1e6 / rate / 3600
    assert f"colours {rate:.1f} photographs of one megapixel a\nsecond" in page
    for cost in (
        f"{hours:.1f} hours",
        f"{hours / 8:.1f} hours",
        f"{60 * hours / 64:.0f} minutes",
        f"{hours * cores:.0f} core-hours",
    ):
        assert f"| {cost} |" in page
