"""Check that a machine meets the requirements of the course.

Taught in :doc:`/book/setup`.
"""

import dataclasses
import importlib.metadata
import importlib.util
import os
import shutil
import sys

from packaging.requirements import Requirement

from colorlab.cache import cache_folder
from colorlab.errors import InputError

__all__ = ["Finding", "check_all"]

_NAME = "colorlab-book"
_GIB = 1024**3
_MEMORY_GIB, _DISK_GIB = 4, 2


@dataclasses.dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    name : str
        What was checked.
    good : bool
        Whether the requirement is met.
    found : str
        What was found.
    remedy : str
        How to meet the requirement; empty if it is met.
    """

    name: str
    good: bool
    found: str
    remedy: str = ""


def _finding(name, good, found, remedy):
    return Finding(name, good, found, "" if good else remedy)


def _python():
    version = sys.version_info
    return _finding(
        "Python",
        (3, 11) <= version[:2] < (3, 14),
        ".".join(str(part) for part in version[:3]),
        "install Python 3.11, 3.12 or 3.13, and make a new environment with it",
    )


def _needed_by(extra, lines):
    """Yield the requirements of the library and of an extra, including nested extras."""
    requirements = [Requirement(line) for line in lines]
    extras = [extra]
    for extra in extras:  # the list grows during the iteration
        for each in requirements:
            if each.name == _NAME and each.marker.evaluate({"extra": extra}):
                extras += sorted(each.extras - {*extras})
    for each in requirements:
        marker = each.marker
        if each.name != _NAME and (
            marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
        ):
            yield each


def _packages():
    try:
        lines = importlib.metadata.requires(_NAME) or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(
            "colorlab",
            False,
            "not installed",
            "run `make book`, or `pip install -e .` in the project",
        )
        return
    for requirement in _needed_by("course", lines):
        name, allowed = requirement.name, requirement.specifier
        try:
            version = importlib.metadata.version(name)
            good = allowed.contains(version, prereleases=True)
            found = version if good else f"{version}, but {allowed} is needed"
        except importlib.metadata.PackageNotFoundError:
            good, found = False, "not installed"
        yield _finding(name, good, found, f'run `pip install "{name}{allowed}"`')


def _notebooks():
    good = importlib.util.find_spec("jupyterlab") is not None
    return _finding(
        "Jupyter",
        good,
        "installed" if good else "not installed",
        "run `pip install jupyterlab` to open the notebooks",
    )


def _devices():
    try:
        import colorlab.backend  # noqa: F401 - quietens the import of TensorFlow
        import tensorflow  # isort: skip

        gpus = [device.name for device in tensorflow.config.list_physical_devices("GPU")]
    except Exception as error:  # broken drivers and builds raise errors of any kind
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return Finding(
            "devices",
            False,
            f"TensorFlow cannot be used: {reason}",
            'run `pip install --force-reinstall "tensorflow>=2.19"`',
        )
    cores = os.cpu_count()
    if gpus:
        return Finding("devices", True, f"{len(gpus)} GPU, {cores} CPU cores")
    return Finding(
        "devices", True, f"no GPU, {cores} CPU cores: quick runs take minutes, full ones hours"
    )


def _coloring():
    """Report the devices of ONNX Runtime; colouring needs the processor only."""
    from colorlab.inference.devices import available_devices

    try:
        there = available_devices()
    except Exception as error:  # as of TensorFlow
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return Finding(
            "colouring",
            False,
            f"ONNX Runtime cannot be used: {reason}",
            'run `pip install --force-reinstall "onnxruntime>=1.20"`',
        )
    return Finding("colouring", True, f"`colorize --device` {', '.join(there)}")


def _memory():
    try:
        import psutil
    except ImportError:  # reported by the check of packages
        return _finding(
            "memory", False, "not measured", "run `pip install psutil`, and check again"
        )
    total = psutil.virtual_memory().total / _GIB
    return _finding(
        "memory",
        total >= _MEMORY_GIB,
        f"{total:.1f} GiB",
        f"{_MEMORY_GIB} GiB are needed: use a larger machine, or a smaller batch",
    )


def _existing(path):
    """Return the nearest parent folder that exists."""
    while not path.exists():
        path = path.parent
    return path


def _disk():
    cache = _existing(cache_folder().absolute())
    free = shutil.disk_usage(cache).free / _GIB
    return _finding(
        "disk",
        free >= _DISK_GIB and os.access(cache, os.W_OK),
        f"{free:.1f} GiB free at {cache}",
        f"{_DISK_GIB} GiB are needed in a writable folder: free some space, or set COLORLAB_CACHE",
    )


def _data(folder):
    folder = folder or os.environ.get("COLORLAB_DATA")
    if not folder:
        return Finding("pictures", True, "COLORLAB_DATA is not set: pictures painted by code")
    from colorlab.datasets import folder as folders

    try:
        table = folders.scan(folder, limit=8)
    except InputError as error:
        return Finding(
            "pictures",
            False,
            str(error),
            "set COLORLAB_DATA to a folder of photographs, or unset it",
        )
    good = len(table.categories) >= 2
    return _finding(
        "pictures",
        good and not table.skipped,
        f"{folder}: categories {', '.join(table.categories)}"
        + (f", unreadable among the first: {table.skipped[0][0]}" if table.skipped else ""),
        "remove files that cannot be read" if good else "put pictures into two sub-folders or more",
    )


def check_all(data=None):
    """Check all requirements of the course.

    Parameters
    ----------
    data : path-like, optional
        A folder of pictures; by default the one named by ``COLORLAB_DATA``.

    Returns
    -------
    iterator of Finding
    """
    yield _python()
    yield from _packages()
    yield _notebooks()
    yield _devices()
    yield _coloring()
    yield _memory()
    yield _disk()
    yield _data(data)
