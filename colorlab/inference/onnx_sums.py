"""Rewrite convolutions of hints and features side by side, so that a hint costs less.

The convolution of a concatenation is the sum of the convolutions of its parts. What lies beside the
hints in the decoder are the encoder's features, which are the same for every hint: their
convolution becomes a node of its own, which :mod:`colorlab.inference.onnx_split` then leaves in the
encoder. The decoder's own features get one too, without the few channels of the hints: ONNX Runtime
computes blocks of eight channels much faster than other numbers. A batch normalization behind the
convolution is applied to all summands, to all but one without its offset.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import dataclasses

import numpy as np

from colorlab.inference.onnx_file import Network, Node
from colorlab.inference.onnx_tensors import read_weights, write_tensor

__all__ = ["separate_sums"]

# Operators whose output has the channels of the first input.
_KEEP_CHANNELS = {"Add", "AveragePool", "Clip", "LeakyRelu", "Relu", "Resize", "Sigmoid", "Sum"}


def separate_sums(network: Network) -> Network:
    """Write convolutions of hints beside features as sums of two convolutions.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Network
        One that computes the same; ``network`` itself, if it has no such convolutions.

    Raises
    ------
    ArithmeticError, AttributeError, LookupError, ValueError
        If the network lacks something, or is damaged.
    """
    return _Rewriting(network).result()


def _add_up(nodes, summands, outputs):
    """Add a sum; the features', which comes last, is added to the sum of the others.

    ONNX Runtime keeps those in its own order of channels, and turns the order of their sum alone.
    """
    *others, last = summands
    if len(others) > 1:
        nodes.append(Node("Sum", others, [f"{outputs[0]}:of_hints"]))
        others = nodes[-1].outputs
    nodes.append(Node("Sum", [*others, last], outputs))


class _Rewriting:
    def __init__(self, network):
        self.network, self.nodes = network, network.nodes
        self.tensors = {}  # new ones
        self.maker = {name: node for node in self.nodes for name in node.outputs}
        self.users: dict[str, list[str]] = {}  # operators that take a value
        self.of_hints = network.dependents("hints")
        for node in self.nodes:  # in the order in which they are computed
            for name in node.inputs:
                self.users.setdefault(name, []).append(node.operator)

    def result(self):
        """Return the network with sums in place of convolutions of concatenations."""
        nodes: list[Node] = []
        sums: dict[str, list[str]] = {}  # what is still the sum of outputs
        for node in self.nodes:
            parts = self._parts(node) if node.operator == "Conv" else None
            summands = sums.pop(node.inputs[0], None) if node.inputs else None
            if parts:
                summands = self._convolve_apart(nodes, node, parts)
                if self.users.get(node.outputs[0]) == ["BatchNormalization"]:
                    sums[node.outputs[0]] = summands
                else:
                    _add_up(nodes, summands, node.outputs)
            elif summands:
                summands = self._normalize_apart(nodes, node, summands)
                _add_up(nodes, summands, node.outputs)
            else:
                nodes.append(node)
        if not self.tensors:
            return self.network
        tensors = {**self.network.tensors, **self.tensors}
        return dataclasses.replace(self.network, nodes=self._used(nodes), tensors=tensors)

    def _used(self, nodes):
        """Leave out the nodes that only the replaced ones needed."""
        kept, needed = [], set()
        for node in reversed(nodes):
            used_before = not self.users.keys().isdisjoint(node.outputs)
            replaced = used_before and needed.isdisjoint(node.outputs)
            if not replaced:
                needed.update(node.inputs)
                kept.append(node)
        return kept[::-1]

    def _weights(self, name):
        """Return a tensor of weights, and the node that casts it or None."""
        return read_weights(self.network, self.maker, name)

    def _channels(self, name):
        """Count the channels of a value, or return None."""
        for _ in self.nodes:  # no further: the nodes of a damaged file may go round in circles
            node = self.maker.get(name)
            if node and node.operator in ("Conv", "BatchNormalization"):
                return self._weights(node.inputs[1])[0].shape[0]
            if node is None or node.operator not in _KEEP_CHANNELS:
                return None
            name = node.inputs[0]
        return None

    def _parts(self, node):
        """Tell the parts of a convolution: name, inputs and channels; None if all is one part."""
        beside = self.maker.get(node.inputs[0])
        if beside is None or beside.operator != "Concat" or node.number("group", 1) != 1:
            return None
        constant = [name not in self.of_hints for name in beside.inputs]
        if beside.number("axis", 1) != 1 or len(set(constant)) == 1:
            return None
        parts = {kind: ([], []) for kind in ("hints", "deep", "constant")}
        place, width = 0, self._weights(node.inputs[1])[0].shape[1]
        last = len(constant) - constant[::-1].index(True)
        for name, is_constant in list(zip(beside.inputs, constant, strict=True))[:last]:
            count = self._channels(name)
            if count is None or place + count >= width:
                return None
            names, channels = parts["constant" if is_constant else "deep"]
            names.append(name)
            channels += range(place, place + count)
            place += count
        # Behind the last one all is the hints', however many channels each of them has.
        parts["hints"] = beside.inputs[last:], range(place, width)
        return [(kind, *part) for kind, part in parts.items() if part[0]]

    def _convolve_apart(self, nodes, node, parts):
        """Add the convolution of each part, and return their outputs."""
        kernel, cast = self._weights(node.inputs[1])
        outputs = []
        for kind, names, channels in parts:
            stem = f"{node.outputs[0]}:{kind}"
            source, weights = names[0], f"{stem}:kernel"
            if len(names) > 1:
                source = f"{stem}:beside"
                axis = self.maker[node.inputs[0]].attributes
                nodes.append(Node("Concat", names, [source], axis))
            self._add_tensor(weights, np.take(kernel, channels, axis=1))
            if cast is not None:
                nodes.append(Node("Cast", [weights], [f"{weights}:cast"], cast.attributes))
                weights = f"{weights}:cast"
            bias = [] if outputs else node.inputs[2:]
            nodes.append(Node("Conv", [source, weights, *bias], [stem], node.attributes))
            outputs.append(stem)
        return outputs

    def _add_tensor(self, name, array):
        self.tensors[name] = write_tensor(name, array)

    def _normalize_apart(self, nodes, node, summands):
        """Normalize all summands, all but one without offset, and return their outputs."""
        _, scale, offset, mean, variance = node.inputs
        zeros, outputs = f"{node.outputs[0]}:zeros", []
        self._add_tensor(zeros, np.zeros(self._weights(scale)[0].shape, "<f4"))
        for number, summand in enumerate(summands):
            inputs = [summand, scale, offset, mean, variance]
            if number:
                inputs[2:4] = zeros, zeros
            outputs.append(f"{node.outputs[0]}:{number}")
            nodes.append(Node(node.operator, inputs, outputs[-1:], node.attributes))
        return outputs
