"""colorlab: put the colour back into grey photographs.

The library of the course *Colour from grey*. The shortest way in is :func:`colorlab.colorize`, a
photograph in and the same photograph in colour out. The rest is in sub-packages, each imported when
it is first named:

- :mod:`colorlab.color`: sRGB, CIE Lab, grey and luma
- :mod:`colorlab.images`: picture files, read and written
- :mod:`colorlab.datasets`: folders of photographs, splits without leaks, painted pictures
- :mod:`colorlab.networks`, :mod:`colorlab.losses`: the networks, and what they learn from
- :mod:`colorlab.training`: batches, the fit, a run and its folder
- :mod:`colorlab.inference`: colouring photographs with a trained network
- :mod:`colorlab.metrics`, :mod:`colorlab.evaluation`, :mod:`colorlab.plots`: results
- :mod:`colorlab.export`: networks as ONNX files
- :mod:`colorlab.course`: the quick and the full run of the notebooks
"""

import importlib
import os

# TensorFlow reads this once, when it is imported: no notices about drivers during a run.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"
__all__ = ["InputError", "__version__", "colorize", "load_pretrained"]

_NAMES = {
    "InputError": "colorlab.errors",
    "colorize": "colorlab.inference.coloring",
    "load_pretrained": "colorlab.inference.pretrained",
}
_MODULES = (
    "color",
    "configuration",
    "course",
    "datasets",
    "errors",
    "evaluation",
    "export",
    "images",
    "inference",
    "losses",
    "metrics",
    "networks",
    "plots",
    "training",
)


def __getattr__(name):
    """Import a name or a module when it is asked for: `import colorlab` takes no time."""
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*__all__, *_MODULES})
