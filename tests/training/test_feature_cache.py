"""The feature cache: the encoder's own features, views as described, work that is not repeated."""

import numpy as np
import pytest
from PIL import Image
from skimage import color as skimage_color

from colorlab.backend import keras
from colorlab.datasets import folder
from colorlab.errors import InputError
from colorlab.networks.efficientnet import efficientnet
from colorlab.training.feature_cache import FeatureCache, encoder_hash
from colorlab.training.views import ab_cells, make_view

SIZE = 64


@pytest.fixture(scope="module")
def encoder():
    keras.utils.set_random_seed(0)
    return efficientnet(0, channels=1)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    home = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number, (height, width) in enumerate([(64, 64), (80, 100), (50, 64)] * 7):
        image = Image.fromarray(rng.integers(0, 256, (6, 8, 3)).astype("uint8"))
        path = home / "ab"[number % 2] / f"{number:02d}.png"
        path.parent.mkdir(exist_ok=True)
        image.resize((width, height), Image.Resampling.BICUBIC).save(path)
    return folder.scan(home)


def test_features_and_colours_are_those_of_the_view(tmp_path, table, encoder):
    cache = FeatureCache(tmp_path, table, encoder, image_size=SIZE)
    cache.fill(0)
    row = next(i for i, each in enumerate(table.pictures) if (each.height, each.width) == (64, 64))
    features, ab = cache.read([row], 0)
    rgb = table.read(row)
    grey = (rgb @ np.array([0.299, 0.587, 0.114]) / 127.5 - 1).astype("float32")
    expected = encoder.predict_on_batch(grey[None, ..., None])[-4:]
    for feature, own in zip(features, expected, strict=True):
        np.testing.assert_allclose(feature, np.asarray(own), rtol=2e-3, atol=2e-3)
    lab = skimage_color.rgb2lab(rgb)[..., 1:]
    np.testing.assert_allclose(
        ab[0, 3, 5], lab[12:16, 20:24].mean(axis=(0, 1)), rtol=2e-3, atol=2e-3
    )


def test_odd_views_are_mirrored_random_squares():
    ramp = np.tile(np.arange(200, dtype="uint8")[None, :, None], (100, 1, 3))
    centre = make_view(ramp, 0, 100, np.random.default_rng(0))
    np.testing.assert_array_equal(centre, ramp[:, 50:150])
    lefts, sides = [], []
    for seed in range(200):
        row = make_view(ramp, 1 + seed % 2, 50, np.random.default_rng(seed))[0, :, 0].astype(int)
        assert (np.diff(row) <= 0).all() if seed % 2 == 0 else (np.diff(row) >= 0).all()
        lefts.append(row.min())
        sides.append((row.max() - row.min()) * 50 / 49)
    # Area from 0.4 to 1 of the largest square: sides from 63 to 100; places from edge to edge.
    assert 60 < min(sides) < 68 and 96 < max(sides) < 102
    assert min(lefts) < 10 and max(lefts) > 110


def test_a_crop_depends_on_the_picture_and_not_on_its_neighbours(tmp_path, table, encoder):
    part = table.select(range(3, 9))
    whole = FeatureCache(tmp_path, table, encoder, image_size=SIZE)
    some = FeatureCache(tmp_path, part, encoder, image_size=SIZE)
    assert whole.path != some.path
    whole.fill(1)
    some.fill(1)
    np.testing.assert_array_equal(whole.read([5], 1)[1], some.read([2], 1)[1])


def test_an_interrupted_cache_goes_on_where_it_stopped(tmp_path, table, encoder):
    class Interrupted(Exception):
        pass

    def interrupt(done, count):
        raise Interrupted

    cache = FeatureCache(tmp_path / "a", table, encoder, image_size=SIZE)
    with pytest.raises(Interrupted):
        cache.fill(2, interrupt)
    assert cache.done(2) == 16 < len(table)
    with pytest.raises(InputError, match="holds 16 pictures, not number 20; fill the cache first"):
        cache.read([20], 2)
    calls = []
    cache.fill(2, lambda *numbers: calls.append(numbers))
    assert calls == [(21, 21)]
    other = FeatureCache(tmp_path / "b", table, encoder, image_size=SIZE)
    other.fill(2)
    for one, two in zip(cache.read(range(21), 2)[0], other.read(range(21), 2)[0], strict=True):
        np.testing.assert_array_equal(one, two)
    cache.fill(2, pytest.fail)  # nothing left to do


def test_other_weights_have_another_cache(tmp_path, table, encoder):
    keras.utils.set_random_seed(1)
    other = efficientnet(0, channels=1)
    assert encoder_hash(encoder) != encoder_hash(other)
    paths = {
        FeatureCache(tmp_path, table, network, image_size=size, seed=seed).path
        for network in (encoder, other)
        for size in (32, 64)
        for seed in (0, 1)
    }
    assert len(paths) == 8


def test_a_size_that_does_not_fit_the_strides_is_refused(tmp_path, table, encoder):
    with pytest.raises(InputError, match="image_size must be a multiple of 32, got 100"):
        FeatureCache(tmp_path, table, encoder, image_size=100)


def test_cells_are_means_of_lab():
    rgb = np.random.default_rng(0).integers(0, 256, (8, 12, 3)).astype("uint8")
    lab = skimage_color.rgb2lab(rgb)[..., 1:]
    cells = ab_cells(rgb)
    assert cells.shape == (2, 3, 2)
    np.testing.assert_allclose(cells[1, 2], lab[4:8, 8:12].mean(axis=(0, 1)), atol=0.05)
