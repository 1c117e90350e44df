"""What the commands share: where they write, and how they read a folder of pictures."""

import pathlib
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

__all__ = ["DataOption", "console", "errors", "say", "scan"]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DataOption = Annotated[
    pathlib.Path,
    typer.Option(
        "--data",
        envvar="COLORLAB_DATA",
        help="Folder of pictures, one sub-folder a category.",
        show_default=False,
    ),
]


def say(text, to=console):
    """Print a line as it is: no markup, no breaks in the middle of a path."""
    to.print(escape(text), soft_wrap=True)


def scan(data):
    """Read a folder of pictures into a table, and list what had to be left out."""
    from colorlab.datasets import folder

    table = folder.scan(data)
    for path, reason in table.skipped:
        say(f"skipped {path}: {reason}", errors)
    return table
