"""Colouring on a graphics processor, where ONNX Runtime has one, and on the processor elsewhere."""

import numpy as np
import onnxruntime
import pytest
from command import colorlab, refusal
from PIL import Image

from colorlab.errors import InputError
from colorlab.inference import devices
from colorlab.inference.pretrained import load_pretrained


@pytest.fixture
def providers(monkeypatch):
    """Return a function that makes ONNX Runtime say which execution providers it has."""

    def have(*names):
        listed = [devices.DEVICES[name] for name in names]
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: listed)
        devices.available_devices.cache_clear()

    yield have
    devices.available_devices.cache_clear()


def test_each_device_is_a_provider_of_onnx_runtime():
    known = onnxruntime.get_all_providers()
    assert set(devices.DEVICES.values()) <= set(known)
    assert set(devices.PACKAGES) == set(devices.DEVICES)
    assert devices.available_devices()[-1] == "cpu"


@pytest.mark.parametrize(
    ("there", "device", "expected"),
    [
        (["cpu"], "cpu", ["cpu"]),
        (["cpu"], "cuda", ["cpu"]),
        (["cpu"], "auto", ["cpu"]),
        (["cpu", "cuda"], "cuda", ["cuda", "cpu"]),
        (["cpu", "coreml"], "auto", ["coreml", "cpu"]),
        (["cpu", "dml", "cuda"], "auto", ["cuda", "cpu"]),
        (["cpu", "dml", "cuda"], "cpu", ["cpu"]),
    ],
)
def test_the_processor_does_what_the_device_cannot(providers, there, device, expected):
    providers(*there)
    assert devices.execution_providers(device) == [devices.DEVICES[name] for name in expected]


def test_a_device_that_there_is_not_is_refused(chroma_file):
    with pytest.raises(InputError, match="device must be one of auto, cuda"):
        load_pretrained(chroma_file, device="gpu")
    assert "device must be" in refusal("colorize", "a.jpg", "-o", "out", "--device", "tpu")


class Session:
    """ONNX Runtime's session on another device; it computes where the tests run."""

    def __init__(self, path, options, wanted):
        self._session = onnxruntime_session(path, options, ["CPUExecutionProvider"])
        self._wanted, self.options = wanted, options

    def get_providers(self):
        return self._wanted

    def __getattr__(self, name):
        return getattr(self._session, name)


onnxruntime_session = onnxruntime.InferenceSession


@pytest.mark.parametrize("device", ["cuda", "dml", "coreml"])
def test_a_device_that_is_there_is_used(providers, monkeypatch, chroma_file, device):
    providers("cpu", device)
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    for asked in (device, "auto"):
        predictor = load_pretrained(chroma_file, device=asked).predictor
        assert predictor.device == device
        assert predictor._encoder.get_providers() == devices.execution_providers(device)
        assert predictor._encoder.options.enable_mem_pattern == (device != "dml")
        assert predictor.predict(np.zeros((1, 8, 8, 1))).shape[-1] == 2
    assert load_pretrained(chroma_file).predictor.device == "cpu"


def test_the_command_says_which_device_it_falls_back_to(providers, tmp_path, chroma_file):
    providers("cpu")
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    command = ("colorize", tmp_path / "a.png", "-o", tmp_path / "out", "--model", chroma_file)
    result = colorlab(*command, "--device", "cuda")
    assert result.code == 0
    (line,) = result.errors.splitlines()
    assert line == (
        "cuda is not available, the processor colours; "
        "install onnxruntime-gpu in place of onnxruntime"
    )
    for device in ("auto", "cpu"):
        result = colorlab(*command, "--overwrite", "--device", device)
        assert (result.code, result.errors) == (0, "")


def test_the_check_of_a_machine_lists_the_devices(providers):
    from colorlab.course import check

    providers("cpu", "cuda")
    finding = check._coloring()
    assert finding.good and finding.found == "`colorize --device` cuda, cpu"
