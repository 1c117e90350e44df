"""``colorlab evaluate``."""

import pathlib
import shlex
import sys
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from colorlab.cli.shared import (
    DataOption,
    console,
    count_progress,
    errors,
    named_paths,
    require_place,
    say,
    say_training_only,
    scan,
)
from colorlab.errors import InputError

__all__ = ["evaluate"]


def evaluate(
    models: Annotated[
        list[str],
        typer.Argument(
            help="Folders that `colorlab train` wrote, ONNX files, or default, small, vivid, "
            "unet_small; NAME=MODEL sets its name in the table.",
            metavar="MODEL...",
        ),
    ],
    data: DataOption,
    size: Annotated[
        int | None,
        typer.Option(
            help="Side of the pictures in pixels; by default 256, or the image size of the first "
            "model that predicts RGB.",
            show_default=False,
        ),
    ] = None,
    part: Annotated[
        str,
        typer.Option(
            help="test, or validation to choose settings. Never choose settings on test pictures."
        ),
    ] = "test",
    validation: Annotated[
        float | None,
        typer.Option(
            help="Fraction of the pictures for validation.", show_default="the models' own"
        ),
    ] = None,
    test: Annotated[
        float | None,
        typer.Option(help="Fraction of the pictures for testing.", show_default="the models' own"),
    ] = None,
    saturation: Annotated[
        float | None,
        typer.Option(help="Factor of a and b, 0 to 10.", show_default="the model's"),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(help="Of the annealed mean, for target `ab_bins`.", show_default="0.4"),
    ] = None,
    hints: Annotated[
        int,
        typer.Option(
            help="How many random points of 3 x 3 pixels, with their true colour, the models that "
            "take hints get for each picture."
        ),
    ] = 0,
    out: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="JSON file to write; by default evaluation.json in the first folder.",
            show_default=False,
        ),
    ] = None,
):
    """Measure models on their test pictures, and compare them with baselines, by category.

    Prints a table of PSNR (dB), SSIM, CIEDE2000 (lower is better), colourfulness and its ratio
    to that of the target, and writes it as JSON together with the scores of each picture. The
    test pictures are those of the models' own split, which were not used in training; for
    photographs that were split with other fractions, name these (--validation, --test).

    Example: colorlab evaluate runs/first default --data photos
    """
    from colorlab.datasets import splits
    from colorlab.inference.pretrained import load_pretrained
    from colorlab.inference.settings import require_settings
    from colorlab.training.run import Run

    if part not in ("test", "validation"):
        raise InputError(f"--part must be test or validation, got {part!r}")
    if hints < 0:
        raise InputError(f"--hints must be at least 0, got {hints}")
    require_settings(saturation, None, temperature)
    if out is not None:
        require_place(out)
    named = named_paths(models, taken=("grey", "mean ab"))
    colorizers = {name: load_pretrained(model) for name, model in named.items()}

    if hints and not any(each.predictor.takes_hints for each in colorizers.values()):
        raise InputError(f"--hints {hints}: none of {', '.join(named)} takes hints; leave it out")

    from colorlab import evaluation
    from colorlab.evaluation.models import common_split, facts_of, method_of, picture_size

    split = common_split({name: each.predictor.configuration for name, each in colorizers.items()})
    chosen = {"validation": validation, "test": test}
    split |= {name: value for name, value in chosen.items() if value is not None}
    size = picture_size(colorizers, size)
    table = scan(data)
    parts = splits.split(table, **split)
    say_training_only(parts)
    judged = getattr(parts, part)
    facts = {
        "command": shlex.join(["colorlab", *sys.argv[1:]]),
        "data": pathlib.Path(data).name,
        "fingerprint": judged.fingerprint,
        "part": part,
        "split": f"validation share {split['validation']}, test share {split['test']}, "
        f"seed {split['seed']}",
        **facts_of(colorizers),
    }
    methods = {name: method_of(each, saturation, temperature) for name, each in colorizers.items()}
    with count_progress(errors, "pictures measured", len(judged)) as progress:
        result = evaluation.evaluate(judged, parts.train, methods, size, facts, progress, hints)
    folders = [model for model in named.values() if pathlib.Path(model).is_dir()]
    path = out or (Run(folders[0]).evaluation if folders else None)
    _print_evaluation(result)  # first: if it cannot be written, it has been seen
    if path is not None:
        result.save(path)
        say(f"written: {path}")


def _print_evaluation(result):
    facts = result.facts
    say(
        f"{facts['pictures']} {facts['part']} pictures of {facts['data']}, "
        f"{facts['size']} x {facts['size']} pixels, weights {facts['weights']}"
        + (f", {facts['hints']} hints" if facts["hints"] else "")
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
