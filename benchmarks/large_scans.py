"""Peak memory of colouring a scan of hundreds of millions of pixels, from each format to itself.

Run ``python -m benchmarks.large_scans MILLIONS``, by default 400. It takes some minutes, 3 GB of
memory for making the scans and about 2 GB of a temporary folder.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

ENDINGS = (".jpg", ".png", ".tif")

# The last argument is where the process writes what the system knows about it.
_CHILD = """
import atexit, pathlib, sys
status = pathlib.Path(sys.argv.pop())
atexit.register(lambda: status.write_text(pathlib.Path("/proc/self/status").read_text()))
from colorlab.cli import main
main()
"""


def make_scans(folder, millions):
    """Write a scan of so many million pixels, a mosaic of a painted scene with noise."""
    from colorlab.datasets import toy
    from colorlab.images import large
    from colorlab.images.writing import save_image

    side = round((millions * 10**6) ** 0.5) // 256 * 256
    scene = toy.paint(toy.CATEGORIES[0], seed=0, size=1024)
    scene = scene + np.random.default_rng(0).integers(0, 12, scene.shape)
    scene = np.asarray(Image.fromarray(scene.clip(0, 255).astype("uint8")))
    count = -(-side // 1024)
    image = np.tile(scene, (count, count, 1))[:side, :side]
    for ending in ENDINGS[:2]:
        save_image(folder / f"scan{ending}", image)
    with open(folder / "scan.tif", "w+b") as stream:
        large.write_tiff(stream, image, {})
    return side * side


def measure(millions=400):
    """Colour each scan in a process of its own; return peak memory in MB, and seconds."""
    figures = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        made = [sys.executable, "-m", "benchmarks.large_scans", str(millions), temporary]
        figures["pixels"] = int(subprocess.run(made, check=True, stdout=subprocess.PIPE).stdout)
        for ending in ENDINGS:
            words = [folder / f"scan{ending}", "-o", folder / f"colour{ending}", "--model", "small"]
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _CHILD, "colorize", *map(str, words)]
                + ["--largest", str(millions), str(folder / "status")],
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise RuntimeError(done.stderr)
            status = (folder / "status").read_text()
            figures[ending] = {
                "peak_megabytes": int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024 // 10**6,
                "seconds": round(time.perf_counter() - start),
                "printed": done.stdout.strip().replace(temporary, ""),
            }
            (folder / f"colour{ending}").unlink()
    return figures


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(make_scans(pathlib.Path(sys.argv[2]), int(sys.argv[1])))
    else:
        print(json.dumps(measure(*map(int, sys.argv[1:2])), indent=2))
