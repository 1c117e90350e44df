"""Compare the results of an archive with what its manifests say.

Taught in :doc:`/book/beyond_one_machine`.
"""

import dataclasses
import hashlib
import os
from collections.abc import Iterable, Iterator

from colorlab.checksum import sha256_of
from colorlab.errors import InputError
from colorlab.images.listing import is_picture, walk_pictures
from colorlab.inference.archive import Archive
from colorlab.inference.manifest import read_lines
from colorlab.inference.storage import RemotePath, to_path

__all__ = ["PROBLEMS", "Checked", "check_manifest", "latest_facts"]

#: What can be wrong with a photograph of an archive.
PROBLEMS = {
    "failed": "could not be coloured",
    "missing": "was coloured, and its result is gone",
    "damaged": "its result is not the file that was written",
    "other settings": "was coloured with another model or other settings",
    "unrecorded": "a picture among the results that no manifest names",
    "not done": "a photograph of the archive that no manifest names",
}


@dataclasses.dataclass(frozen=True)
class Checked:
    """What was found of one photograph.

    Attributes
    ----------
    source : str or None
        The photograph, below the folder of the archive; None if no manifest says which.
    result : str
        Its result, below the folder for the results.
    problem : str or None
        A key of :data:`PROBLEMS`, or None if all is as the manifest says.
    detail : str
        More about the problem, such as the reason of an error.
    """

    source: str | None
    result: str
    problem: str | None = None
    detail: str = ""


def latest_facts(manifests: Iterable[str | os.PathLike]) -> dict:
    """Return model and settings of the photograph that was coloured last.

    Parameters
    ----------
    manifests : iterable of path-like

    Returns
    -------
    dict
        ``model_sha256`` and each of the settings, as :func:`check_manifest` expects them.

    Raises
    ------
    InputError
        If a file cannot be read, or none of them has a line.
    """
    latest = None
    paths = list(manifests)
    for path in paths:
        for _, line in read_lines(path):
            if line and (latest is None or line["finished"] >= latest["finished"]):
                latest = line
    if latest is None:
        raise InputError(
            f"{paths[0] if paths else 'manifest'}: holds no line of a manifest; "
            "name the manifest of an archive that was coloured"
        )
    return _facts(latest)


def _facts(line):
    return {"model_sha256": line["model_sha256"], **line["settings"]}


def check_manifest(
    out: str | os.PathLike,
    manifests: Iterable[str | os.PathLike],
    expected: dict,
    archive: Archive | None = None,
) -> Iterator[Checked]:
    """Verify every result of an archive.

    Parameters
    ----------
    out : path-like
        The folder of the results.
    manifests : iterable of path-like
        Of a photograph that stands in several lines, the latest one counts.
    expected : dict
        Model and settings, as of :func:`latest_facts`.
    archive : Archive, optional
        The photographs that there should be.

    Yields
    ------
    Checked
        For each photograph of the manifests; then each ``unrecorded`` picture; and, if the archive
        is given, each photograph that is ``not done``.

    Raises
    ------
    InputError
        If a manifest cannot be read.

    Notes
    -----
    Of each photograph only a hash, a time and a place stay in memory.
    """
    paths, folder = list(manifests), to_path(out)
    latest = _index(paths)
    for number, path in enumerate(paths):
        for place, line in read_lines(path):
            if line and latest[_key(line["result"])][1:] == (number, place):
                yield _checked(folder, line, expected)
    for result in _pictures_of(folder):
        if _key(result) not in latest:
            yield Checked(None, result, "unrecorded")
    for job in archive or ():
        if _key(job.result) not in latest:
            yield Checked(job.path, job.result, "not done")


def _pictures_of(folder):
    """Yield the pictures below a folder, as their paths stand there."""
    if isinstance(folder, RemotePath):
        for place, names in folder.walk():
            prefix = "" if place == "." else f"{place}/"
            yield from (prefix + name for name in names if is_picture(name))
        return
    for place, names, _, _ in walk_pictures(folder):
        below = place.relative_to(folder)
        yield from ((below / name).as_posix() for name in names)


def _key(result):
    return hashlib.blake2b(os.fsencode(result), digest_size=16).digest()


def _index(paths):
    """Find the latest line of each result: when it was written, in which file, and where."""
    latest: dict[bytes, tuple[str, int, int]] = {}
    for number, path in enumerate(paths):
        for place, line in read_lines(path):
            if line:
                key, entry = _key(line["result"]), (line["finished"], number, place)
                if key not in latest or entry[0] >= latest[key][0]:
                    latest[key] = entry
    return latest


def _checked(folder, line, expected):
    source, result = line["source"], line["result"]
    if line["error"]:
        return Checked(source, result, "failed", line["error"])
    try:
        if isinstance(folder, RemotePath):
            if not (folder / result).exists():
                return Checked(source, result, "missing")
            digest = sha256_of((folder / result).read())
        else:
            digest = sha256_of(folder / result)
    except FileNotFoundError:
        return Checked(source, result, "missing")
    except OSError as error:
        return Checked(source, result, "damaged", error.strerror or str(error))
    if digest != line["result_sha256"]:
        return Checked(source, result, "damaged", f"SHA-256 {digest}")
    facts = _facts(line)
    other = [
        f"{name} = {facts.get(name)}, not {value}"
        for name, value in expected.items()
        if facts.get(name) != value
    ]
    return Checked(source, result, "other settings" if other else None, "; ".join(other))
