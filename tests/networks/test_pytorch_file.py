"""Weights files of PyTorch: made here byte by byte, and refused when they are anything else."""

import collections
import hashlib
import io
import pickle

import numpy as np
import pytest

from colorlab.errors import InputError
from colorlab.networks.pytorch_file import read_pytorch_file


def _named(module, name):
    """Make a class that pickles as a global of this name, whatever is installed."""
    return type(name, (), {"__module__": module, "__qualname__": name})


class _Pickler(pickle._Pickler):
    """Write a tensor (offset, shape, strides, key, numbers) as PyTorch did."""

    def save_global(self, obj, name=None):
        if obj.__module__.startswith("torch"):
            self.write(pickle.GLOBAL + f"{obj.__module__}\n{obj.__name__}\n".encode())
        else:
            super().save_global(obj, name)

    def persistent_id(self, obj):
        return obj if isinstance(obj, tuple) and obj[:1] == ("storage",) else None

    dispatch = dict(pickle._Pickler.dispatch)


class _TorchTensor:
    def __init__(self, key, count, offset, shape, strides):
        self.place = (key, count, offset, shape, strides)

    def __reduce__(self):
        key, count, offset, shape, strides = self.place
        storage = ("storage", _named("torch", "FloatStorage"), key, "cpu", count, None)
        rebuild = _named("torch._utils", "_rebuild_tensor_v2")
        rest = (storage, offset, shape, strides, False, collections.OrderedDict())
        return rebuild, rest


_Pickler.dispatch[type] = _Pickler.save_global


def write(path, tensors, numbers, magic=0x1950A86A20F9469CFC6C, keys=None):
    """Write the five pickles and the storages."""
    stream = io.BytesIO()
    facts = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    for content in (magic, 1001, facts, tensors, keys or list(numbers)):
        _Pickler(stream, 2).dump(content)
    for array in numbers.values():
        stream.write(len(array).to_bytes(8, "little") + array.astype("<f4").tobytes())
    path.write_bytes(stream.getvalue())
    return path


def test_strides_are_obeyed(tmp_path):
    numbers = np.arange(24, dtype="float32")
    # As NumPy lays out the same memory: a (4, 3, 2) array seen with its axes turned round.
    expected = numbers.reshape(4, 3, 2).transpose(2, 0, 1)
    tensor = _TorchTensor("a", 24, 0, (2, 4, 3), (1, 6, 2))
    read = read_pytorch_file(write(tmp_path / "x.pth", {"kernel": tensor}, {"a": numbers}))
    np.testing.assert_array_equal(read["kernel"], expected)
    assert read["kernel"].flags.c_contiguous


def test_tensors_that_share_a_storage_and_a_scalar(tmp_path):
    numbers = {"a": np.arange(6, dtype="float32"), "b": np.array([7.0])}
    tensors = {
        "row": _TorchTensor("a", 6, 3, (3,), (1,)),
        "every second": _TorchTensor("a", 6, 0, (3,), (2,)),
        "scalar": _TorchTensor("b", 1, 0, (), ()),
    }
    read = read_pytorch_file(write(tmp_path / "x.pth", tensors, numbers))
    assert {name: value.tolist() for name, value in read.items()} == {
        "row": [3, 4, 5],
        "every second": [0, 2, 4],
        "scalar": 7,
    }


class _Touch:
    """A pickle that would write a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_code_is_refused_and_not_run(tmp_path):
    trap = tmp_path / "trap"
    path = write(tmp_path / "x.pth", {"kernel": _Touch(trap)}, {})
    with pytest.raises(InputError, match="names .*open, which is no tensor"):
        read_pytorch_file(path)
    assert not trap.exists()


@pytest.mark.parametrize(
    "place",
    [
        ("a", 4, 0, (5,), (1,)),
        ("a", 4, 2, (2, 2), (2, 1)),
        ("a", 4, -1, (2,), (1,)),
        ("a", 4, 3, (2,), (-1,)),
        ("a", 4, 0, (2, 2), (1,)),
    ],
)
def test_tensors_that_reach_outside_are_refused(tmp_path, place):
    path = write(tmp_path / "x.pth", {"k": _TorchTensor(*place)}, {"a": np.zeros(4)})
    with pytest.raises(InputError, match="is not a weights file of PyTorch"):
        read_pytorch_file(path)


def test_other_files_are_refused_in_one_line(tmp_path):
    good = write(tmp_path / "x.pth", {"k": _TorchTensor("a", 4, 0, (4,), (1,))}, {"a": np.zeros(4)})
    content = good.read_bytes()
    for name, other in {
        "empty": b"",
        "text": b"weights",
        "archive": b"PK\x03\x04" + content,
        "cut short": content[:-5],
    }.items():
        path = tmp_path / name
        path.write_bytes(other)
        with pytest.raises(InputError, match="is not a weights file of PyTorch") as caught:
            read_pytorch_file(path)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    with pytest.raises(InputError, match="another format"):
        read_pytorch_file(write(tmp_path / "y.pth", {}, {}, magic=7))
    with pytest.raises(InputError, match="something else"):
        read_pytorch_file(write(tmp_path / "z.pth", [1, 2], {}))


def test_the_checksum_decides_before_anything_is_read(tmp_path):
    path = write(tmp_path / "x.pth", {"k": _TorchTensor("a", 2, 0, (2,), (1,))}, {"a": np.ones(2)})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_pytorch_file(path, digest)["k"].tolist() == [1, 1]
    with pytest.raises(InputError, match="SHA-256 differs"):
        read_pytorch_file(path, "0" * 64)
