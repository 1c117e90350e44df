"""An ONNX file with a network that takes hints, whose predictions are known in closed form.

Of grey g (signed range) it believes a Gaussian around ``DRIFT * g`` with the standard deviation
``SIGMA`` in a and in b. A hint is a second Gaussian around its a and b, ``HINT_SIGMA`` wide, which
is multiplied with the first.
"""

import numpy as np

from colorlab.color import ab_bins

SIGMA, HINT_SIGMA = 20.0, 8.0
DRIFT = np.array([25.0, -15.0])
IMAGE_SIZE = 64


def write_hinted(path, **facts):
    """Write the file and return its path."""
    import onnx
    from onnx import helper, numpy_helper

    centers = ab_bins.bin_centers().astype("float64")
    squares = (centers**2).sum(axis=1)
    belief = (centers @ DRIFT / SIGMA**2)[:, None, None, None]
    of_hint = np.concatenate([centers, -squares[:, None] / 2], axis=1) / HINT_SIGMA**2
    arrays = {
        "belief": belief,
        "spread": -squares / (2 * SIGMA**2),
        "of_hint": of_hint[..., None, None],
    }
    nodes = [
        helper.make_node("AveragePool", ["grey"], ["small"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Conv", ["small", "belief", "spread"], ["believed"]),
        helper.make_node("Conv", ["hints", "of_hint"], ["hinted"]),
        helper.make_node("Add", ["believed", "hinted"], ["ab_bins"]),
    ]
    values = [
        helper.make_tensor_value_info(name, 1, ["batch", channels, f"{name}_h", f"{name}_w"])
        for name, channels in (("grey", 1), ("hints", 3), ("ab_bins", len(centers)))
    ]
    graph = helper.make_graph(
        nodes,
        "hinted",
        values[:2],
        values[2:],
        initializer=[
            numpy_helper.from_array(array.astype("float32"), name) for name, array in arrays.items()
        ],
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    facts = {"image_size": IMAGE_SIZE, "stride": 8, "temperature": 1.0, **facts}
    helper.set_model_props(model, {name: str(value) for name, value in facts.items()})
    onnx.save(model, path)
    return path


def expected_ab(signed, hint_ab=None):
    """Return mean a and b of a place with this grey in the signed range, in closed form."""
    mean, precision = DRIFT * signed, 1 / SIGMA**2
    if hint_ab is None:
        return mean
    of_hint = 1 / HINT_SIGMA**2
    return (mean * precision + np.asarray(hint_ab) * of_hint) / (precision + of_hint)
