"""Colour many photographs, with reading, predicting and writing in parallel.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import collections
import concurrent.futures
import contextlib
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from colorlab.errors import InputError
from colorlab.images.opening import picture_size
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.job_settings import Settings
from colorlab.inference.jobs import STANDARD, Job, Plan
from colorlab.inference.places import prepare, prepared
from colorlab.inference.room import Room
from colorlab.inference.single import colorize_file, or_error
from colorlab.inference.storage import RemotePath
from colorlab.inference.workers import MOST_WORKERS, workers_for
from colorlab.liveness import locks_kept

if TYPE_CHECKING:
    from colorlab.inference.manifest import Manifest

__all__ = ["Settings", "colorize_all"]

_PIXELS_AT_A_TIME = 48 * 10**6  # of all photographs in memory
_AHEAD = 4  # photographs that wait for each worker


def colorize_all(
    planned: Plan | Iterable[Job],
    colorizer: Colorizer,
    settings: Settings | None = None,
    workers: int | None = None,
    callback: Callable[[int], None] | None = None,
    manifest: "Manifest | None" = None,
) -> Iterator[tuple[Job, dict]]:
    """Colour photographs, several at a time, and yield their results.

    After Ctrl-C the pictures in progress are finished and yielded, and no other one is started. A
    second Ctrl-C stops the generator; pictures in progress are finished, but not yielded. An error
    in one photograph does not stop the others.

    Parameters
    ----------
    planned : Plan or iterable of Job
        The result of :func:`colorlab.inference.jobs.plan`; or jobs that are taken one after the
        other, such as a :class:`colorlab.inference.archive.Archive`.
    colorizer : Colorizer
    settings : Settings, optional
    workers : int, optional
        Number of photographs to process at a time; by default from
        :func:`colorlab.inference.workers.workers_for`.
    callback : callable, optional
        Called in this thread with the number of finished photographs.
    manifest : Manifest, optional
        Gets a line for each photograph of an archive, before its result appears.

    Yields
    ------
    job : Job
        In the order of the jobs.
    facts : dict
        ``photograph``, ``written``, ``format``, ``width``, ``height``, ``saturation``, ``size``,
        ``seconds`` and ``notes`` on what the file cannot store; or ``error``, the reason; or
        ``kept``, if another process has coloured this photograph of an archive meanwhile.

    Raises
    ------
    InputError
        Before the first photograph, if the network cannot do what the settings ask for, if the
        place for the results of a Plan or an Archive is not writable, or if there is a manifest
        with a Plan. At the end, if an archive could not be listed to its end: what was listed
        before is coloured and yielded. Immediately, if the manifest cannot be written.
    KeyboardInterrupt
        At the end, if Ctrl-C left pictures that were not started; immediately at the second Ctrl-C.

    Examples
    --------
    >>> from colorlab import load_pretrained
    >>> from colorlab.inference.jobs import plan
    >>> planned = plan(["old album"], "coloured")  # doctest: +SKIP
    >>> for job, facts in colorize_all(planned, load_pretrained()):  # doctest: +SKIP
    ...     print(job.name, facts.get("error", "done"))
    """
    settings, content = settings or Settings(), None
    failures: list[InputError] = []
    settings.require_for(colorizer.predictor)
    if isinstance(planned, Plan):
        if manifest is not None:
            raise InputError("a manifest is of an archive; colour an Archive in place of a Plan")
        if not planned.jobs:
            return
        prepare(planned)
        workers = workers or workers_for(len(planned.jobs))[0]
        # Before Ctrl-C is put off, so that it is heard while the other program still writes.
        if planned.jobs[0].source == STANDARD:
            content = _read_standard_input()
        jobs = iter(planned.jobs)
    else:
        workers = workers or workers_for(MOST_WORKERS)[0]
        jobs = prepared(planned, failures)
    room, stopped, left, done = Room(_PIXELS_AT_A_TIME), threading.Event(), False, 0
    waiting: collections.deque = collections.deque()
    with (
        _interrupts_put_off(stopped),
        contextlib.ExitStack() as kept,
        concurrent.futures.ThreadPoolExecutor(workers) as pool,
    ):
        kept.enter_context(locks_kept())
        try:
            while True:
                while len(waiting) < _AHEAD * workers and not stopped.is_set():
                    if (job := next(jobs, None)) is None:
                        kept.close()  # the last lock goes with the last file
                        break
                    arguments = (job, content, colorizer, settings, room, stopped, manifest)
                    waiting.append((job, pool.submit(_color_one, *arguments)))
                if not waiting:
                    break
                job, future = waiting.popleft()
                if (facts := future.result()) is None:
                    left = True
                    continue
                done += 1
                if callback is not None:
                    callback(done)
                yield job, facts
            left = left or (stopped.is_set() and next(jobs, None) is not None)
        finally:
            stopped.set()
    if left:
        raise KeyboardInterrupt
    if failures:
        raise failures[0]


@contextlib.contextmanager
def _interrupts_put_off(stopped):
    """Turn the first Ctrl-C into an event, so that finished pictures are still counted."""
    before = signal.getsignal(signal.SIGINT)
    if (
        threading.current_thread() is not threading.main_thread()  # no other one may say it
        or before in (signal.SIG_IGN, None)
    ):
        yield
        return

    def hear(number, frame):
        signal.signal(signal.SIGINT, before)
        stopped.set()

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _pixels_of(source):
    height, width = picture_size(source)
    return height * width


def _color_one(job, content, colorizer, settings, room, stopped, manifest):
    """Colour a photograph; return None if it was not started because of Ctrl-C."""
    if stopped.is_set():
        return None
    may_be_kept = job.shared and not settings.overwrite
    record = None if manifest is None else functools.partial(manifest.add, job)

    def work():
        if may_be_kept and _is_there(job.target):
            return {"kept": str(job.target)}  # another process was faster
        remote = isinstance(job.source, RemotePath)
        photograph = job.source.read() if remote else content
        with contextlib.ExitStack() as stack:
            if content is None:
                pixels = _pixels_of(photograph or job.source)
                stack.enter_context(room.take(pixels * (1 + settings.variants)))
                if stopped.is_set():
                    return None
            return colorize_file(job, colorizer, settings, photograph, record)

    facts = or_error(work, job.name)
    if facts is not None and "error" in facts:
        with contextlib.suppress(InputError):  # of a storage that cannot be reached any more
            if may_be_kept and _is_there(job.target):
                return {"kept": str(job.target)}
        if record is not None:
            record(facts)
    return facts


def _is_there(target):
    if isinstance(target, RemotePath):
        return target.exists()
    return os.path.lexists(target) and not os.path.isdir(target)


def _read_standard_input():
    if sys.stdin is None:
        raise InputError("standard input: is closed, expected a picture; put < PHOTO behind it")
    if sys.stdin.isatty():
        raise InputError("standard input: is a terminal, expected a picture; put < PHOTO behind it")
    return sys.stdin.buffer.read()
