"""Places counted from the photograph instead of the hints: the same, with less to do for a hint."""

import numpy as np
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from colorlab.inference import onnx_places, onnx_split, pretrained
from colorlab.inference.onnx_file import read_network


def compute(content, feed):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]).run(None, feed)


def constant(name, number):
    tensor = numpy_helper.from_array(np.array(number), name)
    return helper.make_node("Constant", [], [name], value=tensor)


def counting(factor=0.0, pooled=True, source="hints"):
    """Make a network that counts the rows of a grid of hints, and adds them to the hints."""
    window = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        helper.make_node("AveragePool", [source], ["grid"], **window),
        constant("factor", np.float32(factor)),
        constant("one", np.float32(1)),
        constant("axis", np.int64(2)),
        helper.make_node("Min", ["grid" if pooled else source, "one"], ["mask"]),
        helper.make_node("Mul", ["mask", "factor"], ["zeros"]),
        helper.make_node("Add", ["zeros", "one"], ["ones"]),
        helper.make_node("CumSum", ["ones", "axis"], ["count"]),
        helper.make_node("Add", ["count", "mask"], ["ab"]),
    ]
    value = helper.make_tensor_value_info
    inputs = [value(name, 1, ["batch", 1, f"{name}_h", f"{name}_w"]) for name in ("grey", "hints")]
    graph = helper.make_graph(nodes, "g", inputs, [value("ab", 1, None)])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    return model.SerializeToString()


@pytest.mark.parametrize("pooled", [True, False])
def test_the_count_is_the_same_and_made_with_the_photograph(pooled):
    content = counting(pooled=pooled)
    rng = np.random.default_rng(0)
    feed = {
        "grey": rng.uniform(-1, 1, (2, 1, 32, 48)).astype("float32"),
        "hints": rng.uniform(0, 1, (2, 1, 8, 12)).astype("float32"),
    }
    network = read_network(content)
    found = onnx_places.count_places_of_grey(network)
    np.testing.assert_array_equal(compute(found.to_bytes(), feed)[0], compute(content, feed)[0])
    encoder, decoder, features = onnx_split.split_content(content)
    assert features == ["count"]
    operators = [[node.operator for node in part.nodes] for part in (encoder, decoder)]
    assert ["CumSum" in each for each in operators] == [True, False]


def test_what_depends_on_more_than_the_size_stays_as_it_is():
    network = read_network(counting(factor=0.5))
    assert onnx_places.count_places_of_grey(network) is network


def test_the_grid_of_another_input_is_not_that_of_the_hints():
    with pytest.raises(LookupError):
        onnx_places.count_places_of_grey(read_network(counting(source="grey")))


def test_the_shipped_network_counts_with_the_photograph():
    content = pretrained.weights_file("default").read_bytes()
    encoder, decoder, _ = onnx_split.split_content(content)
    operators = [[node.operator for node in part.nodes] for part in (encoder, decoder)]
    assert [each.count("CumSum") for each in operators] == [2, 0]
    assert operators[1].count("Compress") == 4
