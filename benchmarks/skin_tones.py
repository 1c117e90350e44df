"""Is darker skin coloured worse? Measured on the faces that the shipped models were not trained on.

``python -m benchmarks.skin_tones --data DIR`` prints JSON. DIR is the folder of photographs that
the models were trained on, with the category ``faces``; of its split the test part is measured, by
the protocol for results (256 x 256 pixels). ``book/results/skin_tones.json`` keeps the numbers, and
``tools/write_skin_tones_page.py`` puts them into the book. No picture is written.

Skin is what lies in the central half of the true picture and has the chrominance of skin [1]_. The
individual typology angle [2]_ of its median colour sorts the faces into the usual groups [3]_.

References
----------
.. [1] D. Chai and K. N. Ngan, "Face segmentation using skin-color map in videophone applications",
   IEEE Transactions on Circuits and Systems for Video Technology 9 (1999),
   https://doi.org/10.1109/76.767122
.. [2] A. Chardon, I. Cretois and C. Hourseau, "Skin colour typology and suntanning pathways",
   International Journal of Cosmetic Science 13 (1991),
   https://doi.org/10.1111/j.1467-2494.1991.tb00561.x
.. [3] S. Del Bino and F. Bernerd, "Variations in skin colour and the biological consequences of
   ultraviolet radiation exposure", British Journal of Dermatology 169 (2013),
   https://doi.org/10.1111/bjd.12529
"""

import argparse
import json
import pathlib
import shlex
import sys

import numpy as np
from scipy.stats import spearmanr
from skimage.color import deltaE_ciede2000, rgb2lab, rgb2ycbcr

from colorlab import color, load_pretrained
from colorlab.datasets import folder, splits
from colorlab.errors import InputError
from colorlab.evaluation.baselines import grey_picture
from colorlab.evaluation.models import common_split, facts_of, method_of
from colorlab.images.resizing import standardize

_MODELS, _CATEGORY, _SIZE, _BATCH = ("default", "small"), "faces", 256, 16
_GROUPS = {"very light": 55, "light": 41, "intermediate": 28, "tan": 10, "brown": -30, "dark": -91}
_FIFTHS = ("darkest fifth", "second", "third", "fourth", "lightest fifth")
_LEAST_SKIN = 0.05  # of the centre; a face with less is left out
_RESAMPLES = 2000
_MEASURES = ("ciede2000", "ciede2000_centre", "lightness", "a", "b", "chroma", "hue")


def centre(height, width):
    """Return the central half of a picture, where its face is, as a mask."""
    mask = np.zeros((height, width), dtype=bool)
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return mask


def find_skin(rgb):
    """Return the mask of the pixels in the centre with 77 <= Cb <= 127 and 133 <= Cr <= 173."""
    _, cb, cr = np.moveaxis(rgb2ycbcr(rgb), -1, 0)
    return centre(*rgb.shape[:2]) & (77 <= cb) & (cb <= 127) & (133 <= cr) & (cr <= 173)


def typology_angle(lightness, b):
    """Return the individual typology angle in degrees; light skin has a large one."""
    return float(np.degrees(np.arctan2(lightness - 50, b)))


def group_of(angle):
    """Return the group of an angle: very light above 55 degrees, dark below -30."""
    return next(name for name, above in _GROUPS.items() if angle > above)


def errors(target, prediction, skin):
    """Compare a prediction with its target: the colour difference, and shifts of the mean colour.

    Chroma is C* = sqrt(a^2 + b^2), and the shift of the hue is in degrees. A grey prediction has no
    hue; its shift is NaN.
    """
    difference = deltaE_ciede2000(target, prediction)
    true, guess = target[skin].mean(axis=0), prediction[skin].mean(axis=0)
    angles = [np.degrees(np.arctan2(each[2], each[1])) for each in (true, guess)]
    chroma = [np.hypot(each[1], each[2]) for each in (true, guess)]
    return {
        "ciede2000": difference[skin].mean(),
        "ciede2000_centre": difference[centre(*skin.shape)].mean(),
        **dict(zip(("lightness", "a", "b"), guess - true, strict=True)),
        "chroma": chroma[1] - chroma[0],
        "hue": (angles[1] - angles[0] + 180) % 360 - 180 if chroma[1] > 1 else np.nan,
    }


def look_at(table, methods):
    """Return a row of numbers for each face with enough skin, and how many had too little."""
    rows = []
    for start in range(0, len(table), _BATCH):
        indices = range(start, min(start + _BATCH, len(table)))
        targets = [standardize(table.read(index), _SIZE) for index in indices]
        grey = np.stack([color.grey(target) for target in targets])
        predictions = {name: method(grey) for name, method in methods.items()}
        for number, rgb in enumerate(targets):
            lab, skin = rgb2lab(rgb), find_skin(rgb)
            median = np.median(lab[skin], axis=0) if skin.any() else np.zeros(3)
            if skin.sum() < _LEAST_SKIN * centre(*skin.shape).sum() or median[2] <= 0:
                continue
            found = {
                name: errors(lab, rgb2lab(each[number]), skin) for name, each in predictions.items()
            }
            rows.append({"angle": typology_angle(median[0], median[2]), "lab": median, **found})
    return rows, len(table) - len(rows)


def interval(statistic, *columns):
    """Return a statistic of the columns, with a 95 % bootstrap interval over the faces, seeded.

    Faces with a NaN are left out; without any other there is no statistic.
    """
    columns = np.array(columns)
    columns = columns[:, np.isfinite(columns).all(axis=0)]
    rng, count = np.random.default_rng(0), columns.shape[1]
    if count < 2:
        return None
    draws = [statistic(*columns[:, rng.integers(0, count, count)]) for _ in range(_RESAMPLES)]
    values = statistic(*columns), *np.percentile(draws, (2.5, 97.5))
    return {n: round(float(x), 3) for n, x in zip(("value", "low", "high"), values, strict=True)}


def by_group(rows, groups, methods):
    """Return for each group its size, its true colour, and means with intervals."""
    table = []
    for group, own in groups.items():
        about = {"group": group, "faces": len(own)}
        if own:
            colours = np.array([rows[index]["lab"] for index in own])
            about["true_lab"] = colours.mean(axis=0).round(1).tolist()
            about["lightness_range"] = colours[[0, -1], 0].round(1).tolist()
        for method in methods if own else ():
            columns = {each: [rows[index][method][each] for index in own] for each in _MEASURES}
            about[method] = {each: interval(np.mean, columns[each]) for each in _MEASURES}
        table.append(about)
    return table


def rank_correlation(key, error):
    """Return Spearman's rank correlation."""
    return spearmanr(key, error).statistic


def summarize(rows, methods):
    """Return tables by angle and by lightness, and the rank correlations of both with the error.

    The angle depends on b, which the error is about: a face whose b is unusually low gets into the
    first or the last group, and a network is bound to be wrong there. Lightness is known from the
    grey picture, so fifths by lightness are free of this.
    """
    rows = sorted(rows, key=lambda row: row["lab"][0])
    names = [group_of(row["angle"]) for row in rows]
    groups = {
        group: [index for index, name in enumerate(names) if name == group] for group in _GROUPS
    }
    fifths = dict(zip(_FIFTHS, np.array_split(np.arange(len(rows)), len(_FIFTHS)), strict=True))
    keys = {"angle": [row["angle"] for row in rows], "lightness": [row["lab"][0] for row in rows]}
    return {
        "by_angle": by_group(rows, groups, methods),
        "by_lightness": by_group(rows, {n: [*f.tolist()] for n, f in fifths.items()}, methods),
        "rank_correlation_with_ciede2000": {
            name: {
                method: interval(rank_correlation, key, [row[method]["ciede2000"] for row in rows])
                for method in methods
            }
            for name, key in keys.items()
        },
    }


def main():
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skin_tones")
    parser.add_argument("--data", required=True)
    wanted = parser.parse_args()
    colorizers = {name: load_pretrained(name) for name in _MODELS}
    split = common_split({name: each.predictor.configuration for name, each in colorizers.items()})
    test = splits.split(folder.scan(wanted.data).without_grey(), **split).test
    if _CATEGORY not in test.categories:
        raise InputError(f"{wanted.data}: has no category `{_CATEGORY}` among its test pictures")
    faces = test.of(_CATEGORY)
    methods = {
        "grey": lambda batch: [grey_picture(grey) for grey in batch],
        **{name: method_of(each) for name, each in colorizers.items()},
    }
    rows, left_out = look_at(faces, methods)
    facts = {
        "command": shlex.join(["python", "-m", "benchmarks.skin_tones", *sys.argv[1:]]),
        "data": pathlib.Path(wanted.data).name,
        "fingerprint": test.fingerprint,
        "part": "test",
        "category": _CATEGORY,
        "split": f"validation share {split['validation']}, test share {split['test']}, "
        f"seed {split['seed']}",
        "faces": len(faces),
        "left_out": left_out,
        "size": _SIZE,
        **facts_of(colorizers),
    }
    print(json.dumps({"facts": facts, **summarize(rows, methods)}, indent=1))


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"python -m benchmarks.skin_tones: {error}")
