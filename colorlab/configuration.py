"""Every setting of a run, in one object that is kept beside its results.

Taught in :doc:`/notebooks/04_training`.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from colorlab.errors import InputError
from colorlab.networks.registry import NETWORKS, default_loss
from colorlab.presets import PRESETS
from colorlab.valid_settings import require_kinds, require_values

__all__ = ["PRESETS", "Configuration"]


@dataclasses.dataclass(frozen=True)
class Configuration:
    """The settings of a training run. The defaults are those of `colorlab train`.

    Attributes
    ----------
    network : str
        A key of :data:`colorlab.networks.registry.NETWORKS`.
    target : str
        What the network predicts: ``rgb`` (red, green and blue), ``ab`` (a and b of CIE Lab) or
        ``ab_bins`` (a probability for each bin of the a-b plane).
    loss : str
        A key of :data:`colorlab.networks.registry.LOSSES`; None stands for the target's own.
    image_size : int
        Side of the square pictures in pixels; a multiple of :attr:`stride`, 128 for a U-Net of
        seven blocks.
    filters : tuple of int
        Channels of each block of the network, see :func:`colorlab.networks.unet.build_unet`; None
        stands for the network's own.
    dropout_rate : float
        0 up to but not including 1.
    encoder_version : {0, 2}
        Of the network ``efficientnet``: Lite0 or Lite2, see
        :func:`colorlab.networks.efficientnet.efficientnet`.
    encoder_weights : str
        ``imagenet``, or None for an encoder that begins from nothing.
    frozen_stages : int
        How many of the encoder's seven stages keep their weights, 0 to 7, the finest ones first.
    frozen_epochs : int
        For how many first epochs the whole encoder keeps its weights, and only the decoder is
        trained, on features that are computed once and kept in the run's folder meanwhile, see
        :mod:`colorlab.training.feature_cache`. From 0; of a network with an encoder of its own.
    encoder_rate : float
        What the learning rate is multiplied by for the encoder's weights, above 0, at most 1.
    batch_size : int
        Pictures a step.
    epochs : int
        Passes over the training pictures.
    learning_rate : float
        Adam's step size, above 0.
    beta_1 : float
        Adam's memory of past gradients, 0 up to but not including 1.
    weight_decay : float
        Share of each weight that AdamW takes off at a step, times the learning rate; from 0.
    warmup_epochs : float
        Epochs in which the learning rate rises from 0; from 0.
    schedule : str
        ``constant``, or ``cosine``: the learning rate falls to 0 along half a wave.
    ema_momentum : float
        Momentum of the exponential moving average of the weights, which is what is kept; 0 keeps
        the weights themselves.
    normalization_momentum : float
        Momentum of the moving averages of batch normalization, 0 up to but not including 1.
    min_crop_area : float
        Smallest share of a training picture's area that a random crop shows, above 0; 1 shows the
        whole.
    category_balance : float
        How often the pictures of small categories are drawn, 0 to 1: with 0 every picture is drawn
        alike, with 1 every category, in between each by a power of its size; 0.5 by its root.
    class_rebalancing : float
        How much more rare colours weigh in the loss: saturated ones with the target ``ab``, rare
        bins with ``ab_bins``; 0 weighs all alike.
    validation, test : float
        Shares of the pictures kept back, see :func:`colorlab.datasets.splits.split`.
    seed : int
        Start of every random number: split, order, flips, first weights, dropout. Below 2**32.
    precision : str
        ``auto`` (half precision where Keras sees a GPU, else full), ``float32``,
        ``mixed_float16`` or ``mixed_bfloat16``.
    devices : int or str
        How many devices of one machine divide each batch, or ``all``. A run may go on with another
        number.

    Raises
    ------
    InputError
        If a setting is out of range; the message names it.

    Examples
    --------
    >>> Configuration(target="rgb").loss
    'log_cosh'
    >>> Configuration(image_size=100)
    Traceback (most recent call last):
    colorlab.errors.InputError: image_size must be a multiple of 128, the stride of ..., got 100
    """

    network: str = "unet"
    target: str = "ab"
    loss: str | None = None
    image_size: int = 128
    filters: tuple[int, ...] | None = None
    dropout_rate: float = 0.1
    encoder_version: int = 2
    encoder_weights: str | None = None
    frozen_stages: int = 0
    frozen_epochs: int = 0
    encoder_rate: float = 1.0
    batch_size: int = 32
    epochs: int = 25
    learning_rate: float = 2e-3
    beta_1: float = 0.9
    weight_decay: float = 0.01
    warmup_epochs: float = 0.5
    schedule: str = "cosine"
    ema_momentum: float = 0.99
    normalization_momentum: float = 0.95
    min_crop_area: float = 0.4
    category_balance: float = 0.0
    class_rebalancing: float = 0.0
    validation: float = 0.1
    test: float = 0.17
    seed: int = 0
    precision: str = "auto"
    devices: int | str = 1

    def __post_init__(self):
        """Fill in what depends on network and target, and check every setting."""
        require_kinds(self)
        if self.loss is None:
            object.__setattr__(self, "loss", default_loss(self.target))
        # JSON knows lists only; a tuple keeps the object hashable.
        filters = NETWORKS[self.network].filters if self.filters is None else self.filters
        filters = tuple(filters) if isinstance(filters, Iterable) else filters
        object.__setattr__(self, "filters", filters)
        require_values(self)

    @property
    def stride(self) -> int:
        """Number of pixels that height and width of the network's input are multiples of."""
        return NETWORKS[self.network].stride(self.filters or ())

    @classmethod
    def from_preset(cls, preset: str, **settings: Any) -> "Configuration":
        """Make the configuration of a preset, with some settings of your own.

        Parameters
        ----------
        preset : str
            A key of :data:`PRESETS`; ``recipe`` is the published network and its training.
        **settings
            Attributes of the configuration.

        Returns
        -------
        Configuration

        Raises
        ------
        InputError
            If there is no such preset, or a setting is out of range.

        Examples
        --------
        >>> Configuration.from_preset("recipe", epochs=3).learning_rate
        0.01
        """
        if preset not in PRESETS:
            raise InputError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
        return cls(**{**PRESETS[preset], **settings})

    def to_dict(self) -> dict:
        """Return the settings as a dict that JSON can hold.

        Returns
        -------
        dict
            By name of the setting.
        """
        return {**dataclasses.asdict(self), "filters": list(self.filters or ())}

    @classmethod
    def from_dict(cls, settings: dict) -> "Configuration":
        """Make a configuration from :meth:`to_dict`'s result.

        Parameters
        ----------
        settings : dict
            By name of the setting.

        Returns
        -------
        Configuration

        Raises
        ------
        InputError
            If a name is unknown or a setting is out of range.
        """
        unknown = set(settings) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise InputError(f"unknown settings {', '.join(sorted(unknown))}")
        return cls(**settings)
