"""``colorlab colorize``."""

import json
import os
import pathlib
import sys
from typing import Annotated

import typer

from colorlab.cli.shared import Stopped, console, errors, say
from colorlab.errors import InputError

__all__ = ["colorize"]


def colorize(
    photos: Annotated[
        list[str],
        typer.Argument(help="Picture files, folders of them, or - .", metavar="PHOTO..."),
    ],
    out: Annotated[
        pathlib.Path | None,
        typer.Option(
            "-o",
            "--out",
            readable=False,  # said by ourselves, in one line
            help="Folder for the coloured pictures, a file for a single one, or - .",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="default, small, vivid, an ONNX file, or a folder of `colorlab train`."),
    ] = "default",
    strength: Annotated[
        float | None,
        typer.Option(help="0 is grey, 1 is full, up to 10; by default the model's own."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(help="Shorter side of what the network sees, in pixels, at most 1024."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Write grey and colour side by side.")
    ] = False,
    suffix: Annotated[str, typer.Option(help="Added to the names, before the ending.")] = "",
    image_format: Annotated[
        str | None, typer.Option("--format", help="jpg, png, webp, tif or bmp; else as it was.")
    ] = None,
    quality: Annotated[int, typer.Option(help="1 to 100, for JPEG and WebP.")] = 95,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace coloured pictures that exist.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of facts a picture.")
    ] = False,
):
    """Colour photographs; each keeps its name, size, format, light, date and camera.

    Folders are gone through with all that is in them. Pictures that exist are kept, so the same
    command again does only what is missing. Those that cannot be read are listed at the end with
    the reason, the others are coloured, and the exit code is 1.

    Example: colorlab colorize old/ scan.tif -o coloured
    """
    from colorlab.images.formats import FORMATS
    from colorlab.inference import batch
    from colorlab.inference import jobs as planning
    from colorlab.inference.predictors import KerasPredictor, load, require_settings

    require_settings(strength, size)
    if not 1 <= quality <= 100:
        raise InputError(f"--quality must be a whole number from 1 to 100, got {quality}")
    ending = None if image_format is None else "." + image_format.lower().lstrip(".")
    if ending is not None and ending not in FORMATS:
        known = ", ".join(each[1:] for each in FORMATS)
        raise InputError(f"--format must be one of {known}, got {image_format!r}")
    if "" in photos:
        raise InputError("PHOTO is empty, expected a file or a folder; is a variable unset?")
    jobs, unreadable = planning.plan([pathlib.Path(each) for each in photos], out, suffix, ending)
    kept, jobs = _divide(jobs, out, overwrite)
    workers, threads = batch.workers_for(len(jobs))
    settings = batch.Settings(
        model, strength, size, FORMATS.get(ending), quality, compare, overwrite
    )
    report = _Report(len(jobs), as_json, unreadable)
    report.keep(kept)
    if jobs:
        loaded = load(model, threads)
        _prepare(jobs, kept, out)
        if isinstance(loaded, KerasPredictor):
            workers = 1  # Keras has the cores already
        _work(batch.colorize_all(jobs, loaded, settings, workers), report)
    report.end()


def _divide(jobs, out, overwrite):
    """Set apart what exists already."""
    from colorlab.inference.jobs import STANDARD

    if overwrite:
        return [], jobs
    # A folder of that name is no result: it is found out, and said, when the result is written.
    exist = [
        job
        for job in jobs
        if job.target != STANDARD and os.path.lexists(job.target) and not os.path.isdir(job.target)
    ]
    if exist and exist[0].target == out:
        raise InputError(f"{out}: exists already; choose another name, or say --overwrite")
    there = set(exist)
    return exist, [job for job in jobs if job not in there]


def _prepare(jobs, kept, out):
    """Refuse a place that nothing can be written to before the first picture is coloured."""
    from colorlab.atomic import remove_leftovers
    from colorlab.inference.jobs import STANDARD

    if jobs[0].target == STANDARD:
        if sys.stdout.isatty():
            raise InputError("standard output: is a terminal; name a file with -o, or put > FILE")
        return
    folder = out.parent if jobs[0].target == out else out
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror})") from None
    for each in {job.target.parent for job in (*jobs, *kept)}:
        remove_leftovers(each)


def _work(results, report):
    try:
        for job, facts in results:
            report.add(job, facts)
    except KeyboardInterrupt:
        report.list_failed()
        raise Stopped(
            f"stopped after {report.done} of {report.count} pictures; "
            "the same command does the rest"
        ) from None


class _Report:
    """Say what became of each photograph, at once; what went wrong, at the end."""

    def __init__(self, count, as_json, unreadable):
        self.count, self.done = count, 0
        self._all = count + len(unreadable)
        self._as_json, self._failed, self._kept = as_json, list(unreadable), 0

    def keep(self, jobs):
        self._kept = len(jobs)
        for job in jobs if self._as_json else ():
            say(json.dumps({"photograph": job.name, "kept": str(job.target)}))

    def add(self, job, facts):
        self.done += 1
        to = errors if facts.get("written") == "standard output" else console
        if "error" in facts:
            self._failed.append(facts["error"])
            facts = {"photograph": job.name, **facts}
        if self._as_json:
            say(json.dumps(facts), to)
        elif "error" not in facts:
            notes = f"  ({'; '.join(facts['notes'])})" if facts["notes"] else ""
            say(f"{facts['written']}{notes}", to)

    def list_failed(self):
        for line in self._failed:
            say(f"colorlab: {line}", errors)

    def end(self):
        if self._kept and not self._as_json:
            say(f"exist already and were kept: {self._kept}; --overwrite colours them again")
        if len(self._failed) == 1 == self._all:
            raise InputError(self._failed[0])
        self.list_failed()
        if self._failed:
            raise InputError(f"{len(self._failed)} of {self._all} pictures could not be coloured")
