"""Every setting of a run, in one object that is kept beside its results.

Taught in :doc:`/notebooks/03_training`.
"""

import dataclasses
import json
import math
import numbers
import pathlib

from colorlab.errors import InputError

__all__ = ["RECIPES", "Configuration", "read_configuration"]

#: What each recipe sets otherwise than :class:`Configuration` does by default.
RECIPES = {
    "classic": {},
    "chroma": {
        "image_size": 128,
        "filters": (32, 64, 128, 256, 256, 512, 512),
        "dropout_rate": 0.1,
        "learning_rate": 2e-3,
        "beta_1": 0.9,
        "weight_decay": 0.01,
        "warm_up": 0.5,
        "schedule": "cosine",
        "averaging": 0.99,
        "normalization_momentum": 0.95,
        "crop": 0.4,
    },
}
RECIPES["classes"] = RECIPES["chroma"]


_CHOICES = {
    "recipe": tuple(RECIPES),
    "schedule": ("constant", "cosine"),
    "precision": ("auto", "float32", "mixed_float16", "mixed_bfloat16"),
}


@dataclasses.dataclass(frozen=True)
class Configuration:
    """The settings of a training run. The defaults are the classic recipe.

    Attributes
    ----------
    recipe : str
        What the network answers and what is asked of it: ``classic`` (red, green and blue),
        ``chroma`` (a and b of Lab) or ``classes`` (a probability for each of many chromas); see
        :mod:`colorlab.networks.registry`.
    image_size : int
        Side of the square pictures in pixels; a multiple of 2 ** (number of filters), 128 for
        the recipe's seven.
    filters : tuple of int
        Channels of each encoder block, see :func:`colorlab.networks.unet.build_unet`.
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
    weight_decay : float
        Share of each weight that AdamW takes off at a step, times the learning rate; from 0.
    warm_up : float
        Epochs in which the learning rate rises from 0; from 0.
    schedule : str
        ``constant``, or ``cosine``: the learning rate falls to 0 along half a wave.
    averaging : float
        Memory of the moving average of the weights, which is what is kept; 0 keeps the weights
        themselves.
    normalization_momentum : float
        Memory of the moving averages of batch normalization, 0 up to but not including 1.
    crop : float
        Smallest share of a training picture's area that is shown, above 0; 1 shows the whole.
    rarity : float
        How much more rare (saturated) colours weigh in the loss of ``chroma``, and rare classes
        in that of ``classes``; 0 weighs all alike.
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

    recipe: str = "classic"
    image_size: int = 256
    filters: tuple[int, ...] = (64, 64, 128, 256, 256, 512, 512)
    dropout_rate: float = 0.3
    batch_size: int = 32
    epochs: int = 25
    learning_rate: float = 1e-2
    beta_1: float = 0.5
    weight_decay: float = 0.0
    warm_up: float = 0.0
    schedule: str = "constant"
    averaging: float = 0.0
    normalization_momentum: float = 0.99
    crop: float = 1.0
    rarity: float = 0.0
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
        for name in ("dropout_rate", "beta_1", "averaging", "normalization_momentum"):
            self._require(name, numbers.Real, lambda value: 0 <= value < 1, "from 0 to below 1")
        for name in ("weight_decay", "warm_up", "rarity"):
            self._require(
                name, numbers.Real, lambda value: value >= 0 and math.isfinite(value), "from 0"
            )
        self._require("crop", numbers.Real, lambda value: 0 < value <= 1, "above 0, at most 1")
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
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise InputError(
                    f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}"
                )

    def _require(self, name, kind, accept, expected):
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, kind) or not accept(value):
            raise InputError(f"{name} must be {expected}, got {value!r}")

    @classmethod
    def of(cls, recipe, **settings):
        """Make the configuration of a recipe, with some settings of your own.

        Raises
        ------
        InputError
            If there is no such recipe, or a setting is out of range.

        Examples
        --------
        >>> Configuration.of("chroma", epochs=3).schedule
        'cosine'
        """
        if recipe not in RECIPES:
            raise InputError(f"recipe must be one of {', '.join(RECIPES)}, got {recipe!r}")
        return cls(**{**RECIPES[recipe], **settings, "recipe": recipe})

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


def read_configuration(run):
    """Read the configuration that a training run was started with.

    Parameters
    ----------
    run : path-like
        A folder that :func:`colorlab.training.train` wrote.

    Returns
    -------
    Configuration

    Raises
    ------
    InputError
        If the folder is missing or is not a run.
    """
    run = pathlib.Path(run)
    if not run.is_dir():
        raise InputError(f"{run}: no such run; expected a folder that `colorlab train` wrote")
    path = run / "config.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Configuration.from_dict(record["configuration"])
    except FileNotFoundError:
        raise InputError(
            f"{run}: is not a run (no config.json); expected a folder that `colorlab train` wrote"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not a run's configuration ({error})") from None
