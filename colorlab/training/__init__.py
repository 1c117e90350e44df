"""Training: batches of pictures, the fit, the folder of a run, and its progress."""

import importlib

__all__ = ["Batches", "compile_network", "read_log", "to_network", "train"]

_MODULES = {
    "Batches": "batches",
    "compile_network": "fit",
    "read_log": "fit",
    "to_network": "batches",
    "train": "fit",
}


def __getattr__(name):
    """Import what is asked for: batches bring TensorFlow, the fit brings Keras."""
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
