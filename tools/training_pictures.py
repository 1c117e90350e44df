"""The pictures that the shipped networks are trained on, and how often each is drawn."""

import dataclasses
from pathlib import Path

import numpy as np

from colorlab.datasets import folder, splits

SEED = 0
REBALANCING = 0.3
LEAST_SPREAD = 3.0  # of a and b, in Lab units: below it a picture counts as grey or tinted
HELD_BACK = 0.05  # of the varied pictures, for validation and for testing each


def training_table(course, extra, varied):
    """Join the training parts without near-duplicates of what is kept for judging."""
    parts = splits.split(folder.scan(course), seed=SEED)
    others = splits.split(folder.scan(varied), validation=HELD_BACK, test=HELD_BACK, seed=SEED)
    joined = splits.add_training_pictures(parts, folder.scan(extra))
    joined = splits.add_training_pictures(joined, others.train).train
    held = [
        _absolute(part, i) for part in (others.validation, others.test) for i in range(len(part))
    ]
    own = [_absolute(joined, i) for i in range(len(joined))]
    groups = splits.group_near_duplicates(dataclasses.replace(joined, pictures=(*own, *held)))
    kept = [i for i, group in enumerate(groups[: len(own)]) if group not in set(groups[len(own) :])]
    order = np.random.default_rng(SEED).permutation(len(kept))
    return dataclasses.replace(joined, pictures=tuple(own[kept[i]] for i in order))


def _absolute(table, index):
    picture = table.pictures[index]
    return dataclasses.replace(picture, path=str((table.folder / picture.path).absolute()))


def weights_of(table, varied):
    """Draw half of the pictures from the varied ones, categories by the root of their size."""
    origin = np.array([Path(each.path).is_relative_to(varied) for each in table.pictures])
    names = np.array([f"{o}/{p.category}" for o, p in zip(origin, table.pictures, strict=True)])
    _, places, counts = np.unique(names, return_inverse=True, return_counts=True)
    weights = counts[places] ** -0.5
    for each in (True, False):
        weights[origin == each] *= 0.5 / weights[origin == each].sum()
    return weights
