"""``colorlab colorize``."""

import contextlib
import json
import pathlib
import sys
from typing import Annotated

import typer

from colorlab import __version__
from colorlab.cli.shared import Stopped, console, errors, say, say_left_out
from colorlab.errors import InputError

__all__ = ["colorize", "open_archive"]


def colorize(
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            help="Picture files, folders of them, or - .", metavar="PHOTO...", show_default=False
        ),
    ] = None,
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
    pages: Annotated[
        str, typer.Option(help="first or all: the pages of TIFF files that are coloured.")
    ] = "first",
    restore: Annotated[
        str | None,
        typer.Option(
            metavar="[STEPS]",
            help="Restore old photographs: some of fading,scratches,cast; alone, all of them.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON per picture.")
    ] = False,
    device: Annotated[
        str, typer.Option(help="cpu, cuda, coreml, dml, or auto: the fastest one there is.")
    ] = "cpu",
    shard: Annotated[
        str | None,
        typer.Option(help="I/N: only the I-th of N parts of a folder.", show_default=False),
    ] = None,
    names: Annotated[
        str | None,
        typer.Option(
            "--list",
            help="File of names below PHOTO, one a line or with NUL between them, or - .",
            show_default=False,
        ),
    ] = None,
    manifest: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="File to which one line of JSON per picture is appended.", show_default=False
        ),
    ] = None,
):
    """Colour photographs; each keeps its name, size, format, luma, date and camera.

    Folders are read recursively. Existing results are kept, so running the same command again
    colours only what is missing. Files that cannot be read are listed at the end with the reason,
    the others are coloured, and the exit code is 1.

    With --shard, --list or --manifest, PHOTO is one folder, an archive of any size: several
    machines colour a part each. `colorlab manifest check` verifies the results.

    Example: colorlab colorize old/ scan.tif -o coloured
    """
    from colorlab.images.formats import FORMATS
    from colorlab.inference import batch
    from colorlab.inference.jobs import plan
    from colorlab.inference.settings import require_settings
    from colorlab.restoration.steps import parse_steps

    require_settings(saturation, size)
    steps = parse_steps(restore)
    if pages not in ("first", "all"):
        raise InputError(f"--pages must be first or all, got {pages!r}")
    if not 1 <= quality <= 100:
        raise InputError(f"--quality must be a whole number from 1 to 100, got {quality}")
    ending = None if image_format is None else "." + image_format.lower().lstrip(".")
    if ending is not None and ending not in FORMATS:
        known = ", ".join(each[1:] for each in FORMATS)
        raise InputError(f"--format must be one of {known}, got {image_format!r}")
    photos = photos or []
    if "" in photos:
        raise InputError("PHOTO is empty, expected a file or a folder; is a variable unset?")
    settings = batch.Settings(
        saturation, size, FORMATS.get(ending), quality, compare, overwrite, steps, pages == "all"
    )
    if shard is not None or names is not None or manifest is not None:
        archive = open_archive(photos, out, names, shard, suffix, ending, overwrite)
        colorizer = _load(model, batch.workers_for(batch.MOST_WORKERS)[1], device)
        report = _ArchiveReport(archive, model, as_json)
        with _manifest_of(manifest, colorizer, settings, suffix, ending, shard) as lines:
            _work(batch.colorize_all(archive, colorizer, settings, manifest=lines), report)
    else:
        if not photos:
            raise InputError("PHOTO is missing, expected a file or a folder")
        planned = plan(photos, out, suffix, ending, overwrite, pages == "all")
        report = _Report(planned, model, as_json)
        if planned.jobs:
            workers, threads = batch.workers_for(len(planned.jobs))
            colorizer = _load(model, threads, device)
            _work(batch.colorize_all(planned, colorizer, settings, workers), report)
    report.end()


def _load(model, threads, device):
    """Load the model, and say so if the device that was asked for does not compute."""
    from colorlab.inference.devices import PACKAGES
    from colorlab.inference.pretrained import load_pretrained

    colorizer = load_pretrained(model, threads, device)
    used = getattr(colorizer.predictor, "device", None)
    if used is None and device != "cpu":
        say(f"--device {device} is left out: Keras chooses where a run computes", errors)
    elif used is not None and device not in ("auto", used):
        say(f"{device} is not available, the processor colours; {PACKAGES[device]} has it", errors)
    return colorizer


def open_archive(photos, out, names=None, shard=None, suffix="", ending=None, overwrite=False):
    """Return the archive that the arguments of a command name."""
    from colorlab.inference.archive import Archive
    from colorlab.inference.shards import Shard

    if out is None or str(out) == "-":
        raise InputError("-o is missing: name a folder for the results of the archive")
    if len(photos) > 1 or not (photos or names):
        raise InputError(
            "--shard, --list and --manifest take one PHOTO, a folder; name several with --list"
        )
    part = None if shard is None else Shard.parse(shard)
    listed = None if names is None else _names_in(names)
    return Archive(photos[0] if photos else ".", out, listed, part, suffix, ending, overwrite)


def _names_in(path):
    from colorlab.inference.archive import read_names

    try:
        with contextlib.nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb") as lines:
            yield from read_names(lines)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _manifest_of(path, colorizer, settings, suffix, ending, shard):
    from colorlab.inference.manifest import Manifest, made_with

    if path is None:
        return contextlib.nullcontext()
    device = getattr(colorizer.predictor, "device", None)
    facts = {**made_with(colorizer, settings, suffix, ending), "shard": shard, "device": device}
    return Manifest(path, {**facts, "version": __version__})


def _work(results, report):
    try:
        for job, facts in results:
            report.add(job, facts)
    except KeyboardInterrupt:
        report.list_failed()
        all_of_them = f" of {report.count}" if report.count else ""
        raise Stopped(
            f"stopped after {report.done}{all_of_them} pictures; the same command does the rest"
        ) from None


class _Report:
    """Print the result of each photograph immediately, and all errors at the end."""

    def __init__(self, planned, model, as_json):
        self._begin(len(planned.jobs), planned.unreadable, planned.passed_over, model, as_json)
        self._kept = len(planned.existing)
        for job in planned.existing if as_json else ():
            say(json.dumps({"photograph": job.name, "kept": str(job.target)}))

    def _begin(self, count, unreadable, passed_over, model, as_json):
        self.count, self.done, self._all = count, 0, count + len(unreadable)
        self._model, self._as_json = model, as_json
        self._failed, self._kept, self._passed_over = list(unreadable), 0, passed_over

    def add(self, job, facts):
        if "kept" in facts:
            self._kept += 1
            return
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


class _ArchiveReport(_Report):
    """The same, of an archive whose photographs are counted while they are listed."""

    def __init__(self, archive, model, as_json):
        self._begin(0, (), (), model, as_json)
        self._archive = archive

    def end(self):
        archive = self._archive
        if not archive.listed and not archive.unreadable:
            raise InputError(f"{archive.folder}: holds no pictures, such as .jpg, .png or .tif")
        self._all = archive.found + len(archive.unreadable)
        self._kept += archive.existing
        self._failed += archive.unreadable
        self._passed_over = archive.passed_over
        super().end()
