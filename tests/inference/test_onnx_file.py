"""ONNX files that are read and written as nodes and tensors, against the package onnx."""

import numpy as np
import onnx
import onnxruntime
import pytest

from colorlab.inference.onnx_file import read_network
from colorlab.inference.pretrained import weights_file
from colorlab.inference.protobuf import varint, varints


def without_types(content):
    """Return a model of the package onnx without the types of values between the nodes."""
    model = onnx.ModelProto.FromString(content)
    del model.graph.value_info[:]
    return model


@pytest.mark.parametrize("name", ["small", "unet_small"])
def test_a_written_network_is_the_one_that_was_read(name):
    content = weights_file(name).read_bytes()
    found, expected = without_types(read_network(content).to_bytes()), without_types(content)
    assert found == expected


def test_nodes_and_tensors_are_those_of_the_file():
    content = weights_file("small").read_bytes()
    network, graph = read_network(content), onnx.ModelProto.FromString(content).graph
    assert [(each.operator, each.inputs, each.outputs) for each in network.nodes] == [
        (each.op_type, list(each.input), list(each.output)) for each in graph.node
    ]
    assert list(network.tensors) == [each.name for each in graph.initializer]
    assert [*network.inputs, *network.outputs] == [
        each.name for each in (*graph.input, *graph.output)
    ]
    groups = [
        next((each.i for each in node.attribute if each.name == "group"), 1) for node in graph.node
    ]
    assert [node.number("group", 1) for node in network.nodes] == groups
    assert max(groups) > 1, "a default alone would prove nothing"


def test_a_part_has_only_what_its_outputs_need():
    network = read_network(weights_file("small").read_bytes())
    middle = network.nodes[len(network.nodes) // 2].outputs
    part = network.part(middle, set(network.inputs))
    model = onnx.ModelProto.FromString(part.to_bytes())
    onnxruntime.InferenceSession(part.to_bytes(), providers=["CPUExecutionProvider"])
    used = {name for node in model.graph.node for name in node.input}
    assert {each.name for each in model.graph.initializer} <= used
    assert [each.name for each in model.graph.output] == middle
    assert 0 < len(model.graph.node) < len(network.nodes)


def test_weights_are_not_copied_before_a_file_is_written():
    content = weights_file("small").read_bytes()
    stored = max(read_network(content).tensors.values(), key=len)
    assert np.shares_memory(np.frombuffer(stored, "uint8"), np.frombuffer(content, "uint8"))


def test_a_damaged_file_is_refused():
    content = weights_file("unet_small").read_bytes()
    for length in (0, 1, 5, 1000, len(content) // 2, len(content) - 1):
        with pytest.raises(ValueError, match="no ONNX file"):
            read_network(content[:length])


def test_a_number_of_more_than_64_bits_is_refused():
    """Bytes that say that more follow are not added up to a number as long as the file."""
    assert varints(varint(2**64 - 1) + varint(2**63)) == [2**64 - 1, 2**63]
    with pytest.raises(ValueError, match="more than 64 bits"):
        varints(b"\xff" * 10 + b"\0")
