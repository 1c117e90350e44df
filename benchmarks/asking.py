"""What asking buys: variants, palettes and doubt on photographs that the model was not trained on.

``python -m benchmarks.asking MODEL --data DIR --validation 0.05 --test 0.05`` prints JSON. It takes
test pictures of every category in turn, seeded, by the protocol for results (256 x 256 pixels).
Name the fractions by which the photographs were split for the training. What the book says of
variants, palettes and doubt comes from ``book/results/asking.json``, where this was kept;
``tools/write_hints_page.py`` puts it into the page.
"""

import argparse
import json
import pathlib
import random
import shlex
import sys

import numpy as np

from colorlab import load_pretrained
from colorlab.color import ab_bins, recombine, srgb_to_lab
from colorlab.datasets import folder, splits
from colorlab.errors import InputError
from colorlab.evaluation.models import facts_of
from colorlab.images import read_image
from colorlab.images.resizing import standardize
from colorlab.inference import palette_of
from colorlab.inference.doubt import probabilities
from colorlab.metrics import ciede2000, psnr

_SIZE, _VARIANTS = 256, 3


def _in_turn(pictures, count):
    """Choose pictures of all categories in turn, each with a partner of its own and of another."""
    rng, by_category = random.Random(0), {}
    for picture in pictures:
        by_category.setdefault(picture.category, []).append(picture)
    by_category = {name: each for name, each in by_category.items() if len(each) > 1}
    for group in by_category.values():
        rng.shuffle(group)
    longest = max(map(len, by_category.values()))
    turns = [
        (name, group[turn])
        for turn in range(longest)
        for name, group in by_category.items()
        if turn < len(group)
    ]
    for name, picture in turns[:count]:
        partner = rng.choice([each for each in by_category[name] if each is not picture])
        stranger = rng.choice(
            by_category[rng.choice([each for each in by_category if each != name])]
        )
        yield picture, partner, stranger


def _read(table, picture):
    return standardize(read_image(pathlib.Path(table.folder, picture.path)), _SIZE)


def _ab(rgb):
    return srgb_to_lab(rgb / 255)[..., 1:]


def _roughness(rgb):
    """Return the mean distance of neighbouring pixels in the a-b plane."""
    ab = _ab(rgb)
    steps = [np.moveaxis(np.diff(ab, axis=axis), -1, 0) for axis in (0, 1)]
    return float(np.mean([np.hypot(*each).mean() for each in steps]))


def _drawn(session, rng):
    """Colour each place with a bin drawn at random by its probability, as variants are not."""
    shares = probabilities(session._prediction(()).astype("float64"))
    below = shares.cumsum(axis=-1) < rng.uniform(size=(*shares.shape[:2], 1))
    drawn = ab_bins.bin_centers()[below.sum(axis=-1).clip(max=shares.shape[-1] - 1)]
    return recombine(session.grey, drawn.astype("float32"), 1.0, session._valid_fraction)


def _variants(session, rgb, plain, rng):
    variants = session.variants(_VARIANTS)
    apart = [
        float(ciede2000(one, other))
        for number, one in enumerate(variants)
        for other in variants[:number]
    ]
    return {
        **{
            f"variant{number}_less_default_decibels": float(psnr(rgb, each) - psnr(rgb, plain))
            for number, each in enumerate(variants, 1)
        },
        "ciede2000_between_variants": float(np.mean(apart)),
        "roughness_of_default": _roughness(plain),
        "roughness_of_variants": float(np.mean([_roughness(each) for each in variants])),
        "roughness_of_drawn_bins": _roughness(_drawn(session, rng)),
    }


def _palettes(session, rgb, plain, references):
    row = {}
    for name, reference in references.items():
        try:
            followed = session.colorize(palette=palette_of(reference))
        except InputError:  # a grey reference
            continue
        row[f"{name}_palette_less_default_decibels"] = float(psnr(rgb, followed) - psnr(rgb, plain))
        row[f"{name}_palette_less_default_ciede2000"] = float(
            ciede2000(rgb, followed) - ciede2000(rgb, plain)
        )
    return row


def _doubt(session, rgb, plain):
    error = np.hypot(*np.moveaxis(_ab(plain) - _ab(rgb), -1, 0)).ravel()
    doubt = session.doubt().ravel()
    order = np.argsort(doubt)
    tenth = len(order) // 10
    return {
        "correlation_of_doubt_and_error": float(np.corrcoef(error, doubt)[0, 1]),
        "ab_error_of_the_surest_tenth": float(error[order[:tenth]].mean()),
        "ab_error_of_the_least_sure_tenth": float(error[order[-tenth:]].mean()),
    }


def measure(colorizer, table, count):
    """Return means over pictures, and how far the means may be off: twice their standard error."""
    rows, rng = [], np.random.default_rng(0)
    for picture, partner, stranger in _in_turn(table.pictures, count):
        rgb = _read(table, picture)
        session = colorizer.session(rgb)
        plain = session.colorize()
        references = {
            "own": rgb,
            "same_category": _read(table, partner),
            "another_category": _read(table, stranger),
        }
        rows.append(
            {
                "default_decibels": float(psnr(rgb, plain)),
                "default_ciede2000": float(ciede2000(rgb, plain)),
                **_variants(session, rgb, plain, rng),
                **_palettes(session, rgb, plain, references),
                **_doubt(session, rgb, plain),
            }
        )
    found = {}
    for name in max(rows, key=len):
        values = np.array([row[name] for row in rows if name in row])
        error = values.std(ddof=1) / np.sqrt(len(values))
        found[name] = {"mean": round(float(values.mean()), 3), "within": round(float(2 * error), 3)}
    return len(rows), found


def main():
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asking")
    parser.add_argument("model")
    parser.add_argument("--data", required=True)
    parser.add_argument("--validation", type=float, default=0.05)
    parser.add_argument("--test", type=float, default=0.05)
    parser.add_argument("--pictures", type=int, default=110)
    wanted = parser.parse_args()
    colorizer = load_pretrained(wanted.model)
    table = folder.scan(wanted.data).without_grey()
    judged = splits.split(table, wanted.validation, wanted.test).test
    count, found = measure(colorizer, judged, wanted.pictures)
    facts = {
        "command": shlex.join(["python", "-m", "benchmarks.asking", *sys.argv[1:]]),
        "data": pathlib.Path(wanted.data).name,
        "fingerprint": judged.fingerprint,
        "part": "test",
        "split": f"validation share {wanted.validation}, test share {wanted.test}, seed 0",
        "pictures": count,
        "size": _SIZE,
        **facts_of({wanted.model: colorizer}),
    }
    print(json.dumps({"facts": facts, "means": found}, indent=1))


if __name__ == "__main__":
    main()
