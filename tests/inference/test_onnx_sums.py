"""Convolutions of hints beside features as sums: the same result, with less to do for a hint."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from colorlab.inference import onnx_split, onnx_sums
from colorlab.inference.onnx_file import read_network


def compute(content, feed):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]).run(None, feed)


def separated(content):
    """Return the same network with sums, and whether it is another one."""
    network = read_network(content)
    found = onnx_split.rewrite_if_whole(network, onnx_sums.separate_sums)
    return found.to_bytes(), found is not network


def value(name, channels):
    return helper.make_tensor_value_info(name, 1, ["batch", channels, "h", "w"])


def network(order, axis=1, group=1, bias=True, normalized=True, kind="float16", used_twice=False):
    """Make a convolution of hints and two features beside each other, and feed for it."""
    rng = np.random.default_rng(0)
    channels = {"hints": 3, "one": 4, "other": 3, "deep": 2}
    count = sum(channels[name] for name in order)
    weights = {
        "to_one": rng.normal(size=(4, 1, 1, 1)),
        "to_other": rng.normal(size=(3, 1, 1, 1)),
        "to_deep": rng.normal(size=(2, 3, 1, 1)),
        "kernel": rng.normal(size=(6, count // group, 3, 3)),
        "bias": rng.normal(size=6),
        "scale": rng.normal(size=6),
        "offset": rng.normal(size=6),
        "mean": rng.normal(size=6),
        "variance": rng.uniform(1, 2, size=6),
    }
    wide = ["wide", "scale", "offset", "mean", "variance"]
    nodes = [
        helper.make_node("Conv", ["grey", "to_one"], ["linear"]),
        helper.make_node("Relu", ["linear"], ["one"]),
        helper.make_node("Conv", ["grey", "to_other"], ["other"]),
        helper.make_node("Conv", ["hints", "to_deep"], ["deep"]),
        helper.make_node("Concat", list(order), ["beside"], axis=axis),
        helper.make_node("Cast", ["kernel"], ["kernel:float"], to=1),
        helper.make_node(
            "Conv",
            ["beside", "kernel:float", *(["bias"] if bias else [])],
            ["wide"],
            pads=[1] * 4,
            group=group,
        ),
        helper.make_node("BatchNormalization", wide, ["normal"], epsilon=0.01),
        helper.make_node("Relu", ["normal" if normalized else "wide"], ["ab"]),
    ]
    if not normalized:
        del nodes[-2]
    if used_twice:
        nodes[-1:] = [helper.make_node("Add", ["normal", "wide"], ["ab"])]
    used = {name for node in nodes for name in node.input}
    initializers = [
        numpy_helper.from_array(array.astype(kind if name == "kernel" else "float32"), name)
        for name, array in weights.items()
        if name in used
    ]
    graph = helper.make_graph(
        nodes, "g", [value("grey", 1), value("hints", 3)], [value("ab", 6)], initializers
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    feed = {
        name: rng.normal(size=(2, channels, 5, 7)).astype("float32")
        for name, channels in (("grey", 1), ("hints", 3))
    }
    return model.SerializeToString(), feed


@pytest.mark.parametrize("normalized", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "order",
    [("one", "hints"), ("hints", "one"), ("one", "hints", "other"), ("one", "other", "hints")],
)
def test_a_sum_is_the_convolution_of_what_lies_side_by_side(order, bias, normalized):
    content, feed = network(order, bias=bias, normalized=normalized)
    found, is_separated = separated(content)
    # How many channels the hints have is only known where all others come before.
    assert is_separated == (order[-1] == "hints")
    model = onnx.ModelProto.FromString(found)
    onnx.checker.check_model(model, full_check=True)
    np.testing.assert_allclose(compute(found, feed)[0], compute(content, feed)[0], atol=1e-5)


@pytest.mark.parametrize("normalized", [True, False])
def test_features_that_depend_on_hints_are_a_summand_of_their_own(normalized):
    content, feed = network(("deep", "one", "hints"), normalized=normalized)
    found, is_separated = separated(content)
    assert is_separated
    np.testing.assert_allclose(compute(found, feed)[0], compute(content, feed)[0], atol=1e-5)
    kernels = {
        each.name.split(":")[1]: each.dims[1]
        for each in onnx.ModelProto.FromString(found).graph.initializer
        if each.name.endswith(":kernel")
    }
    assert kernels == {"hints": 3, "deep": 2, "constant": 4}


def test_what_is_used_without_normalization_too_is_still_computed():
    content, feed = network(("one", "hints"), used_twice=True)
    found, is_separated = separated(content)
    assert is_separated
    np.testing.assert_allclose(compute(found, feed)[0], compute(content, feed)[0], atol=1e-5)


def test_what_is_the_same_for_every_hint_goes_to_the_encoder():
    content, _ = network(("one", "other", "hints"))
    _, before, taken = onnx_split.split_at_hints(read_network(content))
    encoder, decoder, features = onnx_split.split_content(content)
    assert taken == ["one", "other"]
    (constant,) = features
    (output,) = onnx.ModelProto.FromString(encoder.to_bytes()).graph.output
    assert output.name == constant and constant not in ("one", "other")
    kernels = [
        sum(
            numpy_helper.to_array(each).size
            for each in onnx.ModelProto.FromString(part.to_bytes()).graph.initializer
            if "kernel" in each.name
        )
        for part in (before, decoder)
    ]
    assert kernels == [6 * 10 * 9, 6 * 3 * 9]


@pytest.mark.parametrize(
    "settings",
    [
        {"order": ("hints",)},
        {"order": ("one", "other")},
        {"order": ("other", "hints"), "group": 2},
        {"order": ("one", "hints"), "kind": "float64"},
    ],
)
def test_what_is_no_such_sum_stays_as_it_is(settings):
    content, _ = network(**settings)
    assert not separated(content)[1]


def test_pictures_one_below_the_other_are_no_channels():
    """Three channels each, joined along the height: the convolution is no sum of two."""
    content, _ = network(("one", "hints"), axis=2)
    assert not separated(content)[1]


@pytest.mark.parametrize("length", [1, 2000])
def test_nodes_that_go_round_in_circles_or_far_are_followed_to_an_end(length):
    """A file may hold what no network computes, and it must not end in a traceback."""
    model = onnx.ModelProto.FromString(network(("one", "hints"))[0])
    nodes = list(model.graph.node)
    (first,) = (node for node in nodes if "one" in node.output)
    names = [f"far{number}" for number in range(length)]
    links = zip(["one" if length == 1 else "linear", *names], names, strict=False)
    far = [helper.make_node("Relu", [source], [result]) for source, result in links]
    first.input[0] = names[-1]
    place = nodes.index(first)
    del model.graph.node[:]
    model.graph.node.extend([*nodes[:place], *far, *nodes[place:]])
    assert separated(model.SerializeToString())[1] == (length > 1)


@pytest.mark.parametrize("shape", [(0, 1000, 3, 3), (6, 3, 3, 3), (), (2**62, 2), (2**63 - 1, 2)])
def test_weights_of_another_shape_than_their_content_stay_as_they_are(shape):
    """An empty one of a billion channels would fill the memory with their numbers."""
    model = onnx.ModelProto.FromString(network(("one", "hints"), kind="float32")[0])
    (kernel,) = (each for each in model.graph.initializer if each.name == "kernel")
    kernel.raw_data = kernel.raw_data[: 4 * int(np.prod(shape, dtype="O"))]
    del kernel.dims[:]
    kernel.dims.extend(shape)
    assert not separated(model.SerializeToString())[1]


def test_the_shipped_network_computes_the_same():
    from colorlab.inference.pretrained import weights_file

    content = weights_file("default").read_bytes()
    rng = np.random.default_rng(1)
    hints = np.zeros((1, 3, 16, 24), "float32")
    hints[0, :, 5, 7] = 30, -20, 1
    feed = {"grey": rng.uniform(-1, 1, (1, 1, 64, 96)).astype("float32"), "hints": hints}
    found, is_separated = separated(content)
    assert is_separated
    expected = compute(content, feed)[0]
    assert np.abs(compute(found, feed)[0] - expected).max() < 1e-4
    without = compute(content, {**feed, "hints": 0 * hints})[0]
    assert np.abs(without - expected).max() > 0.1, "the hint would prove nothing"
