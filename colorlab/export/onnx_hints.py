"""The layers that take hints as ONNX operators.

Taught in :doc:`/notebooks/09_ask_a_person`.
"""

from colorlab.networks.hint_propagation import AB_SCALE

__all__ = ["add_hint_propagation", "add_pooled_hints"]


def add_pooled_hints(graph, layer, inputs):
    """Add :class:`colorlab.networks.decoder.PooledHints`.

    Parameters
    ----------
    graph : colorlab.export.onnx_graph.Graph
    layer : keras.Layer
    inputs : list of str
        Names of the hints, alone.

    Returns
    -------
    str
        Name of the output.
    """
    name, side, (pooled,) = layer.name, layer.pool_size, inputs
    if side > 1:
        pooled = graph.add("AveragePool", inputs, f"{name}:pooled", **_window(side))
    covered = graph.channels(pooled, f"{name}:covered", 2, 3)
    ab = graph.channels(pooled, f"{name}:ab", 0, 2)
    mean = _divide(graph, ab, covered, f"{name}:mean")
    scaled = _scale(graph, mean, 1 / AB_SCALE, f"{name}:scaled")
    counted = _scale(graph, covered, side**2, f"{name}:counted")
    one = graph.constant(f"{name}:one", 1.0)
    mask = graph.add("Min", [counted, one], f"{name}:mask")
    return graph.add("Concat", [scaled, mask], name, axis=1)


def add_hint_propagation(graph, layer, inputs):
    """Add :class:`colorlab.networks.hint_propagation.HintPropagation`.

    Parameters
    ----------
    graph : colorlab.export.onnx_graph.Graph
    layer : keras.Layer
    inputs : list of str
        Names of the queries and of the hints.

    Returns
    -------
    str
        Name of the output.
    """
    name, (queries, hints) = layer.name, inputs
    learned = {
        each.name: graph.weight(f"{name}/{each.name}", each.numpy()) for each in layer.weights
    }
    ab = graph.channels(hints, f"{name}:ab", 0, 2)
    mask = graph.channels(hints, f"{name}:mask", 2, 3)
    queries = _unit_length(graph, queries, f"{name}:queries")
    places = _places(graph, mask, f"{name}:places")

    keys = {}
    covered = graph.add("AveragePool", [mask], f"{name}:covered", **_window(2))
    for what, source in (("key", queries), ("key_places", places), ("values", ab)):
        hinted = graph.add("Mul", [source, mask], f"{name}:{what}:hinted")
        pooled = graph.add("AveragePool", [hinted], f"{name}:{what}:pooled", **_window(2))
        mean = _divide(graph, pooled, covered, f"{name}:{what}:mean")
        keys[what] = _flat(graph, mean, f"{name}:{what}")
    is_hinted = graph.add("Sign", [covered], f"{name}:is_hinted")
    is_hinted = _flat(graph, is_hinted, f"{name}:is_hinted_flat")

    cosine = _products(graph, _flat(graph, queries, f"{name}:query"), keys["key"], f"{name}:cosine")
    flat_places = _flat(graph, places, f"{name}:flat_places")
    product = _products(graph, flat_places, keys["key_places"], f"{name}:product")
    own = _rows(graph, _square_norm(graph, flat_places, f"{name}:own"), f"{name}:own_rows")
    norms = _square_norm(graph, keys["key_places"], f"{name}:norms")
    both = graph.add("Add", [own, norms], f"{name}:both")
    twice = _scale(graph, product, 2.0, f"{name}:twice")
    distance = graph.add("Sub", [both, twice], f"{name}:distance")

    parts = []
    for what, values in (("log_similarity", cosine), ("log_distance", distance)):
        factor = graph.add("Exp", [learned[what]], f"{name}:{what}:exp")
        parts.append(graph.add("Mul", [factor, values], f"{name}:{what}:part"))
    logits = graph.add("Sub", parts, f"{name}:logits")
    one = graph.constant(f"{name}:one", 1.0)
    absent = graph.add("Sub", [is_hinted, one], f"{name}:absent")
    absent = _scale(graph, absent, 1e4, f"{name}:absent_logits")
    logits = graph.add("Add", [logits, absent], f"{name}:hinted_logits")

    first = [
        graph.integers(f"{name}:{key}", [value]) for key, value in (("0", 0), ("1", 1), ("2", 2))
    ]
    column = graph.add("Slice", [logits, first[0], first[1], first[2]], f"{name}:column")
    zeros = _scale(graph, column, 0.0, f"{name}:zeros")
    nothing = graph.add("Add", [zeros, learned["nothing"]], f"{name}:nothing_column")
    every = graph.add("Concat", [nothing, logits], f"{name}:every", axis=2)
    shares = graph.add("Softmax", [every], f"{name}:softmax", axis=2)
    end = graph.integers(f"{name}:end", [2**31 - 1])
    shares = graph.add("Slice", [shares, first[1], end, first[2]], f"{name}:shares")
    values = graph.add("Concat", [keys["values"], is_hinted], f"{name}:all_values", axis=1)
    # (batch, channels, keys) times (batch, keys, places)
    turned = graph.add("Transpose", [shares], f"{name}:turned", perm=[0, 2, 1])
    taken = graph.add("MatMul", [values, turned], f"{name}:taken")
    shape = graph.add("Shape", [hints], f"{name}:shape")
    return graph.add("Reshape", [taken, shape], name)


def _window(side):
    return {"kernel_shape": [side, side], "strides": [side, side]}


def _scale(graph, source, factor, name):
    constant = graph.constant(f"{name}:factor", factor)
    return graph.add("Mul", [source, constant], name)


def _divide(graph, sums, covered, name):
    least = graph.constant(f"{name}:least", 1e-6)
    some = graph.add("Max", [covered, least], f"{name}:some")
    return graph.add("Div", [sums, some], name)


def _unit_length(graph, source, name):
    square = graph.add("Mul", [source, source], f"{name}:square")
    axis = graph.integers(f"{name}:axis", [1])
    total = graph.add("ReduceSum", [square, axis], f"{name}:total", keepdims=1)
    least = graph.constant(f"{name}:least", 1e-6)
    above = graph.add("Add", [total, least], f"{name}:above")
    length = graph.add("Sqrt", [above], f"{name}:length")
    return graph.add("Div", [source, length], name)


def _places(graph, mask, name):
    """Add the numbers of the rows and of the columns, from 1."""
    zeros = _scale(graph, mask, 0.0, f"{name}:zeros")
    one = graph.constant(f"{name}:one", 1.0)
    ones = graph.add("Add", [zeros, one], f"{name}:ones")
    counts = []
    for axis in (2, 3):
        number = graph.integers(f"{name}:axis{axis}", axis)
        counts.append(graph.add("CumSum", [ones, number], f"{name}:count{axis}"))
    return graph.add("Concat", counts, name, axis=1)


def _flat(graph, source, name):
    """Put the places in one row: (batch, channels, places)."""
    shape = graph.integers(f"{name}:row", [0, 0, -1])
    return graph.add("Reshape", [source, shape], name)


def _rows(graph, source, name):
    return graph.add("Transpose", [source], name, perm=[0, 2, 1])


def _products(graph, queries, keys, name):
    """Multiply every query with every key: (batch, queries, keys)."""
    return graph.add("MatMul", [_rows(graph, queries, f"{name}:rows"), keys], name)


def _square_norm(graph, source, name):
    square = graph.add("Mul", [source, source], f"{name}:square")
    axis = graph.integers(f"{name}:axis", [1])
    return graph.add("ReduceSum", [square, axis], name, keepdims=1)
