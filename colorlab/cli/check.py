"""``colorlab check``."""

import pathlib
from typing import Annotated

import typer
from rich.markup import escape

from colorlab.cli.shared import console
from colorlab.errors import InputError

__all__ = ["check"]


def check(
    data: Annotated[
        pathlib.Path | None,
        typer.Option(
            "--data",
            envvar="COLORLAB_DATA",
            help="Folder of pictures to check.",
            show_default=False,
        ),
    ] = None,
):
    """Check that this machine meets the requirements of the course.

    Prints a tick or a cross for Python, packages, Jupyter, the devices that TensorFlow sees,
    memory, disk and the data folder; the line below a cross says how to fix it. The exit code
    is 1 if a requirement is not met.
    """
    from colorlab.course import check as checks

    missing = 0
    for finding in checks.check_all(data):
        mark = "[green]\u2713[/]" if finding.good else "[red]\u2717[/]"
        console.print(f"{mark} {finding.name:<14} {escape(finding.found)}", soft_wrap=True)
        if not finding.good:
            missing += 1
            console.print(f"  to fix it: {escape(finding.remedy)}", soft_wrap=True)
    if missing:
        raise InputError(f"{missing} of the requirements are not met, see the crosses above")
