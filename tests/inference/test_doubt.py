"""Maps of doubt: what the network padded is no part of the photograph."""

import numpy as np
import pytest

from colorlab.inference.doubt import enlarge


@pytest.mark.parametrize("axis", [0, 1])
def test_the_padding_is_cut_off_before_the_map_is_enlarged(axis):
    """A ramp stays a ramp: at each pixel it has the value of that place in the grid."""
    cells, valid, pixels = 16, 0.625, 40
    ramp = np.arange(cells) / cells
    entropy, shape, fraction = np.empty((cells, cells)), [30, 30], [1.0, 1.0]
    entropy[:] = ramp if axis else ramp[:, None]
    shape[axis], fraction[axis] = pixels, valid
    found = enlarge(entropy, tuple(shape), tuple(fraction))
    assert found.shape == tuple(shape)
    places = (np.arange(pixels) + 0.5) * cells * valid / pixels - 0.5
    inner = slice(8, pixels - 1)  # at the border of the grid there is nothing to interpolate
    expected = places[inner] / cells
    lines = found[:, inner] if axis else found[inner].T
    np.testing.assert_allclose(lines, np.broadcast_to(expected, lines.shape), atol=1e-5)
