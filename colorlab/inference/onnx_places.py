"""Rewrite the numbers of rows and columns, so that they are computed once a photograph.

The attention to hints counts the rows and columns of its grid by adding up ones. It makes the ones
from the mask of the hints, times 0: of the hints, they depend on the size alone. Made from
``grey``, they belong to what :mod:`colorlab.inference.onnx_split` leaves in the encoder.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import dataclasses

import numpy as np

from colorlab.color.ab_bins import BIN_STRIDE
from colorlab.inference.onnx_file import Network, Node
from colorlab.inference.onnx_tensors import read_constant, write_tensor

__all__ = ["count_places_of_grey"]

# Operators that hints pass through on their way to the mask: the height and width of their output
# are those of the first input.
_KEEP_SIDES = {"Concat", "Div", "Max", "Min", "Mul", "Slice"}


def count_places_of_grey(network: Network) -> Network:
    """Make the zeros that places are counted from out of ``grey`` instead of the hints.

    Parameters
    ----------
    network : Network
        Its hints have a quarter of the height and width of ``grey``.

    Returns
    -------
    Network
        One that computes the same; ``network`` itself, if it counts no places.

    Raises
    ------
    LookupError, ValueError
        If it counts those of a grid that does not come from the hints, or is damaged.
    """
    maker = {name: node for node in network.nodes for name in node.outputs}
    zeros = {_zeros(maker, node) for node in network.nodes if node.operator == "CumSum"} - {None}
    if not zeros:
        return network
    sides = {"starts": [0, 0], "ends": [2**31 - 1] * 2, "axes": [2, 3], "steps": [BIN_STRIDE] * 2}
    tensors = {f"places:{name}": np.array(values) for name, values in sides.items()}
    nodes = [Node("Slice", ["grey", *tensors], ["places"])]
    for node in network.nodes:
        if node.outputs[:1] and node.outputs[0] in zeros:
            source = "places"
            pool = _pool_of_hints(maker, node.inputs[0])
            if pool is not None:
                source = f"{node.outputs[0]}:places"
                nodes.append(Node("AveragePool", ["places"], [source], pool.attributes))
            node = Node("Mul", [source, node.inputs[1]], node.outputs)
        nodes.append(node)
    stored = {name: write_tensor(name, values) for name, values in tensors.items()}
    return dataclasses.replace(network, nodes=nodes, tensors={**network.tensors, **stored})


def _zeros(maker, count):
    """Return the name of the zeros that a count of places is made from, or None."""
    ones = maker.get(count.inputs[0])
    zeros = maker.get(ones.inputs[0]) if ones is not None and ones.operator == "Add" else None
    if zeros is None or zeros.operator != "Mul" or zeros.inputs[1] not in maker:
        return None
    factor = read_constant(maker[zeros.inputs[1]])
    return zeros.outputs[0] if factor.size == 1 and not factor.any() else None


def _pool_of_hints(maker, name):
    """Return the node that pools the hints on their way to a value; None if they stay as fine.

    Raises
    ------
    LookupError
        If the value comes from elsewhere.
    """
    for _ in maker:  # no further: the nodes of a damaged file may go round in circles
        if name == "hints":
            return None
        node = maker[name]
        name = node.inputs[0]
        if node.operator == "AveragePool" and name == "hints":
            return node
        if node.operator not in _KEEP_SIDES:
            break
    raise KeyError(name)
