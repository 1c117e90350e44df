"""Run notebooks from top to bottom and store their outputs in place.

``python tools/run_notebooks.py notebooks/*.ipynb`` leaves nothing in a file that changes from one
run to the next without a change of the notebook: no times, no widget state, no kernel version. A
notebook in which a cell fails stays as it was.
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from build_book import own_ipython
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_TIME_LIMIT = 600  # seconds


def tidy(notebook):
    """Remove from `notebook`, in place, what differs from run to run or from machine to machine."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        for key in ("execution", "collapsed", "scrolled", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = join_streams(cell.outputs)


def join_streams(outputs):
    """Return `outputs` with neighbouring pieces of one stream joined: where it breaks is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def run(path):
    """Run the notebook at `path` in its own folder and write it back, tidy."""
    notebook = nbformat.read(path, as_version=4)
    tidy(notebook)
    NotebookClient(
        notebook,
        timeout=CELL_TIME_LIMIT,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    tidy(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def main(paths):
    """Run each of `paths` in order; return 1 at the first cell that fails, else 0."""
    with tempfile.TemporaryDirectory(prefix="colorlab-notebooks-") as cache:
        # Outputs must not depend on what an earlier version left in the user's cache.
        os.environ["COLORLAB_CACHE"] = cache
        os.environ.update(own_ipython(Path(cache) / "ipython"))
        return run_all(paths)


def run_all(paths):
    """Run each of `paths` in order, with the cache that the environment names."""
    for path in map(Path, paths):
        print(f"{path}: running", flush=True)
        try:
            run(path)
        except (CellExecutionError, CellTimeoutError) as error:
            print(f"{path}: a cell failed, so the file is left as it was\n{error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
