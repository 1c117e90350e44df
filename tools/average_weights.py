"""Write the mean of the weights of several runs as one ONNX file.

``python tools/average_weights.py RUN RUN --version 2 --out FILE.onnx`` reads the ``average.npz`` of
each run of ``fine_tune_on_gpu.py``. Runs that began with the same weights end in one region of low
loss, so that the mean of their weights is a network too, and often a better one [1]_.

References
----------
.. [1] M. Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves
   accuracy without increasing inference time", ICML 2022,
   https://doi.org/10.48550/arXiv.2203.05482
"""

import argparse
import json
from pathlib import Path

import numpy as np

from colorlab.configuration import Configuration
from colorlab.export.onnx import write_onnx
from colorlab.networks.efficientnet_unet import build_efficientnet_unet


def mean_weights(paths):
    """Average arrays of the same name over several files."""
    total = {}
    for path in paths:
        with np.load(path) as stored:
            for name in stored.files:
                total[name] = total.get(name, 0) + stored[name].astype("float64") / len(paths)
    return total


def set_weights(network, arrays):
    """Give each layer the arrays of its name."""
    for layer in network.layers:
        if layer.weights:
            layer.set_weights([arrays[f"{layer.name}/{each.name}"] for each in layer.weights])


def main():
    """Read the command line and average."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--version", type=int, default=2, help="of the encoder")
    parser.add_argument("--image-size", type=int, default=224, help="shorter side of the input")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    network = build_efficientnet_unet(arguments.version)
    set_weights(network, mean_weights([run / "average.npz" for run in arguments.runs]))
    preset = {2: "efficientnet", 0: "efficientnet_small"}[arguments.version]
    configuration = Configuration.from_preset(preset, image_size=192, frozen_stages=0)
    facts = {
        "image_size": arguments.image_size,
        "stride": 32,
        "temperature": 0.5,
        "configuration": json.dumps(configuration.to_dict()),
    }
    write_onnx(network, arguments.out, facts)


if __name__ == "__main__":
    main()
