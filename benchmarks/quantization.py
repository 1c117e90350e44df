"""Whether 8-bit integers, threads and graph optimisation make the encoder faster, and how exact.

``python -m benchmarks.quantization --data DIR`` prints JSON; it was kept in
``book/results/quantization.json``, from which ``tools/write_speed_page.py`` takes a table. The
encoder of a shipped model is quantized with static calibration on training pictures, the decoder
stays as it is, and both are compared with the model itself on validation pictures. Name the
fractions by which the photographs were split for the training. Test pictures are not looked at.
"""

import argparse
import contextlib
import io
import json
import logging
import os
import pathlib
import platform
import random
import shlex
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnxruntime import quantization

from colorlab import color, load_pretrained
from colorlab.color import ab_bins
from colorlab.color.ranges import levels_to_signed
from colorlab.datasets import folder, splits
from colorlab.evaluation.models import facts_of
from colorlab.images import read_image
from colorlab.images.resizing import standardize
from colorlab.inference import onnx_split

_TURNS = 150
_LEVELS = {
    "none": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
_INSTRUCTIONS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm")


def _session(path, threads=1, level="all", optimized=""):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    options.graph_optimization_level = _LEVELS[level]
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.optimized_model_filepath = str(optimized)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _inputs(part, count, size):
    """Return the grey of some pictures in the signed range, (count, 1, size, size)."""
    chosen = random.Random(0).sample(range(len(part.pictures)), count)
    pictures = [
        standardize(read_image(pathlib.Path(part.folder, part.pictures[index].path)), size)
        for index in chosen
    ]
    levels = [np.round(color.grey(picture)) for picture in pictures]
    return levels_to_signed(np.stack(levels)).transpose(0, 3, 1, 2)


class _Reader(quantization.CalibrationDataReader):
    def __init__(self, inputs):
        self._rest = iter(inputs)

    def get_next(self):
        grey = next(self._rest, None)
        return None if grey is None else {"grey": grey[None]}


def _ways(path):
    """Name what is quantized: whole layers, only 1 x 1 convolutions, only the last stages."""
    graph = onnx.load(path).graph
    shapes = {each.name: list(each.dims)[2:] for each in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    flat = [node.name for node in convolutions if shapes[node.input[1]] == [1, 1]]
    last = [
        node.name
        for node in convolutions
        if any(node.output[0].startswith(f"block{stage}") for stage in (5, 6, 7))
    ]
    return {
        "all layers": {},
        "all layers, weights of 7 bits": {"reduce_range": True},
        "1 x 1 convolutions": {"op_types_to_quantize": ["Conv"], "nodes_to_quantize": flat},
        "convolutions of the last three stages": {
            "op_types_to_quantize": ["Conv"],
            "nodes_to_quantize": last,
        },
    }


def _quantize(source, target, inputs, settings):
    logging.disable(logging.WARNING)  # advice to preprocess the file, which has been done
    with contextlib.redirect_stdout(io.StringIO()):
        quantization.quantize_static(
            source,
            target,
            _Reader(inputs),
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            **settings,
        )


def _predictions(encoder, decoder, inputs, temperature):
    names = [each.name for each in encoder.get_outputs()]
    hints = np.zeros((1, 3, *(side // ab_bins.BIN_STRIDE for side in inputs.shape[2:])), "float32")
    found = []
    for grey in inputs:
        features = dict(zip(names, encoder.run(names, {"grey": grey[None]}), strict=True))
        (logits,) = decoder.run(None, {"hints": hints, **features})
        found.append(ab_bins.annealed_mean(logits[0].transpose(1, 2, 0), temperature))
    return np.stack(found)


def _milliseconds(sessions, grey, clock):
    """Return the shortest time of each encoder, measured in turns."""
    best = dict.fromkeys(sessions, float("inf"))
    for _ in range(_TURNS):
        for name, session in sessions.items():
            start = clock()
            session.run(None, {"grey": grey})
            best[name] = min(best[name], 1000 * (clock() - start))
    return {name: round(value, 1) for name, value in best.items()}


def measure(name, calibration, judged):
    """Return the rows of the two tables: quantized encoders, and levels of graph optimisation."""
    predictor = load_pretrained(name).predictor
    encoder, decoder, features = onnx_split.split_content(predictor.weights.read_bytes())
    decoder = onnx_split.decoder_with_inputs(
        decoder, [(each, "tensor(float)") for each in features]
    )
    with tempfile.TemporaryDirectory() as temporary:
        place = pathlib.Path(temporary)
        (place / "encoder").write_bytes(encoder.to_bytes())
        (place / "decoder").write_bytes(decoder.to_bytes())
        _session(place / "encoder", level="basic", optimized=place / "float.onnx")
        paths = {"nothing": place / "encoder"}
        for number, (way, settings) in enumerate(_ways(place / "float.onnx").items()):
            paths[way] = place / f"{number}.onnx"
            _quantize(place / "float.onnx", paths[way], calibration, settings)
        last = _session(place / "decoder")
        rows, expected = [], None
        alone = {way: _session(path) for way, path in paths.items()}
        both = {way: _session(path, threads=2) for way, path in paths.items()}
        one = _milliseconds(alone, judged[:1], time.process_time)
        two = _milliseconds(both, judged[:1], time.perf_counter)
        for way, session in alone.items():
            ab = _predictions(session, last, judged, predictor.temperature)
            expected = ab if expected is None else expected
            distance = np.hypot(*np.moveaxis(ab - expected, -1, 0))
            rows.append(
                {
                    "quantized": way,
                    "megabytes": round(paths[way].stat().st_size / 1e6, 1),
                    "one_thread_ms": one[way],
                    "two_threads_ms": two[way],
                    "mean_absolute_ab": round(float(np.abs(ab - expected).mean()), 3),
                    "mean_distance": round(float(distance.mean()), 3),
                    "worst_picture_distance": round(float(distance.mean((1, 2)).max()), 3),
                }
            )
        levels = {level: _session(place / "encoder", level=level) for level in _LEVELS}
        by_level = _milliseconds(levels, judged[:1], time.process_time)
    return rows, by_level


def _processor():
    """Describe the processor: its name, and its instructions for integers and vectors."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {"processor": platform.processor() or platform.machine(), "instructions": []}
    facts = dict(map(str.strip, line.split(":", 1)) for line in lines if ":" in line)
    words = (facts.get("flags") or facts.get("Features") or "").split()
    name = facts.get("model name") or platform.machine()
    return {"processor": name, "instructions": [each for each in _INSTRUCTIONS if each in words]}


def main():
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quantization")
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", default="default", choices=("default", "small"))
    parser.add_argument("--validation", type=float, default=0.05)
    parser.add_argument("--test", type=float, default=0.05)
    parser.add_argument("--calibration", type=int, default=64)
    parser.add_argument("--pictures", type=int, default=60)
    wanted = parser.parse_args()
    parts = splits.split(folder.scan(wanted.data).without_grey(), wanted.validation, wanted.test)
    colorizer = load_pretrained(wanted.model)
    size = colorizer.predictor.image_size
    rows, levels = measure(
        wanted.model,
        _inputs(parts.train, wanted.calibration, size),
        _inputs(parts.validation, wanted.pictures, size),
    )
    facts = {
        "command": shlex.join(["python", "-m", "benchmarks.quantization", *sys.argv[1:]]),
        "data": pathlib.Path(wanted.data).name,
        "fingerprint": parts.validation.fingerprint,
        "part": "validation; calibration on training pictures",
        "split": f"validation share {wanted.validation}, test share {wanted.test}, seed 0",
        "calibration_pictures": wanted.calibration,
        "pictures": wanted.pictures,
        "size": size,
        "onnxruntime": onnxruntime.__version__,
        "load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        **_processor(),
        **facts_of({wanted.model: colorizer}),
    }
    print(json.dumps({"facts": facts, "encoders": rows, "optimization_ms": levels}, indent=1))


if __name__ == "__main__":
    main()
