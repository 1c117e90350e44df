"""Write the book's model cards from what was measured.

``python tools/write_model_cards.py`` writes ``book/models/NAME.md`` for each shipped model. Numbers
come from ``colorlab/weights/models.json`` and ``book/results/models.json``; the prose is here.
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CARDS = ROOT / "book" / "models"

# Assumptions, since the power was not measured: watts of two cores under load, and grams of carbon
# dioxide per kilowatt hour, about the world's average.
WATTS, GRAMS_A_KILOWATT_HOUR = 25, 450

PURPOSE = {
    "default": """The model that `colorlab colorize` uses unless you name another. It aims at
colours that are close to the truth on average, so it prefers a dull colour to a wrong one.""",
    "small": """Trained like `default`, with a quarter of its weights, for uses in which size or speed
matter: the file is smaller and prediction is faster.""",
    "vivid": """For pictures that should look coloured. Where `default` averages, it predicts saturated
colours: they look better more often, and are wrong more often. The chapter
[Why brown](../../notebooks/06_why_brown.ipynb) explains the difference.""",
}

FAILURES = {
    "default": """
- **Things of any colour** (cars, clothes, painted walls, flowers) turn grey-brown. Grey does not tell
  which colour they are, and the loss favours the mean of the plausible colours.
- **Sunsets and other unusual light** are coloured as if it were midday: pale blue instead of orange. Few
  training pictures show them. This is why coast has large errors in the table.
- **Autumn, dry grass and rock** are confused with each other, and meadows are too pale.
- **Colour bleeds across edges** by a few pixels where both sides are equally light, because the network
  sees the photograph at 128 pixels.
- **Subjects missing from the training pictures** (indoor scenes, animals, food, drawings, text) get
  skin tones, sky or foliage in the wrong places, or no colour at all.
- **Skin** gets one medium tone. The training faces show light skin far more often than dark.
""",
    "small": """
As for [`default`](default.md), slightly more often: with fewer weights, it learns less about rare subjects.
""",
    "vivid": """
As for [`default`](default.md), and also:

- **Saturated and wrong**: where it is uncertain, it still predicts a colour. Brown walls may turn orange, a
  grey road bluish.
- **Blotches**: neighbouring patches of a uniform surface may get different colours, where two bins are
  about equally probable.
""",
}


def _megabytes(count):
    return f"{count / 1e6:.1f} MB"


def _row(results, method, category):
    for row in results["rows"]:
        if (row["method"], row["category"]) == (method, category):
            return row
    raise KeyError((method, category))


def _overall(results, name):
    methods = dict.fromkeys(row["method"] for row in results["rows"])
    lines = [
        "| method | PSNR (dB) | SSIM | CIEDE2000 | colourfulness | ratio to the truth |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for method in methods:
        row = _row(results, method, "all")
        label = f"**{method}**" if method == name else method
        lines.append(
            f"| {label} | {row['psnr']:.2f} | {row['ssim']:.3f} | {row['ciede2000']:.2f} | "
            f"{row['colorfulness']:.1f} | {row['colorfulness_ratio']:.2f} |"
        )
    return "\n".join(lines)


def _by_category(results, name):
    categories = sorted({row["category"] for row in results["rows"]} - {"all"})
    lines = [
        "| category | pictures | grey | mean ab | classic | this model | PSNR (dB) | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for category in categories:
        row = _row(results, name, category)
        others = [
            f"{_row(results, method, category)['ciede2000']:.2f}"
            for method in ("grey", "mean ab", "classic")
        ]
        lines.append(
            f"| {category} | {row['pictures']} | {' | '.join(others)} | {row['ciede2000']:.2f} | "
            f"{row['psnr']:.2f} | {row['colorfulness_ratio']:.2f} |"
        )
    worst = max(categories, key=lambda one: _row(results, name, one)["ciede2000"])
    beaten = all(
        _row(results, name, category)["ciede2000"] < _row(results, method, category)["ciede2000"]
        for category in categories
        for method in ("grey", "mean ab")
    )
    said = (
        "Its CIEDE2000 is lower than that of both baselines in every category."
        if beaten
        else "Its CIEDE2000 is not lower than that of both baselines in every category."
    )
    return "\n".join(lines), f"The worst category is {worst.replace('_', ' ')}. {said}"


def _began_with(facts):
    """Return the table's rows on earlier runs."""
    return {
        f"initialised with the run `{run['run']}`": f"{run['passes']} epochs, the best was epoch "
        f"{run['best_epoch']}; learning rate {run['learning_rate']}, dropout {run['dropout_rate']}"
        for run in facts["before"]
    }


def _settings(facts):
    settings = facts["configuration"]
    shown = {
        "recipe": settings["recipe"],
        "filters": ", ".join(map(str, settings["filters"])),
        "pictures": f"{settings['image_size']} x {settings['image_size']} pixels, "
        f"batches of {settings['batch_size']}",
        "epochs": f"{facts['passes']}, the best was epoch {facts['best_epoch']}",
        **_began_with(facts),
        "optimiser": f"Adam, learning rate {settings['learning_rate']}, "
        f"weight decay {settings['weight_decay']}, {settings['schedule']} schedule, "
        f"warm-up of {settings['warm_up']} epochs",
        "moving average of the weights, momentum": settings["averaging"],
        "dropout": settings["dropout_rate"],
        "smallest crop": f"{settings['crop']} of the area, and flips",
        "class rebalancing": settings["rarity"],
        "precision": settings["precision"],
        "seed": settings["seed"],
    }
    if "temperature" in facts:
        shown["temperature"] = facts["temperature"]
    if facts["strength"] != 1:
        shown["saturation"] = f"{facts['strength']}, chosen on validation pictures"
    return "\n".join(
        ["| setting | value |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in shown.items())]
    )


def card(name, models, results):
    """Return the text of one model's card."""
    facts = models[name]
    overall = _overall(results, name)
    categories, worst = _by_category(results, name)
    runs = (*facts["before"], facts)
    seen = sum(run["pictures_seen"] for run in runs)
    hours = sum(run["seconds"] for run in runs) / 3600
    watt_hours = hours * WATTS
    data = facts["data"]
    return f"""# Model card: {name}

{PURPOSE[name]}

| fact | value |
| --- | --- |
| file | `colorlab/weights/{facts["file"]}`, {_megabytes(facts["bytes"])}, ONNX, float16 |
| SHA-256 | `{facts["sha256"][:16]}`... |
| network | U-Net of 7 + 7 blocks, {facts["parameters"]:,} parameters |
| input | grey, of any size; its shorter side is reduced to {facts["image_size"]} pixels for the network |
| output | a and b of CIE Lab, recombined with the photograph's own luma |

From Python: `colorlab.load_pretrained("{name}")`, or
`colorlab.colorize(image, model="{name}")` without Keras. From the command line:
`colorlab colorize PHOTO -o OUT --model {name}`.

## Intended use

Colouring photographs for pleasure, for teaching and for coursework; a baseline for other methods. The
colours are guesses. They are no evidence of what a thing, a place or a person looked like, and the caption
of a coloured historical photograph should say that it was coloured, and how. Not intended for identifying
or describing people, nor for any decision about them.

## Data and terms

Trained on {data["train"]["pictures"]:,} photographs: the training part of eight categories (coast,
buildings, mountains, forests, open country, street and city centre of MIT's eight outdoor scenes;
faces of Labeled Faces in the Wild, in place of CelebA), MIT's highway pictures, and six categories of
a set of natural scenes published for a challenge by Intel. {data["validation"]["pictures"]} pictures were
kept for validation and {data["test"]["pictures"]} for testing; near-duplicates of these were excluded from
training. These pictures were published for research. No licence text was found with the scenes. So use
these weights for research and teaching, and get legal advice before you use them commercially. See
[Data and licences](../data_and_licences.md).

## Training

{_settings(facts)}

Training took {hours:.1f} hours for {seen:,} pictures on two processor cores, without a GPU. This is
wall-clock time and no measure of speed. At an assumed {WATTS} W for the two cores it is about
{watt_hours:.0f} Wh, and at {GRAMS_A_KILOWATT_HOUR} g of carbon dioxide per kilowatt hour about
{watt_hours * GRAMS_A_KILOWATT_HOUR / 1000:.0f} g. Discarded runs are not included.

## Results

{results["facts"]["pictures"]} test pictures of {results["facts"]["size"]} x {results["facts"]["size"]}
pixels, by the [protocol](../../notebooks/04_results.ipynb) of the course. Higher is better for PSNR and
SSIM, lower for CIEDE2000; the ideal colourfulness ratio is 1.

{overall}

CIEDE2000 by category, for the baselines and for this model, with the model's PSNR and colourfulness ratio:

{categories}

{worst}

One command made both tables:

```
{results["facts"]["command"]}
```

## Failure cases
{FAILURES[name]}"""


def main():
    """Write all cards."""
    models = json.loads((ROOT / "colorlab/weights/models.json").read_text(encoding="utf-8"))
    results = json.loads((ROOT / "book/results/models.json").read_text(encoding="utf-8"))
    CARDS.mkdir(exist_ok=True)
    for name in models:
        (CARDS / f"{name}.md").write_text(card(name, models, results), encoding="utf-8")
        print(CARDS / f"{name}.md")


if __name__ == "__main__":
    main()
