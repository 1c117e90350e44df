"""Seconds that the quick run of each notebook takes, in reading order, with nothing prepared."""

import os
import pathlib
import tempfile
import time

import nbformat
from nbclient import NotebookClient

_NOTEBOOKS = pathlib.Path(__file__).parents[1] / "notebooks"


def measure():
    """Execute the notebooks one after the other, as a reader would; return seconds by name.

    The first one paints the pictures and trains the network, the others find both.
    """
    seconds = {}
    for name in ("COLORLAB_DATA", "COLORLAB_RUN"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["COLORLAB_CACHE"] = temporary
        for path in sorted(_NOTEBOOKS.glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            start = time.perf_counter()
            NotebookClient(
                notebook, timeout=600, resources={"metadata": {"path": str(_NOTEBOOKS)}}
            ).execute()
            seconds[path.name] = round(time.perf_counter() - start, 1)
    return seconds
