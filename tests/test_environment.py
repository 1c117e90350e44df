"""pyproject.toml, environment.yml and requirements.lock agree."""

import json
import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import colorlab

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


WEB = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
WEB_LOCK = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")


def ranges(lines):
    """Return the range of versions for each package named in `lines`."""
    requirements = map(Requirement, lines)
    return {canonicalize_name(item.name): item.specifier for item in requirements}


def lines_of(extra):
    """Return the lines of an extra, with those of the extras that it includes."""
    for line in PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            for included in sorted(requirement.extras):
                yield from lines_of(included)
        else:
            yield line


def declared(*extras):
    """Return the ranges in pyproject.toml for the library and `extras`."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += lines_of(extra)
    return ranges(lines)


def locked():
    """Return the entries of the lock: (name, version, rest of the entry)."""
    pattern = r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([^\s;]+)(.*(?:\n {4}.*)*)"
    return re.findall(pattern, LOCK, flags=re.MULTILINE)


def test_conda_environment_has_the_same_packages_and_ranges():
    dependencies = yaml.safe_load(ENVIRONMENT)["dependencies"]
    (pip,) = (item["pip"] for item in dependencies if isinstance(item, dict))
    assert pip[-1] == "-e ."
    assert ranges(pip[:-1]) == declared("course", "pretrained", "formats", "book", "test")


def test_the_version_stands_in_the_library_and_is_repeated_rightly():
    """`pyproject.toml` reads it there; what cannot read it says the same."""
    assert "version" in PROJECT["dynamic"] and "version" not in PROJECT
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == colorlab.__version__
    setup = (ROOT / "book" / "setup.md").read_text(encoding="utf-8")
    assert re.findall(r'__version__ == "(.*?)"', setup) == [colorlab.__version__]


def test_conda_environment_uses_a_python_that_the_package_allows():
    data = yaml.safe_load(ENVIRONMENT)
    assert data["channels"] == ["conda-forge"]
    assert "python=3.11" in data["dependencies"]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains("3.11")


def test_conda_environment_says_which_chapter_needs_each_package():
    lines = [line for line in ENVIRONMENT.splitlines() if line.startswith("      - ")]
    assert lines
    for line in lines:
        comment = line.partition(" # ")[2]
        assert re.search(r"\b0\d\b|every chapter|no chapter", comment), line


def test_lock_satisfies_every_range():
    versions = {}
    for name, version, _ in locked():
        versions.setdefault(name, []).append(version)
    allowed = declared(*PROJECT["optional-dependencies"])
    wrong = {
        name: (versions.get(name), str(specifier))
        for name, specifier in allowed.items()
        if not versions.get(name) or not all(map(specifier.contains, versions[name]))
    }
    assert not wrong, "make lock"


def test_colouring_needs_a_short_list():
    """About 230 MB in place of 2.8 GB: a package more here is paid by everyone who colours."""
    assert set(declared()) == {
        "filelock",
        "numpy",
        "onnxruntime",
        "pillow",
        "platformdirs",
        "rich",
        "typer",
    }


def test_lock_carries_hashes_and_no_address():
    names = [line for line in LOCK.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(locked()) == len(names)
    for name, _, rest in locked():
        assert "--hash=sha256:" in rest, name
    assert "://" not in LOCK
    assert "--index-url" not in LOCK.replace("--no-emit-index-url", "")


def test_lock_of_the_pages_carries_hashes_and_no_address():
    packages = json.loads(WEB_LOCK)["packages"]
    assert packages.pop("")["dependencies"] == WEB["dependencies"]
    assert {f"node_modules/{name}" for name in WEB["dependencies"]} <= set(packages)
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-") and entry["version"], name
        assert "resolved" not in entry, name
    assert "://" not in WEB_LOCK
