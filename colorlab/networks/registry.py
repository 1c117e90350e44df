"""What a run can be made of: networks, what they predict, and losses, each with one entry here.

======= =================================================== =====================================
target  the network predicts                                what it tends to
======= =================================================== =====================================
rgb     red, green and blue                                 redraws the luma; brown
ab      a and b of CIE Lab                                  keeps the luma; dull
ab_bins a probability for each bin of the a-b plane, on a   keeps the luma; vivid
        grid four times as coarse
======= =================================================== =====================================

An entry names its function and does not import it: settings are checked, and the command prints its
help, without waiting for Keras.

Taught in :doc:`/notebooks/06_keep_the_light` and :doc:`/notebooks/07_why_brown`.
"""

import dataclasses
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colorlab.configuration import Configuration

__all__ = [
    "LOSSES",
    "NETWORKS",
    "TARGETS",
    "Loss",
    "Network",
    "build_network",
    "default_loss",
    "initialize",
    "make_loss",
    "split_network",
]


@dataclasses.dataclass(frozen=True)
class Network:
    """The entry of a network.

    Attributes
    ----------
    build : str
        ``module:function``. The function takes a :class:`colorlab.configuration.Configuration` and
        returns a ``keras.Model`` that predicts the configuration's target; its last layers come
        from :func:`colorlab.networks.heads.add_head`.
    stride : callable
        From the channels of the blocks (tuple of int) to the number of pixels that height and width
        of the input must be multiples of.
    filters : tuple of int
        Channels of the blocks, where a configuration names none.
    targets : tuple of str
        What it can predict; keys of :data:`TARGETS`.
    initialize : str, optional
        ``module:function``. The function takes the network and the configuration, and loads what a
        new run begins with.
    split : str, optional
        ``module:function``. The function takes the network, and returns its encoder and its decoder
        as two models that share its layers; the decoder takes the features, and then the hints.
    takes_hints : bool
        Whether it has a second input, the hints, see
        :class:`colorlab.networks.decoder.PooledHints`.
    """

    build: str
    stride: Callable[[tuple[int, ...]], int]
    filters: tuple[int, ...]
    targets: tuple[str, ...]
    initialize: str | None = None
    split: str | None = None
    takes_hints: bool = False


@dataclasses.dataclass(frozen=True)
class Loss:
    """The entry of a loss.

    Attributes
    ----------
    function : str
        ``module:function``, from target (sRGB in the signed range) and prediction to a tensor; or
        ``module:class``, whose instances are such functions.
    targets : tuple of str
        The targets that it can be computed for; keys of :data:`TARGETS`.
    settings : tuple of str
        What the class is made with: fields of :class:`colorlab.configuration.Configuration`, or
        ``bin_frequencies``, which training counts beforehand. Empty for a function.
    """

    function: str
    targets: tuple[str, ...]
    settings: tuple[str, ...] = ()


#: What a network can predict, in words.
TARGETS = {
    "rgb": "red, green and blue",
    "ab": "a and b of CIE Lab",
    "ab_bins": "a probability for each bin of a and b",
}

NETWORKS = {
    "unet": Network(
        "colorlab.networks.unet:build",
        stride=lambda filters: 2 ** len(filters),
        filters=(32, 64, 128, 256, 256, 512, 512),
        targets=("rgb", "ab", "ab_bins"),
    ),
    "efficientnet": Network(
        "colorlab.networks.efficientnet_unet:build",
        stride=lambda filters: 32,
        filters=(48, 64, 128, 192),
        targets=("ab_bins",),
        initialize="colorlab.networks.efficientnet_unet:load_encoder",
        split="colorlab.networks.efficientnet_unet:split",
        takes_hints=True,
    ),
}

#: The first loss of a target is its default.
LOSSES = {
    "log_cosh": Loss("colorlab.losses:log_cosh", ("rgb",)),
    "ab_distance": Loss("colorlab.losses:AbDistance", ("ab",), ("class_rebalancing",)),
    "ab_cross_entropy": Loss(
        "colorlab.losses:AbCrossEntropy", ("ab_bins",), ("bin_frequencies", "class_rebalancing")
    ),
    "ab_cross_entropy_and_distance": Loss(
        "colorlab.losses:AbCrossEntropyAndDistance",
        ("ab_bins",),
        ("bin_frequencies", "class_rebalancing"),
    ),
}


def default_loss(target: str) -> str:
    """Name the loss of a target, where a configuration names none.

    Parameters
    ----------
    target : str
        ``rgb``, ``ab`` or ``ab_bins``.

    Returns
    -------
    str
        A key of :data:`LOSSES`.

    Examples
    --------
    >>> default_loss("rgb")
    'log_cosh'
    """
    return next(name for name, loss in LOSSES.items() if target in loss.targets)


def build_network(configuration: "Configuration") -> Any:
    """Build the network of a configuration, as it is trained.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration

    Returns
    -------
    keras.Model
        From grey, shape (batch, height, width, 1) in the signed range, and from hints if it takes
        them, to its target: ``rgb`` sRGB in the signed range, three channels; ``ab`` a and b of CIE
        Lab, two channels; ``ab_bins`` logits, one for each of
        :func:`colorlab.color.ab_bins.bin_centers`, at a quarter of height and width.
    """
    return pkgutil.resolve_name(NETWORKS[configuration.network].build)(configuration)


def initialize(network, configuration):
    """Load the weights that a new run begins with, if the configuration names any.

    Parameters
    ----------
    network : keras.Model
        As :func:`build_network` makes it.
    configuration : colorlab.configuration.Configuration

    Raises
    ------
    InputError
        If they are not installed.
    """
    entry = NETWORKS[configuration.network]
    if entry.initialize is not None:
        pkgutil.resolve_name(entry.initialize)(network, configuration)


def split_network(network, configuration):
    """Split a network into encoder and decoder.

    Parameters
    ----------
    network : keras.Model
        As :func:`build_network` makes it.
    configuration : colorlab.configuration.Configuration
        Its network is one that can be split.

    Returns
    -------
    encoder : keras.Model
        From grey to a list of features.
    decoder : keras.Model
        From a list of these features and the hints to the prediction. Both share the layers of
        the network.
    """
    return pkgutil.resolve_name(NETWORKS[configuration.network].split)(network)


def make_loss(configuration, bin_frequencies=None):
    """Make the loss of a configuration.

    Parameters
    ----------
    configuration : colorlab.configuration.Configuration
    bin_frequencies : sequence of float, optional
        How often each bin of :func:`colorlab.color.ab_bins.bin_centers` occurs in the training
        pictures; without it all occur alike.

    Returns
    -------
    callable
        From the target, sRGB in the signed range, and the network's prediction to a tensor.
    """
    entry = LOSSES[configuration.loss]
    loss = pkgutil.resolve_name(entry.function)
    if not entry.settings:
        return loss
    return loss(
        **{
            name: bin_frequencies if name == "bin_frequencies" else getattr(configuration, name)
            for name in entry.settings
        }
    )
