"""An ONNX graph that grows node by node, with the weights of Keras in the order of ONNX.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

__all__ = ["Graph"]

# Keras keeps (height, width, in, out), of a transposed convolution (height, width, out, in).
_TO_ONNX = (3, 2, 0, 1)


class Graph:
    """An ONNX graph that grows node by node."""

    def __init__(self):
        self.nodes, self.initializers = [], []

    def add(self, operator, inputs, name, **attributes):
        """Add a node with one output, and return the output's name.

        Parameters
        ----------
        operator : str
            Name of the ONNX operator.
        inputs : list of str
            Names of other outputs.
        name : str
            Of the node.
        **attributes
            Of the operator.

        Returns
        -------
        str
        """
        output = f"{name}:output"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=name, **attributes))
        return output

    def weight(self, name, values):
        """Store trained weights as float16, and cast them to float32 for computing.

        Parameters
        ----------
        name : str
        values : numpy.ndarray
            In the order of axes of Keras.

        Returns
        -------
        str
            Name of the output.
        """
        with np.errstate(over="ignore"):
            half = values.astype("float16")
        if not np.isfinite(half).all():
            raise ValueError(f"{name}: holds numbers that float16 cannot, beyond 65504 or NaN")
        if half.ndim == 4:
            half = half.transpose(_TO_ONNX)
        tensor = numpy_helper.from_array(np.ascontiguousarray(half), name)
        self.initializers.append(tensor)
        return self.add("Cast", [name], f"{name}:float32", to=TensorProto.FLOAT)

    def constant(self, name, values):
        """Add a constant, which is not trained.

        Parameters
        ----------
        name : str
        values : array
            Stored as float32.

        Returns
        -------
        str
            Name of the output.
        """
        tensor = numpy_helper.from_array(np.asarray(values, dtype="float32"), name)
        return self.add("Constant", [], name, value=tensor)

    def integers(self, name, values):
        """Add whole numbers that a node takes as an input.

        Parameters
        ----------
        name : str
        values : sequence of int
            Stored as int64.

        Returns
        -------
        str
            Name of the output.
        """
        tensor = numpy_helper.from_array(np.asarray(values, dtype="int64"), name)
        return self.add("Constant", [], name, value=tensor)

    def channels(self, source, name, first, last):
        """Take some of the channels, up to but not including the last one.

        Parameters
        ----------
        source, name : str
            What they are taken of, and the name of the node.
        first, last : int

        Returns
        -------
        str
            Name of the output.
        """
        ends = [
            self.integers(f"{name}:{end}", [value])
            for end, value in (("first", first), ("last", last), ("axis", 1))
        ]
        return self.add("Slice", [source, *ends], name)
