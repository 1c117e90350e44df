"""Split an ONNX file that takes hints into an encoder and a decoder.

What depends on ``hints`` becomes the decoder, the rest the encoder, so a photograph is encoded once
and each hint costs the decoder alone. ONNX Runtime computes whole files only, and the package
``onnx`` is no part of an installation for colouring: this module reads just so much of the file's
form as the split needs [1]_. Weights are passed on as they are.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterable

from colorlab.inference.protobuf import VARINT, field, fields, varint

__all__ = ["decoder_with_inputs", "split_at_hints"]

# Numbers of the fields, by message.
_GRAPH = 7  # of a model
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 1, 5, 11, 12, 13  # of a graph
_NODE_INPUT, _NODE_OUTPUT = 1, 2
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TENSOR_NAME = 8
_TENSOR_TYPE, _ELEMENT_TYPE = 1, 1  # of a type, of the type of a tensor

_ELEMENT_TYPES = {"tensor(float)": 1, "tensor(int32)": 6, "tensor(int64)": 7, "tensor(bool)": 9}


def _names(message, number):
    return [bytes(content).decode() for each, content, _ in fields(message) if each == number]


def _value(name, element_type=None):
    """Describe an input or an output of a graph; of an output, ONNX Runtime finds the type out."""
    described = field(_VALUE_NAME, name.encode())
    if element_type is not None:
        element = varint(_ELEMENT_TYPE << 3 | VARINT) + varint(element_type)
        described += field(_VALUE_TYPE, field(_TENSOR_TYPE, element))
    return described


def split_at_hints(content: bytes) -> tuple[bytes, bytes, list[str]] | None:
    """Split a network into what does not depend on its hints and what does.

    Parameters
    ----------
    content : bytes
        Of an ONNX file.

    Returns
    -------
    encoder : bytes
        An ONNX file from ``grey`` to the features.
    decoder : bytes
        An ONNX file from ``hints`` to the prediction that lacks its other inputs, see
        :func:`decoder_with_inputs`.
    features : list of str
        Names of the encoder's outputs, which the decoder takes.
    Or None, if the network has no input ``hints``, or the file is none that can be split.

    Examples
    --------
    >>> split_at_hints(b"Dear Sir or Madam") is None
    True
    """
    try:
        return _split(memoryview(content))
    except (IndexError, KeyError, ValueError):
        return None


def _split(content):
    (graph,) = (value for number, value, _ in fields(content) if number == _GRAPH)
    parts = [(number, value, bytes(whole)) for number, value, whole in fields(graph)]
    ends = {
        number: [_names(value, _VALUE_NAME)[0] for each, value, _ in parts if each == number]
        for number in (_INPUT, _OUTPUT)
    }
    if "hints" not in ends[_INPUT]:
        return None
    nodes = [
        (_names(value, _NODE_INPUT), _names(value, _NODE_OUTPUT), whole)
        for number, value, whole in parts
        if number == _NODE
    ]
    of_grey, of_hints = set(ends[_INPUT]) - {"hints"}, {"hints"}
    features: list[str] = []
    for inputs, outputs, _ in nodes:  # in the order in which they are computed
        if of_hints.intersection(inputs):
            features += [name for name in inputs if name in of_grey and name not in features]
            of_hints.update(outputs)
        elif of_grey.intersection(inputs):
            of_grey.update(outputs)
    encoder = _subgraph(content, parts, nodes, features, {"hints"}, set())
    decoder = _subgraph(content, parts, nodes, ends[_OUTPUT], of_grey - {"hints"}, set(features))
    return encoder, decoder, features


def _subgraph(content, parts, nodes, outputs, excluded, given):
    """Make a model of the nodes that some outputs need, but for values that are given."""
    needed, kept = set(outputs) - given, []
    for inputs, results, whole in reversed(nodes):
        if needed.intersection(results):
            needed.update(name for name in inputs if name not in given)
            kept.append(whole)
    graph = kept[::-1]
    for number, value, whole in parts:
        if number == _INITIALIZER:
            keep = needed.intersection(_names(value, _TENSOR_NAME))
        elif number == _INPUT:
            keep = not excluded.intersection(_names(value, _VALUE_NAME))
        elif number == _OUTPUT:
            keep = outputs == _names(value, _VALUE_NAME)
        else:
            keep = number not in (_NODE, _VALUE_INFO)
        if keep:
            graph.append(whole)
    described = [whole for number, _, whole in parts if number == _OUTPUT]
    if not any(whole in described for whole in graph):
        graph += [field(_OUTPUT, _value(name)) for name in outputs]
    return _with_graph(content, b"".join(graph))


def _with_graph(content, graph):
    return b"".join(
        field(_GRAPH, graph) if number == _GRAPH else bytes(whole)
        for number, _, whole in fields(memoryview(content))
    )


def decoder_with_inputs(decoder: bytes, features: Iterable[tuple[str, str]]) -> bytes:
    """Complete a decoder with the features that it takes.

    Parameters
    ----------
    decoder : bytes
        Of :func:`split_at_hints`.
    features : iterable of (str, str)
        Name and type, such as ``tensor(float)``, as ONNX Runtime gives those of the encoder's
        outputs.

    Returns
    -------
    bytes
        An ONNX file from the features and ``hints`` to the prediction.

    Raises
    ------
    KeyError
        If the decoder cannot take a type.
    """
    inputs = [field(_INPUT, _value(name, _ELEMENT_TYPES[kind])) for name, kind in features]
    (graph,) = (value for number, value, _ in fields(memoryview(decoder)) if number == _GRAPH)
    return _with_graph(decoder, bytes(graph) + b"".join(inputs))
