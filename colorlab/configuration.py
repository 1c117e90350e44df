"""Every setting of a run, in one object that is kept beside its results.

Taught in :doc:`/notebooks/03_training`.
"""

import dataclasses
import math
import numbers

from colorlab.errors import InputError

__all__ = ["Configuration"]


@dataclasses.dataclass(frozen=True)
class Configuration:
    """The settings of a training run. The defaults are the recipe.

    Attributes
    ----------
    image_size : int
        Side of the square pictures in pixels; a multiple of 2 ** (number of filters), 128 for
        the recipe's seven.
    filters : tuple of int
        Channels of each encoder block, see :func:`colorlab.unet.build_unet`.
    dropout_rate : float
        0 up to but not including 1.
    batch_size : int
        Pictures a step.
    epochs : int
        Passes over the training pictures.
    learning_rate : float
        Adam's step size, above 0.
    beta_1 : float
        Adam's memory of past gradients, 0 up to but not including 1.
    validation, test : float
        Shares of the pictures kept back, see :func:`colorlab.datasets.splits.split`.
    seed : int
        Start of every random number: split, order, flips, first weights, dropout.
    precision : str
        ``auto`` (half precision where Keras sees a GPU, else full), ``float32``,
        ``mixed_float16`` or ``mixed_bfloat16``.

    Raises
    ------
    InputError
        If a setting is out of range; the message names it.

    Examples
    --------
    >>> Configuration().epochs
    25
    >>> Configuration(image_size=100)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    colorlab.errors.InputError: image_size must be a multiple of 128 ..., got 100
    """

    image_size: int = 256
    filters: tuple[int, ...] = (64, 64, 128, 256, 256, 512, 512)
    dropout_rate: float = 0.3
    batch_size: int = 32
    epochs: int = 25
    learning_rate: float = 1e-2
    beta_1: float = 0.5
    validation: float = 0.1
    test: float = 0.17
    seed: int = 0
    precision: str = "auto"

    def __post_init__(self):
        """Check every setting."""
        # JSON knows lists only; a tuple keeps the object hashable.
        object.__setattr__(self, "filters", tuple(self.filters))
        for name in ("image_size", "batch_size", "epochs"):
            self._require(
                name, numbers.Integral, lambda value: value >= 1, "a whole number above 0"
            )
        self._require("seed", numbers.Integral, lambda value: value >= 0, "a whole number from 0")
        for name in ("dropout_rate", "beta_1"):
            self._require(name, numbers.Real, lambda value: 0 <= value < 1, "from 0 to below 1")
        for name in ("validation", "test"):
            self._require(name, numbers.Real, lambda value: 0 < value < 1, "between 0 and 1")
        self._require(
            "learning_rate",
            numbers.Real,
            lambda value: value > 0 and math.isfinite(value),
            "above 0",
        )
        if self.validation + self.test >= 1:
            raise InputError("validation and test must add up to less than 1")
        if not self.filters or any(
            isinstance(count, bool) or not isinstance(count, numbers.Integral) or count < 1
            for count in self.filters
        ):
            raise InputError(f"filters must be whole numbers above 0, got {self.filters}")
        step = 2 ** len(self.filters)
        if self.image_size % step:
            raise InputError(
                f"image_size must be a multiple of {step} (2 to the power of {len(self.filters)} "
                f"encoder blocks), got {self.image_size}"
            )
        precisions = ("auto", "float32", "mixed_float16", "mixed_bfloat16")
        if self.precision not in precisions:
            raise InputError(
                f"precision must be one of {', '.join(precisions)}, got {self.precision!r}"
            )

    def _require(self, name, kind, accept, expected):
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, kind) or not accept(value):
            raise InputError(f"{name} must be {expected}, got {value!r}")

    def to_dict(self):
        """Return the settings as a dict that JSON can hold."""
        return {**dataclasses.asdict(self), "filters": list(self.filters)}

    @classmethod
    def from_dict(cls, settings):
        """Make a configuration from :meth:`to_dict`'s result.

        Raises
        ------
        InputError
            If a name is unknown or a setting is out of range.
        """
        unknown = set(settings) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise InputError(f"unknown settings {', '.join(sorted(unknown))}")
        return cls(**settings)
