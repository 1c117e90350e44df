"""The package as people install it: what is in it, and that colouring needs the core list alone."""

import email
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

import colorlab
from colorlab import extras
from colorlab.datasets import toy

pytestmark = pytest.mark.slow

ROOT = Path(colorlab.__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# A package that is listed is not found, as if it were not installed.
BLOCK = """
import sys
BLOCKED = {blocked!r}
class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in BLOCKED:
            return self.finder.find_spec(name, path, target)
    def __getattr__(self, name):
        return getattr(self.finder, name)
sys.meta_path[:] = map(Without, sys.meta_path)
"""


def build(kind, source, folder):
    """Build an sdist or a wheel from a source folder, without a network; return its path."""
    code = f"import sys; from setuptools import build_meta as b; b.build_{kind}(sys.argv[1])"
    command = [sys.executable, "-W", "error::DeprecationWarning", "-c", code, str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """Build the source distribution from a copy: building leaves files in the source."""
    source = tmp_path_factory.mktemp("source")
    shutil.copytree(
        ROOT / "colorlab", source / "colorlab", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, source / name)
    return build("sdist", source, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """Build the wheel from the source distribution, as `python -m build` does."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    return build("wheel", next(unpacked.iterdir()), tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return a folder in which the wheel is unpacked."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def blocked():
    """Return all modules but those of the core list and of what its packages need themselves."""
    core, wanted = {PROJECT["name"]}, list(PROJECT["dependencies"])
    while wanted:
        requirement = Requirement(wanted.pop())
        name = canonicalize_name(requirement.name)
        if name in core or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        core.add(name)
        wanted += importlib.metadata.requires(name) or []
    return {
        module
        for module, brought_by in importlib.metadata.packages_distributions().items()
        if not core & {canonicalize_name(each) for each in brought_by}
    }


@pytest.fixture
def run(installed, blocked, tmp_path):
    """Return a function that runs code with the unpacked wheel and nothing beyond the core."""
    block = BLOCK.format(blocked=blocked)
    block += f"import colorlab; assert colorlab.__file__.startswith({str(installed)!r})\n"
    own = {"PYTHONPATH": str(installed), "COLORLAB_CACHE": str(tmp_path / "cache")}

    def run(code, *arguments):
        return subprocess.run(
            [sys.executable, "-c", block + code, *arguments],
            cwd=tmp_path,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
        )

    return run


@pytest.fixture
def photograph(tmp_path):
    path = tmp_path / "photograph.png"
    Image.fromarray(toy.paint("coast", seed=1, size=160)).convert("L").save(path)
    return path


def test_the_metadata_are_those_of_the_project(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        metadata = email.message_from_bytes(archive.read(name))
        points = archive.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert (metadata["Name"], metadata["Version"]) == (PROJECT["name"], colorlab.__version__)
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().startswith("# ")
    assert metadata.get_all("License-File") == PROJECT["license-files"]
    assert set(metadata.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    needed = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    core = {str(each) for each in needed if each.marker is None}
    assert core == {str(Requirement(line)) for line in PROJECT["dependencies"]}
    assert "colorlab = colorlab.__main__:main" in points.splitlines()


def test_the_wheel_holds_the_library_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "colorlab").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"colorlab/py.typed", "colorlab/weights/default.onnx"} <= names
    assert "colorlab/restoration/scratches.json" in names
    assert wheel.stat().st_size < 100e6, "the package index refuses larger files"


def test_the_command_colours_with_the_core_alone(run, photograph, tmp_path):
    main = "from colorlab.__main__ import main; main()"
    done = run(main, "colorize", str(photograph), "-o", str(tmp_path / "colour.png"))
    assert (done.returncode, done.stderr) == (0, "")
    colour = np.asarray(Image.open(tmp_path / "colour.png"), float)
    assert colour.shape == (160, 160, 3)
    assert np.ptp(colour, axis=-1).mean() > 2, "it is grey"


def test_python_colours_with_the_core_alone(run, photograph, tmp_path):
    done = run("import sys; print(colorlab.colorize(sys.argv[1]).shape)", str(photograph))
    assert (done.returncode, done.stdout, done.stderr) == (0, "(160, 160, 3)\n", "")


def test_a_page_is_written_with_the_core_alone(run, tmp_path):
    for name in ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"):
        (tmp_path / name).write_bytes(b"not needed to write a page")
    main = "from colorlab.__main__ import main; main()"
    page = tmp_path / "page"
    done = run(main, "export", "default", "--web", str(page), "--runtime", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    shown = {path.relative_to(page).as_posix() for path in page.rglob("*")}
    assert {"index.html", "page.js", "style.css", "samples/coffee.jpg", "models.json"} <= shown


def test_the_block_works(blocked, run):
    """Without this the two tests above would prove nothing."""
    train = {name for name, extra in extras.EXTRA_OF_MODULE.items() if extra == "train"}
    assert train <= blocked
    assert "No module named 'skimage'" in run("import skimage").stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [("train --data {0} --out {0}/run", "train"), ("evaluate default --data {0}", "train")],
)
def test_a_command_that_needs_more_says_what_to_type(run, picture_folder, command, extra):
    main = "from colorlab.__main__ import main; main()"
    done = run(main, *command.format(picture_folder).split())
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f'pip install "colorlab-book[{extra}]"' in done.stderr


def test_the_check_of_a_machine_lists_what_is_missing(run):
    done = run("from colorlab.__main__ import main; main()", "check")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "TensorFlow cannot be used" in done.stdout
