"""``colorlab export``."""

import pathlib
from typing import Annotated

import typer

from colorlab.cli.shared import WrongUse, say

__all__ = ["export"]


def export(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Argument(
            help="Folder that `colorlab train` wrote; for --web also default, small, vivid, "
            "unet_small or an ONNX file.",
            metavar="RUN",
            show_default=False,
        ),
    ],
    file: Annotated[
        pathlib.Path | None,
        typer.Argument(
            readable=False,  # checked by colorlab, with a message of one line
            help="ONNX file to write.",
            metavar="FILE.onnx",
            show_default=False,
        ),
    ] = None,
    web: Annotated[
        pathlib.Path | None,
        typer.Option(
            readable=False,
            help="Write a folder instead, with a page that colours photographs in the browser.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    runtime: Annotated[
        pathlib.Path | None,
        typer.Option(
            readable=False,
            help="Folder of onnxruntime-web, or node_modules; by default here or above.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    saturation: Annotated[
        float, typer.Option(help="Default saturation of a run's file, 0 to 10.")
    ] = 1.0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE.onnx if it exists.")
    ] = False,
):
    """Export a run to an ONNX file, which colours photographs without Keras, or to a page.

    Use the file with `colorlab colorize --model FILE.onnx` and `colorlab evaluate FILE.onnx`. The
    folder of a page is for any web server, such as `python -m http.server --directory DIR`.

    Example: colorlab export runs/first first.onnx

    Example: colorlab export runs/first --web page
    """
    if (file is None) == (web is None):
        raise WrongUse("Name either FILE.onnx or --web DIR.", context)
    if web is None and runtime is not None:
        raise WrongUse("--runtime is for --web DIR.", context)
    if web is not None and overwrite:
        raise WrongUse("--overwrite is for FILE.onnx; --web DIR needs a new folder.", context)
    if web is not None:
        from colorlab.export.web import export_web

        export_web(model, web, runtime, saturation)
        say(f"written: {web}; show it: python -m http.server --directory {web}")
        return
    from colorlab.export.run import export_run

    export_run(model, file, saturation, overwrite)
    say(f"written: {file}")
