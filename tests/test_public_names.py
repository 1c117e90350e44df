"""The public names: what packages show, what the book documents, what carries type hints."""

import importlib
import inspect
import re
from pathlib import Path

import public_names

import colorlab

BOOK = Path(__file__).resolve().parent.parent / "book"
MODULES = sorted({name.rpartition(".")[0] for name in public_names.ALL})


def thing(name):
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def is_callable(module, name):
    return callable(getattr(importlib.import_module(module), name))


def test_packages_show_the_public_names_and_no_other():
    """Constants are welcome; `colorlab.inference` shows the Colorizer too."""
    shown = {
        f"{module}.{name}"
        for module in MODULES
        for name in importlib.import_module(module).__all__
        if is_callable(module, name)
    }
    assert shown - {"colorlab.inference.Colorizer"} == public_names.ALL


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


def test_public_functions_carry_type_hints():
    bare = []
    for name in sorted(public_names.ALL):
        target = thing(name)
        functions = [(name, target)]
        if inspect.isclass(target):
            functions = [
                (f"{name}.{each}", function)
                for each, function in inspect.getmembers(target, inspect.isfunction)
                if function.__module__.startswith("colorlab")
                and (each == "__init__" or not each.startswith("_"))
            ]
        for place, function in functions:
            parameters = inspect.signature(function).parameters.values()
            missing = [
                each.name
                for each in parameters
                if each.name != "self" and each.annotation is each.empty
            ]
            if "return" not in function.__annotations__ and not place.endswith(".__init__"):
                missing.append("return")
            if missing:
                bare.append(f"{place}: {', '.join(missing)}")
    assert not bare, "\n".join(bare)
