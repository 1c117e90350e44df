"""``colorlab evaluate``."""

import pathlib
import shlex
import sys
from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.table import Table

from colorlab.cli.shared import DataOption, console, errors, say, scan
from colorlab.configuration import read_configuration
from colorlab.errors import InputError
from colorlab.inference import predictors as shipped_models

__all__ = ["evaluate"]


def evaluate(
    models: Annotated[
        list[str],
        typer.Argument(
            help="Folders that `colorlab train` wrote, or names of shipped models; NAME=FOLDER "
            "gives a folder another name in the table.",
            metavar="MODEL...",
        ),
    ],
    data: DataOption,
    size: Annotated[
        int | None,
        typer.Option(
            help="Side of the pictures in pixels; by default 256, or the image size of the first "
            "model if that re-draws the light.",
            show_default=False,
        ),
    ] = None,
    part: Annotated[
        str,
        typer.Option(
            help="test, or validation to choose between settings: never choose by test pictures."
        ),
    ] = "test",
    strength: Annotated[
        float | None,
        typer.Option(help="Factor of the answered chroma.", show_default="the model's"),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            help="Of the annealed mean, for runs of target `ab_bins`.", show_default="0.4"
        ),
    ] = None,
    out: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="JSON file to write; by default evaluation.json in the first folder.",
            show_default=False,
        ),
    ] = None,
):
    """Judge models on pictures kept back from training, beside the baselines, by category.

    Prints a table of PSNR (dB), SSIM, CIEDE2000 (lower is better), colourfulness and its ratio
    to the truth's, and writes it as JSON together with the scores of each picture. The test
    pictures are found again by the models' own split; they were not used in training.

    Example: colorlab evaluate runs/first default --data photos
    """
    if part not in ("test", "validation"):
        raise InputError(f"--part must be test or validation, got {part!r}")
    if strength is not None and not 0 <= strength <= 10:
        raise InputError(f"--strength must be from 0 to 10, got {strength}")
    if temperature is not None and not 0 < temperature <= 10:
        raise InputError(f"--temperature must be above 0 and at most 10, got {temperature}")
    names = _named(models)
    from colorlab.datasets import splits

    configurations = {name: _configuration(model) for name, model in names.items()}
    parting = _common_split(configurations)
    table = scan(data)
    parts = splits.split(table, *parting)
    judged = getattr(parts, part)
    colorizers = {name: _colorizer(model, temperature) for name, model in names.items()}
    for colorizer in colorizers.values():
        colorizer.strength = colorizer.strength if strength is None else strength
    size = _choose_size(size, configurations, colorizers)

    from colorlab import evaluation
    from colorlab.training.progress import count_progress

    facts = {
        "command": shlex.join(["colorlab", *sys.argv[1:]]),
        "data": pathlib.Path(data).name,
        "fingerprint": judged.fingerprint,
        "part": part,
        "split": f"validation share {parting[0]}, test share {parting[1]}, seed {parting[2]}",
        "weights": ", ".join(names),
        "settings": {name: known.to_dict() for name, known in configurations.items()},
    }
    methods = {name: _at_its_own_size(colorizer) for name, colorizer in colorizers.items()}
    with count_progress(errors, "pictures judged", len(judged)) as progress:
        result = evaluation.evaluate(judged, parts.train, methods, size, facts, progress)
    folders = [model for model in names.values() if isinstance(model, pathlib.Path)]
    path = out or (folders[0] / "evaluation.json" if folders else None)
    if path is not None:
        result.save(path)
    _print_evaluation(result)
    if path is not None:
        say(f"written: {path}")


def _named(models):
    """Give each model the name that stands in the table: a dict of folder or shipped name."""
    names, catalogue = {}, shipped_models.shipped_models()
    for model in models:
        name, equals, folder = model.partition("=")
        if not equals:
            name, folder = pathlib.Path(model).name or model, model
        if name in names or name in ("grey", "mean ab"):
            raise InputError(f"{model}: the name {name!r} is taken; say NAME=FOLDER to choose one")
        shipped = not equals and model in catalogue and not pathlib.Path(model).exists()
        names[name] = model if shipped else pathlib.Path(folder)
    return names


def _configuration(model):
    if isinstance(model, pathlib.Path):
        return read_configuration(model)
    from colorlab.inference import pretrained

    return pretrained.training_configuration(model)


def _colorizer(model, temperature):
    from colorlab.inference import colorizer, pretrained

    if isinstance(model, pathlib.Path):
        settings = {} if temperature is None else {"temperature": temperature}
        return colorizer.Colorizer.from_run(model, **settings)
    return pretrained.load_pretrained(model)


def _common_split(configurations):
    splits = {name: (c.validation, c.test, c.seed) for name, c in configurations.items()}
    (first, split), *others = splits.items()
    for name, other in others:
        if other != split:
            raise InputError(
                f"{name}: was trained with another split than {first}, so one may have seen the "
                "other's test pictures; judge them one at a time"
            )
    return split


def _choose_size(size, configurations, colorizers):
    drawing = [name for name, each in colorizers.items() if not each.predicts_ab]
    if size is None:
        size = configurations[drawing[0]].image_size if drawing else 256
    # Below seven pixels the measures are not defined.
    if size < 7:
        raise InputError(f"--size must be at least 7, got {size}")
    return size


def _at_its_own_size(colorizer):
    """Show a network the size that it learned, and bring its answer to that of the pictures.

    A network that answers chroma does so by itself. One that re-draws the light would be worse at
    a size that it never saw than enlarged.
    """
    if colorizer.predicts_ab:
        return colorizer.predict
    from colorlab import images

    side = colorizer.image_size

    def predict(grey):
        height, width = grey.shape[1:3]
        levels = np.round(grey[..., 0]).astype("uint8")
        views = np.stack([images.resize(picture, side, side) for picture in levels])
        answers = colorizer.predict(views[..., None] if (height, width) != (side, side) else grey)
        return np.stack([images.resize(answer, height, width) for answer in answers])

    return predict


def _print_evaluation(result):
    facts = result.facts
    say(
        f"{facts['pictures']} {facts['part']} pictures of {facts['data']}, "
        f"{facts['size']} x {facts['size']} pixels, weights {facts['weights']}"
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
