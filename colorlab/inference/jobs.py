"""Which photograph becomes which file, decided before the first one is touched.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import dataclasses
import itertools
import os
import pathlib
from collections.abc import Iterable
from typing import Any, ClassVar

from colorlab.errors import InputError
from colorlab.images.formats import FORMATS
from colorlab.images.opening import page_numbers
from colorlab.inference import names
from colorlab.inference.beside import paths_beside, result_beside
from colorlab.inference.finding import STANDARD, find_photographs, to_paths

__all__ = ["STANDARD", "Job", "Plan", "plan"]


@dataclasses.dataclass(frozen=True)
class Job:
    """A photograph, and the file that it becomes. Either may be :data:`STANDARD`.

    Attributes
    ----------
    source, target : pathlib.Path
        Or :class:`colorlab.inference.storage.RemotePath`, in an archive.
    page : int or None
        Of a TIFF file whose pages become a file each.
    hinted : bool
        Whether the photograph's hints are for it: they are for the first page alone.
    shared : bool
        Whether another process may colour it meanwhile.
    """

    shared: ClassVar[bool] = False
    source: Any
    target: Any
    page: int | None = dataclasses.field(default=None, kw_only=True)
    hinted: bool = dataclasses.field(default=True, kw_only=True)

    @property
    def name(self) -> str:
        """What messages call the photograph."""
        name = "standard input" if self.source == STANDARD else str(self.source)
        return name if self.page is None else f"{name}, page {self.page + 1}"


@dataclasses.dataclass(frozen=True)
class Plan:
    """What there is to do.

    Attributes
    ----------
    jobs : tuple of Job
        To be coloured, in order.
    existing : tuple of Job
        Those whose results exist already and are kept.
    unreadable : tuple of str
        One line for each folder that holds no pictures or could not be looked into, and for each
        photograph whose name another one has already.
    passed_over : tuple of (pathlib.Path, str)
        Files that look like pictures and are not taken, each with the reason.
    """

    jobs: tuple[Job, ...]
    existing: tuple[Job, ...] = ()
    unreadable: tuple[str, ...] = ()
    passed_over: tuple[tuple[pathlib.Path, str], ...] = ()


def _is_file_name(out, photos, suffix, image_format):
    """Tell whether ``out`` names one picture and not a folder."""
    ending = out.suffix.lower()
    if out != STANDARD and (os.path.isdir(out) or ending not in (*FORMATS, ".gif")):
        return False
    if not photos:
        raise InputError(f"{out}: is the place of one picture, but no photograph is named")
    if len(photos) > 1 or os.path.isdir(photos[0]):
        raise InputError(f"{out}: is the place of one picture, expected a folder for several")
    if ending == ".gif":
        raise InputError(f"{out}: a GIF has too few colours; choose another ending, such as .png")
    if suffix:
        raise InputError(f"{out}: is a whole name already, expected no suffix beside it")
    if image_format and out != STANDARD and FORMATS[ending] != FORMATS[image_format]:
        raise InputError(
            f"{out}: its ending and the format {image_format[1:]} say different things; leave one "
            "out"
        )
    return True


def plan(
    photos: str | pathlib.Path | Iterable[str | pathlib.Path],
    out: str | pathlib.Path | None,
    suffix: str = "",
    image_format: str | None = None,
    overwrite: bool = False,
    all_pages: bool = False,
    variants: int = 0,
    doubt: bool = False,
) -> Plan:
    """Decide which photograph becomes which file.

    Parameters
    ----------
    photos : path-like or iterable of path-like
        Files, folders, or ``-`` (:data:`STANDARD`) alone.
    out : path-like or None
        A folder, the name of one picture, or ``-``; None stands for ``-`` beside ``-``.
    suffix : str
        Put between the name and its ending.
    image_format : str, optional
        The ending of another format, such as ``.png``.
    overwrite : bool
        Whether results that exist are made again.
    all_pages : bool
        Whether each page of a TIFF file is coloured. If the result is a TIFF file too, it gets all
        pages; else each page becomes a file, with its number at the end of the name.
    variants : int
        How many variants are written beside each result.
    doubt : bool
        Whether a map of doubt is written beside each result.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If something would be overwritten, two files share a name, or a name or format is none.

    Examples
    --------
    >>> planned = plan(["old.tif"], "coloured", image_format=".png")
    >>> [(job.name, job.target.as_posix()) for job in planned.jobs]
    [('old.tif', 'coloured/old.png')]
    """
    paths = to_paths(photos)
    if out is None and paths != [STANDARD]:
        raise InputError("out is missing: name a folder, or a file for a single picture")
    (out,) = [STANDARD] if out is None else to_paths(out)
    unreadable: list[str] = []
    passed_over: list[tuple[pathlib.Path, str]] = []
    if STANDARD in paths and len(paths) > 1:
        raise InputError("- reads one picture from standard input, expected nothing beside it")
    names.require_ending(suffix, image_format)
    if _is_file_name(out, paths, suffix, image_format):
        jobs = [Job(paths[0], out)]
    elif paths == [STANDARD]:
        raise InputError(f"{out}: name a file for the picture from standard input, such as a.jpg")
    else:
        found, unreadable, passed_over = find_photographs(paths, out)
        # A photograph that was named twice is coloured once.
        found = list({(_resolved(photo), place): (photo, place) for photo, place in found}.values())
        if suffix:
            # What an earlier run wrote beside its originals is no photograph to be coloured. One
            # that was named by itself is, and is not overwritten.
            results = {
                _resolved(out / place.with_name(name))
                for _, place in found
                for name in names.target_names(place.name, suffix, image_format)
            }
            found = [
                (photo, place)
                for photo, place in found
                if photo in paths or not _is_result(_resolved(photo), results)
            ]
        places = {each: (each[1].parent.as_posix(), each[1].name) for each in found}
        named, clashes = names.tell_apart(places, suffix, image_format)
        jobs = [
            Job(photo, out / place.with_name(named[photo, place]))
            for photo, place in found
            if (photo, place) in named
        ]
        unreadable += [
            f"{photo}: has the same name as {other}; use another folder for it"
            for (photo, _), (other, _) in clashes.items()
        ]
    if all_pages:
        jobs = [page for job in jobs for page in _pages_of(job, unreadable)]

    def files_of(job):
        if job.target == STANDARD:
            return [job.target]
        return [job.target, *itertools.chain(*paths_beside(job.target, variants, doubt))]

    _require_other_names(jobs, files_of)
    existing = [] if overwrite else [job for job in jobs if all(map(_exists, files_of(job)))]
    if existing and existing[0].target == out:
        raise InputError(f"{out}: exists already; choose another name or allow overwriting")
    kept = set(existing)
    to_do = tuple(job for job in jobs if job not in kept)
    return Plan(to_do, tuple(existing), tuple(unreadable), tuple(passed_over))


def _pages_of(job, unreadable):
    """Make a job of each page, if they cannot be written into one file."""
    if STANDARD in (job.source, job.target) or FORMATS.get(job.target.suffix.lower()) == "TIFF":
        return [job]
    numbers, whole = page_numbers(job.source)
    if not whole:
        unreadable.append(f"{job.source}: has damaged pages behind page {numbers[-1] + 1}")
    if len(numbers) == 1:
        return [job]
    return [
        Job(job.source, job.target.with_name(name), page=page, hinted=page == numbers[0])
        for page, name in zip(numbers, names.page_names(job.target.name, len(numbers)), strict=True)
    ]


def _exists(target):
    # A folder of that name is no result: that is found out, and said, when the result is written.
    return target != STANDARD and os.path.lexists(target) and not os.path.isdir(target)


def _is_result(path, targets):
    result = result_beside(path)
    return not targets.isdisjoint((path, result, result.with_name(names.without_page(result.name))))


def _resolved(path):
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _require_other_names(jobs, files_of):
    """Refuse before the first picture what would overwrite an original or another result."""
    sources = {_resolved(job.source): job.source for job in jobs if job.source != STANDARD}
    written: dict[pathlib.Path, Any] = {}
    for job in jobs:
        for path in files_of(job) if job.target != STANDARD else ():
            place = _resolved(path)
            if place in sources:
                raise InputError(
                    f"{sources[place]}: would be overwritten; choose another folder for the "
                    "results, or add a suffix to their names"
                )
            if place in written:
                raise InputError(
                    f"{path}: would be written for {written[place]} and for {job.source}; colour "
                    "them into different folders"
                )
            written[place] = job.source
