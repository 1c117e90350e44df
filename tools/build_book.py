"""Build the book.

``python tools/build_book.py`` runs the notebooks that have changed, builds the pages with warnings
as errors, and prints the path of the first page. Everything it writes lies in ``.build/``.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import front_picture
import web_packages
import web_page
import yaml

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_PACKAGES = (
    "This copy of the book was built where npm could not fetch its packages: formulas appear as "
    "their LaTeX source, and no photograph can be coloured in the browser. Build it again with a "
    "connection."
)
KERNEL_SETTINGS = """\
from ipykernel.iostream import OutStream

c.IPKernelApp.log_level = "ERROR"
OutStream.flush_interval = 3600  # seconds
"""
SHOWN_VERSIONS = ("colorlab-book", "keras", "tensorflow", "numpy", "scikit-image", "jupyter-book")


def configuration(environment, execute="cache"):
    """Return ``_config.yml`` with what only the moment of building can tell.

    The versions in use are always added. The buttons to the repository, to Binder and to Colab are
    added if `environment` holds ``COLORLAB_REPOSITORY_URL``. `execute` is Jupyter Book's
    ``execute_notebooks``: "cache" runs what has changed, "off" shows the stored outputs.
    """
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings["execute"]["execute_notebooks"] = execute
    local = ("accessible_pages", "numbered_diagrams", "numbered_references")
    settings["sphinx"]["local_extensions"] = dict.fromkeys(local, str(ROOT / "tools"))
    settings["parse"]["myst_substitutions"] = {"versions": versions_table()}
    url = environment.get("COLORLAB_REPOSITORY_URL", "")
    if url:
        settings["repository"] = {
            "url": url,
            "branch": environment.get("COLORLAB_REPOSITORY_BRANCH", "main"),
        }
        settings["sphinx"]["config"]["html_theme_options"]["repository_provider"] = "github"
        settings["html"].update(use_repository_button=True, use_issues_button=True)
        settings["launch_buttons"] = {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
        }
    return settings


def versions_table():
    """Return a Markdown table of the versions that build the book."""
    rows = [("Python", ".".join(map(str, sys.version_info[:3])))]
    rows += [(name, version(name)) for name in SHOWN_VERSIONS]
    return "\n".join(["| what | version |", "| --- | --- |", *(f"| {n} | {v} |" for n, v in rows)])


def fingerprint(root=ROOT):
    """Return a hash of everything besides the notebooks that their outputs depend on.

    The page for the browser, ``colorlab/export/page``, is no part of them.
    """
    files = [root / "requirements.lock"]
    for folder in ("colorlab", "book/results"):
        files += sorted(path for path in (root / folder).rglob("*") if path.is_file())
    total = hashlib.sha256(sys.version.encode())
    for path in files:
        if not {"__pycache__", "page"}.intersection(path.relative_to(root).parts):
            total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def own_ipython(folder):
    """Make settings for IPython in `folder`, and return the environment that names them.

    Notebooks then run alike for everybody, whatever a person's own settings load at the start, and
    kernels keep to themselves what they note about their connection. What a cell prints is sent
    when the cell ends or shows something: sent by the clock, a line would be stored in two pieces,
    which the book shows as two lines.
    """
    profile = Path(folder) / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL_SETTINGS)
    return {"IPYTHONDIR": str(folder)}


def collect_static(folder):
    """Put into `folder` what the pages load besides their own files; tell whether all is there.

    Where npm fails, the book is built all the same. An empty script stands in for MathJax then, so
    that no page asks for a file that does not exist, and the page that colours says what it lacks.
    """
    static = folder / "static"
    try:
        modules = web_packages.install(folder)
        web_packages.ship(modules, static)
        web_page.write_page(static / "colorize", modules)
        return True
    except web_packages.NpmError as error:
        print(
            f"npm could not fetch its packages ({error}): formulas stay LaTeX source, and no "
            "photograph can be coloured in the browser",
            file=sys.stderr,
        )
        shutil.rmtree(static, ignore_errors=True)
        (static / "mathjax").mkdir(parents=True)
        (static / "mathjax" / "tex-svg-full.js").write_text("// npm could not fetch MathJax.\n")
        web_page.write_incomplete_page(static / "colorize")
        return False


def build(folder, execute="cache", environment=os.environ):
    """Build the book inside `folder` and return the path of its first page.

    A notebook is run again when its code changed, and all of them are when the library did. Pages
    left by a build that failed are thrown away: a second attempt would not repeat their warnings.
    """
    folder = Path(folder).resolve()
    state = fingerprint()
    finished, pages, executed = folder / "finished", folder / "_build", folder / "executed"
    if not finished.exists() or finished.read_text() != state:
        shutil.rmtree(pages, ignore_errors=True)
    finished.unlink(missing_ok=True)
    for path in executed.glob("*"):
        if path.name != state:
            shutil.rmtree(path)

    settings = configuration(environment, execute)
    settings["execute"]["cache"] = str(executed / state / "outputs")
    if not collect_static(folder / "web"):
        settings["html"]["announcement"] = WITHOUT_PACKAGES
    front_picture.write(folder / "web" / "static" / "front")
    settings["sphinx"]["config"]["html_static_path"].append(str(folder / "web" / "static"))
    config = folder / "_config.yml"
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT)]
    command += ["--config", str(config), "--toc", str(ROOT / "book" / "_toc.yml")]
    command += ["--path-output", str(folder), "-W", "--keep-going"]
    # Pictures and networks that the notebooks make are kept as long as the outputs they led to.
    own = {"COLORLAB_CACHE": str(executed / state / "made"), **own_ipython(folder / "ipython")}
    subprocess.run(command, check=True, env={**os.environ, **own})
    finished.write_text(state)
    return pages / "html" / "index.html"


if __name__ == "__main__":
    try:
        print(build(ROOT / ".build"))
    except subprocess.CalledProcessError:
        sys.exit("The book was not built. Every warning counts as an error: see the lines above.")
