"""Colour many photographs, with reading, predicting and writing in parallel.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import io
import os
import pathlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from colorlab.atomic import open_atomic, remove_leftovers
from colorlab.errors import InputError
from colorlab.images.formats import format_of
from colorlab.images.photograph import read_photograph
from colorlab.images.reading import picture_size
from colorlab.images.writing import write_photograph
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.jobs import STANDARD, Job, Plan

__all__ = ["Settings", "colorize_all", "workers_for"]

_MOST_WORKERS = 8
_PIXELS_AT_A_TIME = 48 * 10**6  # of all photographs in memory


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings for all photographs.

    Attributes
    ----------
    saturation, size
        As for :meth:`colorlab.inference.colorizer.Colorizer.colorize`.
    image_format : str, optional
        Pillow's name of the format to write, such as ``PNG``, for names without a known ending; by
        default the photograph's own.
    quality : int
        1 to 100, for JPEG and WebP.
    compare : bool
        Whether grey and colour are written side by side.
    overwrite : bool
        Whether an existing file may be replaced.
    """

    saturation: float | None = None
    size: int | None = None
    image_format: str | None = None
    quality: int = 95
    compare: bool = False
    overwrite: bool = False


def workers_for(count: int) -> tuple[int, int]:
    """Choose the number of photographs to process at a time, and of threads for each.

    Parameters
    ----------
    count : int
        Number of photographs.

    Returns
    -------
    workers, threads : int
        For :func:`colorize_all` and :func:`colorlab.load_pretrained`; at least 1.
    """
    if hasattr(os, "sched_getaffinity"):  # only on some systems
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    workers = max(1, min(cores, count, _MOST_WORKERS))
    return workers, max(1, cores // workers)


def colorize_all(
    planned: Plan,
    colorizer: Colorizer,
    settings: Settings | None = None,
    workers: int | None = None,
    callback: Callable[[int], None] | None = None,
) -> Iterator[tuple[Job, dict]]:
    """Colour photographs, several at a time, and yield their results.

    After Ctrl-C the pictures in progress are finished and yielded, and no other one is started. A
    second Ctrl-C stops the generator; pictures in progress are finished, but not yielded. An error
    in one photograph does not stop the others.

    Parameters
    ----------
    planned : Plan
        The result of :func:`colorlab.inference.jobs.plan`.
    colorizer : Colorizer
    settings : Settings, optional
    workers : int, optional
        Number of photographs to process at a time; by default from :func:`workers_for`.
    callback : callable, optional
        Called in this thread with the number of finished photographs.

    Yields
    ------
    job : Job
        In the order of the jobs.
    facts : dict
        ``photograph``, ``written``, ``format``, ``width``, ``height``, ``saturation``, ``size``,
        ``seconds`` and ``notes`` on what the file cannot store; or ``error``, the reason.

    Raises
    ------
    InputError
        Before the first photograph, if the place for the results is not writable.
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
    jobs, settings = planned.jobs, settings or Settings()
    if not jobs:
        return
    _prepare(planned)
    workers = workers or workers_for(len(jobs))[0]
    # Before Ctrl-C is put off, so that it is heard while the other program still writes.
    content = _read_standard_input() if jobs[0].source == STANDARD else None
    room, stopped, left, done = _Room(_PIXELS_AT_A_TIME), threading.Event(), 0, 0
    with _interrupts_put_off(stopped), concurrent.futures.ThreadPoolExecutor(workers) as pool:
        try:
            futures = [
                pool.submit(_color_one, job, content, colorizer, settings, room, stopped)
                for job in jobs
            ]
            for job, future in zip(jobs, futures, strict=True):
                facts = future.result()
                if facts is None:
                    left += 1
                    continue
                done += 1
                if callback is not None:
                    callback(done)
                yield job, facts
        finally:
            stopped.set()
    if left:
        raise KeyboardInterrupt


def _prepare(planned):
    """Refuse a place that is not writable, and remove unfinished files of dead processes."""
    folders = {
        job.target.parent for job in (*planned.jobs, *planned.existing) if job.target != STANDARD
    }
    if not folders:
        if sys.stdout.isatty():
            raise InputError("standard output: is a terminal; name a file with -o, or put > FILE")
        return
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # they have nothing in common, such as two drives
        common = None
    if common is not None:
        _make_folder(pathlib.Path(common))
    for folder in folders:
        remove_leftovers(folder)


def _make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror})") from None


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


class _Room:
    """Limit the photographs in memory to a number of pixels; a larger one is processed alone.

    Photographs are admitted in order: small ones do not overtake a large one.
    """

    def __init__(self, pixels):
        self._pixels, self._taken = pixels, 0
        self._changed, self._queue = threading.Condition(), collections.deque()

    @contextlib.contextmanager
    def take(self, pixels):
        turn = object()
        with self._changed:
            self._queue.append(turn)
            try:
                self._changed.wait_for(lambda: self._queue[0] is turn and self._fits(pixels))
                self._taken += pixels
            finally:
                self._queue.remove(turn)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                self._changed.notify_all()

    def _fits(self, pixels):
        return not self._taken or self._taken + pixels <= self._pixels


def _pixels_of(source):
    height, width = picture_size(source)
    return height * width


def _color_one(job, content, colorizer, settings, room, stopped):
    """Colour a photograph; return None if it was not started because of Ctrl-C."""
    if stopped.is_set():
        return None
    try:
        if content is not None:
            return _color(job, content, colorizer, settings)
        with room.take(_pixels_of(job.source)):
            return None if stopped.is_set() else _color(job, job.source, colorizer, settings)
    except InputError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{job.name}: does not fit into memory; make it smaller first"}
    except Exception as error:
        # An unexpected error in one photograph does not stop the others.
        if os.environ.get("COLORLAB_DEBUG"):
            raise
        reason = (str(error).splitlines() or [""])[0]
        return {
            "error": f"{job.name}: unexpected {type(error).__name__}: {reason}; "
            "set COLORLAB_DEBUG=1 to see where"
        }


def _color(job, source, colorizer, settings):
    start = time.perf_counter()
    photograph = read_photograph(source, job.name)
    image = colorizer.colorize(photograph.grey, settings.saturation, settings.size)
    if settings.compare:
        image = np.concatenate([np.repeat(photograph.grey, 3, axis=-1), image], axis=1)
    image_format = settings.image_format or photograph.format
    if job.target != STANDARD:
        image_format = format_of(job.target, image_format)
    elif image_format not in ("JPEG", "WEBP", "TIFF", "BMP"):
        image_format = "PNG"
    with _open(job.target, settings.overwrite) as stream:
        lost = write_photograph(stream, image, photograph, image_format, settings.quality)
    if photograph.modified is not None and job.target != STANDARD:
        with contextlib.suppress(OSError):  # albums are sorted by it; some drives cannot set it
            os.utime(job.target, (time.time(), photograph.modified))
    predictor = colorizer.predictor
    saturation = predictor.saturation if settings.saturation is None else settings.saturation
    return {
        "photograph": job.name,
        "written": "standard output" if job.target == STANDARD else str(job.target),
        "format": image_format,
        "width": image.shape[1],
        "height": image.shape[0],
        "saturation": saturation,
        "size": settings.size or predictor.image_size,
        "seconds": round(time.perf_counter() - start, 3),
        "notes": photograph.notes + lost,
    }


def _read_standard_input():
    if sys.stdin.isatty():
        raise InputError("standard input: is a terminal, expected a picture; put < PHOTO behind it")
    return sys.stdin.buffer.read()


@contextlib.contextmanager
def _open(target, overwrite):
    if target != STANDARD:
        _make_folder(target.parent)
        with open_atomic(target, overwrite) as stream:
            yield stream
        return
    stream = io.BytesIO()
    yield stream
    try:
        sys.stdout.buffer.write(stream.getbuffer())
        sys.stdout.buffer.flush()
    except OSError as error:
        raise InputError(f"standard output: cannot be written ({error.strerror})") from None
