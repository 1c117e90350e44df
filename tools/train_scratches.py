"""Learn to tell dust and scratches from scenes, and write ``colorlab/restoration/scratches.json``.

``python tools/train_scratches.py FOLDER...`` takes photographs without damage, one sub-folder a
category, and paints damage of six degrees on a thousand of them, and on large ones that every fifth
of these is made into by mirrors. Test pictures (:func:`colorlab.datasets.split`), every tenth one,
which ``benchmarks/restoration.py`` counts, and what is nearly the same as these are left out.
10,000 photographs take about half an hour.

A network of one hidden layer scores each candidate. Logistic regression then weighs what the
scores say about a photograph as a whole; those scores come from a network that did not see it.
More evidence is asked for than the most misleading photograph without damage gives.
"""

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from benchmarks.painted_damage import paint_scratches
from colorlab.datasets import scan, split
from colorlab.datasets.splits import group_near_duplicates
from colorlab.images.listing import list_pictures
from colorlab.restoration import evidence, scratches
from colorlab.restoration.candidates import find_candidates

DEGREES = ((1, 0), (2, 0), (1, 4), (0, 12), (4, 12), (6, 20))  # lines and spots
PAINTED, LARGE, SEED = 1000, 5, 7
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 24, 25, 1024, 5e-3, 1e-4
MOST, MARGIN = 0.001, 1.5  # share of a photograph's pixels; evidence
OUT = Path(__file__).parents[1] / "colorlab" / "restoration" / "scratches.json"


@dataclasses.dataclass
class Example:
    """The candidates of a photograph, of which ``damaged`` says what they are.

    ``pixels`` are those that filling each candidate would change, as a share of the photograph.
    """

    path: str
    degree: int | None
    measures: np.ndarray
    damaged: np.ndarray
    pixels: np.ndarray
    scores: np.ndarray | None = None


def usable_pictures(folder):
    """List the pictures of a folder that nothing is tested with."""
    table = scan(folder)
    parts, groups = split(table), group_near_duplicates(table)
    tenth = {path.resolve() for path in sorted(list_pictures(folder).pictures)[::10]}
    paths = [Path(folder, each.path).resolve() for each in table.pictures]
    tested = {group for path, group in zip(paths, groups, strict=True) if path in tenth}
    kept = {each.digest for part in (parts.train, parts.validation) for each in part.pictures}
    return [
        str(path)
        for path, each, group in zip(paths, table.pictures, groups, strict=True)
        if each.digest in kept and group not in tested
    ]


def example_of(path, degree=None, seed=0, times=1):
    """Measure a photograph as it is, or with damage painted on it.

    A large one, on which scratches are longer, is made from a small one and its mirror images.
    """
    with Image.open(path) as picture:
        grey = np.asarray(picture.convert("L"))
    grey = np.pad(grey, [(0, (times - 1) * side) for side in grey.shape], mode="symmetric")
    mask = np.zeros(grey.shape, bool)
    if degree is not None:
        count, spots = DEGREES[degree]
        grey, mask = paint_scratches(grey, np.random.default_rng(seed), count=count, spots=spots)
    found = find_candidates(grey)
    if found.labels.shape != grey.shape:
        mask = np.asarray(Image.fromarray(mask).resize(found.labels.shape[::-1]))
    number = len(found.measures)
    area, hit, filled = (
        np.bincount(labels.reshape(-1), minlength=number + 1)[1:]
        for labels in (
            found.labels,
            found.labels[mask],
            ndimage.grey_dilation(found.labels, size=(3, 3)),
        )
    )
    return Example(path, degree, found.measures, hit > area / 2, filled / found.labels.size)


def fit_network(examples, random):
    """Learn which candidates are damage, and return the numbers of the network."""
    measures = np.concatenate([each.measures for each in examples])
    damaged = np.concatenate([each.damaged for each in examples])
    painted = np.concatenate([each.measures for each in examples if each.degree is not None])
    mean, deviation = painted.mean(axis=0), painted.std(axis=0) + 1e-9
    limit = evidence._EXTREME
    inputs, inward = np.clip((measures - mean) / deviation, -limit, limit), measures.shape[1]
    weights = [
        random.normal(0, inward**-0.5, (inward, HIDDEN)),
        np.zeros(HIDDEN),
        random.normal(0, HIDDEN**-0.5, HIDDEN),
        np.array([-2.0]),
    ]
    moments = [[np.zeros_like(each) for each in weights] for _ in range(2)]
    steps, step = EPOCHS * (len(inputs) // BATCH), 0
    for _ in range(EPOCHS):
        order = random.permutation(len(inputs))
        for batch in order[: len(order) // BATCH * BATCH].reshape(-1, BATCH):
            hidden = np.tanh(inputs[batch] @ weights[0] + weights[1])
            probability = 1 / (1 + np.exp(-(hidden @ weights[2] + weights[3])))
            error = (probability - damaged[batch]) / BATCH
            inner = np.outer(error, weights[2]) * (1 - hidden**2)
            gradients = [
                inputs[batch].T @ inner + DECAY * weights[0],
                inner.sum(axis=0),
                hidden.T @ error + DECAY * weights[2],
                np.array([error.sum()]),
            ]
            step += 1
            rate = RATE * (1 + np.cos(np.pi * step / steps)) / 2
            for each, gradient, first, second in zip(weights, gradients, *moments, strict=True):
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient**2 - second)
                corrected = np.sqrt(second / (1 - 0.999**step)) + 1e-8
                each -= rate * first / (1 - 0.9**step) / corrected
    names = ("hidden_weights", "hidden_bias", "output_weights", "output_bias")
    return {"mean": mean, "deviation": deviation} | dict(zip(names, weights, strict=True))


def fit_pictures(inputs, damaged):
    """Weigh what is measured of a photograph, by logistic regression with Newton's method."""
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    inputs = np.column_stack([(inputs - mean) / deviation, np.ones(len(inputs))])
    weights = np.zeros(inputs.shape[1])
    for _ in range(30):
        probability = 1 / (1 + np.exp(-inputs @ weights))
        curvature = (inputs * (probability * (1 - probability))[:, None]).T @ inputs
        gradient = inputs.T @ (damaged - probability) - weights
        weights += np.linalg.solve(curvature + np.eye(len(weights)), gradient)
    return weights[:-1] / deviation


def fit(examples):
    """Learn all numbers, and print what they do to the photographs they were learnt from."""
    random = np.random.default_rng(SEED)
    paths = sorted({each.path for each in examples})
    half = {path: random.random() < 0.5 for path in paths}
    for side in (True, False):
        numbers = fit_network([each for each in examples if half[each.path] == side], random)
        evidence._numbers = lambda numbers=numbers: numbers
        for each in examples:
            if half[each.path] != side:
                each.scores = evidence.damage_scores(each.measures)
    examples = [each for each in examples if len(each.measures)]
    inputs = np.stack([evidence.picture_measures(each.scores) for each in examples])
    clean = np.array([each.degree is None for each in examples])
    found = np.array(
        [((each.scores > scratches._LIKELY) & each.damaged).any() for each in examples]
    )
    weights = fit_pictures(inputs[clean | found], found[clean | found])
    shares = np.array([each.pixels[each.scores > scratches._LIKELY].sum() for each in examples])
    logits = inputs @ weights
    misleading = np.sort(logits[clean & (shares > MOST)])
    print(f"{clean.sum()} without damage; the most misleading: {misleading[-4:].round(2)}")
    least = max(misleading, default=logits[clean].max()) + MARGIN
    judged = logits > least
    for degree, (lines, spots) in enumerate(DEGREES):
        of = [index for index, each in enumerate(examples) if each.degree == degree]
        sure = [
            examples[index].damaged & (examples[index].scores > scratches._LIKELY) for index in of
        ]
        hit = sum(
            examples[k].pixels[each].sum() for k, each in zip(of, sure, strict=True) if judged[k]
        )
        all_of_them = sum(examples[k].pixels[examples[k].damaged].sum() for k in of)
        got = hit / all_of_them
        print(f"{lines} lines, {spots} spots: {judged[of].mean():.1%} judged, {got:.1%} found")
    numbers = fit_network(examples, random)
    return numbers | {"picture_weights": weights, "least_evidence": least}


def main():
    """Take the folders from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--origin", default="", help="what the photographs are, for the file")
    arguments = parser.parse_args()
    paths = [path for folder in arguments.folders for path in usable_pictures(folder)]
    chosen = np.random.default_rng(SEED).choice(len(paths), min(PAINTED, len(paths)), replace=False)
    examples = [example_of(path) for path in paths]
    for number, index in enumerate(sorted(chosen)):
        for degree in range(len(DEGREES)):
            examples.append(example_of(paths[index], degree, 1000 * number + degree))
        if number % LARGE == 0:
            for degree in (None, *range(len(DEGREES))):
                seed, times = 1000 * number + 100 + (degree or 0), 2 + number // LARGE % 2
                examples.append(example_of(paths[index], degree, seed, times))
    write(fit(examples), arguments.origin)


def write(numbers, origin):
    """Write the numbers with six digits, a line for each array."""
    stored = {"origin": origin} | {
        name: np.array([float(f"{each:.6g}") for each in np.ravel(values)])
        .reshape(np.shape(values))
        .tolist()
        for name, values in numbers.items()
    }
    lines = [f" {json.dumps(name)}: {json.dumps(values)}" for name, values in stored.items()]
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
