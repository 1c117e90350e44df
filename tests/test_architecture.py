"""The plan of the house: who may import whom, and what every module owes its readers."""

import ast
import importlib
import pathlib
import re
import subprocess
import sys
from functools import cache

import pytest

import colorlab

ROOT = pathlib.Path(colorlab.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# The network and its colours run on any backend of Keras; TensorFlow feeds them, in two modules,
# the check of a machine asks it for devices, and where it is the backend it normalizes a batch.
MAY_IMPORT_TENSORFLOW = {
    "colorlab.training.batches",
    "colorlab.training.decoding",
    "colorlab.training.views",
    "colorlab.course.check",
    "colorlab.training.devices",
    "colorlab.networks.normalization",
}


def name_of(path):
    """Return the dotted name of a module's file."""
    parts = ("colorlab", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = [name_of(path) for path in MODULES]


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    """Return the modules that a file imports, at the top or inside a function."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: say colorlab in full, without dots"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in NAMES else node.module)
    return found


def public(path):
    """Return the public functions, classes and methods of a file, as (name, node)."""
    for node in tree(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node.name, node


def test_imports_go_downward_only():
    """The layers stand in pyproject.toml; import-linter also refuses circles between them."""
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports as lint; exit(lint(no_cache=True))",
        ],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def roots(path):
    """Return the top-level packages that a file imports."""
    return {name.partition(".")[0] for name in imports(path)}


def test_tensorflow_stands_in_the_pipeline_only():
    found = {name_of(path) for path in MODULES if roots(path) & {"tensorflow", "jax", "torch"}}
    assert not found - MAY_IMPORT_TENSORFLOW


@pytest.mark.parametrize(
    ("module", "place"),
    [
        ("course/check", "_devices"),
        ("networks/normalization", "call"),
        ("training/devices", "_mirrored_strategy"),
    ],
)
def test_others_import_tensorflow_in_one_function_only(module, place):
    places = [
        node.name
        for node in ast.walk(tree(ROOT / f"{module}.py"))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(inner, ast.Import) and inner.names[0].name == "tensorflow"
            for inner in ast.walk(node)
        )
    ]
    assert places == [place]


def test_keras_is_imported_quietly():
    for path in MODULES:
        if name_of(path) != "colorlab.backend":
            assert not any(name.split(".")[0] == "keras" for name in imports(path)), path.name


def test_the_library_speaks_of_arguments_and_the_command_of_options():
    def documentation(path):
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and node.body:
                yield getattr(node.body[0], "value", None)

    found = []
    for path in MODULES:
        # Those below build command lines: of this program, and of pip.
        if path.is_relative_to(ROOT / "cli") or path.is_relative_to(ROOT / "course"):
            continue
        manuals = list(documentation(path))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value.replace("--upgrade pillow", "")
                if node not in manuals and re.search(r"(^|[\s(`])(--[a-z]|-o\b)", words):
                    found.append(f"{name_of(path)}, line {node.lineno}: {node.value}")
    assert not found


def test_figures_are_made_without_the_global_state_of_pyplot():
    for path in MODULES:
        assert "matplotlib.pyplot" not in imports(path), path.name


def test_every_module_says_what_is_public():
    faults = []
    for path in MODULES:
        name = name_of(path)
        if all(isinstance(node, ast.Expr) for node in tree(path).body):
            continue  # a package that is a docstring alone
        module = importlib.import_module(name)
        listed = module.__all__
        faults += [f"{name}.{each}: stands twice" for each in set(listed) if listed.count(each) > 1]
        faults += [f"{name}.{each}: is not there" for each in listed if not hasattr(module, each)]
        unlisted = {each for each, _ in public(path)} - set(listed)
        faults += [f"{name}.{each}: neither listed nor private" for each in unlisted]
    assert not faults


def covers(path):
    """Tell whether the docstring of a module, or of a package above it, names a chapter."""
    folder = path.parent
    candidates = [path]
    while folder != ROOT:
        candidates.append(folder / "__init__.py")
        folder = folder.parent
    return any("Taught in" in (ast.get_docstring(tree(each)) or "") for each in candidates)


def test_every_public_name_has_a_docstring():
    missing = [name_of(path) for path in MODULES if not ast.get_docstring(tree(path))]
    missing += [
        f"{name_of(path)}.{name}"
        for path in MODULES
        for name, node in public(path)
        if not ast.get_docstring(node)
    ]
    assert not missing


def test_every_module_names_its_chapter_once():
    silent = [name_of(path) for path in MODULES if list(public(path)) and not covers(path)]
    assert not silent
    repeated = [
        f"{name_of(path)}.{name}"
        for path in MODULES
        for name, node in public(path)
        if "Taught in" in ast.get_docstring(node)
        and not name_of(path).startswith(("colorlab.datasets.", "colorlab.cli"))
    ]
    assert not repeated


def test_modules_are_short_enough_to_read():
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES
    }
    assert not {name: length for name, length in lengths.items() if length > 330}


def test_no_test_file_imports_from_another():
    """What tests share stands in modules of their own, such as `command` and `made_sets`."""
    tests = sorted((ROOT.parent / "tests").rglob("test_*.py"))
    names = {path.stem for path in tests}
    faults = []
    for path in tests:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                found = [node.module]
            faults += [f"{path.name}: {each}" for each in found if each.split(".")[-1] in names]
    assert not faults
