"""The public names: what packages show, what the book documents, what carries type hints."""

import importlib
import inspect
import re
from pathlib import Path

import public_names

import colorlab

BOOK = Path(__file__).resolve().parent.parent / "book"
# The Colorizer stands in `colorlab` too; a function makes the scores, and a configuration, which
# names them, the losses.
ALSO_SHOWN = {
    "colorlab.inference.Colorizer",
    "colorlab.losses.AbCrossEntropy",
    "colorlab.losses.AbCrossEntropyAndDistance",
    "colorlab.losses.AbDistance",
    "colorlab.metrics.Scores",
}
MODULES = sorted({name.rpartition(".")[0] for name in public_names.ALL})


def thing(name):
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def is_callable(module, name):
    return callable(getattr(importlib.import_module(module), name))


def test_packages_show_the_public_names_and_no_other():
    """Constants are welcome."""
    shown = {
        f"{module}.{name}"
        for module in MODULES
        for name in importlib.import_module(module).__all__
        if is_callable(module, name)
    }
    assert shown - ALSO_SHOWN == public_names.ALL


def test_every_package_that_colorlab_shows_has_public_names():
    packages = {name for name in dir(colorlab) if inspect.ismodule(getattr(colorlab, name))}
    assert packages - {"errors"} == {
        module.split(".")[1] for module in MODULES if module != "colorlab"
    }


def test_the_pages_document_the_public_names_and_no_other():
    documented = [
        name
        for page in sorted(BOOK.glob("api_*.md"))
        for name in re.findall(
            r"^\.\. auto(?:function|class|exception):: (\S+)$",
            page.read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    ]
    listed = re.findall(r"^   (colorlab\.\S+)$", (BOOK / "api.md").read_text(), flags=re.MULTILINE)
    assert sorted(documented) == sorted(listed) == sorted(public_names.ALL)


def functions():
    """Yield the public functions, and the methods of public classes, with their names."""
    for name in sorted(public_names.ALL):
        target = thing(name)
        if not inspect.isclass(target):
            yield name, target
            continue
        for each, member in sorted(vars(target).items()):
            function = getattr(member, "__func__", member)  # of a class method
            if inspect.isfunction(function) and (each == "__init__" or each[0] != "_"):
                yield f"{name}.{each}", function


def parameters_of(function):
    parameters = inspect.signature(function).parameters.values()
    return [each for each in parameters if each.name not in ("self", "cls")]


def test_public_functions_carry_type_hints():
    bare = []
    for place, function in functions():
        missing = [each.name for each in parameters_of(function) if each.annotation is each.empty]
        if "return" not in function.__annotations__ and not place.endswith(".__init__"):
            missing.append("return")
        if missing:
            bare.append(f"{place}: {', '.join(missing)}")
    assert not bare, "\n".join(bare)


def test_public_docstrings_say_what_goes_in_and_what_comes_out():
    bare = []
    for place, function in functions():
        if place.endswith(".__init__"):
            continue  # its parameters stand in the docstring of the class
        manual = inspect.getdoc(function) or ""
        if parameters_of(function) and "Parameters\n-" not in manual:
            bare.append(f"{place}: Parameters")
        result = function.__annotations__.get("return")
        if result not in (None, "None") and not re.search(r"^(Returns|Yields)\n-", manual, re.M):
            bare.append(f"{place}: Returns")
    assert not bare, "\n".join(bare)
