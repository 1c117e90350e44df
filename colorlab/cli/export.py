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
            readable=False,  # said by ourselves, in one line
            help="Folder that `colorlab train` wrote.",
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
        float, typer.Option(help="What the file colours with by default, 0 to 10.")
    ] = 1.0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file if it exists.")
    ] = False,
):
    """Write a run as one ONNX file, which colours at once and without Keras.

    `colorlab colorize --model FILE.onnx` and `colorlab evaluate FILE.onnx` take it.

    Example: colorlab export runs/first first.onnx
    """
    from colorlab.export.run import export_run

    export_run(run, file, saturation, overwrite)
    say(f"written: {file}")
