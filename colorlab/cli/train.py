"""``colorlab train``."""

import pathlib
from typing import Annotated

import typer

from colorlab.cli.shared import DataOption, console, say, say_training_only, scan
from colorlab.configuration import PRESETS, Configuration
from colorlab.errors import InputError
from colorlab.networks.registry import LOSSES, NETWORKS, TARGETS

__all__ = ["train"]


def _setting(kind, text):
    """Make an option that, if it is not given, leaves a setting to the preset."""
    return Annotated[kind | None, typer.Option(help=text, show_default="the preset's")]


def _numbers(text):
    try:
        return None if text is None else tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--filters must be whole numbers with commas, got {text!r}") from None


def train(
    data: DataOption,
    out: Annotated[
        pathlib.Path,
        typer.Option("--out", help="Folder of the run, new or to be resumed.", show_default=False),
    ],
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = "ab",
    extra: Annotated[
        list[pathlib.Path] | None,
        typer.Option(
            help="Folder of additional training pictures, with categories of its own or the same; "
            "can be repeated.",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        pathlib.Path | None,
        typer.Option(help="Run whose best weights initialise a new run.", show_default=False),
    ] = None,
    network: _setting(str, f"One of {', '.join(NETWORKS)}.") = None,
    target: _setting(str, f"What the network predicts: one of {', '.join(TARGETS)}.") = None,
    loss: _setting(str, f"One of {', '.join(LOSSES)}.") = None,
    epochs: _setting(int, "Passes over the training pictures.") = None,
    image_size: _setting(
        int, "Side of the pictures in pixels, a multiple of the network's stride."
    ) = None,
    filters: _setting(str, "Channels of the network's blocks, separated by commas.") = None,
    batch_size: _setting(int, "Pictures per step.") = None,
    learning_rate: _setting(float, "Adam's step size.") = None,
    dropout_rate: _setting(float, "Fraction of values that dropout sets to zero.") = None,
    min_crop_area: _setting(float, "Smallest fraction of a picture in a random crop.") = None,
    category_balance: _setting(
        float, "How often small categories are drawn: 0 as their pictures, 1 as the large ones."
    ) = None,
    frozen_epochs: _setting(
        int, "First epochs in which the decoder alone learns, on cached features."
    ) = None,
    frozen_stages: _setting(
        int, "Stages of the encoder, of 7, that never learn, the finest first."
    ) = None,
    class_rebalancing: _setting(float, "Additional weight of rare colours in the loss.") = None,
    validation: _setting(float, "Fraction of the pictures for validation.") = None,
    test: _setting(float, "Fraction of the pictures for testing.") = None,
    seed: _setting(int, "Seed of all random numbers.") = None,
    devices: _setting(str, "How many GPUs divide each batch, or all.") = None,
    precision: _setting(str, "auto, float32, mixed_float16 or mixed_bfloat16.") = None,
):
    """Train a network on a folder of pictures.

    The preset `ab`, the default, predicts a and b of CIE Lab and keeps the photograph's own luma;
    `ab_bins` predicts a distribution over a and b. `recipe` is the published network and training:
    a U-Net of 7 + 7 blocks that predicts red, green and blue at 256 x 256. `efficientnet` and
    `efficientnet_small` begin with a pretrained encoder: first the decoder alone learns, on
    features of the frozen encoder that are kept in OUT meanwhile, then the encoder's last stages
    too. OUT receives config.json, log.jsonl, best.weights.h5 and last.weights.h5. If the run is
    interrupted, the same command resumes it after the last complete epoch.

    Example: colorlab train --data photos --out runs/first --epochs 5
    """
    settings = {
        "network": network,
        "target": target,
        "loss": loss,
        "epochs": epochs,
        "image_size": image_size,
        "filters": _numbers(filters),
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "dropout_rate": dropout_rate,
        "min_crop_area": min_crop_area,
        "category_balance": category_balance,
        "frozen_epochs": frozen_epochs,
        "frozen_stages": frozen_stages,
        "class_rebalancing": class_rebalancing,
        "validation": validation,
        "test": test,
        "seed": seed,
        "precision": precision,
        "devices": int(devices) if devices and devices.isdecimal() else devices,
    }
    configuration = Configuration.from_preset(
        preset, **{name: value for name, value in settings.items() if value is not None}
    )
    from colorlab.datasets import splits

    table = scan(data)
    parts = splits.split(table, configuration.validation, configuration.test, configuration.seed)
    for folder in extra or ():
        parts = splits.add_training_pictures(parts, scan(folder))
    say_training_only(parts)
    say(
        f"{len(table)} pictures of {len(table.categories)} categories: {len(parts.train)} to "
        f"train on{' (extra ones included)' if extra else ''}, {len(parts.validation)} to "
        f"validate, {len(parts.test)} kept for testing"
    )
    # Importing Keras takes seconds, so the folder is checked first.
    from colorlab import training
    from colorlab.training.progress import EpochProgress

    batches = training.Batches(parts, configuration)
    with EpochProgress(console, batches.batch_size, configuration.epochs) as progress:
        log = training.train(
            configuration, batches, out, callbacks=[progress], start=start, report=say
        )
    best = min(log, key=lambda row: row["val_loss"])
    say(
        f"{out}: {len(log)} {'epoch' if len(log) == 1 else 'epochs'} done, lowest validation loss "
        f"{best['val_loss']:.4f} in epoch {best['epoch']}",
    )
