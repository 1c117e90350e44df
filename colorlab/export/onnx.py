"""ONNX export: a Keras network as an ONNX file, and its weights back.

ONNX is a format for networks that many programs read. A file holds layers and weights and runs no
code when it is loaded; ONNX Runtime computes with it and starts in a fraction of the time that
Keras takes. Weights are stored as float16, which halves the file.

Inside the file pictures are channels first, ``(batch, channels, height, width)``, as is usual in
ONNX.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import pathlib
from typing import Any

import onnx
from onnx import TensorProto, helper, numpy_helper

from colorlab.atomic import open_atomic
from colorlab.color import ab_bins
from colorlab.errors import InputError
from colorlab.export import onnx_layers

__all__ = ["read_onnx", "write_onnx"]

_OPERATORS, _FORMAT = 17, 8  # versions that ONNX Runtime reads since 2022


#: Name of the output, by the number of its channels.
_OUTPUTS = {3: "rgb", 2: "ab", len(ab_bins.bin_centers()): "ab_bins"}
_SIDES = {"grey": ("height", "width"), "hints": ("hints height", "hints width")}


def _ends(network):
    """Give the names of the inputs and of the output, with their channels."""
    inputs, outputs = getattr(network, "inputs", None), getattr(network, "outputs", None)
    if not inputs or not outputs:
        raise ValueError("network must be a functional Keras model with an input and an output")
    shapes = [tuple(tensor.shape) for tensor in (*inputs, *outputs)]
    channels = [shape[-1] for shape in shapes]
    if (
        any(len(shape) != 4 for shape in shapes)
        or channels[:-1] not in ([1], [1, 3])
        or channels[-1] not in _OUTPUTS
    ):
        known = ", ".join(f"{count} ({name})" for count, name in _OUTPUTS.items())
        raise ValueError(
            "network must turn (batch, height, width, 1), and 3 channels of hints, into pictures "
            f"of {known} channels, got the shapes {', '.join(map(str, shapes))}"
        )
    return dict(zip(_SIDES, channels[:-1], strict=False)), (_OUTPUTS[channels[-1]], channels[-1])


def write_onnx(
    network: Any, path: Any, facts: dict[str, Any] | None = None, overwrite: bool = False
) -> None:
    """Write a network that colours as an ONNX file.

    Parameters
    ----------
    network : keras.Model
        A functional model from grey, shape (batch, height, width, 1), signed range, and perhaps
        from hints, shape (batch, height / 4, width / 4, 3), to sRGB in the signed range, to a and b
        of CIE Lab, or to the logits of the ab bins. Its sides must be multiples of its strides, as
        those of :func:`colorlab.networks.unet.build_unet` are.
    path : path-like
        Written whole or not at all.
    facts : dict, optional
        What the file shall say about itself, such as ``image_size``, ``stride`` and
        ``saturation``. Its ``target`` is added.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ValueError
        If the network does not colour, or has a layer that cannot be written; the message names it.
    InputError
        If the file exists, or it cannot be written.

    Notes
    -----
    The file's inputs are ``grey`` and, if the network takes them, ``hints``; its output is named
    after its target, ``rgb``, ``ab`` or ``ab_bins``. All are float32. Weights are stored as float16
    under their names in Keras, such as ``encoder_1_convolution/kernel``, and everything is computed
    in float32, whatever precision the network was trained in.
    """
    inputs, (output, channels) = _ends(network)
    nodes, initializers = onnx_layers.build_graph(network, list(inputs), output)
    sources = [_value(name, count, _SIDES[name]) for name, count in inputs.items()]
    result = _value(output, channels, ("small height", "small width"))
    model = helper.make_model(
        helper.make_graph(nodes, "colorlab", sources, [result], initializer=initializers),
        producer_name="colorlab",
        ir_version=_FORMAT,
        opset_imports=[helper.make_opsetid("", _OPERATORS)],
    )
    facts = {"target": output, **(facts or {})}
    helper.set_model_props(model, {str(key): str(value) for key, value in facts.items()})
    onnx.checker.check_model(model, full_check=True)
    with open_atomic(path, overwrite) as stream:
        stream.write(model.SerializeToString())


def _value(name, channels, sides):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", channels, *sides])


def read_onnx(path: Any, network: Any) -> dict[str, str]:
    """Put the weights of an ONNX file into a Keras network of the same architecture.

    Parameters
    ----------
    path : path-like
        A file that :func:`write_onnx` wrote.
    network : keras.Model
        Its weights are replaced, all or none.

    Returns
    -------
    dict of str to str
        What the file says about itself, the ``facts`` of :func:`write_onnx`.

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
        for name, old in onnx_layers.weights_of(layer).items():
            whole = f"{layer.name}/{name}"
            value = stored.pop(whole, None)
            if value is not None and value.ndim == 4:
                value = value.transpose(onnx_layers.TO_KERAS)
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
