"""The plan of the house: who may import whom, and what every module owes its readers."""

import ast
import importlib
import pathlib
from functools import cache

import pytest

import colorlab

ROOT = pathlib.Path(colorlab.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# A module imports only from floors below its own. A package stands for all that is in it.
FLOORS = {
    "colorlab": 0,
    "colorlab.errors": 0,
    "colorlab.backend": 0,
    "colorlab.arrays": 0.5,
    "colorlab.decoding": 0,
    "colorlab.files": 0,
    "colorlab.cache": 1,
    "colorlab.color": 1,
    "colorlab.normalization": 1,
    "colorlab.images": 1,
    "colorlab.metadata": 1,
    "colorlab.configuration": 2,
    "colorlab.datasets": 2,
    "colorlab.unet": 2,
    "colorlab.losses": 2,
    "colorlab.metrics": 2,
    "colorlab.light": 2,
    "colorlab.photographs": 2,
    "colorlab.onnx_layers": 2,
    "colorlab.exchange": 3,
    "colorlab.pipeline": 3,
    "colorlab.recipes": 3,
    "colorlab.runs": 3,
    "colorlab.colorizer": 4,
    "colorlab.training": 4,
    "colorlab.evaluation": 4,
    "colorlab.models": 5,
    "colorlab.plots": 4,
    "colorlab.progress": 4,
    "colorlab.pretrained": 6,
    "colorlab.coloring": 6,
    "colorlab.course": 7,
    "colorlab.check": 7,
    "colorlab.cli": 8,
    "colorlab.__main__": 9,
}
PACKAGES = ("colorlab.datasets", "colorlab.cli")

# The network and its colours run on any backend of Keras; TensorFlow feeds them, in one module,
# the check of a machine asks it for devices, and where it is the backend it normalizes a batch.
MAY_IMPORT_TENSORFLOW = {"colorlab.pipeline", "colorlab.check", "colorlab.normalization"}


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


def floor(name):
    while name not in FLOORS:
        assert "." in name, f"{name} has no floor: enter it in FLOORS"
        name = name.rpartition(".")[0]
    return FLOORS[name]


def neighbours(first, second):
    """Tell whether two modules live in the same package, where they may know each other."""
    return any(
        all(name == package or name.startswith(package + ".") for name in (first, second))
        for package in PACKAGES
    )


def public(path):
    """Return the public functions, classes and methods of a file, as (name, node)."""
    for node in tree(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node.name, node


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_imports_go_downward_only(path):
    name = name_of(path)
    floor(name)
    for imported in imports(path):
        if not (imported == "colorlab" or imported.startswith("colorlab.")):
            continue
        assert imported in NAMES, f"{name} imports {imported}, which does not exist"
        # The version, which stands in the package itself, is for everybody.
        if imported != "colorlab" and not neighbours(name, imported):
            assert floor(imported) < floor(name) or floor(name) == 0 == floor(imported), (
                f"{name} (floor {floor(name)}) imports {imported} (floor {floor(imported)})"
            )


def test_every_floor_is_a_module():
    assert set(FLOORS) <= set(NAMES)
    top = {name for name in NAMES if name.count(".") == 1}
    assert top <= set(FLOORS), f"without a floor: {sorted(top - set(FLOORS))}"


def test_the_dependencies_have_no_cycle():
    known = {
        name_of(path): {name for name in imports(path) if name in NAMES and name != "colorlab"}
        for path in MODULES
    }
    done, active = set(), []

    def visit(name):
        assert name not in active, f"a cycle: {' -> '.join([*active, name])}"
        if name not in done:
            active.append(name)
            for imported in sorted(known[name]):
                # A package may gather its own modules, which import each other by full name.
                if not imported == name.rpartition(".")[0]:
                    visit(imported)
            active.pop()
            done.add(name)

    for name in known:
        visit(name)


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_tensorflow_stands_in_the_pipeline_only(path):
    if any(name.split(".")[0] in ("tensorflow", "jax", "torch") for name in imports(path)):
        assert name_of(path) in MAY_IMPORT_TENSORFLOW


@pytest.mark.parametrize(("module", "place"), [("check", "_devices"), ("normalization", "call")])
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


def test_figures_are_made_without_the_global_state_of_pyplot():
    for path in MODULES:
        assert "matplotlib.pyplot" not in imports(path), path.name


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_every_module_says_what_is_public(path):
    if not any(True for node in tree(path).body if not isinstance(node, ast.Expr)):
        return  # a package that is a docstring alone
    module = importlib.import_module(name_of(path))
    listed = module.__all__
    assert sorted(set(listed)) == sorted(listed), "a name stands twice"
    assert all(hasattr(module, name) for name in listed)
    missing = {name for name, _ in public(path)} - set(listed)
    assert not missing, f"neither listed nor private: {sorted(missing)}"


def covers(path):
    """Tell whether the docstring of a module, or of a package above it, names a chapter."""
    folder = path.parent
    candidates = [path]
    while folder != ROOT:
        candidates.append(folder / "__init__.py")
        folder = folder.parent
    return any("Taught in" in (ast.get_docstring(tree(each)) or "") for each in candidates)


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_every_public_name_has_a_docstring_and_a_chapter(path):
    assert ast.get_docstring(tree(path)), f"{name_of(path)} has no docstring"
    for name, node in public(path):
        text = ast.get_docstring(node)
        assert text, f"{name_of(path)}.{name} has no docstring"
        assert "Taught in" in text or covers(path), f"{name_of(path)}.{name} names no chapter"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_modules_are_short_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 330
