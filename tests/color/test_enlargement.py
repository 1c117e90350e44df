"""Enlarged planes against Pillow's filter over the whole picture."""

import numpy as np
import pytest
from PIL import Image

from colorlab.color.enlargement import Enlargement


def pillow(plane, height, width, valid_fraction):
    rows, columns = plane.shape
    box = 0, 0, columns * valid_fraction[1], rows * valid_fraction[0]
    image = Image.fromarray(plane)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, box=box))


@pytest.mark.parametrize("valid_fraction", [(1.0, 1.0), (0.83, 1.0), (0.9, 0.71)])
@pytest.mark.parametrize(
    ("small", "size"),
    [
        ((56, 56), (224, 224)),
        ((56, 70), (731, 900)),
        ((1, 1), (40, 30)),
        ((3, 2), (1, 500)),
        ((60, 50), (20, 11)),  # reduced
        ((12, 12), (12, 12)),
    ],
)
def test_any_rows_are_those_of_pillow(small, size, valid_fraction):
    planes = list(np.random.default_rng(0).normal(0, 50, (2, *small)).astype("float32"))
    enlarged = Enlargement(planes, *size, valid_fraction)
    expected = np.stack([pillow(plane, *size, valid_fraction) for plane in planes])
    for top in range(0, size[0], 7):
        strip = slice(top, min(top + 7, size[0]))
        found = enlarged.rows(strip)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected[:, strip], atol=1e-4)
    np.testing.assert_allclose(enlarged.rows(slice(0, size[0])), expected, atol=1e-4)
