"""Packages whose names are imported when they are first asked for.

``import colorlab`` must not wait for TensorFlow. A package with heavy modules lists its names in a
stub, ``__init__.pyi``, one import ``from module import name as name`` a line. Type checkers and
editors read the stub as it is, and :func:`attach` makes the same names available at run time. This
is the scheme of SPEC 1 of the Scientific Python project.

Taught in no chapter.
"""

import importlib
import sys
from collections.abc import Callable

from colorlab.extras import MissingExtra

__all__ = ["attach"]


def attach(package: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Make the names in the stub of a package available, each imported when it is first named.

    Parameters
    ----------
    package : str
        The package's ``__name__``; beside its ``__init__.py`` lies the stub.

    Returns
    -------
    tuple
        The package's ``__getattr__``, its ``__dir__``, which lists modules too, and its
        ``__all__``, which does not.

    Raises
    ------
    MissingExtra
        By ``__getattr__``, if a name needs a package that belongs to an extra of the installation.
    """
    places = _read_stub(f"{sys.modules[package].__file__}i")

    def __getattr__(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = places[name]
        try:
            if module == package:
                return importlib.import_module(f"{package}.{name}")
            value = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            missing = MissingExtra.of(error)
            if missing is None:
                raise
            raise missing from None
        setattr(sys.modules[package], name, value)  # the next look finds it there
        return value

    def __dir__() -> list[str]:
        return sorted(places)

    return __getattr__, __dir__, sorted(name for name in places if places[name] != package)


def _read_stub(path: str) -> dict[str, str]:
    """Return the module that each name of a stub is imported from; one import a line."""
    places = {}
    with open(path, encoding="utf-8") as lines:
        for words in map(str.split, lines):
            if words[:1] == ["from"]:
                _, module, _, _, _, public = words
                places[public] = module
    return places
