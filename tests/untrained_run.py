"""A run with random weights, as a training leaves it, for tests that need no training."""

import json

import numpy as np

from colorlab.configuration import Configuration
from colorlab.networks import registry


def write(folder, target):
    """Write the run of a small network that predicts `target` into the new `folder`."""
    folder.mkdir()
    configuration = Configuration(target=target, image_size=32, filters=(4, 4, 4))
    network = registry.build_network(configuration)
    random = np.random.default_rng(0)
    for variable in network.weights:
        if "seed" not in variable.path:
            scale = 0.25 if "kernel" in variable.path else 0.1
            positive = "variance" in variable.path or "gamma" in variable.path
            variable.assign(positive + scale * random.normal(size=variable.shape))
    network.save_weights(folder / "best.weights.h5")
    (folder / "config.json").write_text(json.dumps({"configuration": configuration.to_dict()}))
    return folder
