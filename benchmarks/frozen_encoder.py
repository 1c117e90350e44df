"""Pictures per second while the encoder is frozen, with its features from disk and without.

``python -m benchmarks.frozen_encoder`` measures both in turns, reading included, on painted
pictures: the whole network on pictures as they are read, and the decoder on cached features. What
filling the cache costs stands beside them. Weights are random, which takes the same time.
"""

import dataclasses
import itertools
import json
import pathlib
import sys
import tempfile
import time

from colorlab import training
from colorlab.configuration import Configuration
from colorlab.datasets import folder, splits, toy
from colorlab.networks import registry
from colorlab.training.compilation import compile_network
from colorlab.training.frozen import Features

_PICTURES, _SIDE = 24, 256  # of each of eight categories
_STEPS, _ROUNDS = 4, 6


def _both_ways(configuration, place):
    """Return a function that takes a step, for each way, and the pictures a second of filling."""
    table = folder.scan(toy.write_folder(place / "pictures", _PICTURES, size=_SIDE))
    batches = training.Batches(splits.split(table), configuration)
    run = training.Run(place / "run")
    run.open({"configuration": configuration.to_dict(), "data": batches.facts, "versions": {}})
    features = Features(configuration, batches, run)
    said = []
    features.fill(said.append)
    rate = float(said[2].split()[-2])  # of the second view; the first one traces

    network = compile_network(dataclasses.replace(configuration, frozen_stages=7))
    _, decoder = registry.split_network(network, configuration)
    decoder.compile(optimizer=network.optimizer, loss=network.loss.of_ab)
    read = itertools.cycle(batches.training())
    cached = itertools.cycle(features.training(0))
    return {
        "whole network": lambda: network.train_on_batch(*next(read)),
        "decoder on cached features": lambda: decoder.train_on_batch(*next(cached)),
    }, rate


def measure(preset):
    """Measure a preset; return a dict. The fastest turn of each way counts."""
    configuration = Configuration.from_preset(
        preset, encoder_weights=None, epochs=2, frozen_epochs=2, precision="float32"
    )
    with tempfile.TemporaryDirectory() as place:
        ways, rate = _both_ways(configuration, pathlib.Path(place))
        seconds = {name: [] for name in ways}
        for _, (name, step) in itertools.product(range(1 + _ROUNDS), ways.items()):
            start = time.perf_counter()
            for _ in range(_STEPS):
                step()
            seconds[name].append(time.perf_counter() - start)
    pictures = _STEPS * configuration.batch_size
    best = {name: min(each[1:]) for name, each in seconds.items()}  # the first one traces
    speeds = {name: round(pictures / each, 1) for name, each in best.items()}
    ratio = best["whole network"] / best["decoder on cached features"]
    return {"preset": preset, **speeds, "ratio": round(ratio, 2), "filling": rate}


if __name__ == "__main__":
    for each in sys.argv[1:] or ("efficientnet_small", "efficientnet"):
        print(json.dumps(measure(each)))
