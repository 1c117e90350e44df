"""``colorlab colorize``."""

import pathlib
from typing import Annotated

import typer

from colorlab.cli.shared import errors, say
from colorlab.errors import InputError

__all__ = ["colorize"]


def colorize(
    photos: Annotated[
        list[pathlib.Path], typer.Argument(help="Picture files.", metavar="PHOTO...")
    ],
    out: Annotated[
        pathlib.Path, typer.Option("-o", "--out", help="Folder for the coloured pictures.")
    ],
    model: Annotated[
        pathlib.Path, typer.Option("--model", help="Folder that `colorlab train` wrote.")
    ],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that exist.")
    ] = False,
):
    """Colour photographs with a trained run.

    Each picture keeps its name, its size and its own light; colour pictures are turned grey
    first. Pictures that cannot be read are listed with the reason, the others are coloured, and
    the command ends with exit code 1.

    Example: colorlab colorize old/*.jpg -o coloured --model runs/first
    """
    from colorlab import images

    _require_distinct_names(photos, out, overwrite)
    from colorlab import colorizer as colorizers

    colorizer = colorizers.Colorizer.from_run(model)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made a folder ({error.strerror})") from None
    failed = 0
    for photo in photos:
        try:
            image = colorizer.colorize(images.read_image(photo))
            images.save_image(out / photo.name, image, overwrite)
        except InputError as error:
            failed += 1
            say(f"colorlab: {error}", errors)
        else:
            say(str(out / photo.name))
    if failed:
        raise InputError(f"{failed} of {len(photos)} pictures could not be coloured")


def _require_distinct_names(photos, out, overwrite):
    """Refuse before the first picture what would overwrite a file or another result."""
    seen = {}
    for photo in photos:
        if photo.name in seen:
            raise InputError(
                f"{photo}: has the same name as {seen[photo.name]}; colour them into two folders"
            )
        seen[photo.name] = photo
        target = out / photo.name
        if target.exists() and target.resolve() == photo.resolve():
            raise InputError(f"{photo}: would be overwritten; choose another folder with -o")
        if target.exists() and not overwrite:
            raise InputError(
                f"{target}: exists already; choose another folder with -o, or say --overwrite"
            )
