"""Colour one photograph, from its file to the file that it becomes.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import contextlib
import io
import itertools
import os
import pathlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np

from colorlab.atomic import open_atomic
from colorlab.checksum import sha256_of
from colorlab.errors import InputError
from colorlab.images.formats import format_of
from colorlab.images.opening import page_numbers
from colorlab.images.photograph import read_photograph
from colorlab.images.provenance import with_mark
from colorlab.images.writing import write_pages, write_photograph
from colorlab.inference import beside
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.job_settings import Settings, hints_of
from colorlab.inference.jobs import STANDARD, Job
from colorlab.inference.storage import RemotePath

__all__ = ["colorize_file", "make_folder", "or_error"]


def colorize_file(
    job: Job,
    colorizer: Colorizer,
    settings: Settings | None = None,
    content: bytes | None = None,
    record: Callable[[dict], None] | None = None,
) -> dict:
    """Colour one photograph.

    Parameters
    ----------
    job : Job
    colorizer : Colorizer
    settings : Settings, optional
    content : bytes, optional
        Of the photograph's file, if it has been read already.
    record : callable, optional
        Gets the facts, with ``source_sha256`` and ``result_sha256``, when the result is complete
        and before it appears under its name: no result is without a record. If it raises, there is
        no result.

    Returns
    -------
    dict
        As :func:`colorlab.inference.batch.colorize_all` yields it.

    Raises
    ------
    InputError
        If the photograph cannot be read, or the result cannot be written.
    """
    start, settings = time.perf_counter(), settings or Settings()
    if content is None and isinstance(job.source, RemotePath):
        content = job.source.read()
    source = job.source if content is None else content
    pages, damaged = _pages_of(job, source, settings)
    photograph = read_photograph(source, job.name, settings.restore, pages[0])
    hints = hints_of(job, settings, photograph.grey.shape)
    session = colorizer.session(photograph.grey, settings.size)
    wishes = hints, settings.saturation, settings.temperature, settings.palette
    image = _shown(photograph, session.colorize(*wishes), settings)
    image_format = settings.image_format or photograph.format
    if job.target != STANDARD:
        image_format = format_of(job.target.name, image_format)
    elif image_format not in ("JPEG", "WEBP", "TIFF", "BMP"):
        image_format = "PNG"
    notes = photograph.notes + session.notes(hints) + damaged
    if settings.mark:
        photograph, unmarked = with_mark(photograph, image_format)
        notes += unmarked
    predictor = colorizer.predictor
    saturation = predictor.saturation if settings.saturation is None else settings.saturation
    facts = {
        "photograph": job.name,
        "written": "standard output" if job.target == STANDARD else str(job.target),
        "format": image_format,
        "width": image.shape[1],
        "height": image.shape[0],
        "saturation": saturation,
        "size": settings.size or predictor.image_size,
    }
    if hints:
        facts["hints"] = len(hints)
    if settings.variants or settings.doubt:
        facts |= _write_beside(job, photograph, session, wishes, settings, image_format)
        if not settings.overwrite and os.path.lexists(job.target):
            facts["seconds"] = round(time.perf_counter() - start, 3)
            return {**facts, "notes": [*notes, "it exists already and was kept"]}
    with _open(job.target, settings.overwrite) as stream:
        if len(pages) == 1:
            lost = write_photograph(stream, image, photograph, image_format, settings.quality)
        else:
            rest = (_further_page(job, source, page, colorizer, settings) for page in pages[1:])
            lost = write_pages(stream, itertools.chain([(photograph, image)], rest))
        facts["seconds"] = round(time.perf_counter() - start, 3)
        facts["notes"] = notes + lost
        if record is not None:
            stream.seek(0)
            digests = {"source_sha256": sha256_of(source), "result_sha256": sha256_of(stream)}
            record({**facts, **digests})
    if photograph.modified is not None and isinstance(job.target, pathlib.Path):
        with contextlib.suppress(OSError):  # albums are sorted by it; some drives cannot set it
            os.utime(job.target, (time.time(), photograph.modified))
    return facts


def _pages_of(job, source, settings):
    """List the pages that go into the result, None for the first one, and what is to be noted."""
    if job.page is not None or not settings.all_pages:
        return (job.page,), []
    result = settings.image_format or "TIFF"
    result = result if job.target == STANDARD else format_of(job.target.name, result)
    if result != "TIFF":
        return (None,), []
    numbers, whole = page_numbers(source)
    notes = [] if whole else ["the pages behind these are damaged"]
    return numbers if len(numbers) > 1 else (None,), notes


def _further_page(job, source, page, colorizer, settings):
    """Colour one of the pages after the first, which has no hints."""
    photograph = read_photograph(source, job.name, settings.restore, page)
    session = colorizer.session(photograph.grey, settings.size)
    image = session.colorize((), settings.saturation, settings.temperature, settings.palette)
    if settings.mark:
        photograph, _ = with_mark(photograph, "TIFF")
    return photograph, _shown(photograph, image, settings)


def _shown(photograph, image, settings):
    """Return what is written of a coloured photograph."""
    if not settings.compare:
        return image
    return np.concatenate([np.repeat(photograph.grey, 3, axis=-1), image], axis=1)


def _write_beside(job, photograph, session, wishes, settings, image_format):
    """Write those variants and that map of doubt which are not there yet."""
    if job.target == STANDARD:
        raise InputError("variants and doubt write files beside the result; name a file for it")
    variants, maps = beside.paths_beside(job.target, settings.variants, settings.doubt)
    written = {"variants": [str(path) for path in variants], "doubt": "".join(map(str, maps))}
    make_folder(job.target.parent)

    def is_missing(path):
        return settings.overwrite or not os.path.lexists(path)

    images = session.variants(settings.variants, *wishes) if any(map(is_missing, variants)) else []
    for path, image in zip(variants, images, strict=False):
        if is_missing(path):
            with open_atomic(path, settings.overwrite) as stream:
                shown = _shown(photograph, image, settings)
                write_photograph(stream, shown, photograph, image_format, settings.quality)
    for path in filter(is_missing, maps):
        beside.write_doubt(path, session.doubt(wishes[0]), settings.overwrite)
    return {name: value for name, value in written.items() if value}


def or_error(work: Callable[[], dict | None], name: str) -> dict | None:
    """Return the result of a call, or ``error`` with one line: it does not stop other photographs.

    Parameters
    ----------
    work : callable
    name : str
        What messages call the photograph.

    Returns
    -------
    dict or None
    """
    try:
        return work()
    except InputError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{name}: does not fit into memory; make it smaller first"}
    except Exception as error:
        if os.environ.get("COLORLAB_DEBUG"):
            raise
        reason = (str(error).splitlines() or [""])[0]
        return {
            "error": f"{name}: unexpected {type(error).__name__}: {reason}; "
            "set COLORLAB_DEBUG=1 to see where"
        }


def make_folder(folder: pathlib.Path) -> None:
    """Make a folder and those above it.

    Parameters
    ----------
    folder : pathlib.Path

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror})") from None


@contextlib.contextmanager
def _open(target: pathlib.Path | RemotePath, overwrite: bool) -> Iterator[BinaryIO]:
    if target != STANDARD and not isinstance(target, RemotePath):
        make_folder(target.parent)
        with open_atomic(target, overwrite) as stream:
            yield stream
        return
    stream = io.BytesIO()
    yield stream
    if isinstance(target, RemotePath):
        if not overwrite and target.exists():
            raise InputError(f"{target}: exists already; choose another name or allow overwriting")
        target.write(stream.getbuffer())
        return
    try:
        sys.stdout.buffer.write(stream.getbuffer())
        sys.stdout.buffer.flush()
    except OSError as error:
        raise InputError(f"standard output: cannot be written ({error.strerror})") from None
