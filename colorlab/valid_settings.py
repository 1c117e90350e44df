"""Which values the settings of a run may have.

Taught in :doc:`/notebooks/04_training`.
"""

import math
import numbers
from typing import Any

from colorlab.errors import InputError
from colorlab.networks.registry import LOSSES, NETWORKS, TARGETS

__all__ = ["require_kinds", "require_values"]

_CHOICES = {
    "schedule": ("constant", "cosine"),
    "precision": ("auto", "float32", "mixed_float16", "mixed_bfloat16"),
}

_POSITIVE = numbers.Integral, lambda value: value >= 1, "a whole number above 0"
_FRACTION = numbers.Real, lambda value: 0 <= value < 1, "from 0 to below 1"
_SHARE = numbers.Real, lambda value: 0 < value <= 1, "above 0, at most 1"
_UP_TO_1 = numbers.Real, lambda value: 0 <= value <= 1, "from 0 to 1"
_FROM_0 = numbers.Real, lambda value: value >= 0 and math.isfinite(value), "from 0"
# Settings, the kind of number that they are, what is accepted, and how a message says that.
_RANGES = (
    ("image_size batch_size epochs", *_POSITIVE),
    (
        "seed",
        numbers.Integral,
        lambda value: 0 <= value < 2**32,
        "a whole number from 0 to 4294967295",
    ),
    ("dropout_rate beta_1 ema_momentum normalization_momentum", *_FRACTION),
    ("weight_decay warmup_epochs class_rebalancing", *_FROM_0),
    ("min_crop_area encoder_rate", *_SHARE),
    ("category_balance", *_UP_TO_1),
    ("frozen_epochs", numbers.Integral, lambda value: value >= 0, "a whole number from 0"),
    ("encoder_version", numbers.Integral, lambda value: value in (0, 2), "0 or 2"),
    ("frozen_stages", numbers.Integral, lambda value: 0 <= value <= 7, "from 0 to 7"),
    ("validation test", numbers.Real, lambda value: 0 < value < 1, "between 0 and 1"),
    ("learning_rate", numbers.Real, lambda value: 0 < value < math.inf, "above 0"),
)


def require_kinds(configuration: Any) -> None:
    """Refuse a network or a target that there is not, and two that do not fit.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration

    Raises
    ------
    InputError
        The message names the setting.
    """
    _require_choice(configuration, "network", NETWORKS)
    _require_choice(configuration, "target", TARGETS)
    targets = NETWORKS[configuration.network].targets
    if configuration.target not in targets:
        raise InputError(
            f"target must be one of {', '.join(targets)} with the network "
            f"{configuration.network}, got {configuration.target!r}"
        )


def require_values(configuration: Any) -> None:
    """Refuse every other setting that is out of range.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
        Its network and target fit.

    Raises
    ------
    InputError
        The message names the setting.
    """
    losses = [name for name, loss in LOSSES.items() if configuration.target in loss.targets]
    _require_choice(configuration, "loss", losses, f" with the target {configuration.target}")
    for names, kind, accept, expected in _RANGES:
        for name in names.split():
            _require(configuration, name, kind, accept, expected)
    if configuration.devices != "all":
        _require(configuration, "devices", *_POSITIVE[:2], "all or a whole number above 0")
    if configuration.frozen_epochs and NETWORKS[configuration.network].split is None:
        raise InputError(
            f"frozen_epochs must be 0 with the network {configuration.network}, whose encoder is "
            f"not trained apart, got {configuration.frozen_epochs}"
        )
    if configuration.encoder_weights not in (None, "imagenet"):
        raise InputError(f"encoder_weights must be imagenet, got {configuration.encoder_weights!r}")
    if configuration.validation + configuration.test >= 1:
        raise InputError("validation and test must add up to less than 1")
    filters = configuration.filters
    whole = isinstance(filters, tuple) and all(_is(count, *_POSITIVE[:2]) for count in filters)
    if not filters or not whole:
        raise InputError(f"filters must be a list of whole numbers above 0, got {filters!r}")
    if configuration.image_size % configuration.stride:
        raise InputError(
            f"image_size must be a multiple of {configuration.stride}, the stride of the network "
            f"{configuration.network} with {len(filters)} blocks, got {configuration.image_size}"
        )
    for name, known in _CHOICES.items():
        _require_choice(configuration, name, known)


def _require_choice(configuration, name, known, where=""):
    value = getattr(configuration, name)
    if not isinstance(value, str) or value not in known:
        raise InputError(f"{name} must be one of {', '.join(known)}{where}, got {value!r}")


def _require(configuration, name, kind, accept, expected):
    value = getattr(configuration, name)
    if not _is(value, kind, accept):
        raise InputError(f"{name} must be {expected}, got {value!r}")


def _is(value, kind, accept):
    return not isinstance(value, bool) and isinstance(value, kind) and accept(value)
