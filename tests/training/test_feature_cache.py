"""The feature cache: the encoder's own features, views as described, work that is not repeated."""

import sys

import numpy as np
import pytest
from PIL import Image
from skimage import color as skimage_color
from tiny_network import tiny_encode

from colorlab.backend import keras
from colorlab.datasets import folder
from colorlab.errors import InputError
from colorlab.training.feature_cache import FeatureCache, encoder_hash
from colorlab.training.hints import ab_cells
from colorlab.training.views import Views

SIZE = 64


def cache_of(place, table, encoder, size=SIZE, seed=0):
    return FeatureCache(place, Views(table, size, 0.4, seed), encoder)


def make_encoder(seed):
    keras.utils.set_random_seed(seed)
    grey = keras.Input((None, None, 1))
    return keras.Model(grey, tiny_encode(grey, version=0))


@pytest.fixture(scope="module")
def encoder():
    return make_encoder(0)


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
    cache = cache_of(tmp_path, table, encoder)
    cache.fill(0)
    row = next(i for i, each in enumerate(table.pictures) if (each.height, each.width) == (64, 64))
    features, ab, target = cache.read([row], 0)
    rgb = table.read(row)
    grey = (rgb @ np.array([0.299, 0.587, 0.114]) / 127.5 - 1).astype("float32")
    expected = encoder.predict_on_batch(grey[None, ..., None])[-4:]
    for feature, own in zip(features, expected, strict=True):
        np.testing.assert_allclose(feature, np.asarray(own), rtol=2e-3, atol=2e-3)
    lab = skimage_color.rgb2lab(rgb)[..., 1:]
    np.testing.assert_allclose(
        ab[0, 3, 5], lab[12:16, 20:24].mean(axis=(0, 1)), rtol=2e-3, atol=2e-3
    )
    coarse = skimage_color.rgb2lab(rgb[12:16, 20:24].mean(axis=(0, 1)) / 255)
    np.testing.assert_allclose(target[0, 3, 5], coarse[1:], rtol=2e-3, atol=5e-3)


@pytest.mark.slow
def test_odd_views_are_mirrored_random_squares(tmp_path):
    """Of two colours: 100 rows of a ramp, which says where each column comes from."""
    ramp = np.tile(np.arange(200, dtype="uint8")[None, :, None], (100, 1, 3))
    for number in range(60):
        path = tmp_path / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        picture = ramp.copy()
        picture[0, 0, 0] = number  # other bytes, so another square
        Image.fromarray(picture).save(path)
    views = Views(folder.scan(tmp_path), 50, 0.4, seed=3)

    def columns(view):
        pictures = np.concatenate([np.asarray(rgb) for _, rgb in views.read(view, 16)])
        return (pictures[:, 25, :, 1] + 1) * 127.5

    np.testing.assert_allclose(columns(0), np.tile(50.5 + 2 * np.arange(50), (60, 1)), atol=0.6)
    mirrored, straight = columns(1), columns(2)
    assert (np.diff(mirrored) < 0).all() and (np.diff(straight) > 0).all()
    for rows in (mirrored[:, ::-1], straight):
        lefts, sides = rows[:, 0], (rows[:, -1] - rows[:, 0]) * 50 / 49
        # Area from 0.4 to 1 of the largest square: sides from 63 to 100; places from edge to edge.
        assert 62 <= sides.min() < 68 and 95 < sides.max() <= 101
        assert lefts.min() < 12 and lefts.max() > 100
    # Another view shows another square, and is not the mirror image of the one before.
    assert (np.abs(mirrored[:, ::-1] - straight).max(axis=1) > 5).mean() > 0.8
    assert (np.abs(columns(3) - mirrored).max(axis=1) > 5).mean() > 0.8
    # All pictures from the tenth on are the same ones.
    later = np.concatenate([np.asarray(rgb) for _, rgb in views.read(2, 16, first=10)])
    np.testing.assert_array_equal((later[:, 25, :, 1] + 1) * 127.5, straight[10:])


def test_without_random_crops_all_views_are_centred(tmp_path, table):
    views = Views(table, 32, 1.0, seed=0)
    assert views.most == 2
    (_, centre), (_, mirrored) = (next(iter(views.read(view, 21))) for view in (0, 1))
    np.testing.assert_array_equal(np.asarray(mirrored)[:, :, ::-1], centre)


def test_each_picture_may_be_read_in_a_view_of_its_own(tmp_path, table, encoder):
    cache = cache_of(tmp_path, table, encoder)
    for view in (0, 1):
        cache.fill(view)
    features, ab, _ = cache.read([4, 0, 4], [1, 0, 0])
    for place, (row, view) in enumerate([(4, 1), (0, 0), (4, 0)]):
        alone, colors, _ = cache.read([row], view)
        np.testing.assert_array_equal(ab[place], colors[0])
        for some, own in zip(features, alone, strict=True):
            np.testing.assert_array_equal(some[place], own[0])
    assert np.abs(ab[0] - ab[2]).max() > 1


def test_a_crop_depends_on_the_picture_and_not_on_its_neighbours(tmp_path, table, encoder):
    part = table.select(range(3, 9))
    whole = cache_of(tmp_path, table, encoder)
    some = cache_of(tmp_path, part, encoder)
    assert whole.path != some.path
    whole.fill(1)
    some.fill(1)
    np.testing.assert_array_equal(whole.read([5], 1)[1], some.read([2], 1)[1])


def test_an_interrupted_cache_goes_on_where_it_stopped(tmp_path, table, encoder):
    class Interrupted(Exception):
        pass

    def interrupt(done, count):
        raise Interrupted

    cache = cache_of(tmp_path / "a", table, encoder)
    with pytest.raises(Interrupted):
        cache.fill(2, interrupt)
    assert cache.done(2) == 16 < len(table) == 21
    assert cache.bytes_missing(2) == cache.bytes_per_view * 5 // 21
    with pytest.raises(InputError, match="holds 16 pictures, not number 20; fill the cache first"):
        cache.read([20], 2)
    calls = []
    cache.fill(2, lambda *numbers: calls.append(numbers))
    assert calls == [(21, 21)]
    other = cache_of(tmp_path / "b", table, encoder)
    other.fill(2)
    for one, two in zip(cache.read(range(21), 2)[0], other.read(range(21), 2)[0], strict=True):
        np.testing.assert_array_equal(one, two)
    cache.fill(2, pytest.fail)  # nothing left to do


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit to set")
def test_a_disk_that_gets_full_is_said_in_one_line(tmp_path, table, encoder):
    import resource

    cache, limits = cache_of(tmp_path, table, encoder), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(InputError, match=r"view_0: cannot be written \(.+\); make room"):
            cache.fill(0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert cache.done(0) == 0
    cache.fill(0)
    assert cache.done(0) == len(table)


def test_other_weights_have_another_cache(tmp_path, table, encoder):
    other = make_encoder(1)
    assert encoder_hash(encoder) != encoder_hash(other)
    paths = {
        cache_of(tmp_path, table, network, size, seed).path
        for network in (encoder, other)
        for size in (32, 64)
        for seed in (0, 1)
    }
    smaller = FeatureCache(tmp_path, Views(table, 32, 0.5, 0), encoder)
    assert len({*paths, smaller.path}) == 9


def test_a_size_that_does_not_fit_the_strides_is_refused(tmp_path, table, encoder):
    with pytest.raises(InputError, match="image_size must be a multiple of 32, got 100"):
        cache_of(tmp_path, table, encoder, 100)


def test_cells_are_means_of_lab():
    rgb = np.random.default_rng(0).integers(0, 256, (8, 12, 3)).astype("uint8")
    lab = skimage_color.rgb2lab(rgb)[..., 1:]
    cells = ab_cells(rgb / 255)
    assert cells.shape == (2, 3, 2)
    np.testing.assert_allclose(cells[1, 2], lab[4:8, 8:12].mean(axis=(0, 1)), atol=0.05)
