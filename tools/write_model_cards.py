"""Write the book's model cards from what was measured.

``python tools/write_model_cards.py`` writes ``book/models/NAME.md`` for each shipped model. Numbers
come from ``colorlab/weights/models.json`` and ``book/results/models.json``, the prose from
``book/_templates/model_card.md.jinja`` and, for each model, ``book/_templates/models``.
"""

import json
from pathlib import Path

import templates

ROOT = Path(__file__).resolve().parent.parent
BASELINES = ("grey", "mean ab")

# Assumptions, since the power was not measured: watts of two cores under load and of a GPU, and
# grams of carbon dioxide per kilowatt hour, about the world's average.
WATTS, GPU_WATTS, GRAMS_PER_KILOWATT_HOUR = 25, 700, 450


def card(name, models, results):
    """Return the text of one model's card."""
    facts = models[name]
    runs = (*facts["before"], facts)
    seconds = sum(run["seconds"] for run in runs)
    watt_seconds = seconds * WATTS + facts.get("gpu_seconds", 0) * GPU_WATTS
    return templates.fill_in(
        f"models/{name}.md",
        name=name,
        facts=facts,
        settings=facts["configuration"],
        results=results,
        sets={each: _tables(results[each], name) for each in ("course", "varied")},
        pictures_seen=sum(run["pictures_seen"] for run in runs),
        hours=seconds / 3600,
        watt_hours=watt_seconds / 3600,
        watts=WATTS,
        gpu_watts=GPU_WATTS,
        grams_per_kilowatt_hour=GRAMS_PER_KILOWATT_HOUR,
    )


def _tables(measured, name):
    """Return what a card says about one set of test pictures."""
    rows = {}
    for row in measured["rows"]:
        rows.setdefault(row["category"], {})[row["method"]] = row
    overall = rows.pop("all")
    errors = {
        category: {method: row["ciede2000"] for method, row in methods.items()}
        for category, methods in sorted(rows.items())
    }
    return {
        "facts": measured["facts"],
        "overall": list(overall.values()),
        "categories": dict(sorted(rows.items())),
        "worst": max(errors, key=lambda category: errors[category][name]),
        "unbeaten": [
            category
            for category, each in errors.items()
            if any(each[name] >= each[method] for method in BASELINES)
        ],
    }


def read(path):
    """Return the content of a JSON file of the repository."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def read_results():
    """Return what was measured: on the course's test pictures, on varied ones, and with hints."""
    files = {"course": "models", "varied": "varied", "hints": "hints"}
    return {name: read(f"book/results/{file}.json") for name, file in files.items()}


def main():
    """Write all cards."""
    models, results = read("colorlab/weights/models.json"), read_results()
    for name in models:
        templates.write(f"models/{name}.md", card(name, models, results))


if __name__ == "__main__":
    main()
