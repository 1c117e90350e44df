"""An ONNX file as nodes and tensors that can be taken apart, without the package ``onnx``.

ONNX Runtime computes whole files only, and an installation for colouring has no other package for
them: this module reads just so much of the file's form [1]_ as :mod:`colorlab.inference.onnx_sums`
and :mod:`colorlab.inference.onnx_split` need. Weights are views of the file, and are copied once,
when a file is written.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

import dataclasses

from colorlab.inference.protobuf import (
    Message,
    field,
    field_of_parts,
    fields,
    number_field,
    varints,
)

__all__ = ["Network", "Node", "number_attribute", "read_network"]

# Numbers of the fields, by message.
_GRAPH = 7  # of a model
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 1, 5, 11, 12, 13  # of a graph
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _OPERATOR, _ATTRIBUTE = 1, 2, 3, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_NUMBER, _ATTRIBUTE_TYPE = 1, 3, 20
_WHOLE_NUMBER = 2  # type of an attribute
_TENSOR_NAME, _VALUE_NAME = 8, 1


@dataclasses.dataclass(slots=True)
class Node:
    """An operator with its inputs and outputs.

    Attributes
    ----------
    operator : str
    inputs, outputs : list of str
        Names of values and tensors.
    attributes : list of bytes
        As they are stored.
    stored : bytes
        The whole node as it was read; empty for a new one.
    """

    operator: str
    inputs: list[str]
    outputs: list[str]
    attributes: list[bytes] = dataclasses.field(default_factory=list)
    stored: Message = b""

    def number(self, name: str, otherwise: int) -> int:
        """Return an attribute that is a whole number, or what stands for it if it is missing."""
        for attribute in self.attributes:
            ((_, message, _),) = fields(attribute)
            found = {number: content for number, content, _ in fields(message)}
            if str(found[_ATTRIBUTE_NAME], "utf-8") == name:
                return varints(found[_ATTRIBUTE_NUMBER])[0]
        return otherwise

    def write(self) -> Message:
        """Return the node as a graph stores it."""
        if self.stored:
            return self.stored
        texts = [(_NODE_INPUT, name) for name in self.inputs]
        texts += [(_NODE_OUTPUT, name) for name in self.outputs]
        texts += [(_NODE_NAME, self.outputs[0]), (_OPERATOR, self.operator)]
        message = b"".join(field(number, text.encode()) for number, text in texts)
        return field(_NODE, message + b"".join(self.attributes))


@dataclasses.dataclass(slots=True)
class Network:
    """An ONNX file: a graph, and what stands around it.

    Attributes
    ----------
    nodes : list of Node
        In the order in which they are computed.
    tensors, inputs, outputs : dict of str to bytes
        By name, each as it is stored.
    rest, before, after : list of bytes
        The other fields of the graph, and those of the file before and behind it.
    """

    nodes: list[Node]
    tensors: dict[str, Message]
    inputs: dict[str, Message]
    outputs: dict[str, Message]
    rest: list[Message]
    before: list[Message]
    after: list[Message]

    def part(self, outputs: list[str], given: set[str]) -> "Network":
        """Return the network that computes some values from others.

        Parameters
        ----------
        outputs : list of str
        given : set of str
            Values that are not computed. Those that are no inputs of this network become none.

        Returns
        -------
        Network
            With the nodes and tensors that the outputs need, and those inputs that are given.
        """
        needed, kept = set(outputs) - given, []
        for node in reversed(self.nodes):
            if not needed.isdisjoint(node.outputs):
                needed.update(name for name in node.inputs if name not in given)
                kept.append(node)
        return dataclasses.replace(
            self,
            nodes=kept[::-1],
            tensors={name: stored for name, stored in self.tensors.items() if name in needed},
            inputs={name: stored for name, stored in self.inputs.items() if name in given},
            # ONNX Runtime finds the types of new ones out.
            outputs={
                name: self.outputs.get(name) or field(_OUTPUT, field(_VALUE_NAME, name.encode()))
                for name in outputs
            },
        )

    def dependents(self, name: str) -> set[str]:
        """Return a value and all that is computed from it."""
        found = {name}
        for node in self.nodes:  # in the order in which they are computed
            if not found.isdisjoint(node.inputs):
                found.update(node.outputs)
        return found

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        graph = [node.write() for node in self.nodes] + self.rest
        for named in (self.tensors, self.inputs, self.outputs):
            graph += named.values()
        return b"".join([*self.before, *field_of_parts(_GRAPH, graph), *self.after])


def number_attribute(name: str, value: int) -> bytes:
    """Return an attribute that is a whole number as a node stores it.

    Examples
    --------
    >>> node = Node("Concat", ["one", "other"], ["both"], [number_attribute("axis", 1)])
    >>> node.number("axis", 0)
    1
    """
    message = field(_ATTRIBUTE_NAME, name.encode()) + number_field(_ATTRIBUTE_NUMBER, value)
    return field(_ATTRIBUTE, message + number_field(_ATTRIBUTE_TYPE, _WHOLE_NUMBER))


def read_network(content: bytes) -> Network:
    """Read an ONNX file.

    Parameters
    ----------
    content : bytes
        It must not change while the network is used.

    Returns
    -------
    Network
        Without the types of values between the nodes, which ONNX Runtime finds out.

    Raises
    ------
    ValueError
        If it is damaged, or something else.

    Examples
    --------
    >>> read_network(b"Dear Sir or Madam")
    Traceback (most recent call last):
    ValueError: this is no ONNX file
    """
    try:
        return _read(memoryview(content))
    except (IndexError, KeyError, ValueError):
        raise ValueError("this is no ONNX file") from None


def _read(content):
    parts = list(fields(content))
    (place,) = (place for place, (number, _, _) in enumerate(parts) if number == _GRAPH)
    around = [whole for _, _, whole in parts]
    read = Network([], {}, {}, {}, [], around[:place], around[place + 1 :])
    named = {
        _INITIALIZER: (read.tensors, _TENSOR_NAME),
        _INPUT: (read.inputs, _VALUE_NAME),
        _OUTPUT: (read.outputs, _VALUE_NAME),
    }
    for number, value, whole in fields(parts[place][1]):
        if number == _NODE:
            read.nodes.append(_read_node(bytes(value), whole))
        elif number in named:
            found, name = named[number]
            found[_texts(value, name)[0]] = whole
        elif number != _VALUE_INFO:
            read.rest.append(whole)
    return read


def _texts(message, number):
    return [str(content, "utf-8") for each, content, _ in fields(message) if each == number]


def _read_node(message, stored):
    texts: dict[int, list[str]] = {_NODE_INPUT: [], _NODE_OUTPUT: [], _OPERATOR: []}
    attributes = []
    for number, content, whole in fields(message):
        if number in texts:
            texts[number].append(content.decode())
        elif number == _ATTRIBUTE:
            attributes.append(whole)
    return Node(texts[_OPERATOR][0], texts[_NODE_INPUT], texts[_NODE_OUTPUT], attributes, stored)
