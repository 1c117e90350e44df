"""Peak memory of a training process, on few and on many pictures."""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

from colorlab.datasets import toy

_COUNTS = (500, 4000)

_CHILD = """
import json, resource, sys
from colorlab import training
from colorlab.training import batches
from colorlab.configuration import Configuration
from colorlab.datasets import folder, splits

configuration = Configuration.from_preset(
    "recipe", image_size=128, filters=(16, 16, 32, 64, 64, 64, 64), batch_size=16, epochs=1
)
parts = splits.split(folder.scan(sys.argv[1]))
training.train(configuration, batches.Batches(parts, configuration), sys.argv[2])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps(peak / (1024 if sys.platform != "darwin" else 1024**2)))
"""


def _write_pictures(target, count):
    random = np.random.default_rng(0)
    scenes = [toy.paint(category, seed=0, size=256) for category in toy.CATEGORIES]
    for category in toy.CATEGORIES:
        (target / category).mkdir(parents=True)
    for number in range(count):
        # Noise makes every file another picture at little cost.
        scene = scenes[number % len(scenes)].astype(int)
        coarse = random.integers(-60, 60, (16, 16, 3)).repeat(16, axis=0).repeat(16, axis=1)
        picture = np.clip(scene + coarse, 0, 255).astype("uint8")
        category = toy.CATEGORIES[number % len(scenes)]
        Image.fromarray(picture).save(target / category / f"{number:05d}.jpg", quality=85)


def measure():
    """Train for an epoch on each number of pictures in a process of its own; return the peaks."""
    peaks = {}
    for count in _COUNTS:
        with tempfile.TemporaryDirectory() as temporary:
            data, run = pathlib.Path(temporary, "data"), pathlib.Path(temporary, "run")
            _write_pictures(data, count)
            child = subprocess.run(
                [sys.executable, "-c", _CHILD, str(data), str(run)],
                capture_output=True,
                text=True,
                check=True,
            )
        peaks[count] = json.loads(child.stdout.splitlines()[-1])
    few, many = (peaks[count] for count in _COUNTS)
    return {
        "pictures": list(_COUNTS),
        "peak_mebibytes": [round(few, 1), round(many, 1)],
        "difference_percent": round(100 * (many - few) / few, 1),
    }
