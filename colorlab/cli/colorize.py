"""``colorlab colorize``."""

import json
import pathlib
from typing import Annotated

import typer

from colorlab.cli.shared import Stopped, console, errors, say, say_left_out
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
            readable=False,  # checked by colorlab, with a message of one line
            help="Folder for the coloured pictures, a file for a single one, or - .",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="default, small, vivid, an ONNX file, or a folder of `colorlab train`."),
    ] = "default",
    saturation: Annotated[
        float | None,
        typer.Option(help="Factor of a and b, 0 (grey) to 10; by default the model's."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(help="Shorter side of the network's input in pixels, at most 1024."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Write grey and colour side by side.")
    ] = False,
    suffix: Annotated[str, typer.Option(help="Added to the names, before the ending.")] = "",
    image_format: Annotated[
        str | None, typer.Option("--format", help="jpg, png, webp, tif or bmp; else unchanged.")
    ] = None,
    quality: Annotated[int, typer.Option(help="1 to 100, for JPEG and WebP.")] = 95,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing coloured pictures.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON per picture.")
    ] = False,
):
    """Colour photographs; each keeps its name, size, format, luma, date and camera.

    Folders are read recursively. Existing results are kept, so running the same command again
    colours only what is missing. Files that cannot be read are listed at the end with the reason,
    the others are coloured, and the exit code is 1.

    Example: colorlab colorize old/ scan.tif -o coloured
    """
    from colorlab.images.formats import FORMATS
    from colorlab.inference import batch
    from colorlab.inference.colorizer import require_settings
    from colorlab.inference.jobs import plan
    from colorlab.inference.pretrained import load_pretrained

    require_settings(saturation, size)
    if not 1 <= quality <= 100:
        raise InputError(f"--quality must be a whole number from 1 to 100, got {quality}")
    ending = None if image_format is None else "." + image_format.lower().lstrip(".")
    if ending is not None and ending not in FORMATS:
        known = ", ".join(each[1:] for each in FORMATS)
        raise InputError(f"--format must be one of {known}, got {image_format!r}")
    if "" in photos:
        raise InputError("PHOTO is empty, expected a file or a folder; is a variable unset?")
    planned = plan(photos, out, suffix, ending, overwrite)
    report = _Report(planned, model, as_json)
    if planned.jobs:
        workers, threads = batch.workers_for(len(planned.jobs))
        colorizer = load_pretrained(model, threads)
        settings = batch.Settings(
            saturation, size, FORMATS.get(ending), quality, compare, overwrite
        )
        _work(batch.colorize_all(planned, colorizer, settings, workers), report)
    report.end()


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
    """Print the result of each photograph immediately, and all errors at the end."""

    def __init__(self, planned, model, as_json):
        self.count, self.done = len(planned.jobs), 0
        self._all = self.count + len(planned.unreadable)
        self._model, self._as_json = model, as_json
        self._failed, self._kept = list(planned.unreadable), len(planned.existing)
        self._passed_over = planned.passed_over
        for job in planned.existing if as_json else ():
            say(json.dumps({"photograph": job.name, "kept": str(job.target)}))

    def add(self, job, facts):
        self.done += 1
        to = errors if facts.get("written") == "standard output" else console
        if "error" in facts:
            self._failed.append(facts["error"])
        if self._as_json:
            say(json.dumps({"photograph": job.name, **facts, "model": self._model}), to)
        elif "error" not in facts:
            notes = f"  ({'; '.join(facts['notes'])})" if facts["notes"] else ""
            say(f"{facts['written']}{notes}", to)

    def list_failed(self):
        for line in self._failed:
            say(f"colorlab: {line}", errors)

    def end(self):
        if self._kept and not self._as_json:
            say(f"exist already and were kept: {self._kept}; --overwrite colours them again")
        if self._as_json:
            for path, reason in self._passed_over:
                say(json.dumps({"photograph": str(path), "passed_over": reason}))
        else:
            say_left_out("passed over", self._passed_over)
        if len(self._failed) == 1 == self._all:
            raise InputError(self._failed[0])
        self.list_failed()
        if self._failed:
            raise InputError(f"{len(self._failed)} of {self._all} pictures could not be coloured")
