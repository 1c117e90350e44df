"""Predictors, which compute the prediction of a network with ONNX Runtime or Keras.

Both take a batch of grey pictures, and hints if the network uses them, and return the network's
prediction. :class:`colorlab.inference.colorizer.Colorizer` does everything else, from the
photograph to its colours.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

from colorlab.inference.predictors.base import CHANNELS, LARGEST_SIZE, Predictor
from colorlab.inference.predictors.keras_network import KerasPredictor
from colorlab.inference.predictors.onnx_runtime import OnnxPredictor

__all__ = ["CHANNELS", "LARGEST_SIZE", "KerasPredictor", "OnnxPredictor", "Predictor"]
