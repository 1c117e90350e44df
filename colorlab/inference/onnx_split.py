"""Split an ONNX file that takes hints into an encoder and a decoder.

What depends on ``hints`` becomes the decoder, the rest the encoder, so a photograph is encoded once
and each hint costs the decoder alone. Weights are passed on as they are.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterable

from colorlab.inference.onnx_attention import attend_to_hints_alone
from colorlab.inference.onnx_file import Network, read_network
from colorlab.inference.onnx_merging import merge_sums
from colorlab.inference.onnx_places import count_places_of_grey
from colorlab.inference.onnx_sums import separate_sums
from colorlab.inference.protobuf import VARINT, field, varint

__all__ = ["decoder_with_inputs", "rewrite_if_whole", "split_at_hints", "split_content"]

# Numbers of the fields, by message.
_INPUT = 11  # of a graph
_NAME, _TYPE = 1, 2  # of a value
_TENSOR_TYPE, _ELEMENT_TYPE = 1, 1  # of a type, of the type of a tensor

_ELEMENT_TYPES = {"tensor(float)": 1, "tensor(int32)": 6, "tensor(int64)": 7, "tensor(bool)": 9}


def split_content(content: bytes) -> tuple[Network, Network, list[str]] | None:
    """Split a network so that a hint costs as little as can be.

    Parameters
    ----------
    content : bytes
        Of an ONNX file.

    Returns
    -------
    tuple or None
        As of :func:`split_at_hints`, after :func:`colorlab.inference.onnx_merging.merge_sums`,
        :func:`colorlab.inference.onnx_sums.separate_sums`,
        :func:`colorlab.inference.onnx_attention.attend_to_hints_alone` and
        :func:`colorlab.inference.onnx_places.count_places_of_grey`. None also if the file is
        damaged, of which ONNX Runtime says more.

    Examples
    --------
    >>> split_content(b"Dear Sir or Madam") is None
    True
    """
    try:
        network = read_network(content)
    except ValueError:
        return None
    for rewrite in (merge_sums, separate_sums, attend_to_hints_alone, count_places_of_grey):
        network = rewrite_if_whole(network, rewrite)
    return split_at_hints(network)


def rewrite_if_whole(network: Network, rewrite: Callable[[Network], Network]) -> Network:
    """Rewrite a network; one that lacks something, or is damaged, stays as it is.

    Parameters
    ----------
    network : Network
    rewrite : callable
        Such as :func:`colorlab.inference.onnx_sums.separate_sums`.

    Returns
    -------
    Network
    """
    with contextlib.suppress(ArithmeticError, AttributeError, LookupError, ValueError):
        return rewrite(network)
    return network


def split_at_hints(network: Network) -> tuple[Network, Network, list[str]] | None:
    """Split a network into what does not depend on its hints and what does.

    Parameters
    ----------
    network : Network

    Returns
    -------
    encoder : Network
        From ``grey`` to the features.
    decoder : Network
        From ``hints`` to the prediction; it lacks its other inputs, see
        :func:`decoder_with_inputs`.
    features : list of str
        Names of the encoder's outputs, which the decoder takes.
    Or None, if the network has no input ``hints``.
    """
    if "hints" not in network.inputs:
        return None
    of_grey, of_hints = set(network.inputs) - {"hints"}, {"hints"}
    inputs = set(of_grey)
    features: list[str] = []
    for node in network.nodes:
        if not of_hints.isdisjoint(node.inputs):
            features += [name for name in node.inputs if name in of_grey and name not in features]
            of_hints.update(node.outputs)
        elif not of_grey.isdisjoint(node.inputs):
            of_grey.update(node.outputs)
    encoder = network.part(features, inputs)
    return encoder, network.part(list(network.outputs), {"hints", *features}), features


def decoder_with_inputs(decoder: Network, features: Iterable[tuple[str, str]]) -> Network:
    """Complete a decoder with the features that it takes.

    Parameters
    ----------
    decoder : Network
        Of :func:`split_at_hints`.
    features : iterable of (str, str)
        Name and type, such as ``tensor(float)``, as ONNX Runtime gives those of the encoder's
        outputs.

    Returns
    -------
    Network
        From the features and ``hints`` to the prediction.

    Raises
    ------
    KeyError
        If the decoder cannot take a type.
    """
    inputs = {name: _input(name, _ELEMENT_TYPES[kind]) for name, kind in features}
    return dataclasses.replace(decoder, inputs={**decoder.inputs, **inputs})


def _input(name, element_type):
    element = varint(_ELEMENT_TYPE << 3 | VARINT) + varint(element_type)
    described = field(_TYPE, field(_TENSOR_TYPE, element))
    return field(_INPUT, field(_NAME, name.encode()) + described)
