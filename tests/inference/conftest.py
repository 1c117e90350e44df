"""What several tests of colouring share: a network, and photographs."""

import numpy as np
import pytest
from PIL import Image

from colorlab.inference.pretrained import load_pretrained


@pytest.fixture(scope="module")
def colorizer(chroma_file):
    return load_pretrained(chroma_file)


@pytest.fixture
def write_photographs():
    """Return a function that writes grey noise into files, for results that can be told apart."""

    def write(folder, *names):
        random = np.random.default_rng(0)
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 256, (30, 40)).astype("uint8")).save(path)

    return write
