"""Seconds that the quick run of each notebook takes, with nothing prepared."""

import os
import pathlib
import tempfile
import time

import nbformat
from nbclient import NotebookClient

_NOTEBOOKS = pathlib.Path(__file__).parents[1] / "notebooks"


def measure():
    """Execute each notebook with an empty cache; return seconds by name."""
    seconds = {}
    for name in ("COLORLAB_DATA", "COLORLAB_RUN"):
        os.environ.pop(name, None)
    for path in sorted(_NOTEBOOKS.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as temporary:
            os.environ["COLORLAB_CACHE"] = temporary
            notebook = nbformat.read(path, as_version=4)
            start = time.perf_counter()
            NotebookClient(
                notebook, timeout=600, resources={"metadata": {"path": str(_NOTEBOOKS)}}
            ).execute()
            seconds[path.name] = round(time.perf_counter() - start, 1)
    return seconds
