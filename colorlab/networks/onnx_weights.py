"""The weights of an ONNX file for a Keras network of the same architecture.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import pathlib
from typing import Any

import onnx
from onnx import numpy_helper

from colorlab.errors import InputError

__all__ = ["read_onnx", "weights_of"]

# The order of axes that brings the kernel of a convolution from ONNX to Keras.
_TO_KERAS = (2, 3, 1, 0)


def weights_of(layer: Any) -> dict[str, Any]:
    """Return the weights of a layer, arrays by short names such as ``kernel``.

    Parameters
    ----------
    layer : keras.Layer

    Returns
    -------
    dict of str to numpy.ndarray
    """
    names = [variable.name for variable in layer.weights]
    return dict(zip(names, layer.get_weights(), strict=True))


def read_onnx(path: Any, network: Any) -> dict[str, str]:
    """Put the weights of an ONNX file into a Keras network of the same architecture.

    Parameters
    ----------
    path : path-like
        A file that :func:`colorlab.export.onnx.write_onnx` wrote.
    network : keras.Model
        Its weights are replaced, all or none.

    Returns
    -------
    dict of str to str
        What the file says about itself, the ``facts`` of ``write_onnx``.

    Raises
    ------
    InputError
        If the file is missing, is no ONNX file, or holds the weights of another architecture.

    Examples
    --------
    >>> read_onnx("default.onnx", None)
    Traceback (most recent call last):
    colorlab.errors.InputError: default.onnx: no such file; check the path
    """
    path = pathlib.Path(path)
    try:
        model = onnx.ModelProto.FromString(path.read_bytes())
        stored = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except Exception:  # a damaged file fails in many ways
        stored = {}
    if not stored:
        raise InputError(f"{path}: is no ONNX file with weights; get a whole copy")
    new = []
    for layer in network.layers:
        values = {}
        for name, old in weights_of(layer).items():
            whole = f"{layer.name}/{name}"
            value = stored.pop(whole, None)
            if value is not None and value.ndim == 4:
                value = value.transpose(_TO_KERAS)
                if type(layer).__name__ == "DepthwiseConv2D":
                    value = value.swapaxes(2, 3)
            if value is None or value.shape != old.shape:
                found = "nothing" if value is None else value.shape
                raise InputError(
                    f"{path}: does not fit this network, expected {old.shape} for {whole} and "
                    f"found {found}; build the network that it was written from"
                )
            values[name] = value.astype("float32")
        new.append((layer, list(values.values())))
    if stored:
        raise InputError(
            f"{path}: does not fit this network, which has no {min(stored)}; build the network "
            "that it was written from"
        )
    for layer, weights in new:
        layer.set_weights(weights)
    return {each.key: each.value for each in model.metadata_props}
