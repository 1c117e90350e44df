"""``colorlab export``."""

import pathlib
from typing import Annotated

import typer

from colorlab.cli.shared import say

__all__ = ["export"]


def export(
    run: Annotated[
        pathlib.Path,
        typer.Argument(
            readable=False,  # checked by colorlab, with a message of one line
            help="Folder that `colorlab train` wrote.",
            metavar="RUN",
            show_default=False,
        ),
    ],
    file: Annotated[
        pathlib.Path,
        typer.Argument(
            readable=False,
            help="ONNX file to write.",
            metavar="FILE.onnx",
            show_default=False,
        ),
    ],
    saturation: Annotated[
        float, typer.Option(help="Default saturation of the file, 0 to 10.")
    ] = 1.0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file if it exists.")
    ] = False,
):
    """Export a run to an ONNX file, which colours photographs without Keras.

    Use it with `colorlab colorize --model FILE.onnx` and `colorlab evaluate FILE.onnx`.

    Example: colorlab export runs/first first.onnx
    """
    from colorlab.export.run import export_run

    export_run(run, file, saturation, overwrite)
    say(f"written: {file}")
