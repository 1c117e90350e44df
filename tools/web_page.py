"""Make the folder of the page that colours a photograph in the browser.

Any web server can show the folder: it holds the page's own files from ``web/colorize``, ONNX
Runtime, sample photographs, and the networks with what ``models.json`` says of them. A network that
takes hints is split into an encoder, which runs once a photograph, and a decoder, which runs once a
hint.
"""

import json
import shutil
from pathlib import Path

import onnxruntime
import skimage.data
from PIL import Image

from colorlab.inference import onnx_split
from colorlab.inference.predictors import OnnxPredictor

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "web" / "colorize"
RUNTIME = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
MISSING = (
    "This copy of the book was built where npm could not fetch ONNX Runtime, which computes the "
    "network: build it again with a connection, or use the command colorlab colorize."
)
SAMPLES = ("camera", "astronaut", "chelsea", "coffee")


def split(content):
    """Split a network that takes hints into encoder and decoder, as the library does.

    Returns the files by name; of a network without hints, the whole file is the encoder.
    """
    parts = onnx_split.split_at_hints(content)
    if parts is None:
        return {"encoder": content}
    encoder, decoder, _ = parts
    features = onnxruntime.InferenceSession(encoder).get_outputs()
    typed = [(each.name, each.type) for each in features]
    return {"encoder": encoder, "decoder": onnx_split.decoder_with_inputs(decoder, typed)}


def write_network(path, folder, facts=None):
    """Write a network's files into `folder`, and return what ``models.json`` says of it."""
    path = Path(path)
    predictor = OnnxPredictor(path, facts)
    if predictor.target == "rgb":
        raise ValueError(f"{path} predicts rgb, expected ab or ab_bins")
    said = {"name": path.stem}
    for name in ("target", "image_size", "stride", "saturation", "temperature"):
        said[name] = getattr(predictor, name)
    parts = split(path.read_bytes())
    for part, content in parts.items():
        name = f"{path.stem}_{part}.onnx" if len(parts) == 2 else f"{path.stem}.onnx"
        (folder / name).write_bytes(content)
        said[part] = {"file": name, "bytes": len(content)}
    return said


def shipped_networks(names=("default", "small")):
    """Return the networks of the library's own package, as `write_page` takes them."""
    weights = ROOT / "colorlab" / "weights"
    facts = json.loads((weights / "models.json").read_text(encoding="utf-8"))
    return [(weights / facts[name]["file"], facts[name]) for name in names]


def write_incomplete_page(folder):
    """Write a page into the new `folder` that only says what it lacks."""
    shutil.copytree(SOURCE, folder)
    (folder / "models.json").write_text(json.dumps({"missing": MISSING}) + "\n", encoding="utf-8")


def write_page(folder, modules, networks):
    """Write the whole page into the new `folder`.

    `modules` is npm's folder ``node_modules``; `networks` are pairs of the path of an ONNX file and
    its facts, or None where the file knows them, the first one for a start.
    """
    folder = Path(folder)
    shutil.copytree(SOURCE, folder)
    (folder / "onnxruntime").mkdir()
    for name in RUNTIME:
        shutil.copy(Path(modules) / "onnxruntime-web" / "dist" / name, folder / "onnxruntime")
    (folder / "samples").mkdir()
    for name in SAMPLES:
        picture = Image.fromarray(getattr(skimage.data, name)())
        picture.convert("L").save(folder / "samples" / f"{name}.png", optimize=True)
    models = [write_network(path, folder, facts) for path, facts in networks]
    wasm = (folder / "onnxruntime" / RUNTIME[1]).stat().st_size
    catalog = {"wasmBytes": wasm, "models": models}
    (folder / "models.json").write_text(json.dumps(catalog, indent=1) + "\n", encoding="utf-8")
