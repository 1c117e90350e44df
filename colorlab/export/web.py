"""A network as a page: a folder with which any web server shows "Colour a photograph".

The folder holds the page's own files, which come with colorlab, ONNX Runtime, and the network with
what ``models.json`` says of it. A network that takes hints is split into an encoder, which runs
once a photograph, and a decoder, which runs once a hint.

ONNX Runtime is no part of colorlab: its 14 MB come from npm, as the package onnxruntime-web.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import json
import pathlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from colorlab.atomic import atomic_folder
from colorlab.errors import InputError
from colorlab.inference import onnx_split, pretrained
from colorlab.inference.predictors import OnnxPredictor

__all__ = ["PAGE", "RUNTIME_VERSION", "export_web", "find_runtime"]

#: The folder with the page's own files.
PAGE = pathlib.Path(__file__).parent / "page"

#: The version of onnxruntime-web that the page was written for.
RUNTIME_VERSION = "1.30"

_RUNTIME = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
_MODULE = pathlib.Path("onnxruntime-web", "dist")
# Where npm puts it, and where the book is built.
_PLACES = (pathlib.Path("node_modules"), pathlib.Path(".build", "web", "node_modules"))
_FACTS = ("target", "image_size", "stride", "saturation", "temperature")


def export_web(models: Any, folder: Any, runtime: Any = None, saturation: float = 1.0) -> None:
    """Write networks and the page that colours with them as a folder for any web server.

    Parameters
    ----------
    models : str, path-like, or sequence of them
        Name of a network that comes with colorlab, ONNX file, or folder of a training run. Of
        several, the first one is there when the page opens.
    folder : path-like
        A folder that does not exist, or is empty. Written whole or not at all.
    runtime : path-like, optional
        Folder of onnxruntime-web, or the folder ``node_modules`` that holds it; by default see
        :func:`find_runtime`.
    saturation : float
        Default saturation of a training run, 0 to 10; other models have their own.

    Raises
    ------
    InputError
        If there is no model, one cannot be loaded, onnxruntime-web is missing, or the folder holds
        something or cannot be written.

    Examples
    --------
    >>> export_web("default", ".")
    Traceback (most recent call last):
    colorlab.errors.InputError: .: exists already; choose the name of a new folder
    """
    models = [models] if isinstance(models, str) or not isinstance(models, Sequence) else models
    if not models:
        raise InputError("models must be at least one network, got none")
    folder = pathlib.Path(folder)
    if folder.exists() and not (folder.is_dir() and next(folder.iterdir(), None) is None):
        raise InputError(f"{folder}: exists already; choose the name of a new folder")
    if not folder.parent.is_dir():
        raise InputError(f"{folder.parent}: no such folder; make it first, or choose another")
    scripts = find_runtime(runtime)  # before runs are exported, which takes a while
    with tempfile.TemporaryDirectory() as exported:
        files = [
            _onnx_file(model, pathlib.Path(exported, str(number)), saturation)
            for number, model in enumerate(models, 1)
        ]
        with atomic_folder(folder) as unfinished:
            shutil.copytree(PAGE, unfinished, dirs_exist_ok=True)
            (unfinished / "onnxruntime").mkdir()
            for name in _RUNTIME:
                shutil.copyfile(scripts / name, unfinished / "onnxruntime" / name)
            described = [
                _write_network(unfinished, number, *each) for number, each in enumerate(files, 1)
            ]
            size = (unfinished / "onnxruntime" / _RUNTIME[1]).stat().st_size
            catalog = json.dumps({"wasmBytes": size, "models": described}, indent=1)
            (unfinished / "models.json").write_text(f"{catalog}\n", encoding="utf-8")


def find_runtime(folder: Any = None) -> pathlib.Path:
    """Find the scripts of onnxruntime-web.

    Parameters
    ----------
    folder : path-like, optional
        The package's folder, or the folder ``node_modules`` that holds it. By default, as Node.js
        looks for it: in ``node_modules`` in the working folder or in one above it; and where `make
        book` puts it.

    Returns
    -------
    pathlib.Path
        The folder that holds them.

    Raises
    ------
    InputError
        If they are not there; the message says what to type.

    Examples
    --------
    >>> find_runtime("nowhere")
    Traceback (most recent call last):
    colorlab.errors.InputError: nowhere: holds no ort.wasm.bundle.min.mjs and ...
    """
    install = f"type `npm install onnxruntime-web@{RUNTIME_VERSION}`"
    for place in _places(folder):
        if all((place / name).is_file() for name in _RUNTIME):
            return place
    if folder is not None:
        raise InputError(
            f"{folder}: holds no {' and '.join(_RUNTIME)}; {install} there, or leave it out"
        )
    raise InputError(
        "onnxruntime-web: is not installed in this folder or above it, and the page computes with "
        f"it; {install} and try again, or name its folder, runtime=FOLDER"
    )


def _places(folder) -> Iterator[pathlib.Path]:
    if folder is not None:
        given = pathlib.Path(folder)
        yield from (given, given / "dist", given / _MODULE, given / "node_modules" / _MODULE)
        return
    here = pathlib.Path.cwd()
    for above in (here, *here.parents):
        yield from (above / place / _MODULE for place in _PLACES)


def _onnx_file(model, exported, saturation):
    """Return name, ONNX file and facts of a model; of a training run, write the file first."""
    shipped = pretrained.shipped_models()
    if str(model) in shipped:
        return str(model), pretrained.weights_file(str(model)), shipped[str(model)]
    path = pathlib.Path(model)
    if path.is_dir():
        from colorlab.export.run import export_run

        export_run(path, exported, saturation)
        return path.resolve().name, exported, None
    if not path.exists():
        pretrained.load_pretrained(model)  # says what is wrong
    return path.stem, path, None


def _write_network(folder, number, name, path, facts):
    """Write the files of a network, and return what ``models.json`` says of it."""
    predictor = OnnxPredictor(path, facts)
    described = {"name": name, **{fact: getattr(predictor, fact) for fact in _FACTS}}
    for part, content in _parts(path.read_bytes()).items():
        file = f"network{number}_{part}.onnx"
        (folder / file).write_bytes(content)
        described[part] = {"file": file, "bytes": len(content)}
    return described


def _parts(content):
    """Split a network that takes hints; of one without, the whole file is the encoder."""
    import onnxruntime  # half of the program's start

    parts = onnx_split.split_content(content)
    if parts is None:
        return {"encoder": content}
    encoder, decoder = parts[0].to_bytes(), parts[1]
    features = [
        (each.name, each.type) for each in onnxruntime.InferenceSession(encoder).get_outputs()
    ]
    decoder = onnx_split.decoder_with_inputs(decoder, features)
    return {"encoder": encoder, "decoder": decoder.to_bytes()}
