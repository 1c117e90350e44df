"""Read the tensors of a PyTorch weights file with NumPy alone.

PyTorch before 1.6 wrote a weights file as five pickles, one after the other (a magic number, the
version of the format, facts about the machine, the tensors' shapes, the order of the storages), and
then the bytes of each storage. A pickle can run any code when it is loaded; the reader here builds
ordered dictionaries and descriptions of tensors, and refuses everything else.

Taught in :doc:`/notebooks/08_borrowed_eyes`.

References
----------
.. [1] PyTorch, "Serialization semantics", https://pytorch.org/docs/stable/notes/serialization.html
"""

import collections
import dataclasses
import io
import math
import os
import pathlib
import pickle

import numpy as np

from colorlab.checksum import sha256_of
from colorlab.errors import InputError

__all__ = ["read_pytorch_file"]

_MAGIC = 0x1950A86A20F9469CFC6C
_FORMAT_VERSION = 1001
_STORAGE_TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}


@dataclasses.dataclass(frozen=True)
class _Storage:
    """A contiguous array that contains one or more tensors."""

    key: str
    dtype: np.dtype
    count: int


@dataclasses.dataclass(frozen=True)
class _Tensor:
    """The position of a tensor in a storage; offset and strides count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple


def _rebuild_tensor(storage, offset, shape, strides, *_gradients):
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _RestrictedUnpickler(pickle.Unpickler):
    """Unpickle dictionaries and descriptions of tensors, and nothing else."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _STORAGE_TYPES:
            return np.dtype(_STORAGE_TYPES[name])
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is no tensor")

    def persistent_load(self, persistent_id):
        kind, dtype, key, _device, count, view = persistent_id
        if kind != "storage" or not isinstance(dtype, np.dtype) or view is not None:
            raise pickle.UnpicklingError("it holds a reference that is no storage")
        return _Storage(key, dtype, count)


def _load(stream):
    return _RestrictedUnpickler(stream).load()


def _read_storages(stream, dtypes):
    """Read the numbers of each storage; ``dtypes`` maps its key to its type."""
    storages = {}
    for key in _load(stream):
        count = int.from_bytes(stream.read(8), "little")
        dtype = dtypes[key]
        content = stream.read(count * dtype.itemsize)
        if len(content) < count * dtype.itemsize:
            raise ValueError("it ends too early")
        storages[key] = np.frombuffer(content, dtype)
    return storages


def _take(tensor, storages):
    """Copy a tensor out of its storage, in the order of its own indices.

    The numbers need not lie in the order of the indices: files made from TensorFlow's weights
    keep TensorFlow's order, and the strides say so.
    """
    numbers = storages[tensor.storage.key]
    if len(tensor.shape) != len(tensor.strides) or min((0, *tensor.shape, *tensor.strides)) < 0:
        raise ValueError(f"it has a tensor of the impossible shape {tensor.shape}")
    last = tensor.offset + sum(
        (size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    if math.prod(tensor.shape) and not 0 <= tensor.offset <= last < len(numbers):
        raise ValueError("it has a tensor that reaches beyond its storage")
    view = np.lib.stride_tricks.as_strided(
        numbers[tensor.offset :],
        tensor.shape,
        [stride * numbers.itemsize for stride in tensor.strides],
        writeable=False,
    )
    return np.array(view, order="C")


def read_pytorch_file(path: str | os.PathLike, sha256: str | None = None) -> dict[str, np.ndarray]:
    """Read the tensors of a weights file that PyTorch wrote before version 1.6.

    Parameters
    ----------
    path : path-like
        A ``.pth`` file that holds a dictionary of tensors (a "state dict").
    sha256 : str, optional
        The file's SHA-256 in hexadecimal digits. A file with another one is refused before
        anything in it is interpreted.

    Returns
    -------
    dict of str to numpy.ndarray
        Each tensor by its name, contiguous, in the file's order.

    Raises
    ------
    InputError
        If the file cannot be read, is another file than the SHA-256 says, is not in this format,
        or names any object but tensors.

    Examples
    --------
    >>> read_pytorch_file("no/such.pth")
    Traceback (most recent call last):
    colorlab.errors.InputError: no/such.pth: cannot be read (No such file or directory)
    """
    path = pathlib.Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if sha256 is not None and sha256_of(content) != sha256:
        raise InputError(f"{path}: is not the expected file (its SHA-256 differs from {sha256})")
    stream = io.BytesIO(content)
    try:
        if (_load(stream), _load(stream)) != (_MAGIC, _FORMAT_VERSION):
            raise ValueError("its first bytes are those of another format")
        if not _load(stream)["little_endian"]:
            raise ValueError("its numbers are big-endian")
        tensors = _load(stream)
        if not isinstance(tensors, dict) or not all(
            isinstance(each, _Tensor) for each in tensors.values()
        ):
            raise ValueError("it holds something else than a dictionary of tensors")
        dtypes = {each.storage.key: each.storage.dtype for each in tensors.values()}
        storages = _read_storages(stream, dtypes)
        return {name: _take(each, storages) for name, each in tensors.items()}
    except Exception as error:  # damaged pickles raise errors of many kinds
        raise InputError(
            f"{path}: is not a weights file of PyTorch before 1.6 ({error}); "
            "expected a dictionary of tensors"
        ) from None
