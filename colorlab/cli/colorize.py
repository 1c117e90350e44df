"""``colorlab colorize``."""

import os
import pathlib
from typing import Annotated

import typer

from colorlab.cli.archive import open_archive, open_manifest
from colorlab.cli.coloring_report import ArchiveReport, Report, work
from colorlab.cli.loading import load_model
from colorlab.cli.shared import WrongUse
from colorlab.errors import InputError

__all__ = ["colorize"]


def colorize(
    context: typer.Context,
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            help="Picture files, folders of them, or - .", metavar="PHOTO...", show_default=False
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            help="Folder for the coloured pictures, a file for a single one, or - .",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="default, small, vivid, unet_small, an ONNX file, or a folder of `colorlab train`."
        ),
    ] = "default",
    saturation: Annotated[
        float | None,
        typer.Option(help="Factor of a and b, 0 (grey) to 10; by default the model's."),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(help="Above 0, at most 10; lower is more vivid; by default the model's."),
    ] = None,
    hint: Annotated[
        list[str] | None,
        typer.Option(
            help="X,Y=COLOUR: a known colour of one photograph, such as 120,80=darkred; "
            "repeatable.",
            show_default=False,
        ),
    ] = None,
    hints: Annotated[
        str | None,
        typer.Option(
            help="File of hints, or auto: NAME.hints.json beside each photograph.",
            show_default=False,
        ),
    ] = None,
    like: Annotated[
        pathlib.Path | None,
        typer.Option(
            readable=False, help="Photograph whose palette is followed.", show_default=False
        ),
    ] = None,
    variants: Annotated[
        int, typer.Option(help="Number of other plausible colourings beside each, at most 16.")
    ] = 0,
    doubt: Annotated[
        bool, typer.Option("--doubt", help="Write a map of where the model is unsure beside each.")
    ] = False,
    mark: Annotated[
        bool,
        typer.Option("--mark/--no-mark", help="Say in the file that a network made the colours."),
    ] = True,
    size: Annotated[
        int | None,
        typer.Option(help="Shorter side of the network's input in pixels, at most 1024."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Write grey and colour side by side.")
    ] = False,
    suffix: Annotated[str, typer.Option(help="Added to the names, before the ending.")] = "",
    image_format: Annotated[
        str | None,
        typer.Option("--format", help="jpg, png, webp, tif, bmp or avif; else unchanged."),
    ] = None,
    quality: Annotated[int, typer.Option(help="1 to 100, for JPEG, WebP and AVIF.")] = 95,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing coloured pictures.")
    ] = False,
    pages: Annotated[
        str, typer.Option(help="first or all: the pages of TIFF files that are coloured.")
    ] = "first",
    largest: Annotated[
        int | None,
        typer.Option(help="Largest picture that is read, in million pixels.", show_default="178"),
    ] = None,
    restore: Annotated[
        str | None,
        typer.Option(
            metavar="[STEPS]",
            help="Restore old photographs: some of fading,scratches,cast; alone, all of them; or "
            "cracks, for visibly cracked ones.",
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

    A model that takes hints follows the colours that you know (--hint, --hints); the page "Colour a
    photograph" of the book writes such files.

    Example: colorlab colorize old/ scan.tif -o coloured
    """
    from colorlab.images.formats import FORMATS
    from colorlab.inference.job_settings import Settings
    from colorlab.inference.jobs import plan
    from colorlab.inference.settings import require_settings
    from colorlab.inference.storage import RemotePath, to_path
    from colorlab.inference.workers import MOST_WORKERS, workers_for
    from colorlab.restoration.steps import parse_steps

    if not photos and names is shard is manifest is None:
        raise WrongUse("Missing argument 'PHOTO...'.", context)
    require_settings(saturation, size, temperature)
    steps = parse_steps(restore)
    if largest is not None:
        from colorlab.images.large import allow_pixels

        allow_pixels(largest)
    if pages not in ("first", "all"):
        raise InputError(f"--pages must be first or all, got {pages!r}")
    if not 1 <= quality <= 100:
        raise InputError(f"--quality must be a whole number from 1 to 100, got {quality}")
    ending = None if image_format is None else "." + image_format.lower().lstrip(".")
    if ending is not None and ending not in FORMATS:
        known = ", ".join(each[1:] for each in FORMATS)
        raise InputError(f"--format must be one of {known}, got {image_format!r}")
    photos = photos or []
    if "" in (*photos, out):
        name = "-o" if out == "" else "PHOTO"
        raise InputError(f"{name} is empty, expected a file or a folder; is a variable unset?")
    palette = None
    if like is not None:
        from colorlab.inference.reference_palette import palette_of

        palette = palette_of(like)
    settings = Settings(
        *(saturation, size, FORMATS.get(ending or ""), quality, compare, overwrite, temperature),
        hints=tuple(_hint(text) for text in hint or ()),
        hints_file=hints,
        palette=palette,
        variants=variants,
        doubt=doubt,
        mark=mark,
        restore=steps,
        all_pages=pages == "all",
    )
    if (hint or hints not in (None, "auto")) and (len(photos) != 1 or os.path.isdir(photos[0])):
        raise InputError("--hint and --hints FILE are for one photograph; say --hints auto")
    remote = any("://" in str(place) for place in (*photos, out))
    if remote or shard is not None or names is not None or manifest is not None:
        if variants or doubt:
            raise InputError(
                "--variants and --doubt do not go with --shard, --list, --manifest or URLs"
            )
        if hint or hints not in (None, "auto"):
            raise InputError("--hint and --hints FILE are for one photograph; say --hints auto")
        if hints is not None and any(isinstance(to_path(each), RemotePath) for each in photos):
            raise InputError("--hints: photographs in a storage have no files of hints beside them")
        if pages == "all" and FORMATS.get(ending or "", "TIFF") != "TIFF":
            raise InputError("--pages all: a result of an archive is one file; leave --format out")
        planned = open_archive(photos, out, names, shard, suffix, ending, overwrite)
        report = ArchiveReport(planned, model, as_json, from_list=names is not None)
        count = MOST_WORKERS
    else:
        if out is None and photos != ["-"]:
            raise InputError("-o is missing: name a folder, or a file for a single picture")
        planned = plan(photos, out, suffix, ending, overwrite, pages == "all", variants, doubt)
        report, count = Report(planned, model, as_json), len(planned.jobs)
        if largest is not None:
            report.say_what_needs_memory(planned.jobs, bool(steps) or compare)
    if count:
        colorizer = load_model(model, workers_for(count)[1], device)
        from colorlab.inference.batch import colorize_all  # imported while the model was loaded

        with open_manifest(manifest, colorizer, settings, suffix, ending, shard) as lines:
            work(colorize_all(planned, colorizer, settings, manifest=lines), report)
    report.end()


def _hint(text):
    """Read ``X,Y=COLOUR`` or ``X,Y,RADIUS=COLOUR``."""
    from colorlab.inference.hints import Hint

    place, _, color = text.partition("=")
    try:
        x, y, *radius = (int(number) for number in place.split(","))
    except ValueError:
        radius = [0, 0]
    if len(radius) > 1 or not color:
        raise InputError(f"--hint must be X,Y=COLOUR, such as 120,80=darkred, got {text!r}")
    return Hint(x, y, color.strip(), *radius)
