"""The attention to hinted places alone, against the attention to all places."""

import numpy as np
import onnx
import onnxruntime
import pytest

from colorlab.inference import onnx_attention, pretrained
from colorlab.inference.onnx_file import read_network


def session(content):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def sessions():
    """Open a shipped network as it is, and as it is rewritten."""
    content = pretrained.weights_file("small").read_bytes()
    network = read_network(content)
    found = onnx_attention.attend_to_hints_alone(network)
    assert found is not network
    operators = [node.operator for node in found.nodes]
    assert operators.count("Compress") == 4
    return session(content), session(found.to_bytes())


@pytest.mark.parametrize("count", [0, 1, 4, 900])
@pytest.mark.parametrize("batch", [1, 3])
def test_cells_without_hints_have_no_share(sessions, batch, count):
    rng = np.random.default_rng(count)
    grey = rng.uniform(-1, 1, (batch, 1, 96, 128)).astype("float32")
    hints = np.zeros((batch, 3, 24, 32), "float32")
    for _ in range(count):
        picture, row, column = rng.integers((batch, 24, 32))
        hints[picture, :, row, column] = *rng.normal(0, 40, 2), 1
    expected, found = (each.run(None, {"grey": grey, "hints": hints})[0] for each in sessions)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    if count:
        nothing = sessions[1].run(None, {"grey": grey, "hints": 0 * hints})[0]
        assert np.abs(found - nothing).max() > 1


def test_another_network_stays_as_it_is():
    value = onnx.helper.make_tensor_value_info
    nodes = [
        onnx.helper.make_node("Sign", ["hints"], ["flags"]),
        onnx.helper.make_node("Add", ["grey", "flags"], ["ab"]),
    ]
    graph = onnx.helper.make_graph(
        nodes, "g", [value(name, 1, [1, 1]) for name in ("grey", "hints")], [value("ab", 1, [1, 1])]
    )
    network = read_network(onnx.helper.make_model(graph).SerializeToString())
    assert onnx_attention.attend_to_hints_alone(network) is network
