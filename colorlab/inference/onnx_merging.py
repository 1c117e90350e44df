"""Rewrite sums of two convolutions as one convolution, so that a hint costs less.

The sum of two convolutions is the convolution of a concatenation. The colours of the hints are
added to the decoder's logits in this way: one convolution takes less time than two and their sum
over all bins. Convolutions that :mod:`colorlab.inference.onnx_sums` sets apart, because one of them
is the same for every hint, remain apart.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import collections
import dataclasses

import numpy as np

from colorlab.inference.onnx_file import Network, Node, number_attribute
from colorlab.inference.onnx_tensors import read_weights, write_tensor

__all__ = ["merge_sums"]


def merge_sums(network: Network) -> Network:
    """Write sums of two convolutions of hints as convolutions of concatenations.

    Parameters
    ----------
    network : Network
        What it adds has one height and width.

    Returns
    -------
    Network
        One that computes the same; ``network`` itself, if it has no such sums.
    """
    maker = {name: node for node in network.nodes for name in node.outputs}
    uses = collections.Counter(name for node in network.nodes for name in node.inputs)
    uses.update(list(network.outputs))
    of_hints = network.dependents("hints")

    def is_convolution(name):
        node = maker.get(name)
        if node is None or node.operator != "Conv" or node.inputs[0] not in of_hints:
            return False
        return uses[name] == 1 and node.number("group", 1) == 1

    nodes: list[Node] = []
    tensors: dict[str, bytes] = {}
    for node in network.nodes:
        merged = None
        if node.operator in ("Add", "Sum") and len(node.inputs) == 2:
            if all(map(is_convolution, node.inputs)):
                pair = [maker[name] for name in node.inputs]
                merged = _merge(network, maker, pair, node.outputs[0], tensors)
        nodes += merged or [node]
    if not tensors:
        return network
    return dataclasses.replace(network, nodes=nodes, tensors={**network.tensors, **tensors})


def _merge(network, maker, pair, output, tensors):
    """Return the nodes of one convolution in place of two; None if they do not fit together."""
    biases = [name for node in pair for name in node.inputs[2:]]
    if pair[0].attributes != pair[1].attributes or len(biases) > 1:
        return None
    try:
        (first, cast), (second, other) = (
            read_weights(network, maker, node.inputs[1]) for node in pair
        )
    except (LookupError, ValueError):  # computed in another way, or damaged
        return None
    if (len(first), first.shape[2:]) != (len(second), second.shape[2:]):
        return None
    if first.dtype != second.dtype or (cast is None) != (other is None):
        return None
    beside, kernel = f"{output}:beside", f"{output}:kernel"
    nodes = [Node("Concat", [node.inputs[0] for node in pair], [beside])]
    nodes[0].attributes.append(number_attribute("axis", 1))
    tensors[kernel] = write_tensor(kernel, np.concatenate([first, second], axis=1))
    if cast is not None:
        nodes.append(Node("Cast", [kernel], [f"{kernel}:cast"], cast.attributes))
        kernel = f"{kernel}:cast"
    return [*nodes, Node("Conv", [beside, kernel, *biases], [output], pair[0].attributes)]
