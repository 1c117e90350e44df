"""Training: batches of pictures, the fit, the folder of a run, and its progress."""

from colorlab import lazy

# The names stand in __init__.pyi: batches bring TensorFlow, the fit brings Keras.
__getattr__, __dir__, __all__ = lazy.attach(__name__)
