"""colorlab: put the colour back into grey photographs.

The library of the course *Colour from grey*. The shortest way in is :func:`colorlab.colorize`, a
photograph in and the same photograph in colour out. The rest is in sub-packages, each imported when
it is first named:

- :mod:`colorlab.color`: sRGB, CIE Lab, grey and luma
- :mod:`colorlab.images`: picture files, read and written
- :mod:`colorlab.restoration`: fading, stains, dust and scratches of old photographs
- :mod:`colorlab.datasets`: folders of photographs, splits without leaks, painted pictures
- :mod:`colorlab.networks`, :mod:`colorlab.losses`: the networks, and what they learn from
- :mod:`colorlab.training`: batches, the fit, a run and its folder
- :mod:`colorlab.inference`: colouring photographs with a trained network
- :mod:`colorlab.metrics`, :mod:`colorlab.evaluation`, :mod:`colorlab.plots`: results
- :mod:`colorlab.export`: networks as ONNX files
- :mod:`colorlab.course`: the quick and the full run of the notebooks
"""

import os

from colorlab import lazy

# TensorFlow reads this once, when it is imported: no notices about drivers during a run.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"

# The names stand in __init__.pyi.
__getattr__, __dir__, __all__ = lazy.attach(__name__)
