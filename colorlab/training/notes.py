"""What a run notes about its circumstances, and reports, before it trains.

Taught in :doc:`/notebooks/04_training`.
"""

import contextlib
import importlib.metadata
import platform

from colorlab.backend import keras
from colorlab.training.drawing import category_shares

__all__ = ["note_categories", "note_devices", "versions", "warn_of_too_little"]

# Shorter runs learn nothing of use: the moving averages of batch normalization alone need some
# hundred steps.
_FEW_PICTURES, _FEW_STEPS = 50, 200


def versions():
    """Return the versions of Python and of the packages that decide a run's numbers (dict)."""
    found = {"python": platform.python_version(), "backend": keras.backend.backend()}
    for name in ("colorlab-book", "keras", "numpy", "tensorflow", "jax"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def warn_of_too_little(steps_per_epoch, batch_size, epochs, report):
    """Report that a run is too short to learn anything of use."""
    pictures, steps = steps_per_epoch * batch_size, steps_per_epoch * epochs
    if pictures < _FEW_PICTURES:
        report(
            f"only {pictures} training pictures an epoch: nothing can come of it but a test of the "
            f"machine; take some hundred, {_FEW_PICTURES} at the very least"
        )
    elif steps < _FEW_STEPS:
        report(
            f"only {steps} training steps: nothing can come of it but a test of the machine; take "
            f"{_FEW_STEPS} at the very least, by more epochs, more pictures or smaller batches"
        )


def note_devices(run, epoch, devices, batch_size, report):
    """Record the devices, and say so if there are several or they are others than before."""
    share = batch_size // len(devices)
    facts = {"kind": devices.kind, "count": len(devices), "batch_size_per_device": share}
    before = run.note_devices(epoch, facts)
    if len(devices) > 1 or before is not None:
        line = f"{len(devices)} {devices.kind.upper()}, {share} pictures of each batch on each"
        was = f" (before: {before['count']} {before['kind'].upper()})" if before else ""
        report(f"computes on {line}{was}")


def note_categories(run, configuration, batches, report):
    """Record how often each category is drawn, and say it in one line, if not all alike."""
    if not configuration.category_balance:
        return
    table = batches.splits.train
    shares = category_shares(table.counts, configuration.category_balance)
    facts = {
        name: {"pictures": count, "share": round(shares[name], 4)}
        for name, count in table.counts.items()
    }
    run.note("categories", facts)
    ordered = sorted(facts, key=lambda name: facts[name]["pictures"])
    ends = (
        f"{word} {name}, {facts[name]['pictures']} pictures, {shares[name]:.1%} of an epoch"
        for word, name in (("smallest", ordered[0]), ("largest", ordered[-1]))
    )
    report(f"draws {len(facts)} categories: {'; '.join(ends)}")
