"""What an installation for colouring alone may import, and what it says where more is needed."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import colorlab
from colorlab import extras, lazy

LIBRARY = Path(colorlab.__file__).parent
PROJECT = tomllib.loads((LIBRARY.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HEAVY = {"keras", "tensorflow", "onnx", "skimage", "matplotlib", "requests", "h5py"}


def python(code):
    """Run some lines in a fresh interpreter, and return what they print."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=LIBRARY.parent, check=True
    ).stdout


def imported():
    """Return the packages that the library imports, with one module that does."""
    found = {}
    for path in LIBRARY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                found[name.partition(".")[0]] = path.name
    return {name: place for name, place in found.items() if name not in sys.stdlib_module_names}


def names_of(lines):
    return {canonicalize_name(Requirement(line).name) for line in lines}


def test_every_import_is_of_the_core_or_of_a_known_extra():
    core = names_of(PROJECT["dependencies"])
    distributions = importlib.metadata.packages_distributions()
    unknown = {
        name: place
        for name, place in imported().items()
        if name not in extras.EXTRA_OF_MODULE
        and name != "colorlab"
        and not core & {canonicalize_name(each) for each in distributions.get(name, [])}
    }
    assert not unknown


def test_every_known_module_comes_with_its_extra():
    distributions = importlib.metadata.packages_distributions()
    wrong = {}
    for module, extra in extras.EXTRA_OF_MODULE.items():
        brought_by = {canonicalize_name(each) for each in distributions.get(module, [])}
        if brought_by and not brought_by & names_of(PROJECT["optional-dependencies"][extra]):
            wrong[module] = extra
    assert not wrong


def test_importing_colorlab_imports_nothing_else():
    printed = python(
        "import sys; known = set(sys.modules)\n"
        "import colorlab\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - known})"
    )
    assert set(printed.split()) - sys.stdlib_module_names == {"colorlab"}


def test_help_imports_neither_keras_nor_tensorflow():
    """In one process for all commands: what none of them imports, each one does not."""
    printed = python(
        "import sys, contextlib, io\n"
        "from colorlab.__main__ import main\n"
        "for command in ('', 'train', 'colorize', 'evaluate', 'check', 'data'):\n"
        "    sys.argv = ['colorlab', *command.split(), '--help']\n"
        "    text = io.StringIO()\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(text):\n"
        "        main()\n"
        "    assert 'Usage' in text.getvalue()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    assert not HEAVY & set(printed.split())


def test_a_missing_package_is_one_line_that_says_what_to_type():
    """In the order in which people meet them: a name of the library, then a command."""
    printed = python(
        "import sys\n"
        "for name in ('keras', 'skimage', 'requests', 'matplotlib'): sys.modules[name] = None\n"
        "import colorlab\n"
        "for ask in (lambda: colorlab.plots, lambda: colorlab.metrics,\n"
        "            lambda: colorlab.training.train):\n"
        "    try: ask()\n"
        "    except colorlab.InputError as error: print(isinstance(error, ImportError), error)"
    )
    line = 'True {} is not installed; type: pip install "colorlab-book[{}]"'
    assert printed.splitlines() == [
        line.format("matplotlib", "course"),
        line.format("skimage", "train"),
        line.format("keras", "train"),
    ]


def test_commands_name_the_missing_extra(tmp_path, picture_folder):
    run = ["train", "--data", str(picture_folder), "--out", str(tmp_path / "run")]
    code = (
        "import sys; sys.modules['keras'] = None\n"
        f"sys.argv = {['colorlab', *run]!r}\n"
        "from colorlab.__main__ import main\n"
        "main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    expected = 'colorlab: keras is not installed; type: pip install "colorlab-book[train]"\n'
    assert (result.returncode, result.stderr) == (1, expected)
    assert not (tmp_path / "run").exists()


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        colorlab.colour  # noqa: B018


def test_stubs_name_what_is_there_one_import_a_line():
    """A stub is read line by line: whatever else it held would be found by type checkers alone."""
    stubs = sorted(LIBRARY.rglob("__init__.pyi"))
    assert stubs
    for stub in stubs:
        parts = stub.relative_to(LIBRARY.parent).parent.parts
        names = lazy.attach(importlib.import_module(".".join(parts)).__name__)[1]()
        tree = ast.parse(stub.read_text(encoding="utf-8"))
        imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        aliases = [alias for node in imports for alias in node.names]
        assert sorted(alias.asname for alias in aliases) == names, stub
        assert all(alias.name == alias.asname for alias in aliases), stub
        assert len(aliases) == len(imports), stub


def test_the_library_is_typed_and_its_version_a_release():
    assert (LIBRARY / "py.typed").exists()
    assert Requirement(f"colorlab-book=={colorlab.__version__}").specifier
