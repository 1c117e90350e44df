"""The public data sets on this disk: their status, a check of every picture, removal."""

import contextlib
import dataclasses
import os
import shutil
from collections import Counter
from collections.abc import Callable

from colorlab.checksum import sha256_of
from colorlab.datasets.public.catalog import DataSet
from colorlab.datasets.public.disk import disk_errors, locked
from colorlab.datasets.public.manifest import Manifest, Place, install, read_manifest
from colorlab.errors import InputError

__all__ = ["Report", "Status", "check", "remove", "status", "verify"]


@dataclasses.dataclass(frozen=True)
class Report:
    """Result of a check.

    Attributes
    ----------
    name : str
        Of the data set.
    expected : int
        Number of pictures that should be there.
    digests : dict
        SHA-256 of each picture that is right, by the name of its file.
    missing, wrong : tuple of str
        Names of files that are not there, and of files that are not as published (or, where that
        is unknown, not as they were put into place).
    unexpected : tuple of str
        Paths of other files in the set's folders.
    """

    name: str
    expected: int
    digests: dict[str, str]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    unexpected: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every picture is there and right (bool)."""
        return not self.missing and not self.wrong

    def __str__(self) -> str:
        """Summarise the report in one line."""
        text = (
            f"{self.name}: {len(self.digests):,} of {self.expected:,} pictures are here and right"
        )
        for names, word in ((self.missing, "missing"), (self.wrong, "wrong")):
            if names:
                text += f", {len(names):,} {word}"
        return text


@dataclasses.dataclass(frozen=True)
class Status:
    """What is there of a set, by the names of files and not by their contents.

    Attributes
    ----------
    counts : dict
        Number of pictures in each of the set's folders; empty if the set is not there.
    requested : int
        Number of pictures that were requested; 0 if the set is not there.
    size : int
        Bytes on the disk.
    unfinished : int
        Bytes of an interrupted :func:`colorlab.datasets.public.get`.
    source : str
        Where the pictures came from.
    """

    counts: dict[str, int]
    requested: int
    size: int
    unfinished: int
    source: str


def verify(place, manifest, progress=None):
    """Compare the pictures in place with the published digests, or else the manifest's.

    Parameters
    ----------
    place : Place
    manifest : Manifest
    progress : callable, optional
        Called with ``checked``, the number of pictures so far, and that of all.

    Returns
    -------
    Report
    """
    data_set, digests, missing, wrong = place.data_set, {}, [], []
    names = data_set.sample(manifest.count)
    for number, name in enumerate(names, start=1):
        try:
            found = sha256_of(place.picture(name))
        except FileNotFoundError:
            missing.append(name)
        except OSError:
            wrong.append(name)
        else:
            if found == (data_set.digests[name] or manifest.digests.get(name)):
                digests[name] = found
            else:
                wrong.append(name)
        if progress:
            progress("checked", number, len(names))
    return Report(data_set.name, len(names), digests, tuple(missing), tuple(wrong))


def check(
    data_set: DataSet,
    to: str | os.PathLike | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Read every picture of a set again and compare it.

    Parameters
    ----------
    data_set : DataSet
    to : path-like, optional
        See :func:`colorlab.datasets.public.data_folder`.
    progress : callable, optional
        Called with ``"checked"``, the number of files done, and of all.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If the set is not there, or its manifest is damaged.
    """
    place = Place(data_set, to)
    manifest = read_manifest(place)
    if manifest is None:
        raise InputError(f"{data_set.name}: is not in {place.folder}; get it first")
    own = {place.picture(name) for name in data_set.sample(manifest.count)}
    unexpected = tuple(
        path.relative_to(place.folder).as_posix()
        for folder in data_set.folders
        for path in sorted((place.folder / folder).rglob("*"))
        if path.is_file() and path not in own
    )
    return dataclasses.replace(verify(place, manifest, progress), unexpected=unexpected)


def status(data_set: DataSet, to: str | os.PathLike | None = None) -> Status:
    """Say what is there of a set, without reading the pictures.

    Parameters
    ----------
    data_set : DataSet
    to : path-like, optional
        See :func:`colorlab.datasets.public.data_folder`.

    Returns
    -------
    Status

    Raises
    ------
    InputError
        If the manifest is damaged.
    """
    place = Place(data_set, to)
    manifest = read_manifest(place)
    unfinished = _size(place.staging.rglob("*"))
    if manifest is None:
        return Status({}, 0, 0, unfinished, "")
    paths = [path for path in _pictures(place, manifest) if os.path.isfile(path)]
    counts = Counter(path.parent.relative_to(place.folder).as_posix() for path in paths)
    size = _size([*paths, place.manifest])
    return Status(dict(sorted(counts.items())), manifest.count, size, unfinished, manifest.source)


def remove(
    data_set: DataSet,
    to: str | os.PathLike | None = None,
    notify: Callable[[str], None] | None = None,
) -> int:
    """Delete a set: its own files and nothing else.

    Parameters
    ----------
    data_set : DataSet
    to : path-like, optional
        See :func:`colorlab.datasets.public.data_folder`.
    notify : callable, optional
        Called with one line before waiting for another process.

    Returns
    -------
    int
        Number of bytes that were freed.

    Raises
    ------
    InputError
        If there is nothing of the set, or the disk refuses.
    """
    place = Place(data_set, to)
    if not os.path.lexists(place.manifest) and not os.path.lexists(place.staging):
        raise InputError(f"{data_set.name}: is not in {place.folder}; there is nothing to remove")
    with locked(place.lock, notify or (lambda line: None)), disk_errors(place.folder):
        install(place)
        try:
            manifest = read_manifest(place)
        except InputError:
            manifest = Manifest(data_set.count, "", {})  # a damaged one: all of the set's names
        paths = [*_pictures(place, manifest), place.manifest]
        freed = _size([*paths, *place.staging.rglob("*")])
        for path in paths:
            path.unlink(missing_ok=True)
        shutil.rmtree(place.staging, ignore_errors=True)
    folders = [place.folder / folder for folder in data_set.folders]
    for folder in (*folders, *{folder.parent for folder in folders}, place.folder):
        with contextlib.suppress(OSError):  # it holds something else
            folder.rmdir()
    return freed


def _pictures(place, manifest):
    """List the paths at which `get` may have put a picture."""
    names = {*place.data_set.sample(manifest.count), *manifest.digests} if manifest else ()
    return [place.picture(name) for name in names]


def _size(paths):
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
