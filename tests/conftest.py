"""What several test files share: small folders of painted pictures, and a cache of their own."""

import os
import shutil
import signal
import tempfile

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from colorlab.datasets import toy

# The notebooks are run as if for the first time, whatever this machine has in its cache, and they
# inherit this from the environment.
_CACHE = tempfile.mkdtemp(prefix="colorlab-tests-")
os.environ["COLORLAB_CACHE"] = _CACHE

# The jobs that a shell runs in the background ignore Ctrl-C, and so would all that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure():
    """Remove what the notebooks made."""
    shutil.rmtree(_CACHE, ignore_errors=True)


def pytest_configure(config):
    """Let processes that share the files (pytest -n) take them in the order of their names.

    They would begin with those that hold most tests. In order the doctests, which are short, come
    last, and all processes end together.
    """
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items):
    """Begin with a file that needs the book: while one process builds it, others do not wait."""
    of_book = next(
        (item.path for item in items if "html" in getattr(item, "fixturenames", ())), None
    )
    items.sort(key=lambda item: item.path != of_book)


@pytest.fixture(scope="session")
def make_folder():
    """Return a function that writes painted pictures as JPEG, one sub-folder a category.

    Picture number n of a category is painted from seed n, so two folders of the same arguments
    hold the same pictures, and a larger folder holds those of a smaller one.
    """

    def make(folder, categories=("coast", "forests", "street"), count=6, size=48):
        for category in categories:
            place = folder / category
            place.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                picture = Image.fromarray(toy.paint(category, seed=number, size=size))
                picture.save(place / f"{category}_{number:03d}.jpg", quality=92)
        return folder

    return make


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory, make_folder):
    """Return a folder of three categories with six pictures each; do not write to it."""
    return make_folder(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def chroma_file(tmp_path_factory):
    """Return an ONNX file with a small network of random weights, which colours visibly."""
    from colorlab.backend import keras
    from colorlab.export.onnx import write_onnx
    from colorlab.networks.unet import build_unet

    network = build_unet(output_channels=2, filters=(4, 6, 8))
    random = np.random.default_rng(3)
    for layer in network.layers:
        layer.set_weights([random.normal(0.2, 0.3, each.shape) ** 2 for each in layer.weights])
    ab = keras.layers.Rescaling(50.0)(network.output)
    path = tmp_path_factory.mktemp("network") / "random.onnx"
    facts = {"image_size": 48, "stride": 8, "saturation": 0.8}
    write_onnx(keras.Model(network.input, ab), path, facts)
    return path


@pytest.fixture(scope="session")
def hinted_file(tmp_path_factory):
    """Return an ONNX file of a network that takes hints, see the module hinted_network."""
    from hinted_network import write_hinted

    return write_hinted(tmp_path_factory.mktemp("network") / "hinted.onnx")


@pytest.fixture(scope="session")
def html(tmp_path_factory):
    """Build the book from the stored outputs and return the folder of its pages.

    Processes that share the tests (pytest -n) share the book: the first one builds it.
    """
    import build_book

    base = tmp_path_factory.getbasetemp()
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = place / "book"
    with FileLock(place / "book.lock"):
        if not (folder / "finished").exists():
            build_book.build(folder, "off", environment={})
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory):
    """Return npm's folder with what the pages load, where the book is built too."""
    import web_packages

    base = tmp_path_factory.getbasetemp()
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(place / "book.lock"):
        try:
            return web_packages.install(place / "book" / "web")
        except web_packages.NpmError as error:
            if os.environ.get("ALLOW_NO_PAGE") == "1":
                pytest.skip("npm could not fetch ONNX Runtime")
            pytest.fail(f"npm could not fetch ONNX Runtime ({error}; ALLOW_NO_PAGE=1 allows)")


# Its event loop runs until it is closed, and other tests need one of their own: not for a session.
@pytest.fixture(scope="module")
def browser():
    """Start the system's Chromium."""
    import chromium

    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium.EXECUTABLE, args=chromium.FLAGS
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(html):
    """Serve the book on this machine, and return its address."""
    import chromium

    with chromium.served(html) as address:
        yield address
