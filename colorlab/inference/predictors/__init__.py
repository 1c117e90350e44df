"""Predictors, which compute the prediction of a network with ONNX Runtime or Keras.

Both take a batch of grey pictures, and hints if the network uses them, and return the network's
prediction. :class:`colorlab.inference.colorizer.Colorizer` does everything else, from the
photograph to its colours.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

from colorlab import lazy

# The names stand in __init__.pyi, and are imported when they are first asked for.
__getattr__, __dir__, __all__ = lazy.attach(__name__)
