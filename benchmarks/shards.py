"""An archive in parts: the same bytes, flat memory, a listing of a million names, killed workers.

``python -m benchmarks.shards PART [SIZE]`` measures one part of it, by default at the size that the
book reports: ``listing`` (1,000,000 names), ``parts`` (2,000 photographs of 128 x 128 pixels),
``photographs`` (2,000 of 1000 x 1000 pixels in eight parts), ``memory`` (100,000 photographs) or
``killed`` (1,000,000 photographs; see :mod:`benchmarks.killed_workers`).
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import skimage.data
from PIL import Image

from benchmarks.killed_workers import measure_killed
from benchmarks.tiny_archive import WITHOUT_NETWORK

ROOT = pathlib.Path(__file__).parents[1]
_IN_A_FOLDER = 1_000

_LISTING = """
import json, resource, sys, time
from colorlab.inference.archive import Archive
from colorlab.inference.name_list import read_names
start, of_processor = time.perf_counter(), time.process_time()
if sys.argv[2] == "list":
    jobs = Archive(".", "/nowhere/out", read_names(sys.stdin.buffer))
else:
    jobs = Archive(sys.argv[1], "/nowhere/out")
count = sum(1 for job in jobs)
seconds, of_processor = time.perf_counter() - start, time.process_time() - of_processor
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
peak /= 1024 if sys.platform != "darwin" else 1024**2
print(json.dumps([count, seconds, of_processor, peak]))
"""


def _write_archive(folder, count, side=8, ending="png"):
    """Write photographs, a thousand a folder, each of its own bytes."""
    grey = np.random.default_rng(0).integers(0, 256, (side, side)).astype("uint8")
    if ending == "jpg":  # noise is no photograph
        grey = np.array(Image.fromarray(skimage.data.camera()).resize((side, side)))
    for number in range(count):
        place = folder / f"{number // _IN_A_FOLDER:05d}"
        if number % _IN_A_FOLDER == 0:
            place.mkdir(parents=True)
        grey.flat[:4] = list(number.to_bytes(4, "big"))
        options = {"compress_level": 0} if ending == "png" else {"comment": str(number)}
        Image.fromarray(grey).save(place / f"{number:07d}.{ending}", **options)


def _command(archive, out, *more):
    return ["colorize", str(archive), "-o", str(out), "--model", "small", *map(str, more)]


def _digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.[pj][np]g")
    }


def _run(code, *arguments, **options):
    """Run Python in a process of its own.

    Returns
    -------
    seconds, processor_seconds, peak, output
        The peak in mebibytes.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=options.pop("stdout", subprocess.PIPE),
        **options,
    ) as process:
        output = process.stdout.read() if process.stdout else b""
        usage = _wait(process)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    peak = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, peak, output


def _wait(process):
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def measure_listing(count):
    """List names from a list and from a folder; empty files are enough."""
    result = {"names": count}
    with tempfile.TemporaryDirectory() as temporary:
        folder, names = pathlib.Path(temporary, "archive"), pathlib.Path(temporary, "names")
        with open(names, "wb") as stream:
            for number in range(count):
                place = f"{number // _IN_A_FOLDER:05d}"
                if number % _IN_A_FOLDER == 0:
                    (folder / place).mkdir(parents=True)
                (folder / place / f"{number:07d}.jpg").touch()
                stream.write(f"{place}/{number:07d}.jpg\0".encode())
        for way in ("folder", "list"):
            with open(names, "rb") as stream:
                output = _run(_LISTING, folder, way, stdin=stream)[3]
            found, seconds, of_processor, peak = json.loads(output)
            if found != count:
                raise RuntimeError(f"{way}: {found} of {count} names")
            result[f"{way}_seconds"] = round(seconds, 1)
            result[f"{way}_processor_seconds"] = round(of_processor, 1)
            result[f"{way}_mebibytes"] = round(peak)
    return result


def measure_parts(count, shards=(2, 4, 8), side=128, ending="png"):
    """Colour an archive by one process, and in parts at the same time; compare bytes and times.

    Seconds depend on what else the machine does, processor seconds less: the one process is
    measured before the parts and after them.
    """
    call = "from colorlab.__main__ import main; main()"
    result = {"photographs": count, "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as temporary:
        place = pathlib.Path(temporary)
        _write_archive(place / "in", count, side, ending)
        ones = [_run(call, *_command(place / "in", place / "one"))]
        expected = _digests(place / "one")
        for number in shards:
            out, start = place / f"of{number}", time.perf_counter()
            processes = [
                subprocess.Popen(
                    [sys.executable, "-c", call]
                    + _command(place / "in", out, "--shard", f"{index}/{number}"),
                    cwd=ROOT,
                    stdout=subprocess.DEVNULL,
                )
                for index in range(1, number + 1)
            ]
            usages = [_wait(process) for process in processes]
            result[f"{number}_seconds"] = round(time.perf_counter() - start, 1)
            of_processor = sum(usage.ru_utime + usage.ru_stime for usage in usages)
            result[f"{number}_processor_seconds"] = round(of_processor, 1)
            codes = [process.returncode for process in processes]
            if any(codes) or _digests(out) != expected:
                raise RuntimeError(f"{number} parts: other files than of one process, or {codes}")
        ones.append(_run(call, *_command(place / "in", place / "again")))
    result["one_seconds"] = [round(seconds, 1) for seconds, *_ in ones]
    result["one_processor_seconds"] = [round(of_processor, 1) for _, of_processor, *_ in ones]
    result["byte_identical"] = True
    return result


def measure_photographs(count):
    """Do the same with photographs of a usual size, in eight parts."""
    return measure_parts(count, (8,), 1000, "jpg")


def measure_memory(count, few=1_000):
    """Colour few and many small photographs in a process each; return the peaks."""
    peaks = []
    for number in (few, count):
        with tempfile.TemporaryDirectory() as temporary:
            place = pathlib.Path(temporary)
            _write_archive(place / "in", number)
            more = ("--manifest", place / "m.jsonl")
            command = _command(place / "in", place / "out", *more)
            peaks.append(_run(WITHOUT_NETWORK, *command)[2])
    return {
        "photographs": [few, count],
        "peak_mebibytes": [round(peak, 1) for peak in peaks],
        "difference_percent": round(100 * (peaks[1] - peaks[0]) / peaks[0], 1),
    }


_PARTS = {
    "listing": (measure_listing, 1_000_000),
    "parts": (measure_parts, 2_000),
    "photographs": (measure_photographs, 2_000),
    "memory": (measure_memory, 100_000),
    "killed": (measure_killed, 1_000_000),
}


def main(arguments):
    """Measure the part that is named; return the exit code."""
    part, *more = arguments or [""]
    if part not in _PARTS or len(more) > (2 if part == "killed" else 1):
        print(
            f"usage: python -m benchmarks.shards {'|'.join(_PARTS)} [SIZE], or killed SIZE FOLDER"
        )
        return 2
    measure, size = _PARTS[part]
    print(json.dumps(measure(int(more[0]) if more else size, *more[1:]), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
