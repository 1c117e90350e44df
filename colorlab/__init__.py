"""colorlab: put the colour back into grey photographs.

The library of the course *Colour from grey*. Import the module that you need:

- :mod:`colorlab.color`, :mod:`colorlab.images`: colour spaces and picture files
- :mod:`colorlab.datasets`: toy pictures, folders of photographs, splits without leaks
- :mod:`colorlab.unet`, :mod:`colorlab.losses`, :mod:`colorlab.metrics`: network, aim, judgement
- :mod:`colorlab.recipes`, :func:`colorlab.load_pretrained`: past the recipe, shipped weights
- :func:`colorlab.colorize`: a photograph in, the same photograph in colour out
- :mod:`colorlab.pipeline`, :mod:`colorlab.colorizer`: batches in, colour photographs out
- :mod:`colorlab.training`, :mod:`colorlab.evaluation`, :mod:`colorlab.plots`: a run, its results
- :mod:`colorlab.course`: the quick and the full run of the notebooks
"""

import importlib
import os

# TensorFlow reads this once, when it is imported: no notices about drivers during a run.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"
__all__ = ["__version__", "colorize", "load_pretrained"]

_WHERE = {"colorize": "colorlab.coloring", "load_pretrained": "colorlab.pretrained"}


def __getattr__(name):
    """Import what colours photographs when it is asked for: `import colorlab` takes no time."""
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
