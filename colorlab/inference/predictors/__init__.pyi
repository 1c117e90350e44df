from colorlab.inference.predictors.base import CHANNELS as CHANNELS
from colorlab.inference.predictors.base import LARGEST_SIZE as LARGEST_SIZE
from colorlab.inference.predictors.base import Predictor as Predictor
from colorlab.inference.predictors.keras_network import KerasPredictor as KerasPredictor
from colorlab.inference.predictors.onnx_runtime import OnnxPredictor as OnnxPredictor
