"""ONNX export: a Keras network as an ONNX file.

ONNX is a format for networks that many programs read. A file holds layers and weights and runs no
code when it is loaded; ONNX Runtime computes with it and starts in a fraction of the time that
Keras takes. Weights are stored as float16, which halves the file.

Inside the file pictures are channels first, ``(batch, channels, height, width)``, as is usual in
ONNX.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

from typing import Any

import onnx
from onnx import TensorProto, helper

from colorlab.atomic import open_atomic
from colorlab.color import ab_bins
from colorlab.export import onnx_layers

__all__ = ["write_onnx"]

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
