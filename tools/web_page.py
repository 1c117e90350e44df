"""The page of the book that colours a photograph in the browser.

It is the page that ``colorlab export --web`` writes, with the shipped networks.
"""

import json
import shutil

from colorlab.export.web import PAGE, export_web

MISSING = (
    "This copy of the book was built where npm could not fetch ONNX Runtime, which computes the "
    "network: build it again with a connection, or use the command colorlab colorize."
)


def write_incomplete_page(folder):
    """Write a page into the new `folder` that only says what it lacks."""
    shutil.copytree(PAGE, folder)
    (folder / "models.json").write_text(json.dumps({"missing": MISSING}) + "\n", encoding="utf-8")


def write_page(folder, modules):
    """Write the whole page into the new `folder`.

    `modules` is npm's folder ``node_modules``. The smaller network is loaded first; a reader may
    ask for the other one.
    """
    export_web(["small", "default"], folder, modules)
