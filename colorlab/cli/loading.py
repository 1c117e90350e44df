"""The model of ``colorlab colorize``, loaded while the rest of the program is imported."""

import concurrent.futures
import importlib

from colorlab.cli.shared import errors, say

__all__ = ["load_model"]

# What colours, reads and writes. Opening a network leaves Python's lock to these imports.
_MEANWHILE = ("colorlab.inference.batch", "filelock")


def load_model(model, threads, device):
    """Load the model, and say so if the device that was asked for does not compute."""
    from colorlab.inference.devices import PACKAGES
    from colorlab.inference.pretrained import load_pretrained

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_pretrained, model, threads, device)
        for module in _MEANWHILE:
            importlib.import_module(module)
        colorizer = loading.result()
    used = getattr(colorizer.predictor, "device", None)
    if used is None and device != "cpu":
        say(f"--device {device} is left out: Keras chooses where a run computes", errors)
    elif used is not None and device not in ("auto", used):
        say(f"{device} is not available, the processor colours; install {PACKAGES[device]}", errors)
    return colorizer
