"""Keras layers as ONNX operators.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import numpy as np
from onnx import helper

from colorlab.export import onnx_hints
from colorlab.export.onnx_graph import Graph
from colorlab.networks.onnx_weights import weights_of

__all__ = ["build_graph"]

_ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid"}


def _refuse(layer, what):
    return ValueError(f"layer {layer.name!r} cannot be written as ONNX: {what}")


def _pads(layer, kernel, strides):
    """Pad as Keras does, for sides that are multiples of the stride."""
    if layer.padding == "valid":
        return [0, 0, 0, 0]
    if any(size < stride for size, stride in zip(kernel, strides, strict=True)):
        raise _refuse(layer, f"its kernel {kernel} is smaller than its stride {strides}")
    total = [size - stride for size, stride in zip(kernel, strides, strict=True)]
    begin = [each // 2 for each in total]
    return begin + [each - first for each, first in zip(total, begin, strict=True)]


def _convolution(graph, layer, inputs):
    plain = layer.data_format == "channels_last" and set(layer.dilation_rate) == {1}
    if not plain or getattr(layer, "groups", 1) != 1:
        raise _refuse(layer, "expected channels last, no dilation and no groups")
    transposed = type(layer).__name__ == "Conv2DTranspose"
    if transposed and (layer.padding != "same" or layer.output_padding is not None):
        raise _refuse(layer, "expected the padding 'same' and no output padding")
    values = weights_of(layer)
    names = [graph.weight(f"{layer.name}/{name}", values[name]) for name in sorted(values)[::-1]]
    output = graph.add(
        "ConvTranspose" if transposed else "Conv",
        [*inputs, *names],
        layer.name,
        kernel_shape=layer.kernel_size,
        strides=layer.strides,
        pads=_pads(layer, layer.kernel_size, layer.strides),
    )
    return _activation(graph, layer, [output])


def _depthwise_convolution(graph, layer, inputs):
    if layer.data_format != "channels_last" or set(layer.dilation_rate) != {1}:
        raise _refuse(layer, "expected channels last and no dilation")
    if layer.depth_multiplier != 1 or layer.use_bias:
        raise _refuse(layer, "expected one filter a channel and no bias")
    kernel = weights_of(layer)["kernel"]
    output = graph.add(
        "Conv",
        # Each channel is a group of its own, with one input.
        [*inputs, graph.weight(f"{layer.name}/kernel", np.swapaxes(kernel, 2, 3))],
        layer.name,
        kernel_shape=layer.kernel_size,
        strides=layer.strides,
        pads=_pads(layer, layer.kernel_size, layer.strides),
        group=kernel.shape[2],
    )
    return _activation(graph, layer, [output])


def _activation(graph, layer, inputs):
    name = getattr(layer.activation, "__name__", str(layer.activation))
    if name == "linear":
        return inputs[0]
    if name not in _ACTIVATIONS:
        known = ", ".join(["linear", *_ACTIVATIONS])
        raise _refuse(layer, f"its activation is {name}, expected one of {known}")
    return graph.add(_ACTIVATIONS[name], inputs, f"{layer.name}:{name}")


def _leaky_relu(graph, layer, inputs):
    return graph.add("LeakyRelu", inputs, layer.name, alpha=float(layer.negative_slope))


def _relu(graph, layer, inputs):
    if layer.negative_slope or layer.threshold:
        raise _refuse(layer, "expected no negative slope and no threshold")
    if layer.max_value is None:
        return graph.add("Relu", inputs, layer.name)
    ends = [
        graph.constant(f"{layer.name}:{name}", value)
        for name, value in (("least", 0.0), ("most", layer.max_value))
    ]
    return graph.add("Clip", [*inputs, *ends], layer.name)


def _batch_normalization(graph, layer, inputs):
    if layer.axis not in (-1, 3) or not (layer.scale and layer.center):
        raise _refuse(layer, "expected the last axis, with scale and with offset")
    values = weights_of(layer)
    names = [
        graph.weight(f"{layer.name}/{name}", values[name])
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    return graph.add(
        "BatchNormalization", [*inputs, *names], layer.name, epsilon=float(layer.epsilon)
    )


def _add(graph, layer, inputs):
    # The operator adds any number of inputs, as the layer does.
    return graph.add("Sum", inputs, layer.name)


def _concatenate(graph, layer, inputs):
    if layer.axis not in (-1, 3):
        raise _refuse(layer, "expected the last axis")
    return graph.add("Concat", inputs, layer.name, axis=1)


def _double_size(graph, layer, inputs):
    scales = graph.constant(f"{layer.name}:scales", [1, 1, 2, 2])
    return graph.add(
        "Resize",
        [*inputs, "", scales],
        layer.name,
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )


def _rescaling(graph, layer, inputs):
    if np.ndim(layer.scale) or np.ndim(layer.offset):
        raise _refuse(layer, "expected one number each for scale and offset")
    scaled = [*inputs, graph.constant(f"{layer.name}:scale", layer.scale)]
    product = graph.add("Mul", scaled, f"{layer.name}:product")
    moved = [product, graph.constant(f"{layer.name}:offset", layer.offset)]
    return graph.add("Add", moved, layer.name)


def _softmax(graph, layer, inputs):
    if layer.axis not in (-1, 3):
        raise _refuse(layer, "expected a softmax over the channels, axis -1")
    return graph.add("Softmax", inputs, layer.name, axis=1)


def _average_pooling(graph, layer, inputs):
    if layer.data_format != "channels_last":
        raise _refuse(layer, "expected channels last")
    return graph.add(
        "AveragePool",
        inputs,
        layer.name,
        kernel_shape=layer.pool_size,
        strides=layer.strides,
        pads=_pads(layer, layer.pool_size, layer.strides),
        count_include_pad=0,
    )


def _nothing(graph, layer, inputs):
    return inputs[0]


_LAYERS = {
    "Activation": _activation,
    "Add": _add,
    "AveragePooling2D": _average_pooling,
    "BatchNormalization": _batch_normalization,
    "Concatenate": _concatenate,
    "Conv2D": _convolution,
    "Conv2DTranspose": _convolution,
    "DepthwiseConv2D": _depthwise_convolution,
    "DoubleSize": _double_size,
    "Dropout": _nothing,  # only while training
    "HintPropagation": onnx_hints.add_hint_propagation,
    "LeakyReLU": _leaky_relu,
    "PooledHints": onnx_hints.add_pooled_hints,
    "ReLU": _relu,
    "Rescaling": _rescaling,
    "Softmax": _softmax,
}


def _as_list(tensors):
    return list(tensors) if isinstance(tensors, list | tuple) else [tensors]


def build_graph(network, inputs, output):
    """Translate a functional Keras model into an ONNX graph.

    Parameters
    ----------
    network : keras.Model
        With one output.
    inputs : list of str
        Names of its inputs in the graph, in order.
    output : str
        Name of its output in the graph.

    Returns
    -------
    nodes, initializers : list

    Raises
    ------
    ValueError
        If a layer has no counterpart; the message names it.
    """
    graph = Graph()
    names = {id(tensor): name for tensor, name in zip(network.inputs, inputs, strict=True)}
    for layer in network.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        sources, result = _as_list(layer.input), layer.output
        if kind in _LAYERS:
            if any(id(source) not in names for source in sources):
                raise _refuse(layer, "it follows a layer that is used in more than one place")
            names[id(result)] = _LAYERS[kind](graph, layer, [names[id(each)] for each in sources])
        else:
            raise _refuse(layer, f"it is a {kind}, expected one of {', '.join(sorted(_LAYERS))}")
    last = names[id(network.outputs[0])]
    identity = helper.make_node("Identity", [last], [output], name=f"{output}:identity")
    graph.nodes.append(identity)
    return graph.nodes, graph.initializers
