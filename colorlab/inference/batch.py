"""Colour many photographs: while one is read, another is coloured and a third one written.

Taught in :doc:`/notebooks/07_your_own_photographs`.
"""

import concurrent.futures
import contextlib
import dataclasses
import io
import os
import signal
import sys
import threading
import time

import numpy as np

from colorlab.atomic import open_atomic
from colorlab.errors import InputError
from colorlab.images.formats import format_of
from colorlab.images.photograph import read_photograph
from colorlab.images.reading import picture_size
from colorlab.images.writing import write_photograph
from colorlab.inference.jobs import STANDARD

__all__ = ["Settings", "colorize_all", "workers_for"]

_MOST_WORKERS = 8
_PIXELS_AT_A_TIME = 48 * 10**6  # over all photographs that are in memory


@dataclasses.dataclass(frozen=True)
class Settings:
    """What was asked for, the same for all photographs."""

    model: str
    strength: float | None = None
    size: int | None = None
    image_format: str | None = None
    quality: int = 95
    compare: bool = False
    overwrite: bool = False


def workers_for(count):
    """Say how many photographs are worked on at a time, and how many threads each one gets."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    workers = max(1, min(cores, count, _MOST_WORKERS))
    return workers, max(1, cores // workers)


def colorize_all(jobs, model, settings, workers):
    """Colour photographs, several at a time.

    After Ctrl-C the pictures at hand are finished and yielded, and no other one is begun. A second
    one ends it where it is; what is then at hand is finished too, but not yielded.

    Yields
    ------
    (Job, dict)
        In the order of the jobs: the facts of a picture, or ``error`` and the reason.

    Raises
    ------
    KeyboardInterrupt
        At the end, where Ctrl-C left pictures that were not begun; at once, at the second one.
    """
    # Before Ctrl-C is put off, so that it is heard while the other program still writes.
    content = _read_standard_input() if jobs[0].source == STANDARD else None
    room, stopped, left = _Room(_PIXELS_AT_A_TIME), threading.Event(), 0
    with _put_off(stopped), concurrent.futures.ThreadPoolExecutor(workers) as pool:
        try:
            futures = [
                pool.submit(_color_one, job, content, model, settings, room, stopped)
                for job in jobs
            ]
            for job, future in zip(jobs, futures, strict=True):
                facts = future.result()
                if facts is None:
                    left += 1
                else:
                    yield job, facts
        finally:
            stopped.set()
    if left:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _put_off(stopped):
    """Turn the first Ctrl-C into an event: a picture may be finished but not yet counted."""
    before = signal.getsignal(signal.SIGINT)

    def hear(number, frame):
        signal.signal(signal.SIGINT, before)
        stopped.set()

    if before != signal.SIG_IGN:
        signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Room:
    """Let photographs into memory up to a number of pixels; a larger one only by itself."""

    def __init__(self, pixels):
        self._pixels, self._taken = pixels, 0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def take(self, pixels):
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + pixels <= self._pixels)
            self._taken += pixels
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                self._changed.notify_all()


def _pixels_of(source):
    height, width = picture_size(source)
    return height * width


def _color_one(job, content, model, settings, room, stopped):
    """Colour a photograph; return None where that was not begun any more."""
    if stopped.is_set():
        return None
    try:
        if content is not None:
            return _color(job, content, model, settings)
        with room.take(_pixels_of(job.source)):
            return None if stopped.is_set() else _color(job, job.source, model, settings)
    except InputError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{job.name}: does not fit into memory; make it smaller first"}
    except Exception as error:
        # One photograph that nobody thought of does not stop the others.
        if os.environ.get("COLORLAB_DEBUG"):
            raise
        reason = (str(error).splitlines() or [""])[0]
        return {
            "error": f"{job.name}: unexpected {type(error).__name__}: {reason}; "
            "set COLORLAB_DEBUG=1 to see where"
        }


def _color(job, source, model, settings):
    start = time.perf_counter()
    photograph = read_photograph(source, job.name)
    image = model.colorize(photograph.grey, settings.strength, settings.size)
    if settings.compare:
        image = np.concatenate([np.repeat(photograph.grey, 3, axis=-1), image], axis=1)
    image_format = settings.image_format or photograph.format
    if job.target != STANDARD:
        image_format = format_of(job.target, image_format)
    elif image_format not in ("JPEG", "WEBP", "TIFF", "BMP"):
        image_format = "PNG"
    with _open(job.target, settings.overwrite) as stream:
        lost = write_photograph(stream, image, photograph, image_format, settings.quality)
    strength = model.strength if settings.strength is None else settings.strength
    return {
        "photograph": job.name,
        "written": "standard output" if job.target == STANDARD else str(job.target),
        "format": image_format,
        "width": image.shape[1],
        "height": image.shape[0],
        "model": settings.model,
        "strength": strength,
        "size": settings.size or model.image_size,
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
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{target.parent}: cannot be made a folder ({error.strerror})"
            ) from None
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
