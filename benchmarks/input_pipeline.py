"""Pictures a second from JPEG files to training batches, beside the plain way."""

import pathlib
import tempfile
import time

import numpy as np
from PIL import Image

from colorlab.configuration import Configuration
from colorlab.datasets import folder, splits, toy
from colorlab.training import Batches

_PICTURES = 40  # a category
_EPOCHS = 4


def _write_pictures(target, width, height):
    for category in toy.CATEGORIES:
        (target / category).mkdir(parents=True)
        for number in range(_PICTURES):
            picture = Image.fromarray(toy.paint(category, seed=number, size=256))
            picture = picture.resize((width, height), Image.Resampling.BICUBIC)
            picture.save(target / category / f"{number:03d}.jpg", quality=90)


def _plain_batches(paths, size, batch_size):
    """Yield batches the way a first script does: Pillow and NumPy in a loop, grey by hand."""
    for start in range(0, len(paths) - batch_size + 1, batch_size):
        inputs, targets = [], []
        for path in paths[start : start + batch_size]:
            picture = Image.open(path).convert("RGB")
            width, height = picture.size
            side = min(width, height)
            left, top = (width - side) // 2, (height - side) // 2
            picture = picture.crop((left, top, left + side, top + side))
            picture = picture.resize((size, size), Image.Resampling.LANCZOS)
            rgb = np.array(picture) / 127.5 - 1
            grey = 0.299 * rgb[..., 0] + 0.587 * rgb[..., 1] + 0.114 * rgb[..., 2]
            inputs.append(grey[..., None])
            targets.append(rgb)
        yield np.array(inputs, "float32"), np.array(targets, "float32")


def _pictures_per_second(batches):
    iterator = iter(batches)
    next(iterator)  # starting up is not what is measured
    start, count = time.perf_counter(), 0
    for grey, _ in iterator:
        count += len(grey)
    return count / (time.perf_counter() - start)


def measure():
    """Measure both ways, in turns, on two sizes of files; return a list of results."""
    results = []
    for width, height, size in ((256, 256, 256), (256, 256, 128), (1024, 768, 256)):
        with tempfile.TemporaryDirectory() as temporary:
            target = pathlib.Path(temporary)
            _write_pictures(target, width, height)
            parts = splits.split(folder.scan(target))
            batches = Batches(
                parts, Configuration.from_preset("recipe", image_size=size, epochs=_EPOCHS)
            )
            paths = [target / picture.path for picture in parts.train.pictures]
            plain, fast = [], []
            for _ in range(3):
                plain.append(_pictures_per_second(_plain_batches(paths, size, 32)))
                fast.append(_pictures_per_second(batches.training()))
        results.append(
            {
                "files": f"{width} x {height} JPEG",
                "image_size": size,
                "plain_pictures_per_second": round(float(np.median(plain)), 1),
                "pipeline_pictures_per_second": round(float(np.median(fast)), 1),
                "ratio": round(float(np.median(fast) / np.median(plain)), 2),
            }
        )
    return results
