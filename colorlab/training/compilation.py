"""A network with its loss and its optimizer, ready to be trained.

Taught in :doc:`/notebooks/04_training` and :doc:`/notebooks/06_keep_the_light`.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.networks import registry
from colorlab.training.devices import list_devices
from colorlab.training.optimizer import EncoderRateAdam

__all__ = ["compile_network", "precision_policy"]


@contextlib.contextmanager
def precision_policy(precision: str) -> Iterator[None]:
    """Let Keras build networks of a precision within a ``with`` statement.

    Parameters
    ----------
    precision : str
        As of :class:`colorlab.configuration.Configuration`.
    """
    if precision == "auto":
        gpu = bool(list_devices("gpu"))
        precision = "mixed_float16" if gpu else "float32"
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


class _Later(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that a new optimizer takes up in its middle."""

    def __init__(self, schedule, first_step):
        super().__init__()
        self._schedule, self._first_step = schedule, first_step

    def __call__(self, step):
        return self._schedule(step + self._first_step)


def _make_optimizer(configuration, steps_per_epoch, first_epoch):
    rate = configuration.learning_rate
    if configuration.schedule == "cosine":
        warmup_steps = round(configuration.warmup_epochs * steps_per_epoch)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=rate / max(1, warmup_steps),
            decay_steps=max(1, configuration.epochs * steps_per_epoch - warmup_steps),
            warmup_target=rate,
            warmup_steps=warmup_steps,
        )
        if first_epoch:
            rate = _Later(rate, first_epoch * steps_per_epoch)
    # With weight decay, Keras's Adam is AdamW. Biases and normalization do not decay.
    optimizer = EncoderRateAdam(
        learning_rate=rate,
        encoder_rate=configuration.encoder_rate,
        beta_1=configuration.beta_1,
        weight_decay=configuration.weight_decay or None,
        use_ema=configuration.ema_momentum > 0,
        ema_momentum=configuration.ema_momentum,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def compile_network(
    configuration: Configuration,
    steps_per_epoch: int = 1,
    bin_frequencies: Sequence[float] | None = None,
    first_epoch: int = 0,
) -> Any:
    """Build the network of a configuration, with its loss and its optimizer, ready for ``fit``.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    steps_per_epoch : int
        For the learning rate's schedule, if the configuration has one.
    bin_frequencies : sequence of float, optional
        How often each ab bin occurs, see :func:`colorlab.networks.registry.make_loss`.
    first_epoch : int
        Where the learning rate's schedule begins: the number of epochs that came before, with
        another optimizer.

    Returns
    -------
    keras.Model
        Compiled with the configuration's loss and with Adam (AdamW where weights decay). Random
        numbers start from the configuration's seed.
    """
    keras.utils.set_random_seed(configuration.seed)
    with precision_policy(configuration.precision):
        network = registry.build_network(configuration)
        network.compile(
            optimizer=_make_optimizer(configuration, steps_per_epoch, first_epoch),
            loss=registry.make_loss(configuration, bin_frequencies),
        )
        # Now, not in the first step: its state can be loaded, and TensorFlow, which traces a step
        # again when that step made variables, needs one trace only.
        network.optimizer.build(network.trainable_variables)
    return network
