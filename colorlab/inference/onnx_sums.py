"""Rewrite convolutions of hints and features side by side, so that a hint costs less.

The convolution of a concatenation is the sum of the convolutions of its parts. What lies beside the
hints in the decoder are the encoder's features, which are the same for every hint: their
convolution becomes a node of its own, which :mod:`colorlab.inference.onnx_split` then leaves in the
encoder. A batch normalization behind the convolution is applied to both summands, to the constant
one without its offset. As for the split, the package ``onnx`` is not needed.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import dataclasses
from collections import Counter

import numpy as np

from colorlab.inference.protobuf import field, fields, number_field, varints

__all__ = ["separate_sums"]

# Numbers of the fields, by message.
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_INPUT, _OUTPUT, _NAME, _OPERATOR, _ATTRIBUTE = 1, 2, 3, 4, 5  # of a node
_ATTRIBUTE_NAME, _ATTRIBUTE_NUMBER = 1, 3
_DIMENSIONS, _TYPE, _TENSOR_NAME, _RAW = 1, 2, 8, 9  # of a tensor
_TYPES = {1: np.dtype("<f4"), 10: np.dtype("<f2")}

# Operators whose output has the channels of the first input.
_KEEP_CHANNELS = {"Add", "AveragePool", "Clip", "LeakyRelu", "Relu", "Resize", "Sigmoid", "Sum"}


@dataclasses.dataclass
class _Node:
    operator: str
    inputs: list[str]
    outputs: list[str]
    attributes: list[bytes] = dataclasses.field(default_factory=list)
    whole: bytes = b""  # as it was read

    @classmethod
    def read(cls, message, whole):
        texts: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATOR: []}
        attributes = []
        for number, content, attribute in fields(message):
            if number in texts:
                texts[number].append(bytes(content).decode())
            elif number == _ATTRIBUTE:
                attributes.append(bytes(attribute))
        return cls(texts[_OPERATOR][0], texts[_INPUT], texts[_OUTPUT], attributes, bytes(whole))

    def write(self):
        if self.whole:
            return self.whole
        texts = [(_INPUT, name) for name in self.inputs]
        texts += [(_OUTPUT, name) for name in self.outputs]
        texts += [(_NAME, self.outputs[0]), (_OPERATOR, self.operator)]
        message = b"".join(field(number, text.encode()) for number, text in texts)
        return field(_GRAPH_NODE, message + b"".join(self.attributes))

    def number(self, name, otherwise):
        """Return an attribute that is a whole number."""
        for attribute in self.attributes:
            ((_, message, _),) = fields(memoryview(attribute))
            found = {number: content for number, content, _ in fields(message)}
            if bytes(found[_ATTRIBUTE_NAME]).decode() == name:
                return varints(found[_ATTRIBUTE_NUMBER])[0]
        return otherwise


def _read_tensor(message):
    dimensions, kind, raw = [], 0, b""
    for number, content, _ in fields(message):
        if number == _DIMENSIONS:
            dimensions += varints(content)
        elif number == _TYPE:
            (kind,) = varints(content)
        elif number == _RAW:
            raw = content
    return np.frombuffer(raw, _TYPES[kind]).reshape(dimensions)


def _write_tensor(name, array):
    (kind,) = (kind for kind, dtype in _TYPES.items() if dtype == array.dtype)
    message = b"".join(number_field(_DIMENSIONS, side) for side in array.shape)
    message += number_field(_TYPE, kind) + field(_TENSOR_NAME, name.encode())
    return field(_GRAPH_INITIALIZER, message + field(_RAW, array.tobytes()))


def separate_sums(content: bytes) -> bytes:
    """Write convolutions of hints beside features as sums of two convolutions.

    Parameters
    ----------
    content : bytes
        Of an ONNX file.

    Returns
    -------
    bytes
        Of one that computes the same; ``content``, if it has no such convolutions or is none.

    Examples
    --------
    >>> separate_sums(b"Dear Sir or Madam")
    b'Dear Sir or Madam'
    """
    try:
        return _Graph(memoryview(content)).rewritten()
    except (AttributeError, IndexError, KeyError, ValueError):
        return content


class _Graph:
    def __init__(self, content):
        self.content = content
        (graph,) = (value for number, value, _ in fields(content) if number == _MODEL_GRAPH)
        self.nodes, self.rest, self.tensors = [], [], {}
        for number, value, whole in fields(graph):
            if number == _GRAPH_NODE:
                self.nodes.append(_Node.read(value, whole))
                continue
            self.rest.append(bytes(whole))
            if number == _GRAPH_INITIALIZER:
                names = [bytes(each) for n, each, _ in fields(value) if n == _TENSOR_NAME]
                self.tensors[names[0].decode()] = value
        self.maker = {name: node for node in self.nodes for name in node.outputs}
        self.uses = Counter(name for node in self.nodes for name in node.inputs)
        self.of_hints = {"hints"}
        for node in self.nodes:  # in the order in which they are computed
            if self.of_hints.intersection(node.inputs):
                self.of_hints.update(node.outputs)

    def rewritten(self):
        """Return the file with sums in place of convolutions of concatenations."""
        nodes: list[_Node] = []
        before = len(self.rest)
        sums: dict[str, tuple[str, str]] = {}  # what is still the sum of two outputs
        for node in self.nodes:
            split = self._channels_apart(node) if node.operator == "Conv" else None
            summed = sums.pop(node.inputs[0], None) if node.inputs else None
            if split:
                both = self._convolve_apart(nodes, node, *split)
                if self._is_normalized(node.outputs[0]):
                    sums[node.outputs[0]] = both
                else:
                    nodes.append(_Node("Add", list(both), node.outputs))
            elif summed:
                both = self._normalize_apart(nodes, node, *summed)
                nodes.append(_Node("Add", list(both), node.outputs))
            else:
                nodes.append(node)
        if len(self.rest) == before:
            return bytes(self.content)
        graph = b"".join([*(node.write() for node in self._used(nodes)), *self.rest])
        return b"".join(
            field(_MODEL_GRAPH, graph) if number == _MODEL_GRAPH else bytes(whole)
            for number, _, whole in fields(self.content)
        )

    def _used(self, nodes):
        """Leave out the nodes that only the replaced ones needed."""
        before = {name for node in self.nodes for name in node.inputs}
        kept, needed = [], set()
        for node in reversed(nodes):
            replaced = before.intersection(node.outputs) and not needed.intersection(node.outputs)
            if not replaced:
                needed.update(node.inputs)
                kept.append(node)
        return kept[::-1]

    def _weights(self, name):
        """Return a tensor of weights, and the node that casts it or None."""
        cast = self.maker.get(name)
        if cast is None:
            return _read_tensor(self.tensors[name]), None
        if cast.operator != "Cast":
            raise KeyError(name)
        return _read_tensor(self.tensors[cast.inputs[0]]), cast

    def _channels(self, name):
        """Count the channels of a value, or return None."""
        node = self.maker.get(name)
        if node and node.operator in ("Conv", "BatchNormalization"):
            return len(self._weights(node.inputs[1])[0])
        if node and node.operator in _KEEP_CHANNELS:
            return self._channels(node.inputs[0])
        return None

    def _channels_apart(self, node):
        """Tell which inputs and channels of a convolution do not depend on hints; None if none."""
        beside = self.maker.get(node.inputs[0])
        if beside is None or beside.operator != "Concat" or node.number("group", 1) != 1:
            return None
        constant = [name not in self.of_hints for name in beside.inputs]
        if beside.number("axis", 1) != 1 or len(set(constant)) == 1:
            return None
        channels, place = [], 0
        last = len(constant) - constant[::-1].index(True)
        # Behind the last one all is the hints', however many channels each of them has.
        for name, is_constant in list(zip(beside.inputs, constant, strict=True))[:last]:
            count = self._channels(name)
            if count is None:
                return None
            channels += [place + each for each in range(count) if is_constant]
            place += count
        parts = [
            [name for name in beside.inputs if (name in self.of_hints) == of_hints]
            for of_hints in (True, False)
        ]
        return parts, np.array(channels)

    def _convolve_apart(self, nodes, node, parts, constant):
        """Add both convolutions, and return their outputs."""
        kernel, cast = self._weights(node.inputs[1])
        outputs = []
        varying = np.setdiff1d(np.arange(kernel.shape[1]), constant)
        for names, channels, kind in zip(
            parts, (varying, constant), ("varying", "constant"), strict=True
        ):
            stem = f"{node.outputs[0]}:{kind}"
            source, weights = names[0], f"{stem}:kernel"
            if len(names) > 1:
                source = f"{stem}:beside"
                axis = self.maker[node.inputs[0]].attributes
                nodes.append(_Node("Concat", names, [source], axis))
            self.rest.append(_write_tensor(weights, np.ascontiguousarray(kernel[:, channels])))
            if cast is not None:
                nodes.append(_Node("Cast", [weights], [f"{weights}:cast"], cast.attributes))
                weights = f"{weights}:cast"
            bias = node.inputs[2:] if kind == "varying" else []
            nodes.append(_Node("Conv", [source, weights, *bias], [stem], node.attributes))
            outputs.append(stem)
        return tuple(outputs)

    def _is_normalized(self, name):
        users = [node.operator for node in self.nodes if name in node.inputs]
        return users == ["BatchNormalization"]

    def _normalize_apart(self, nodes, node, varying, constant):
        """Normalize both summands, the constant one without offset, and return their outputs."""
        _, scale, _, _, variance = node.inputs
        zeros = f"{node.outputs[0]}:zeros"
        self.rest.append(_write_tensor(zeros, np.zeros(len(self._weights(scale)[0]), "<f4")))
        outputs = [f"{node.outputs[0]}:varying", f"{node.outputs[0]}:constant"]
        kind, attributes = node.operator, node.attributes
        nodes.append(_Node(kind, [varying, *node.inputs[1:]], outputs[:1], attributes))
        inputs = [constant, scale, zeros, zeros, variance]
        nodes.append(_Node(kind, inputs, outputs[1:], attributes))
        return outputs
