"""Adam with shorter steps for a pretrained encoder.

An encoder that has learnt from a million photographs needs small corrections only; a decoder that
begins from nothing needs large steps.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

from colorlab.backend import keras
from colorlab.networks.efficientnet_unet import encoder_stage

__all__ = ["EncoderRateAdam"]


class EncoderRateAdam(keras.optimizers.Adam):
    """Adam whose learning rate is another one for the layers of an encoder.

    Parameters
    ----------
    encoder_rate : float
        What the learning rate is multiplied by for the encoder's weights.
    **settings
        Those of ``keras.optimizers.Adam``.

    Notes
    -----
    To scale the gradient would do nothing: Adam divides by its size.
    """

    def __init__(self, *, encoder_rate: float = 1.0, **settings):
        super().__init__(**settings)
        self._encoder_rate = encoder_rate
        self._rates: list[float] = []

    def build(self, variables):
        """Prepare the state of each variable."""
        super().build(variables)
        self._rates = [
            1.0 if encoder_stage(variable.path) is None else self._encoder_rate
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Change one variable by its gradient."""
        rate = self._rates[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * rate)
