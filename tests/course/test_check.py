"""Each requirement is looked at; what is missing comes with a remedy that names it."""

import importlib.metadata
import importlib.util
import sys
from types import SimpleNamespace

import psutil
import pytest
from PIL import Image

from colorlab.course import check
from colorlab.datasets import toy

GIB = 1024**3


@pytest.fixture(autouse=True)
def no_data(monkeypatch):
    monkeypatch.delenv("COLORLAB_DATA", raising=False)
    monkeypatch.delenv("COLORLAB_CACHE", raising=False)


def look(data=None):
    findings = {finding.name: finding for finding in check.check_all(data)}
    for finding in findings.values():
        assert bool(finding.remedy) != finding.good, "a remedy, and only where one is needed"
        assert "\n" not in finding.found + finding.remedy
    return findings


@pytest.fixture
def folder(tmp_path):
    for category in ("coast", "street"):
        (tmp_path / "data" / category).mkdir(parents=True)
        Image.fromarray(toy.paint(category, 0, size=16)).save(
            tmp_path / "data" / category / "a.png"
        )
    return tmp_path / "data"


def test_this_machine_is_good_and_everything_is_looked_at():
    findings = look()
    names = {"Python", "Jupyter", "devices", "memory", "disk", "pictures"}
    assert names <= set(findings)
    for name in ("keras", "numpy", "tensorflow", "typer"):
        assert findings[name].good
        assert findings[name].found == importlib.metadata.version(name)
    assert findings["Python"].good
    assert findings["Python"].found == ".".join(map(str, sys.version_info[:3]))
    assert findings["devices"].good and "CPU" in findings["devices"].found
    assert findings["pictures"].good


@pytest.mark.parametrize(
    ("version", "good"),
    [((3, 10, 14), False), ((3, 11, 0), True), ((3, 13, 9), True), ((3, 14, 0), False)],
)
def test_python_must_be_in_range(monkeypatch, version, good):
    monkeypatch.setattr(check, "sys", SimpleNamespace(version_info=(*version, "final", 0)))
    finding = look()["Python"]
    assert finding.good is good
    assert finding.found == ".".join(map(str, version))
    assert good or "3.11" in finding.remedy


@pytest.mark.parametrize(
    ("version", "good"),
    [("3.7.9", False), ("3.8.0", True), ("3.8", True), ("3.10.0", True), ("4.0.0rc1", True)],
)
def test_packages_must_be_new_enough(monkeypatch, version, good):
    monkeypatch.setattr(
        importlib.metadata,
        "requires",
        lambda name: [
            "numpy>=2.0",
            'keras>=3.8; extra == "train"',
            'colorlab-book[train]; extra == "course"',
            'nbval>=0.11; extra == "test"',
        ],
    )
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    findings = look()
    assert findings["keras"].good is good
    assert version in findings["keras"].found
    assert good or "keras>=3.8" in findings["keras"].remedy
    assert "nbval" not in findings, "what only the tests need"


def test_a_missing_package_is_named_with_its_command(monkeypatch):
    known = importlib.metadata.version

    def version(name):
        if name == "scikit-image":
            raise importlib.metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    findings = look()
    assert not findings["scikit-image"].good
    assert findings["scikit-image"].found == "not installed"
    assert "pip install" in findings["scikit-image"].remedy
    assert "scikit-image" in findings["scikit-image"].remedy
    assert findings["keras"].good


def test_the_check_works_without_the_packages_of_the_course(monkeypatch):
    """Installed for colouring alone: the check says what is missing, it does not fail."""
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert not look()["memory"].good


def test_colorlab_itself_may_be_missing(monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    assert "pip install" in look()["colorlab"].remedy


def test_jupyter_may_be_missing(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "jupyterlab" else find(name)
    )
    assert "jupyterlab" in look()["Jupyter"].remedy


def test_a_broken_tensorflow_is_a_cross_not_a_crash(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    finding = look()["devices"]
    assert not finding.good
    assert "tensorflow" in finding.remedy


@pytest.mark.parametrize(("total", "good"), [(2, False), (3.9, False), (4, True), (64, True)])
def test_memory_must_suffice(monkeypatch, total, good):
    memory = SimpleNamespace(total=int(total * GIB))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    finding = look()["memory"]
    assert finding.good is good
    assert f"{total:.1f} GiB" in finding.found
    assert good or "4 GiB" in finding.remedy


@pytest.mark.parametrize(("free", "good"), [(0.5, False), (2, True)])
def test_disk_must_suffice_where_the_course_writes(monkeypatch, tmp_path, free, good):
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "not" / "yet"))

    def disk_usage(path):
        assert str(path) == str(tmp_path)
        return SimpleNamespace(free=int(free * GIB))

    monkeypatch.setattr(check.shutil, "disk_usage", disk_usage)
    finding = look()["disk"]
    assert finding.good is good
    assert f"{free:.1f} GiB" in finding.found


def test_a_good_folder_of_pictures(folder, monkeypatch):
    finding = look(folder)["pictures"]
    assert finding.good
    assert str(folder) in finding.found and "coast" in finding.found
    monkeypatch.setenv("COLORLAB_DATA", str(folder))
    assert look()["pictures"] == finding


def test_a_missing_folder_of_pictures(tmp_path):
    finding = look(tmp_path / "nowhere")["pictures"]
    assert not finding.good
    assert "nowhere" in finding.found and "COLORLAB_DATA" in finding.remedy


def test_one_category_is_not_enough(folder):
    (folder / "street" / "a.png").unlink()
    finding = look(folder)["pictures"]
    assert not finding.good and "two" in finding.remedy


def test_a_damaged_picture_is_named(folder):
    (folder / "street" / "b.jpg").write_text("not a picture")
    finding = look(folder)["pictures"]
    assert not finding.good
    assert "street/b.jpg" in finding.found
