"""What lies on this disk: a look at it, a check of it, and how to be rid of it.

The layout is described in :mod:`colorlab.datasets.receipts`.

Taught in :doc:`/notebooks/01_data` and :doc:`/book/data_and_licences`.
"""

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import shlex
import shutil

from colorlab.datasets.disk import writing
from colorlab.datasets.receipts import (
    Receipt,
    data_folder,
    finish,
    hold,
    lock_path,
    read_receipt,
    receipt_path,
    unfinished,
)
from colorlab.errors import InputError

__all__ = ["Holding", "Report", "check", "look", "remove", "verify"]


@dataclasses.dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes
    ----------
    name : str
        Of the data set.
    folder : pathlib.Path
        The folder of all data.
    expected : int
        Number of pictures that should be there.
    digests : dict
        SHA-256 of each picture that is right, by the name of its file.
    missing, wrong : tuple of str
        Names of files that are not there, and of files that are not as published (or, where that
        is not known, not as they were put into place).
    strangers : tuple of str
        Paths of files in the set's folders that are not of the set.
    """

    name: str
    folder: pathlib.Path
    expected: int
    digests: dict[str, str]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    strangers: tuple[str, ...] = ()

    @property
    def whole(self):
        """Whether every picture is there and right (bool)."""
        return not self.missing and not self.wrong

    def __str__(self):
        """Say it in a line."""
        text = (
            f"{self.name}: {len(self.digests):,} of {self.expected:,} pictures are here and right"
        )
        for names, word in ((self.missing, "missing"), (self.wrong, "wrong")):
            if names:
                text += f", {len(names):,} {word}"
        return text


@dataclasses.dataclass(frozen=True)
class Holding:
    """What the folder of all data holds of a set, by a look and not by a check.

    Attributes
    ----------
    counts : dict
        Number of files in each of the set's folders; empty if the set is not there.
    asked : int
        Number of pictures that were asked for; 0 if the set is not there.
    total : int
        Number of pictures in the whole set.
    size : int
        Bytes on the disk.
    unfinished : int
        Bytes of an interrupted download or unpacking.
    source : str
        Where the pictures came from.
    """

    counts: dict[str, int]
    asked: int
    total: int
    size: int
    unfinished: int
    source: str


def verify(data_set, folder, receipt, count, progress=None):
    """Compare the files that are in place with what they should be.

    Parameters
    ----------
    data_set : DataSet
    folder : pathlib.Path
    receipt : Receipt or None
    count : int
        How many pictures there should be.
    progress : callable, optional
        Is given the number of files done and of all.

    Returns
    -------
    Report
    """
    digests, missing, wrong = {}, [], []
    names = data_set.sample(count)
    for number, name in enumerate(names, start=1):
        expected = data_set.digests[name] or (receipt.digests.get(name) if receipt else None)
        try:
            with (folder / data_set.path_of(name)).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            missing.append(name)
        except OSError:
            wrong.append(name)
        else:
            if found == expected:
                digests[name] = found
            else:
                wrong.append(name)
        if progress:
            progress(number, len(names))
    for name, make in data_set.extras.items():
        path = folder / name
        if not path.is_file():
            missing.append(name)
        elif path.read_bytes() != make():
            wrong.append(name)
    return Report(data_set.name, folder, len(names), digests, tuple(missing), tuple(wrong))


def _strangers(data_set, folder, count):
    names = set(data_set.sample(count))
    for category in data_set.categories:
        place = folder / data_set.folder_of(category)
        for path in sorted(place.rglob("*")) if place.is_dir() else ():
            own = path.parent == place and path.name in names
            if path.is_file() and not own:
                yield path.relative_to(folder).as_posix()


def check(data_set, to=None, progress=None):
    """Read every picture of a set again and compare it.

    Parameters
    ----------
    data_set : DataSet
    to : path-like, optional
        See :func:`colorlab.datasets.receipts.data_folder`.
    progress : callable, optional
        Is given a word for what is done, the number of files done, and of all.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If the set is not there.
    """
    folder = data_folder(to)
    receipt = read_receipt(data_set, folder)
    if receipt is None:
        raise InputError(
            f"{data_set.name}: is not in {folder}; get it with: colorlab data get {data_set.name}"
            + (" --accept-terms" if data_set.must_accept else "")
            + (f" --to {shlex.quote(str(folder))}" if to else "")
        )
    told = progress and (lambda done, total: progress("checked", done, total))
    report = verify(data_set, folder, receipt, receipt.count, told)
    strangers = tuple(_strangers(data_set, folder, receipt.count))
    return dataclasses.replace(report, strangers=strangers)


def _size(paths):
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _names(data_set, receipt):
    """List what may lie in the set's folders because `get` put it there."""
    if receipt is None:
        return ()
    return dict.fromkeys((*data_set.sample(receipt.count), *receipt.digests))


def look(data_set, to=None):
    """Say what is there of a set, without reading the pictures.

    Parameters
    ----------
    data_set : DataSet
    to : path-like, optional
        See :func:`colorlab.datasets.receipts.data_folder`.

    Returns
    -------
    Holding

    Raises
    ------
    InputError
        If the receipt is damaged.
    """
    folder = data_folder(to)
    receipt = read_receipt(data_set, folder)
    staging = unfinished(data_set, folder)
    rest = _size(path for path in staging.rglob("*") if os.path.isfile(path))
    counts, paths = {}, []
    for name in _names(data_set, receipt):
        path = folder / data_set.path_of(name)
        if os.path.isfile(path):
            place = data_set.folder_of(data_set.category_of(name))
            counts[place] = counts.get(place, 0) + 1
            paths.append(path)
    if receipt:
        paths += [folder / name for name in (*data_set.extras, receipt_path(data_set, folder))]
    asked, source = (receipt.count, receipt.source) if receipt else (0, "")
    counts = dict(sorted(counts.items()))
    return Holding(counts, asked, data_set.count, _size(paths), rest, source)


def remove(data_set, to=None, say=None):
    """Delete a set: its own files and nothing else.

    Parameters
    ----------
    data_set : DataSet
    to : path-like, optional
        See :func:`colorlab.datasets.receipts.data_folder`.
    say : callable, optional
        Told, in one line, what there is to wait for.

    Returns
    -------
    int
        Number of bytes that were freed.

    Raises
    ------
    InputError
        If there is nothing of the set, or the disk refuses.
    """
    folder = data_folder(to)
    staging = unfinished(data_set, folder)
    receipt_file = receipt_path(data_set, folder)
    if not os.path.lexists(receipt_file) and not os.path.lexists(staging):
        raise InputError(f"{data_set.name}: is not in {folder}; there is nothing to remove")
    with hold(data_set, folder, say or (lambda line: None)), writing(folder):
        finish(data_set, folder)
        try:
            receipt = read_receipt(data_set, folder)
        except InputError:
            receipt = Receipt(data_set.count, "", {})  # a damaged one: all of the set's own names
        own = [folder / data_set.path_of(name) for name in _names(data_set, receipt)]
        own += [folder / name for name in data_set.extras if receipt]
        freed = _size([*own, receipt_file, *staging.rglob("*")])
        for path in own:
            path.unlink(missing_ok=True)
        shutil.rmtree(staging, ignore_errors=True)
        receipt_file.unlink(missing_ok=True)
        # Whoever waits for the lock notices that its file is gone, and makes a new one.
        lock_path(data_set, folder).unlink(missing_ok=True)
        places = [folder / data_set.folder_of(category) for category in data_set.categories]
        for place in (*places, *{place.parent for place in places}, folder):
            with contextlib.suppress(OSError):  # it holds something else
                place.rmdir()
    return freed
