"""The stored tables are about the networks that are shipped."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "colorlab" / "weights"


def test_the_table_of_the_models_was_measured_with_the_shipped_weights():
    """Whoever ships other weights measures them: `colorlab evaluate` writes these checksums."""
    results = json.loads((ROOT / "book/results/models.json").read_text(encoding="utf-8"))
    models = json.loads((WEIGHTS / "models.json").read_text(encoding="utf-8"))
    shipped = {
        name: hashlib.sha256((WEIGHTS / facts["file"]).read_bytes()).hexdigest()
        for name, facts in models.items()
    }
    assert {name: facts["sha256"] for name, facts in models.items()} == shipped
    measured = results["facts"]["sha256"]
    assert {name: measured.get(name) for name in shipped} == shipped


def test_what_asking_buys_was_measured_with_the_shipped_weights():
    """Whoever ships other weights runs `benchmarks.asking` and tools/write_hints_page.py."""
    asking = json.loads((ROOT / "book/results/asking.json").read_text(encoding="utf-8"))
    models = json.loads((WEIGHTS / "models.json").read_text(encoding="utf-8"))
    assert asking["facts"]["sha256"] == {"default": models["default"]["sha256"]}
