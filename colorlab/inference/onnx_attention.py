"""Rewrite the attention to hints, so that it looks at hinted places alone.

A decoder of :class:`colorlab.networks.hint_propagation.HintPropagation` lets every place attend to
every cell of a grid, and gives the cells without hints no share. Nearly all are without: leaving
them out before the products changes no share, and takes most of the attention's time away.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

import dataclasses

import numpy as np

from colorlab.inference.onnx_file import Network, Node, number_attribute
from colorlab.inference.onnx_tensors import write_tensor

__all__ = ["attend_to_hints_alone"]

_BOOLEAN = 9  # type of a tensor


def attend_to_hints_alone(network: Network) -> Network:
    """Leave the cells without hints out of the attention.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Network
        One that computes the same; ``network`` itself, if it has no attention to hints.

    Notes
    -----
    The attention is found by what only it has: the sign of the number of hints in a cell, beside
    three means over these hints (of the keys, their places and their colours). Of a batch, the
    cells are left out that are without hints in all pictures. The first cell stays, so that there
    is always one.
    """
    for covered, rows in _rows_of_hints(network.nodes).items():
        if len(rows) == 4:
            return _with_hinted_alone(network, covered, rows)
    return network


def _rows_of_hints(nodes):
    """Return, by the number of hints in a cell, the rows of its sign and of means over it."""
    least, grids, rows = {}, {}, {}
    for node in nodes:
        if node.operator == "Sign":
            grids[node.outputs[0]] = node.inputs[0]
            rows[node.inputs[0]] = []
        elif node.operator == "Max":
            least[node.outputs[0]] = node.inputs[0]
        elif node.operator == "Div" and node.inputs[1] in least:
            grids[node.outputs[0]] = least[node.inputs[1]]
    for node in nodes:
        if node.operator == "Reshape" and grids.get(node.inputs[0]) in rows:
            rows[grids[node.inputs[0]]].append(node.outputs[0])
    return rows


def _with_hinted_alone(network, covered, rows):
    nodes: list[Node] = []
    for node in network.nodes:
        if node.outputs and node.outputs[0] in rows:
            (row,) = node.outputs
            nodes.append(Node("Reshape", node.inputs, [f"{row}:all"], node.attributes))
            axis = number_attribute("axis", 2)
            nodes.append(Node("Compress", [f"{row}:all", f"{covered}:kept"], [row], [axis]))
            continue
        nodes.append(node)
        if covered in node.outputs:
            nodes += _kept_cells(covered)
    numbers = {"axes": [0, 1], "row": [-1], "second": [1], "end": [2**31 - 1], "first": [True]}
    tensors = {
        f"{covered}:{name}": write_tensor(f"{covered}:{name}", np.array(values))
        for name, values in numbers.items()
    }
    return dataclasses.replace(network, nodes=nodes, tensors={**network.tensors, **tensors})


def _kept_cells(covered):
    """Return the nodes that tell which cells stay: the first, and those with a hint."""
    steps = [
        ("ReduceSum", ["", ":axes"], ":counted", ("keepdims", 0)),
        ("Reshape", [":counted", ":row"], ":counts", None),
        ("Cast", [":counts"], ":hinted", ("to", _BOOLEAN)),
        ("Slice", [":hinted", ":second", ":end"], ":others", None),
        ("Concat", [":first", ":others"], ":kept", ("axis", 0)),
    ]
    return [
        Node(
            operator,
            [covered + name for name in inputs],
            [covered + output],
            [number_attribute(*attribute)] if attribute else [],
        )
        for operator, inputs, output, attribute in steps
    ]
