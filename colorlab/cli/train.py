"""``colorlab train``."""

import pathlib
from typing import Annotated

import typer

from colorlab.cli.shared import DataOption, console, say, scan
from colorlab.configuration import Configuration

__all__ = ["train"]

_RECIPE = Configuration()


def train(
    data: DataOption,
    out: Annotated[
        pathlib.Path,
        typer.Option(
            "--out", help="Folder of the run: new, or one to be continued.", show_default=False
        ),
    ],
    epochs: Annotated[
        int, typer.Option(help="Passes over the training pictures.")
    ] = _RECIPE.epochs,
    image_size: Annotated[
        int, typer.Option(help="Side of the pictures in pixels, a multiple of 128.")
    ] = _RECIPE.image_size,
    batch_size: Annotated[int, typer.Option(help="Pictures a step.")] = _RECIPE.batch_size,
    learning_rate: Annotated[float, typer.Option(help="Adam's step size.")] = _RECIPE.learning_rate,
    dropout: Annotated[
        float, typer.Option(help="Share of values that dropout sets to zero.")
    ] = _RECIPE.dropout_rate,
    validation: Annotated[
        float, typer.Option(help="Share of the pictures kept back to watch training.")
    ] = _RECIPE.validation,
    test: Annotated[
        float, typer.Option(help="Share of the pictures kept back for `evaluate`.")
    ] = _RECIPE.test,
    seed: Annotated[int, typer.Option(help="Start of every random number.")] = _RECIPE.seed,
    precision: Annotated[
        str, typer.Option(help="auto, float32, mixed_float16 or mixed_bfloat16.")
    ] = _RECIPE.precision,
):
    """Train the recipe on a folder of pictures.

    The settings' defaults are the recipe: a U-Net of 7 + 7 blocks at 256 x 256, log-cosh, Adam.
    OUT receives config.json, log.jsonl, best.weights.h5 and last.weights.h5. If the run is
    interrupted, the same command continues it after the last whole epoch.

    Example: colorlab train --data photos --out runs/first --image-size 128 --epochs 5
    """
    configuration = Configuration(
        image_size=image_size,
        dropout_rate=dropout,
        batch_size=batch_size,
        epochs=epochs,
        learning_rate=learning_rate,
        validation=validation,
        test=test,
        seed=seed,
        precision=precision,
    )
    from colorlab.datasets import splits

    table = scan(data)
    parts = splits.split(table, validation, test, seed)
    say(
        f"{len(table)} pictures of {len(table.categories)} categories: {len(parts.train)} to "
        f"train on, {len(parts.validation)} to validate, {len(parts.test)} kept for testing"
    )
    # Keras takes seconds to import: only once the folder is known to be good.
    from colorlab import pipeline, training
    from colorlab.progress import EpochProgress

    batches = pipeline.Batches(parts, configuration)
    with EpochProgress(console, batches.batch_size) as progress:
        log = training.train(configuration, batches, out, callbacks=[progress])
    best = min(log, key=lambda row: row["val_loss"])
    say(
        f"{out}: {len(log)} epochs done, lowest validation loss "
        f"{best['val_loss']:.4f} in epoch {best['epoch']}",
    )
