"""``colorlab evaluate``."""

import pathlib
import shlex
import sys
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from colorlab.cli.shared import DataOption, console, errors, say, scan
from colorlab.errors import InputError

__all__ = ["evaluate"]


def evaluate(
    run: Annotated[pathlib.Path, typer.Argument(help="Folder that `colorlab train` wrote.")],
    data: DataOption,
    size: Annotated[
        int | None,
        typer.Option(help="Side of the pictures in pixels; by default the run's image size."),
    ] = None,
    out: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="JSON file to write; by default RUN/evaluation.json.", show_default=False
        ),
    ] = None,
):
    """Judge a run on its test pictures, beside the baselines, category by category.

    Prints a table of PSNR (dB), SSIM, CIEDE2000 (lower is better), colourfulness and its ratio
    to the truth's, and writes it as JSON together with the scores of each picture. The test
    pictures are found again by the run's own split; they were not used in training.

    Example: colorlab evaluate runs/first --data photos
    """
    from colorlab import colorizer as colorizers
    from colorlab.datasets import splits

    configuration = colorizers.read_configuration(run)
    size = configuration.image_size if size is None else size
    step = 2 ** len(configuration.filters)
    if size < step or size % step:
        raise InputError(f"--size must be a multiple of {step}, got {size}")
    colorizer = colorizers.Colorizer.from_run(run)
    table = scan(data)
    parts = splits.split(table, configuration.validation, configuration.test, configuration.seed)

    from colorlab import evaluation
    from colorlab.progress import count_progress

    facts = {
        "command": shlex.join(["colorlab", *sys.argv[1:]]),
        "data": pathlib.Path(data).name,
        "fingerprint": parts.test.fingerprint,
        "split": f"test share {configuration.test}, seed {configuration.seed}",
        "weights": pathlib.Path(run).name,
    }
    with count_progress(errors, "pictures judged", len(parts.test)) as progress:
        result = evaluation.evaluate(
            parts.test, parts.train, colorizer.predict, size, "network", facts, progress
        )
    path = out or run / "evaluation.json"
    result.save(path)
    _print_evaluation(result)
    say(f"written: {path}")


def _print_evaluation(result):
    facts = result.facts
    say(
        f"{facts['pictures']} test pictures of {facts['data']}, {facts['size']} x {facts['size']} "
        f"pixels, weights {facts['weights']}"
    )
    if not console.is_terminal:
        print(result.format())
        return
    # Narrow enough for 80 columns with the longest of the course's category names.
    table = Table(box=box.HORIZONTALS, padding=0, show_edge=False)
    for title in ("method", "category"):
        table.add_column(title, overflow="fold")
    for title in ("pictures", "PSNR dB", "SSIM", "CIEDE2000", "colourful", "ratio"):
        table.add_column(title, justify="right")
    for row in result.rows:
        table.add_row(
            row["method"],
            row["category"],
            str(row["pictures"]),
            f"{row['psnr']:.2f}",
            f"{row['ssim']:.3f}",
            f"{row['ciede2000']:.2f}",
            f"{row['colorfulness']:.1f}",
            f"{row['colorfulness_ratio']:.2f}",
            style="bold" if row["category"] == "all" else None,
            end_section=row["category"] == "all",
        )
    console.print(table)
