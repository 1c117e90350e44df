"""Read damaged picture files of twelve formats: no crash, no hang, one line for each refusal.

Run ``python -m benchmarks.fuzz COUNT``: it prints a line of JSON. All files follow from the seed.
"""

import collections
import faulthandler
import io
import json
import pathlib
import re
import resource
import subprocess
import sys
import time

import numpy as np
from PIL import Image, PngImagePlugin

_LONGEST = 10  # seconds a file
_SHARE = 250  # files a process, so that a crash costs no more
_SEED = 20_261_125


def whole_files():
    """Encode one small picture in twelve formats, with what files hold beside the pixels."""
    rows, columns = np.mgrid[0:96, 0:128]
    rgb = np.stack([rows * 2, columns * 2, (rows + columns)], axis=-1).astype("uint8")
    rgb += np.random.default_rng(1).integers(0, 20, rgb.shape).astype("uint8")
    picture = Image.fromarray(rgb)
    grey, alpha = picture.convert("L"), Image.fromarray((columns * 2).astype("uint8"))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a house"
    exif[0x8769] = {0x9003: "1956:07:08 09:10:11", 0xA001: 1}
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "The harbour", zip=True)
    more = {"save_all": True, "append_images": [grey, grey]}
    made = {
        "JPEG": (picture, "JPEG", {"exif": exif, "comment": b"left: Mary", "xmp": b"<x/>"}),
        "progressive JPEG": (grey, "JPEG", {"progressive": True}),
        "CMYK JPEG": (picture.convert("CMYK"), "JPEG", {}),
        "PNG": (picture.convert("P"), "PNG", {"pnginfo": text, "exif": exif}),
        "16 bit PNG": (Image.fromarray(np.asarray(grey).astype("uint16") * 257), "PNG", {}),
        "GIF": (grey, "GIF", more),
        "TIFF": (picture, "TIFF", {"compression": "tiff_lzw", **more}),
        "16 bit TIFF": (Image.fromarray(np.asarray(grey).astype("uint16") * 257), "TIFF", {}),
        "BMP": (picture, "BMP", {}),
        "WebP": (Image.merge("RGBA", (*picture.split(), alpha)), "WEBP", {"exif": exif}),
        "AVIF": (picture, "AVIF", {}),
        "JPEG 2000": (grey, "JPEG2000", {}),
        "PPM": (picture, "PPM", {}),
    }
    files = {}
    for name, (image, image_format, options) in made.items():
        stream = io.BytesIO()
        image.save(stream, image_format, **options)
        files[name] = stream.getvalue()
    return files


def mutated(content, random):
    """Damage a file in one of six ways."""
    data = bytearray(content)
    way = random.integers(6)
    # The first bytes hold what the rest is read by.
    end = len(data) if random.random() < 0.5 else min(len(data), 200)
    places = random.integers(0, end, random.integers(1, 9))
    start, stop = np.sort(random.integers(0, len(data), 2))
    if way == 0:
        for place in places:
            data[place] ^= 1 << random.integers(8)
    elif way == 1:
        for place in places:
            data[place] = random.integers(256)
    elif way == 2:
        number = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\0\0\xff\xff")[
            random.integers(4)
        ]
        data[places[0] : places[0] + 4] = number
    elif way == 3:
        del data[stop:]
    elif way == 4:
        del data[start : start + min(stop - start, 300)]
    else:
        data[places[0] : places[0]] = data[start : start + min(stop - start, 300)]
    return bytes(data)


def read_share(first, count):
    """Read a share of the files in this process; return what became of them (dict)."""
    from colorlab.errors import InputError
    from colorlab.images.photograph import read_photograph

    files, found = whole_files(), collections.Counter()
    names, slowest, problems = list(files), 0.0, []
    for number in range(first, first + count):
        name = names[number % len(names)]
        content = mutated(files[name], np.random.default_rng([_SEED, number]))
        faulthandler.dump_traceback_later(_LONGEST, exit=True)
        start = time.perf_counter()
        try:
            photograph = read_photograph(content, "file")
            found["read with a note" if photograph.notes else "read"] += 1
        except InputError as error:
            found["refused"] += 1
            if len(str(error).splitlines()) != 1:
                problems.append(f"{number} {name}: more than one line")
        except Exception as error:
            problems.append(f"{number} {name}: {type(error).__name__} {error}")
        slowest = max(slowest, time.perf_counter() - start)
        faulthandler.cancel_dump_traceback_later()
    return {**found, "slowest_seconds": slowest, "peak_bytes": _peak_bytes(), "problems": problems}


def _peak_bytes():
    """Return the most memory that this process has used."""
    try:
        # On Linux ru_maxrss also holds what the process that started this one used.
        status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
        return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1])
    except OSError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(count=10_000):
    """Read so many damaged files, each share in a process of its own; return the figures."""
    total, slowest, peak, problems = collections.Counter(), 0.0, 0, []
    for first in range(0, count, _SHARE):
        share = min(_SHARE, count - first)
        command = [sys.executable, "-m", "benchmarks.fuzz", str(first), str(share)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            problems.append(f"files from {first} on: exit code {done.returncode} {done.stderr}")
            continue
        if done.stderr:
            problems.append(f"files from {first} on: wrote {done.stderr[:200]}")
        facts = json.loads(done.stdout)
        slowest = max(slowest, facts.pop("slowest_seconds"))
        peak = max(peak, facts.pop("peak_bytes"))
        problems += facts.pop("problems")
        total.update(facts)
    return {
        "files": count,
        **total,
        "slowest_seconds": round(slowest, 2),
        "peak_megabytes": round(peak / 1e6),
        "problems": problems,
    }


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]]
    print(json.dumps(read_share(*numbers) if len(numbers) == 2 else measure(*numbers)))
