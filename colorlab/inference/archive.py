"""The photographs of an archive, listed folder by folder: memory does not grow with their number.

:func:`colorlab.inference.jobs.plan` knows all photographs before the first one is touched. Here, a
folder is listed when its turn comes, and of a million photographs a few are in memory.

Taught in :doc:`/book/beyond_one_machine`.
"""

import functools
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from colorlab.errors import InputError
from colorlab.images.listing import is_picture, walk_pictures
from colorlab.inference.jobs import Job
from colorlab.inference.name_list import group_names
from colorlab.inference.names import require_ending, tell_apart
from colorlab.inference.shards import Shard
from colorlab.inference.storage import RemotePath, to_path
from colorlab.liveness import is_unfinished

__all__ = ["Archive", "ArchiveJob"]


class ArchiveJob(Job):
    """A photograph of an archive, and the file that it becomes.

    Attributes
    ----------
    folder, out : pathlib.Path or RemotePath
        That of the archive, and the one for the results.
    path : str
        The photograph, below the folder of the archive, with ``/`` between its parts.
    result : str
        The file, below the folder for the results.
    """

    shared: ClassVar[bool] = True
    folder: pathlib.Path | RemotePath
    out: pathlib.Path | RemotePath
    path: str
    result: str

    def __init__(self, folder: Any, out: Any, path: str, result: str):
        # The fields of a Job cannot be set otherwise.
        vars(self).update(folder=folder, out=out, path=path, result=result)

    # The two paths take longer to make than all the rest of a listing, and not all are needed.
    @functools.cached_property
    def source(self) -> Any:
        """The photograph."""
        return self.folder / self.path

    @functools.cached_property
    def target(self) -> Any:
        """The file that it becomes."""
        return self.out / self.result


class Archive:
    """The photographs of a folder, or of a list, that belong to one part; iterated over as jobs.

    Two photographs that would become one file are told apart among all of their folder, as
    :func:`colorlab.inference.jobs.plan` does: each part and each list finds the same names.

    Parameters
    ----------
    folder : path-like or RemotePath
        The folder of the photographs; or a URL that fsspec knows, such as ``s3://bucket/album``.
    out : path-like or RemotePath
        The folder for the results; what lies in it is no photograph of the archive.
    names : iterable of str, optional
        The photographs, below ``folder``, or with their paths as ``find FOLDER`` prints them, or
        with their whole paths; by default all there are.
    shard : Shard, optional
        Which part of them; by default the whole.
    suffix, image_format : str, optional
        As of :func:`colorlab.inference.jobs.plan`.
    overwrite : bool
        Whether results that exist are made again.

    Attributes
    ----------
    found, existing : int
        Photographs of this part so far, and those among them whose results exist and are kept.
    listed : int
        Photographs of all parts so far.
    unreadable : list of str
        One line for each folder and each name that cannot be used, so far.
    passed_over : list of (pathlib.Path, str)
        Files so far that look like pictures and are not taken, each with the reason.
    left_over : list of pathlib.Path
        Folders of results so far that hold an unfinished file, of this or another process; who
        looks after them takes them off the list.
    callback : callable or None
        Called with the job of each photograph whose result exists and is kept; None at first.

    Raises
    ------
    InputError
        If the folder is missing, the results would lie among the photographs, or a name or the
        format is none.

    Examples
    --------
    >>> archive = Archive(".", "coloured", names=["1920/b.gif", "./a.jpg", "a.jpg"])
    >>> [(job.path, job.result) for job in archive]
    [('1920/b.gif', '1920/b.png'), ('a.jpg', 'a.jpg')]
    """

    def __init__(
        self,
        folder: str | os.PathLike | RemotePath,
        out: str | os.PathLike | RemotePath,
        names: Iterable[str] | None = None,
        shard: Shard | None = None,
        suffix: str = "",
        image_format: str | None = None,
        overwrite: bool = False,
    ):
        self.folder, self.out = to_path(folder), to_path(out)
        if isinstance(self.folder, pathlib.Path) and not self.folder.is_dir():
            raise InputError(f"{folder}: is no folder; name the folder of the photographs")
        self._whole, self._results = _resolved(self.folder), _resolved(self.out)
        if _is_below(self._whole, self._results):
            raise InputError(f"{out}: holds the photographs; choose another folder for the results")
        require_ending(suffix, image_format)
        self._names, self._shard = names, shard or Shard()
        self._suffix, self._format, self._overwrite = suffix, image_format, overwrite
        self.found = self.existing = self.listed = 0
        self.unreadable: list[str] = []
        self.passed_over: list[tuple[pathlib.Path, str]] = []
        self.left_over: list[pathlib.Path] = []
        self.callback: Callable[[ArchiveJob], None] | None = None

    def __iter__(self) -> Iterator[ArchiveJob]:
        """Yield what there is to do, folder by folder."""
        self.found = self.existing = self.listed = 0
        self.unreadable, self.passed_over, self.left_over = [], [], []
        if self._names is None:
            for place, names in self._walk():
                yield from self._jobs(place, names, names)
        else:
            for place, names in self._group():
                there = _files_of(self.folder / place).difference(names)
                beside = [name for name in there if is_picture(name) and name[0] != "."]
                yield from self._jobs(place, names, beside)

    def _walk(self):
        """Yield each folder, as it stands below that of the archive, with its photographs."""
        if isinstance(self.folder, RemotePath):
            for place, names in self.folder.walk():
                if not _is_below(_resolved(self.folder / place), self._results):
                    yield place, [name for name in names if is_picture(name)]
            return

        def holds_results(folder):
            return _resolved(folder) == self._results

        for folder, names, passed_over, unreadable in walk_pictures(self.folder, holds_results):
            self.passed_over += passed_over
            self.unreadable += [
                f"{path}: cannot be looked into ({why})" for path, why in unreadable
            ]
            yield folder.relative_to(self.folder).as_posix(), names

    def _group(self):
        """Yield the folders of a list of names; only here all names are in memory."""
        folders, outside = group_names(self._names, self.folder)
        self.unreadable += [
            f"{name}: lies outside {self.folder}; name its folder" for name in outside
        ]
        above, _, last = self._results.rpartition("/")
        for place, names in folders.items():
            whole = self._whole if place == "." else f"{self._whole.rstrip('/')}/{place}"
            if whole == above:
                names.pop(last, None)
            if not _is_below(whole, self._results):
                yield place, names

    def _jobs(self, place, names, beside):
        places = {name: ("", name) for name in sorted({*names, *beside})}
        targets, clashes = tell_apart(places, self._suffix, self._format)
        folder = self.folder / place
        prefix = "" if place == "." else f"{place}/"
        there: set[str] | None = None
        for name in names:
            self.listed += 1
            path = prefix + name
            if not self._shard.holds(path):
                continue
            if name not in targets:
                line = f"{folder / name}: has the same name as {folder / clashes[name]}"
                self.unreadable.append(f"{line}; use another folder for it")
                continue
            self.found += 1
            if there is None:
                there = set() if self._overwrite else _files_of(self.out / place)
                if not isinstance(self.out, RemotePath) and any(map(is_unfinished, there)):
                    self.left_over.append(self.out / place)
            target = targets[name]
            job = ArchiveJob(self.folder, self.out, path, prefix + target)
            if target not in there:
                yield job
                continue
            self.existing += 1
            if self.callback is not None:
                self.callback(job)


def _resolved(place):
    """Return a whole path that can be compared, with ``/`` between its parts."""
    return str(place) if isinstance(place, RemotePath) else place.resolve().as_posix()


def _is_below(path, folder):
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _files_of(folder):
    if isinstance(folder, RemotePath):
        return folder.file_names()
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if not entry.is_dir()}
    except OSError:
        return set()
