"""The networks of an exported page: what is written for them, and what a hint has to run."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import untrained_run

from colorlab.export.web import export_web
from colorlab.inference import onnx_split
from colorlab.inference.onnx_file import read_network
from colorlab.inference.pretrained import weights_file


@pytest.fixture
def runtime(tmp_path):
    """A folder that looks like onnxruntime-web's."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for name in ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"):
        (folder / name).write_bytes(b"")
    return folder


def network_of(page):
    """Return what a page says of its only network."""
    (network,) = json.loads((page / "models.json").read_text(encoding="utf-8"))["models"]
    return network


def test_a_run_has_the_saturation_that_is_asked_for(runtime, tmp_path):
    run = untrained_run.write(tmp_path / "ada", "ab")
    export_web(run, tmp_path / "page", runtime, saturation=1.4)
    network = network_of(tmp_path / "page")
    assert (network["name"], network["image_size"]) == ("ada", 32)
    assert network["saturation"] == pytest.approx(1.4)


def weights_of(content):
    graph = onnx.ModelProto.FromString(content).graph
    return sum(int(np.prod(each.dims)) for each in graph.initializer)


def session(content):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def test_both_parts_together_compute_what_the_file_does_and_a_hint_runs_little_of_it(
    runtime, tmp_path
):
    export_web("small", tmp_path / "page", runtime)
    network = network_of(tmp_path / "page")
    parts = [tmp_path / "page" / network[name]["file"] for name in ("encoder", "decoder")]
    encoder, decoder = (path.read_bytes() for path in parts)
    whole = weights_file("small").read_bytes()
    rng = np.random.default_rng(1)
    grey = rng.uniform(-1, 1, (1, 1, 64, 96)).astype("float32")
    hints = np.zeros((1, 3, 16, 24), "float32")
    hints[0, :, 5, 7] = 30, -20, 1
    first = session(encoder)
    features = dict(
        zip(
            [each.name for each in first.get_outputs()],
            first.run(None, {"grey": grey}),
            strict=True,
        )
    )
    found = session(decoder).run(None, {**features, "hints": hints})[0]
    expected = session(whole).run(None, {"grey": grey, "hints": hints})[0]
    assert np.ptp(expected) > 1
    np.testing.assert_allclose(found, expected, atol=1e-3)
    # The features' share of each convolution of hints beside them is the same for every hint.
    _, plain, _ = onnx_split.split_at_hints(read_network(whole))
    assert weights_of(decoder) < 0.8 * weights_of(plain.to_bytes())
