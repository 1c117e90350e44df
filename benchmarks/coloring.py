"""Colouring photographs beside the plain way: cold start, steady throughput, peak memory.

Both ways compute with the same network, the recipe's with a head of two channels, on the same
pictures of one million pixels, and on two processor cores.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

from colorlab.datasets import toy

_CORES = 2
_SIDE = 1000

_PLAIN = """
import sys
import keras
import numpy
from PIL import Image
from skimage import color, transform

network = keras.models.load_model(sys.argv[1])
for name in sys.argv[3:]:
    picture = Image.open(name).convert("L")
    small = numpy.asarray(picture.resize((256, 256)), "float32")[None, ..., None] / 127.5 - 1
    ab = network.predict(small, verbose=0)[0]
    grey = numpy.asarray(picture)
    lab = color.rgb2lab(numpy.stack([grey] * 3, axis=-1))
    lab[..., 1:] = transform.resize(ab, grey.shape)
    colored = (color.lab2rgb(lab) * 255).astype("uint8")
    Image.fromarray(colored).save(sys.argv[2] + "/" + name.split("/")[-1], quality=95)
    print(name, flush=True)
"""

_COLORLAB = """
import sys
from colorlab.cli import main
sys.argv[1:] = ["colorize", *sys.argv[3:], "-o", sys.argv[2], "--model", sys.argv[1], "--overwrite"]
main()
"""


def _write_networks(folder):
    """Write one network in both forms; its speed does not depend on its weights."""
    from benchmarks.plain import of_own_layers
    from colorlab.backend import keras
    from colorlab.export.onnx import write_onnx
    from colorlab.networks.unet import build_unet

    network = of_own_layers(build_unet(output_channels=2))
    network = keras.Model(network.input, keras.layers.Rescaling(110.0)(network.output))
    network.save(folder / "network.keras")
    write_onnx(network, folder / "network.onnx", {"image_size": 256, "stride": 128})


def _write_pictures(folder, count):
    folder.mkdir()
    noise = np.random.default_rng(0).normal(0, 6, (_SIDE, _SIDE))
    for number in range(count):
        category = toy.CATEGORIES[number % len(toy.CATEGORIES)]
        picture = Image.fromarray(toy.paint(category, seed=number, size=250)).convert("L")
        # Grain, as photographs have it, makes the files as large as theirs.
        levels = np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)) + noise
        grey = Image.fromarray(np.clip(levels, 0, 255).astype("uint8"))
        grey.save(folder / f"{number:03d}.jpg", quality=90)


def _keep_to_two_cores():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])


def _run(code, network, out, pictures):
    """Run one way in a process of its own; return seconds to the end of each picture, and MiB."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", code, str(network), str(out), *map(str, pictures)]
    start, times = time.perf_counter(), []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=_keep_to_two_cores,
        env=environment,
        cwd=pathlib.Path(__file__).parents[1],
    ) as process:
        for _ in process.stdout:
            times.append(time.perf_counter() - start)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or len(times) != len(pictures):
        raise RuntimeError(f"the run ended with {process.returncode} after {len(times)} pictures")
    return times, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def measure(pictures=64, turns=3):
    """Measure both ways in turns; return seconds, pictures a second, mebibytes and their ratios.

    Cold start is the time from the start of the process to the first picture that is saved.
    Throughput is counted from there to the last one.
    """
    ways = {"plain": (_PLAIN, "network.keras"), "colorlab": (_COLORLAB, "network.onnx")}
    cold, steady, memory = ({way: [] for way in ways} for _ in range(3))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        _write_networks(folder)
        _write_pictures(folder / "in", pictures)
        (folder / "out").mkdir()
        paths = sorted((folder / "in").iterdir())
        for _ in range(turns):
            for way, (code, network) in ways.items():
                times, _ = _run(code, folder / network, folder / "out", paths[:1])
                cold[way].append(times[0])
        for _ in range(turns):
            for way, (code, network) in ways.items():
                times, peak = _run(code, folder / network, folder / "out", paths)
                steady[way].append((len(times) - 1) / (times[-1] - times[0]))
                memory[way].append(peak)
    result = {"cores": _CORES, "pictures": pictures, "size": f"{_SIDE} x {_SIDE} JPEG"}
    for name, values, digits in (
        ("cold_start_seconds", cold, 2),
        ("pictures_per_second", steady, 2),
        ("peak_mebibytes", memory, 0),
    ):
        for way in ways:
            result[f"{way}_{name}"] = round(statistics.median(values[way]), digits)
    result["cold_start_ratio"] = _ratio(cold, "plain", "colorlab")
    result["throughput_ratio"] = _ratio(steady, "colorlab", "plain")
    result["memory_ratio"] = _ratio(memory, "plain", "colorlab")
    return result


def _ratio(values, over, under):
    return round(statistics.median(values[over]) / statistics.median(values[under]), 2)
