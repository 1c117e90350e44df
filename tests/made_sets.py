"""Small data sets in the exact layout of the published ones, with pictures made here.

As a program, ``python made_sets.py NAME ADDRESS FOLDER [WHAT]`` gets one of them in a process of
its own, so that a test can kill it.
"""

import dataclasses
import functools
import hashlib
import io
import os
import signal
import sys
import zipfile

from PIL import Image

from colorlab.datasets import public, toy
from colorlab.datasets.public import catalog, manifest

TOP = {
    "scenes": "spatial_envelope_256x256_static_8outdoorcategories",
    "faces": "img_align_celeba",
}
SMALL_FACES = 300
SIZES = {"scenes": (256, 256), "faces": (178, 218)}


@functools.cache
def _plain_jpeg(width, height):
    file = io.BytesIO()
    picture = Image.fromarray(toy.paint("coast", seed=1, size=256)).resize((width, height))
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()


def jpeg(name, size):
    """Return a JPEG file of a size; its comment makes it another for each name."""
    whole, comment = _plain_jpeg(*size), name.encode()
    return whole[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + whole[2:]


def small_names(name):
    """Two scenes of each category, or the first 300 faces."""
    if name == "faces":
        return [f"{number:06d}.jpg" for number in range(1, SMALL_FACES + 1)]
    published = sorted(catalog.find("scenes").paths)
    kinds = sorted({file.partition("_")[0] for file in published})
    return [file for kind in kinds for file in [f for f in published if f.startswith(kind)][:2]]


def pack(name, files, top=None):
    """Return a zip archive of files, a dict of bytes by name, as published: flat in one folder."""
    buffer = io.BytesIO()
    top = TOP[name] if top is None else top
    with zipfile.ZipFile(buffer, "w") as archive:
        if top:
            archive.writestr(zipfile.ZipInfo(f"{top}/"), b"")
        for file, data in files.items():
            path = f"{top}/{file}" if top else file
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@functools.cache
def make(name, whole=False):
    """Return a data set, its files (dict of bytes by name), and its archive (bytes)."""
    published = catalog.find(name)
    names = sorted(published.paths) if whole else small_names(name)
    files = {file: jpeg(file, SIZES[name]) for file in names}
    archive = pack(name, files)
    digests = {
        published.paths[file]: hashlib.sha256(data).hexdigest() if name == "scenes" else None
        for file, data in files.items()
    }
    data_set = dataclasses.replace(
        published,
        addresses=(),
        archive_bytes=len(archive),
        unpacked_bytes=sum(map(len, files.values())),
        list_files=lambda: digests,
        archive_md5=hashlib.md5(archive).hexdigest() if name == "faces" else None,
        usual_count=40 if name == "faces" else None,
    )
    return data_set, files, archive


def get(made, place, address=None, **options):
    """Get a made set from an address, or from nowhere."""
    data_set = dataclasses.replace(made[0], addresses=(address,) if address else ())
    return public.get(data_set, place, **{"accept_terms": True, **options})


def contents(place):
    """Everything below a folder, bytes by path."""
    files = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def expected(made, count=None):
    """The pictures that should be in place, bytes by path."""
    data_set, files, _ = made
    names = data_set.sample(count or data_set.usual_count or data_set.count)
    return {data_set.paths[name]: files[name] for name in names}


def require_whole(made, place, count=None):
    """Nothing but the set and its manifest."""
    found = contents(place)
    del found[f"{made[0].name}.json"]
    assert found == expected(made, count)
    assert public.check(made[0], place).whole


def write(path, data):
    """Write bytes, into a folder that is made if need be, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def main(name, address, folder, what=""):
    """Get a set; ``what`` says where to stop: ``unpack``, ``move``, or nowhere."""
    data_set = dataclasses.replace(make(name)[0], addresses=(address,))

    def progress(step, done, total):
        print(step, done, flush=True)
        if what == "unpack" and step == "unpacked" and done == 5:
            sys.stdin.read()  # until the test kills this process

    if what == "move":
        moves = []
        replace = os.replace

        def replace_some(source, target):
            if str(target).endswith(".jpg"):
                moves.append(target)
            if len(moves) > 5:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(source, target)

        manifest.os.replace = replace_some

    def notify(line):
        print("said", line, flush=True)

    public.get(data_set, folder, accept_terms=True, notify=notify, progress=progress)


if __name__ == "__main__":
    main(*sys.argv[1:])
