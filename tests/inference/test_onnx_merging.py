"""Sums of two convolutions as one: the same result, and no convolution more than is needed."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from colorlab.inference import onnx_merging
from colorlab.inference.onnx_file import read_network


def compute(content, feed):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]).run(None, feed)


def value(name, channels):
    return helper.make_tensor_value_info(name, 1, ["batch", channels, "h", "w"])


def network(
    operator="Add", side=1, biases=1, kinds=("float16", "float16"), second="hints", **changed
):
    """Make the sum of two convolutions, and feed for it."""
    rng = np.random.default_rng(0)
    channels = {"grey": 1, "hints": 3}
    arrays = {
        "to_deep": rng.normal(size=(5, 3, 1, 1)).astype("float32"),
        "one": rng.normal(size=(6, 5, side, side)).astype(kinds[0]),
        "other": rng.normal(size=(6, channels[second], side, side)).astype(kinds[1]),
        "bias": rng.normal(size=6).astype("float32"),
        "bias2": rng.normal(size=6).astype("float32"),
    }
    given = [["bias"], ["bias2"]] if biases == 2 else [["bias"] * biases, []]
    pads = {"pads": [side // 2] * 4}
    nodes = [helper.make_node("Conv", ["hints", "to_deep"], ["deep"])]
    kernels = []
    for name, kind in zip(("one", "other"), kinds, strict=True):
        kernels.append(name)
        if kind == "float16":
            nodes.append(helper.make_node("Cast", [name], [f"{name}:float"], to=1))
            kernels[-1] += ":float"
    nodes += [
        helper.make_node("Conv", ["deep", kernels[0], *given[0]], ["first"], **pads),
        helper.make_node("Conv", [second, kernels[1], *given[1]], ["last"], **{**pads, **changed}),
        helper.make_node(operator, ["first", "last"], ["ab"]),
    ]
    used = {name for node in nodes for name in node.input}
    initializers = [
        numpy_helper.from_array(array, name) for name, array in arrays.items() if name in used
    ]
    graph = helper.make_graph(
        nodes, "g", [value("grey", 1), value("hints", 3)], [value("ab", 6)], initializers
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    feed = {
        name: rng.normal(size=(2, count, 5, 7)).astype("float32")
        for name, count in channels.items()
    }
    return model, feed


def merged(model):
    """Return the same network with merged sums, or None if it is the same."""
    found = read_network(model.SerializeToString())
    result = onnx_merging.merge_sums(found)
    return None if result is found else result.part(["ab"], {"grey", "hints"}).to_bytes()


@pytest.mark.parametrize("operator", ["Add", "Sum"])
@pytest.mark.parametrize("side", [1, 3])
@pytest.mark.parametrize("biases", [0, 1])
@pytest.mark.parametrize("kinds", [("float16", "float16"), ("float32", "float32")])
def test_one_convolution_computes_what_two_and_their_sum_do(operator, side, biases, kinds):
    model, feed = network(operator, side, biases, kinds)
    found = merged(model)
    expected = compute(model.SerializeToString(), feed)[0]
    np.testing.assert_allclose(compute(found, feed)[0], expected, atol=1e-5)
    operators = [node.op_type for node in onnx.ModelProto.FromString(found).graph.node]
    assert operators.count("Conv") == 2, "one of them is that of the deep features"
    assert operator not in operators


@pytest.mark.parametrize(
    "settings",
    [
        {"second": "grey"},  # the same for every hint: it belongs into the encoder
        {"biases": 2},
        {"kinds": ("float32", "float16")},
        {"dilations": [1, 1]},  # other attributes, although these mean the same
        {"operator": "Mul"},
    ],
)
def test_what_does_not_fit_together_stays_as_it_is(settings):
    model, _ = network(**settings)
    assert merged(model) is None


def test_a_summand_that_is_used_elsewhere_too_stays():
    model, _ = network()
    node = helper.make_node("Mul", ["ab", "first"], ["more"])
    model.graph.node.append(node)
    assert merged(model) is None
