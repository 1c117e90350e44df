"""The places for results, made ready before the first one is written.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import errno
import os
import pathlib
import sys
from collections.abc import Iterable, Iterator

from colorlab.errors import InputError
from colorlab.inference.jobs import STANDARD, Job, Plan
from colorlab.inference.single import make_folder
from colorlab.inference.storage import RemotePath
from colorlab.liveness import remove_leftovers

__all__ = ["prepare", "prepared"]


def prepare(planned: Plan) -> None:
    """Refuse a place that is not writable, and remove unfinished files of dead processes.

    Parameters
    ----------
    planned : Plan

    Raises
    ------
    InputError
        If the place for the results cannot be written to.
    """
    folders = {
        job.target.parent for job in (*planned.jobs, *planned.existing) if job.target != STANDARD
    }
    if not folders:
        if sys.stdout is None:
            raise InputError("standard output: is closed; name a file, or put > FILE")
        if sys.stdout.isatty():
            raise InputError("standard output: is a terminal; name a file, or put > FILE")
        return
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # they have nothing in common, such as two drives
        common = None
    if common is not None:
        _require_writable(pathlib.Path(common))
    for folder in folders:
        remove_leftovers(folder)


def _require_writable(folder):
    if isinstance(folder, RemotePath):
        folder.exists()  # raises if the storage cannot be reached
        return
    make_folder(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: cannot be written ({os.strerror(errno.EACCES)})")


def prepared(jobs: Iterable[Job], failures: list[InputError]) -> Iterator[Job]:
    """Yield the jobs until one cannot be listed, whose error is kept for later.

    In each new folder for results, and where an archive lists them beside results that exist,
    unfinished files of dead processes are removed.

    Parameters
    ----------
    jobs : iterable of Job
        Such as an :class:`colorlab.inference.archive.Archive`.
    failures : list
        Gets the error.

    Yields
    ------
    Job
    """
    from colorlab.inference.archive import Archive  # most calls colour none

    last, archive = None, jobs if isinstance(jobs, Archive) else None
    try:
        for job in jobs:
            if last is None and archive is not None:
                _require_writable(archive.out)
            if job.target.parent != last:
                last = job.target.parent
                if not isinstance(last, RemotePath):
                    remove_leftovers(last)
            yield job
            _clean(archive)
        _clean(archive)
    except InputError as error:
        failures.append(error)


def _clean(archive):
    while archive is not None and archive.left_over:
        remove_leftovers(archive.left_over.pop())
