"""A run's folder: what was asked for, kept so that the same run can go on.

Taught in :doc:`/notebooks/03_training`.
"""

import contextlib
import importlib.metadata
import json
import os
import platform

from colorlab.backend import keras
from colorlab.configuration import Configuration
from colorlab.errors import InputError

__all__ = ["open_run", "versions", "write_text"]

_CONFIG = "config.json"


def versions():
    """Return the versions of Python and of the packages that decide a run's numbers (dict)."""
    found = {"python": platform.python_version(), "backend": keras.backend.backend()}
    for name in ("colorlab-book", "keras", "numpy", "tensorflow", "jax"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def write_text(path, text):
    """Write a text file whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
    text : str
    """
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def open_run(run, record):
    """Start a run's folder, or check that it holds the run that is asked for.

    Parameters
    ----------
    run : pathlib.Path
    record : dict
        ``configuration``, ``data`` and ``versions``; what config.json shall say.

    Raises
    ------
    InputError
        If the folder holds anything else, or cannot be written to.
    """
    path = run / _CONFIG
    try:
        run.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            names = (child.name for child in run.iterdir() if child.suffix != ".part")
            foreign = next(names, None)
            if foreign is not None:
                raise InputError(
                    f"{run}: holds other files ({foreign}); choose a new or an empty folder"
                )
            write_text(path, json.dumps(record, indent=2) + "\n")
            return
        known = json.loads(path.read_text(encoding="utf-8"))
        settings, data = dict(known["configuration"]), known["data"]
    except InputError:  # a ValueError too
        raise
    except OSError as error:
        raise InputError(f"{run}: cannot be used for a run ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: is damaged; choose another folder") from None
    try:
        settings = Configuration.from_dict(settings).to_dict()
    except InputError as error:
        raise InputError(f"{path}: {error}; choose another folder") from None
    for name, value in record["configuration"].items():
        # More epochs only carry the run further, unless its schedule counts on their number.
        further = name == "epochs" and settings["schedule"] == "constant"
        if not further and settings[name] != value:
            raise InputError(
                f"{run}: holds a run with {name} = {settings[name]}, now {value}; "
                "choose another folder, or the same settings to continue"
            )
    if data != record["data"]:
        raise InputError(
            f"{run}: holds a run on other pictures; choose another folder, or the same pictures "
            "to continue"
        )
    if settings["epochs"] != record["configuration"]["epochs"]:
        known["configuration"] = record["configuration"]
        write_text(path, json.dumps(known, indent=2) + "\n")
