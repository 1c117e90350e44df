"""`export_web`: a network becomes a folder that any web server shows, with a page that colours."""

import json
from pathlib import Path

import numpy as np
import pytest
import untrained_run
from chromium import PHONE, needs_chromium, served
from command import colorlab, refusal
from PIL import Image

from colorlab.errors import InputError
from colorlab.export.web import PAGE, RUNTIME_VERSION, export_web, find_runtime
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.pretrained import shipped_models

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["rgb", "ab", "ab_bins"])
def run(request, tmp_path_factory):
    """A folder with what a run leaves behind; its name is one that an address cannot hold."""
    return untrained_run.write(
        tmp_path_factory.mktemp("runs") / f"{request.param} #1 50%", request.param
    )


@pytest.fixture
def runtime(tmp_path):
    """A folder that looks like onnxruntime-web's."""
    folder = tmp_path / "node_modules" / "onnxruntime-web" / "dist"
    folder.mkdir(parents=True)
    (folder / "ort.wasm.bundle.min.mjs").write_text("export {};")
    (folder / "ort-wasm-simd-threaded.wasm").write_bytes(bytes(1000))
    return folder


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_is_complete(runtime, chroma_file, tmp_path):
    export_web(["default", chroma_file], tmp_path / "page", runtime)
    page = tmp_path / "page"
    catalog = json.loads((page / "models.json").read_text(encoding="utf-8"))
    assert catalog["wasmBytes"] == 1000
    default, other = catalog["models"]
    facts = shipped_models()["default"]
    for name in ("target", "image_size", "stride", "saturation", "temperature"):
        assert default[name] == facts[name]
    assert (default["name"], other["name"]) == ("default", chroma_file.stem)
    assert "decoder" in default and "decoder" not in other
    parts = [default["encoder"], default["decoder"], other["encoder"]]
    for part in parts:
        assert (page / part["file"]).stat().st_size == part["bytes"]
    assert files(page) == files(PAGE) | {part["file"] for part in parts} | {
        "models.json",
        "onnxruntime/ort.wasm.bundle.min.mjs",
        "onnxruntime/ort-wasm-simd-threaded.wasm",
    }


@pytest.mark.parametrize("folder", [".", "dist", "..", "../.."])
def test_the_runtime_is_found_from_each_folder_that_names_it(runtime, folder):
    given = runtime.parent if folder == "dist" else runtime / folder
    assert find_runtime(given).resolve() == runtime


def test_the_runtime_is_found_as_node_finds_it_and_where_the_book_is_built(
    runtime, tmp_path, monkeypatch
):
    below = tmp_path / "course" / "page"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert find_runtime() == runtime
    built = tmp_path / "course" / ".build" / "web"
    built.mkdir(parents=True)
    (tmp_path / "node_modules").rename(built / "node_modules")
    assert find_runtime() == built / "node_modules" / "onnxruntime-web" / "dist"


def test_without_the_runtime_one_line_says_what_to_type(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = refusal("export", "small", "--web", tmp_path / "page")
    assert f"`npm install onnxruntime-web@{RUNTIME_VERSION}`" in line
    line = refusal("export", "small", "--web", tmp_path / "page", "--runtime", tmp_path)
    assert f"{tmp_path}: holds no ort.wasm.bundle.min.mjs" in line
    assert list(tmp_path.iterdir()) == []


def test_no_run_is_exported_in_vain(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()  # no run either, but that would be found out later
    with pytest.raises(InputError, match="onnxruntime-web: is not installed"):
        export_web(tmp_path / "run", tmp_path / "page")
    with pytest.raises(InputError, match="models must be at least one network, got none"):
        export_web([], tmp_path / "page")


def test_the_version_is_the_one_that_the_book_takes():
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    assert package["dependencies"]["onnxruntime-web"] == f"~{RUNTIME_VERSION}"


def test_what_cannot_be_written_is_one_line_and_leaves_nothing(runtime, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("Dear Sir")
    before = files(tmp_path)
    assert "mine: exists already" in refusal("export", "small", "--web", mine)
    assert "letter.txt: exists" in refusal("export", "small", "--web", mine / "letter.txt")
    assert "no such folder" in refusal("export", "small", "--web", tmp_path / "no" / "page")
    assert "nothing: no such model" in refusal("export", "nothing", "--web", tmp_path / "page")
    assert "is no network" in refusal("export", mine / "letter.txt", "--web", tmp_path / "page")
    assert "is not a run" in refusal("export", mine, "--web", tmp_path / "page")
    assert files(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "node_modules"}


def test_a_network_that_fails_halfway_leaves_nothing(runtime, tmp_path, chroma_file):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(chroma_file.read_bytes()[:5000])
    with pytest.raises(InputError, match="damaged.onnx: is no network"):
        export_web(["small", damaged], tmp_path / "page", runtime)
    assert {path.name for path in tmp_path.iterdir()} == {"damaged.onnx", "node_modules"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name either FILE.onnx or --web DIR"),
        (["a.onnx", "--web", "b"], "name either FILE.onnx or --web DIR"),
        (["a.onnx", "--runtime", "b"], "--runtime is for --web"),
        (["--web", "b", "--overwrite"], "needs a new folder"),
    ],
)
def test_wrong_use_is_said(arguments, words):
    result = colorlab("export", "small", *arguments)
    assert result.code == 2
    assert words in " ".join(result.errors.split())


@needs_chromium
@pytest.mark.slow
def test_the_page_of_a_run_colours_as_the_run_does(run, browser, node_modules, tmp_path):
    result = colorlab("export", run, "--web", tmp_path / "page", "--runtime", node_modules)
    assert (result.code, result.errors) == (0, ""), result.errors
    photograph = np.random.default_rng(1).integers(0, 256, (45, 70)).astype("uint8")
    Image.fromarray(photograph).save(tmp_path / "photo.png")
    asked = []
    with served(tmp_path / "page") as address:
        page = browser.new_page(viewport=PHONE)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/")
        page.locator("#samples button").last.wait_for()
        page.set_input_files("#file", tmp_path / "photo.png")
        page.locator("#status", has_text="in colour").wait_for(timeout=120_000)
        with page.expect_download() as waiting:
            page.click("#save")
        assert page.locator("h1").is_visible()
        page.evaluate("document.getElementById('wipe').value = 0")
        page.locator("#wipe").dispatch_event("input")
        data = page.evaluate(
            """() => Array.from(document.getElementById('stage').getContext('2d')
                .getImageData(0, 0, 70, 45).data)"""
        )
        page.close()
    assert waiting.value.suggested_filename == "photo_colour.jpg"
    assert [url for url in asked if not url.startswith((address, "blob:" + address))] == []
    expected = Colorizer.from_run(run).colorize(photograph)
    assert np.ptp(expected.astype(int), axis=-1).max() > 5, "grey would prove nothing"
    shown = np.array(data).reshape(45, 70, 4)[..., :3]
    # The line of the wipe lies on the first columns; weights are stored as float16.
    assert np.abs(shown[:, 8:].astype(int) - expected[:, 8:]).max() <= 3
