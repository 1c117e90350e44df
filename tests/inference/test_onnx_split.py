"""The split at the hints, against the package onnx and the whole file in ONNX Runtime."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from colorlab.errors import InputError
from colorlab.inference import onnx_split
from colorlab.inference.onnx_file import read_network
from colorlab.inference.predictors import OnnxPredictor
from colorlab.inference.pretrained import weights_file


def session(content):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def value(name, channels):
    return helper.make_tensor_value_info(name, 1, ["batch", channels, f"{name} h", f"{name} w"])


@pytest.fixture(scope="module")
def model():
    """Make a network whose decoder takes features of two types, and weights of both halves."""
    rng = np.random.default_rng(0)
    weights = {
        "both": rng.normal(size=(4, 4, 1, 1)),
        "early": rng.normal(size=(4, 1, 4, 4)),
        "late": rng.normal(size=(227, 7, 1, 1)),
    }
    nodes = [
        helper.make_node("Cast", ["both"], ["both:float"], to=1),
        helper.make_node("Conv", ["grey", "early"], ["first"], strides=[4, 4]),
        helper.make_node("Conv", ["first", "both:float"], ["second"]),
        helper.make_node("Shape", ["second"], ["shape"]),
        helper.make_node("Relu", ["second"], ["third"]),
        helper.make_node("Concat", ["third", "hints"], ["beside"], axis=1),
        helper.make_node("Conv", ["beside", "late"], ["wide"]),
        helper.make_node("Slice", ["shape", "two", "four"], ["sides"]),
        helper.make_node("Concat", ["one", "bins", "sides"], ["whole"], axis=0),
        helper.make_node("Reshape", ["wide", "whole"], ["once"]),
        helper.make_node("Reshape", ["once", "whole"], ["ab_bins"]),  # a feature that is used twice
    ]
    whole = {"two": [2], "four": [4], "one": [-1], "bins": [227]}
    initializers = [
        numpy_helper.from_array(array.astype("float16" if name == "both" else "float32"), name)
        for name, array in weights.items()
    ]
    initializers += [
        numpy_helper.from_array(np.array(numbers, "int64"), name) for name, numbers in whole.items()
    ]
    graph = helper.make_graph(
        nodes, "g", [value("grey", 1), value("hints", 3)], [value("ab_bins", 227)], initializers
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, {"image_size": "32", "stride": "4"})
    onnx.checker.check_model(model, full_check=True)
    return model


def test_both_halves_are_whole_models_that_compute_what_the_file_does(model):
    content = model.SerializeToString()
    first, last, features = onnx_split.split_at_hints(read_network(content))
    assert features == ["third", "whole"]
    first = first.to_bytes()
    encoder = session(first)
    kinds = [(each.name, each.type) for each in encoder.get_outputs()]
    assert kinds == [("third", "tensor(float)"), ("whole", "tensor(int64)")]
    last = onnx_split.decoder_with_inputs(last, kinds).to_bytes()
    grey = np.random.default_rng(1).normal(size=(2, 1, 16, 24)).astype("float32")
    hints = np.random.default_rng(2).normal(size=(2, 3, 4, 6)).astype("float32")
    kept = dict(zip(features, encoder.run(features, {"grey": grey}), strict=True))
    found = session(last).run(None, {**kept, "hints": hints})
    expected = session(content).run(None, {"grey": grey, "hints": hints})
    np.testing.assert_array_equal(found[0], expected[0])

    # The package onnx reads them too: each has its own nodes and weights, none stands in both.
    halves = [onnx.ModelProto.FromString(each) for each in (first, last)]
    stored = [{each.name for each in half.graph.initializer} for half in halves]
    assert stored == [{"both", "early", "two", "four", "one", "bins"}, {"late"}]
    assert sum(len(half.graph.node) for half in halves) == len(model.graph.node)
    assert [each.name for each in halves[1].graph.input] == ["hints", "third", "whole"]
    assert [each.key for each in halves[0].metadata_props] == ["image_size", "stride"]


def test_a_predictor_computes_in_both_halves(model, tmp_path):
    onnx.save(model, tmp_path / "a.onnx")
    predictor = OnnxPredictor(tmp_path / "a.onnx")
    assert predictor.takes_hints and (predictor.image_size, predictor.stride) == (32, 4)
    grey = np.random.default_rng(1).normal(size=(2, 16, 24, 1)).astype("float32")
    hints = np.random.default_rng(2).normal(size=(2, 4, 6, 3)).astype("float32")
    expected = session(model.SerializeToString()).run(
        None, {"grey": grey.transpose(0, 3, 1, 2), "hints": hints.transpose(0, 3, 1, 2)}
    )[0]
    found = predictor.predict(grey, hints).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    features = predictor.encode(grey)
    predictor.decode(features)
    np.testing.assert_array_equal(predictor.decode(features, hints), predictor.predict(grey, hints))


@pytest.mark.parametrize("name", ["default", "small"])
def test_the_halves_of_a_shipped_network_compute_what_its_whole_file_does(name):
    path = weights_file(name)
    content = path.read_bytes()
    predictor, whole = OnnxPredictor(path, {"image_size": 96, "stride": 32}), session(content)
    rng = np.random.default_rng(3)
    grey = rng.uniform(-1, 1, (2, 96, 128, 1)).astype("float32")
    features = predictor.encode(grey)
    for count in (0, 1, 30):
        hints = np.zeros((2, 24, 32, 3), "float32")
        for _ in range(count):
            hints[rng.integers(2), rng.integers(24), rng.integers(32)] = *rng.normal(0, 40, 2), 1
        feed = {"grey": grey.transpose(0, 3, 1, 2), "hints": hints.transpose(0, 3, 1, 2)}
        expected = whole.run(None, feed)[0].transpose(0, 2, 3, 1)
        np.testing.assert_allclose(predictor.decode(features, hints), expected, atol=1e-3)
    assert path.read_bytes() == content


def test_a_file_without_hints_is_not_split(chroma_file):
    assert onnx_split.split_content(chroma_file.read_bytes()) is None


def test_files_cut_anywhere_are_refused_in_one_line(model, tmp_path):
    content = model.SerializeToString()
    for length in (*range(0, len(content), 397), len(content) - 1):
        path = tmp_path / "cut.onnx"
        path.write_bytes(content[:length])
        with pytest.raises(InputError) as error:
            OnnxPredictor(path)
        (line,) = str(error.value).splitlines()
        assert line.startswith(f"{path}: ")
