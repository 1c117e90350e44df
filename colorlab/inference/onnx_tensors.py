"""The weights of an ONNX file as arrays.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

from collections.abc import Mapping

import numpy as np

from colorlab.inference.onnx_file import Network, Node
from colorlab.inference.protobuf import Message, field, fields, number_field, varints

__all__ = ["read_constant", "read_tensor", "read_weights", "write_tensor"]

# Numbers of the fields, by message.
_INITIALIZER = 5  # of a graph
_TENSOR = 5  # of an attribute
_DIMENSIONS, _TYPE, _NAME, _RAW = 1, 2, 8, 9  # of a tensor
_TYPES: dict[int, np.dtype] = {
    1: np.dtype("<f4"),
    7: np.dtype("<i8"),
    9: np.dtype("bool"),
    10: np.dtype("<f2"),
}


def read_tensor(stored: Message) -> np.ndarray:
    """Read a tensor as a graph stores it.

    Raises
    ------
    LookupError, ValueError
        If it is damaged, or of another type than those that weights have.
    """
    ((_, message, _),) = fields(stored)
    dimensions, kind, raw = [], 0, b""
    for number, content, _ in fields(message):
        if number == _DIMENSIONS:
            dimensions += varints(content)
        elif number == _TYPE:
            (kind,) = varints(content)
        elif number == _RAW:
            raw = content
    if not raw:  # as in a damaged file, whose dimensions may be anything then
        raise ValueError("a tensor of weights is empty")
    return np.frombuffer(raw, _TYPES[kind]).reshape(dimensions)


def read_constant(node: Node) -> np.ndarray:
    """Read the tensor that a node of the operator ``Constant`` holds.

    Raises
    ------
    LookupError, ValueError
        If it is another node, damaged, or the tensor has a type that weights do not have.
    """
    if node.operator != "Constant":
        raise KeyError(node.operator)
    ((_, message, _),) = fields(node.attributes[0])
    (stored,) = (whole for number, _, whole in fields(message) if number == _TENSOR)
    return read_tensor(stored)


def write_tensor(name: str, array: np.ndarray) -> bytes:
    """Return a tensor as a graph stores it.

    Examples
    --------
    >>> read_tensor(write_tensor("name", np.array([[1, 2]]))).tolist()
    [[1, 2]]
    """
    (kind,) = (kind for kind, dtype in _TYPES.items() if dtype == array.dtype)
    message = b"".join(number_field(_DIMENSIONS, side) for side in array.shape)
    message += number_field(_TYPE, kind) + field(_NAME, name.encode())
    return field(_INITIALIZER, message + field(_RAW, array.tobytes()))


def read_weights(
    network: Network, maker: Mapping[str, Node], name: str
) -> tuple[np.ndarray, Node | None]:
    """Return a tensor of weights, and the node that casts it or None.

    Parameters
    ----------
    network : Network
    maker : dict of str to Node
        The node that computes each value.
    name : str
        What the convolution takes.

    Raises
    ------
    LookupError, ValueError
        If it is computed in another way, or damaged.
    """
    cast = maker.get(name)
    if cast is None:
        return read_tensor(network.tensors[name]), None
    if cast.operator != "Cast":
        raise KeyError(name)
    return read_tensor(network.tensors[cast.inputs[0]]), cast
