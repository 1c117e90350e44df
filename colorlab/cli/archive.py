"""An archive and its manifest, as the arguments of ``colorlab colorize`` name them."""

import contextlib
import sys

from colorlab import __version__
from colorlab.errors import InputError

__all__ = ["open_archive", "open_manifest"]


def open_archive(photos, out, names=None, shard=None, suffix="", ending=None, overwrite=False):
    """Return the archive that the arguments of a command name."""
    from colorlab.inference.archive import Archive
    from colorlab.inference.shards import Shard

    if out in (None, "-"):
        raise InputError("-o is missing: name a folder for the results of the archive")
    if len(photos) > 1 or not (photos or names):
        raise InputError(
            "--shard, --list, --manifest and URLs take one PHOTO, a folder; name several with "
            "--list"
        )
    part = None if shard is None else Shard.parse(shard)
    listed = None if names is None else _names_in(names)
    return Archive(photos[0] if photos else ".", out, listed, part, suffix, ending, overwrite)


def _names_in(path):
    from colorlab.inference.name_list import read_names

    if path == "-" and sys.stdin is None:
        raise InputError("standard input: is closed, expected a list of names")
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb") as lines:
            yield from read_names(lines)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def open_manifest(path, colorizer, settings, suffix, ending, shard):
    """Return the manifest of a command, or what stands for none."""
    if path is None:
        return contextlib.nullcontext()
    from colorlab.inference.job_settings import made_with
    from colorlab.inference.manifest import Manifest

    device = getattr(colorizer.predictor, "device", None)
    facts = {**made_with(colorizer, settings, suffix, ending), "shard": shard, "device": device}
    return Manifest(path, {**facts, "version": __version__})
