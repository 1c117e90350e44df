"""The course's notebooks keep the rules, and are the ones that the book lists."""

import ast
import importlib
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest
import yaml
from notebook_hygiene import faults

pytestmark = pytest.mark.book

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_the_rules(path):
    assert faults(path) == []


def test_the_book_lists_every_notebook_in_order():
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    pages = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    listed = [page for page in pages if page.startswith("notebooks/")]
    assert listed == [f"notebooks/{path.stem}" for path in NOTEBOOKS]


def code_of(path):
    """Return the code of a notebook without the lines that are meant for IPython."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = "\n".join(
        "".join(each["source"]) for each in cells if each["cell_type"] == "code"
    ).splitlines()
    return ast.parse(
        "\n".join(line.replace("%pip", "pass  #") for line in lines if line[:1] != "%")
    )


def imported(tree):
    """Return what a notebook imports from the library, by the name that it uses."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("colorlab"):
            module = importlib.import_module(node.module)
            for alias in node.names:
                try:
                    found[alias.asname or alias.name] = getattr(module, alias.name)
                except AttributeError:
                    name = f"{node.module}.{alias.name}"
                    found[alias.asname or alias.name] = importlib.import_module(name)
        elif isinstance(node, ast.Import) and node.names[0].name == "colorlab":
            found["colorlab"] = importlib.import_module("colorlab")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_library_has_every_name_that_a_notebook_uses(path):
    """Found in seconds, where a run of the notebook takes minutes."""
    tree = code_of(path)
    modules = {
        name: each for name, each in imported(tree).items() if isinstance(each, types.ModuleType)
    }
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    missing = [f"{a}.{b}" for a, b in sorted(used) if a in modules and not hasattr(modules[a], b)]
    assert modules and not missing


def test_running_a_notebook_stores_its_outputs_and_says_nothing_else(tmp_path):
    import nbformat  # takes seconds

    path = tmp_path / "small.ipynb"
    sources = "print(6 * 7)", "import sys\nprint(type(sys.stdout).flush_interval > 600)"
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, sources)])
    nbformat.write(notebook, path)
    command = [sys.executable, str(ROOT / "tools" / "run_notebooks.py"), str(path)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, f"{path}: running\n")
    assert result.stderr == ""
    first, second = nbformat.read(path, as_version=4).cells
    assert first.outputs[0].text == "42\n"
    # A slow cell does not send half a line by the clock, which the book would show as a line.
    assert second.outputs[0].text == "True\n"
