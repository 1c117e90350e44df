"""What asking buys: variants, palettes and doubt on a folder of photographs, and a session's time.

``python -m benchmarks.asking MODEL FOLDER [PICTURES]`` takes photographs of every category in turn,
seeded, by the protocol for results (256 x 256 pixels), and prints the figures as JSON. Name
photographs that the model was not trained on.
"""

import json
import pathlib
import random
import sys
import time

import numpy as np

from colorlab import Hint, load_pretrained
from colorlab.color import srgb_to_lab
from colorlab.images import read_image, standardize
from colorlab.images.listing import list_pictures
from colorlab.inference import palette_of
from colorlab.metrics import ciede2000, psnr

_VARIANTS = 3


def _sample(root, count):
    """Choose photographs of all categories in turn, two by two, so that each has a partner."""
    rng, by_category = random.Random(0), {}
    for path in list_pictures(pathlib.Path(root)).pictures:
        by_category.setdefault(path.parent.name, []).append(path)
    pairs = []
    while len(pairs) < (count + 1) // 2:
        for paths in by_category.values():
            pairs.append(rng.sample(paths, 2))
    return pairs[: (count + 1) // 2]


def _decibels(image, rgb):
    return float(psnr(rgb, image))


def quality(colorizer, root, count=60):
    """Measure variants, palettes and doubt."""
    rows = []
    for pair in _sample(root, count):
        pictures = [standardize(read_image(path), 256) for path in pair]
        for rgb, partner in zip(pictures, pictures[::-1], strict=True):
            session = colorizer.session(rgb)
            plain, variants = session.colorize(), session.variants(_VARIANTS)
            own = _decibels(plain, rgb)
            apart = [
                float(ciede2000(one, other))
                for number, one in enumerate(variants)
                for other in variants[:number]
            ]
            error = np.hypot(*np.moveaxis((_ab(plain) - _ab(rgb)), -1, 0))
            rows.append(
                {
                    "default_decibels": own,
                    **{
                        f"variant{number}_less_default": _decibels(image, rgb) - own
                        for number, image in enumerate(variants, 1)
                    },
                    "ciede2000_between_variants": float(np.mean(apart)),
                    "partners_palette_less_default": _followed(session, partner, rgb) - own,
                    "own_palette_less_default": _followed(session, rgb, rgb) - own,
                    "correlation_of_doubt_and_error": float(
                        np.corrcoef(error.ravel(), session.doubt().ravel())[0, 1]
                    ),
                }
            )
    means = {name: round(float(np.nanmean([row[name] for row in rows])), 2) for name in rows[0]}
    return {"pictures": len(rows), **means}


def _ab(rgb):
    return srgb_to_lab(rgb / 255)[..., 1:]


def _followed(session, reference, rgb):
    return _decibels(session.colorize(palette=palette_of(reference)), rgb)


def times(colorizer, turns=9, side=512):
    """Measure, in milliseconds of processor time, a photograph from the start and one more hint."""
    grey = np.random.default_rng(0).integers(0, 256, (side, side)).astype("uint8")
    session, found = colorizer.session(grey), {"from_the_start": [], "one_more_hint": []}
    for turn in range(turns):
        hints = [Hint(turn, 100, "#806060")] if colorizer.predictor.takes_hints else []
        for name, look in (("from_the_start", True), ("one_more_hint", False)):
            start = time.process_time()
            (colorizer.session(grey) if look else session).colorize(hints)
            found[name].append(1000 * (time.process_time() - start))
    best = {name: round(min(values), 1) for name, values in found.items()}
    return {**best, "ratio": round(best["from_the_start"] / best["one_more_hint"], 2)}


if __name__ == "__main__":
    model, root, *count = sys.argv[1:]
    loaded = load_pretrained(model)
    print(json.dumps({**times(loaded), **quality(loaded, root, *map(int, count))}, indent=1))
