"""The painted pictures: deterministic, varied, with structure that grey tells about."""

import doctest
import hashlib
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from PIL import Image
from skimage import color

from colorlab.datasets import toy
from colorlab.datasets.toy import CATEGORIES, paint, write_folder
from colorlab.errors import InputError

SEEDS = range(16)


@cache
def pictures(category):
    """Return a few pictures of a category, shape (n, 64, 64, 3)."""
    return np.stack([paint(category, seed, 64) for seed in SEEDS])


@cache
def lab(category):
    return color.rgb2lab(pictures(category))


def digest():
    state = hashlib.sha256()
    for category in CATEGORIES:
        state.update(paint(category, seed=5, size=48).tobytes())
    return state.hexdigest()


def test_the_categories_are_those_of_the_course():
    assert CATEGORIES == (
        "faces",
        "coast",
        "buildings",
        "mountains",
        "forests",
        "open_country",
        "street",
        "city_centre",
    )


def test_the_same_arguments_give_the_same_bytes_in_another_process():
    code = (
        "import hashlib\nfrom colorlab.datasets.toy import CATEGORIES, paint\n"
        "state = hashlib.sha256()\n"
        "for category in reversed(CATEGORIES): paint(category, seed=1, size=16)\n"
        "for category in CATEGORIES: state.update(paint(category, seed=5, size=48).tobytes())\n"
        "print(state.hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest() == digest()


def test_painting_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    paint("street", 1, 16)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("size", [16, 37, 128, 200])
def test_any_size_gives_a_square_picture_that_owns_its_pixels(category, size):
    picture = paint(category, 2, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("category", CATEGORIES)
def test_another_size_shows_the_same_scene(category):
    def thumbnail(seed, size):
        picture = Image.fromarray(paint(category, seed, size))
        return np.asarray(picture.resize((12, 12), Image.Resampling.BOX), float)

    same = [np.abs(thumbnail(seed, 96) - thumbnail(seed, 200)).mean() for seed in range(3)]
    other = [np.abs(thumbnail(seed, 96) - thumbnail(seed + 1, 96)).mean() for seed in range(3)]
    assert max(same) < 5
    assert max(same) < 0.4 * min(other)


@pytest.mark.parametrize("category", CATEGORIES)
def test_neighbouring_seeds_give_different_pictures(category):
    grey = lab(category)[..., 0]
    for first in range(len(grey)):
        for second in range(first):
            assert np.abs(grey[first] - grey[second]).mean() > 3


@pytest.mark.parametrize("category", CATEGORIES)
def test_pictures_are_colourful_detailed_and_use_the_range(category):
    light, chroma = lab(category)[..., 0], np.hypot(lab(category)[..., 1], lab(category)[..., 2])
    assert 8 < chroma.mean() < 45
    assert chroma.mean((1, 2)).min() > 2
    assert light.std((1, 2)).min() > 4
    assert 25 < light.mean() < 80
    fine = np.abs(np.diff(light, axis=2)).mean((1, 2))
    assert fine.min() > 0.3


@pytest.mark.parametrize("category", ["coast", "mountains", "open_country", "city_centre"])
def test_the_sky_is_above_bright_and_bluer_than_the_ground(category):
    top, bottom = lab(category)[:, :16], lab(category)[:, -16:]
    assert top[..., 0].mean() > bottom[..., 0].mean()
    if category != "coast":
        assert top[..., 2].mean() < bottom[..., 2].mean() - 3


def test_the_sea_is_bluer_than_the_beach_and_than_grassland():
    # The middle rows of a coast are sea; the bottom rows are mostly sand.
    coast, country = lab("coast"), lab("open_country")
    assert coast[:, 36:44, :, 2].mean() < country[:, 36:44, :, 2].mean() - 8
    assert coast[:, 36:44, :, 2].mean() < coast[:, -8:, :, 2].mean()


def test_forests_are_greener_than_everything_else_and_faces_are_red():
    a = {category: lab(category)[..., 1].mean() for category in CATEGORIES}
    b = {category: lab(category)[..., 2].mean() for category in CATEGORIES}
    assert a["forests"] < a["faces"] - 8
    assert min(a, key=a.get) in ("forests", "open_country")
    assert b["forests"] > b["city_centre"] + 8
    middle = lab("faces")[:, 20:40, 26:38]
    assert middle[..., 1].mean() > 5
    assert middle[..., 2].mean() > 8


def test_skin_has_a_wide_range_of_lightness():
    middle = np.stack([paint("faces", seed, 32) for seed in range(40)])[:, 10:18, 13:19]
    light = color.rgb2lab(middle)[..., 0].mean((1, 2))
    assert light.min() < 38
    assert light.max() > 62


def test_foliage_has_a_finer_texture_than_sky():
    def fine(values):
        return np.abs(np.diff(values, axis=2)).mean()

    assert fine(lab("forests")[..., 0]) > 3 * fine(lab("coast")[:, :12, :, 0])


def test_grey_and_place_predict_colour_but_not_all_of_it():
    """A straight line from grey and row to colour explains some of it, and far from all."""
    for category in ("coast", "mountains", "open_country"):
        values = lab(category)
        rows = np.broadcast_to(np.linspace(-1, 1, 64)[:, None], (64, 64))
        known = [(np.stack([np.ones_like(rows), light, rows, rows**2, light * rows], -1))
                 for light in values[..., 0] / 100]  # fmt: skip
        known = np.concatenate([part.reshape(-1, 5) for part in known])
        target = values[..., 2].reshape(-1)
        fit = known @ np.linalg.lstsq(known, target, rcond=None)[0]
        explained = 1 - np.var(target - fit) / np.var(target)
        assert 0.08 < explained < 0.9, category


@pytest.mark.parametrize("category", ["Coast", "", "sea", None, 3])
def test_an_unknown_category_is_refused_in_one_line(category):
    with pytest.raises(ValueError, match="unknown category .* faces, coast, ") as failure:
        paint(category)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("size", [15, 0, -1, 64.0, "64", None, True])
def test_a_wrong_size_is_refused_in_one_line(size):
    with pytest.raises(ValueError, match="size must be a whole number of at least 16, got"):
        paint("coast", 0, size)


@pytest.mark.parametrize("seed", [-1, 0.5, None, "1"])
def test_a_wrong_seed_is_refused(seed):
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got"):
        paint("coast", seed)


def test_numpy_integers_are_integers():
    assert (paint("coast", np.int64(4), np.int32(16)) == paint("coast", 4, 16)).all()


def listing(folder):
    return {path.relative_to(folder): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_write_folder_layout(tmp_path):
    folder = write_folder(str(tmp_path / "deep" / "toy"), 2, size=16, seed=7)
    assert folder == tmp_path / "deep" / "toy"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*CATEGORIES, "toy.json"])
    seen = set()
    for category in CATEGORIES:
        files = sorted((folder / category).iterdir())
        assert [file.name for file in files] == [f"{category}_0000.png", f"{category}_0001.png"]
        for file in files:
            with Image.open(file) as image:
                assert (image.mode, image.size) == ("RGB", (16, 16))
                seen.add(image.tobytes())
    assert len(seen) == 2 * len(CATEGORIES)
    assert [path.name for path in folder.parent.iterdir()] == ["toy"]


def test_more_pictures_begin_with_the_same_ones_and_another_seed_gives_others(tmp_path):
    name = "forests/forests_0000.png"
    few, more = write_folder(tmp_path / "a", 1, 16), write_folder(tmp_path / "b", 2, 16)
    other = write_folder(tmp_path / "c", 1, 16, seed=1)
    assert (few / name).read_bytes() == (more / name).read_bytes()
    assert (few / name).read_bytes() != (other / name).read_bytes()


def test_a_second_call_writes_nothing(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "toy", 1, 16)
    before = listing(folder)
    monkeypatch.setattr(toy, "paint", None)
    assert write_folder(tmp_path / "toy", 1, 16) == folder
    assert listing(folder) == before


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "toy").mkdir()
    assert (write_folder(tmp_path / "toy", 1, 16) / "toy.json").is_file()


def test_other_contents_are_refused_and_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(ValueError, match="mine: contains other files; choose a new or an empty"):
        write_folder(tmp_path / "mine", 1, 16)
    with pytest.raises(ValueError, match="is a file, expected a new folder"):
        write_folder(tmp_path / "mine" / "holiday.jpg", 1, 16)
    assert (tmp_path / "mine" / "holiday.jpg").read_bytes() == b"mine"
    write_folder(tmp_path / "toy", 1, 16)
    for arguments in ({"size": 17}, {"seed": 1}, {"pictures_per_category": 2}):
        with pytest.raises(ValueError, match="other arguments.*; delete it, or choose another"):
            write_folder(tmp_path / "toy", **{"pictures_per_category": 1, "size": 16, **arguments})
    (tmp_path / "toy" / "toy.json").write_text("no json")
    with pytest.raises(ValueError, match="delete it, or choose another"):
        write_folder(tmp_path / "toy", 1, 16)


def test_a_folder_that_lost_a_picture_is_not_taken_for_whole(tmp_path):
    folder = write_folder(tmp_path / "toy", 1, 16)
    (folder / "coast" / "coast_0000.png").unlink()
    with pytest.raises(ValueError, match="only a part of them"):
        write_folder(folder, 1, 16)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [(KeyboardInterrupt, KeyboardInterrupt), (OSError(28, "No space left"), InputError)],
)
def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch, failure, expected):
    calls = []

    def interrupted(category, seed, size):
        calls.append(category)
        if len(calls) == 5:
            raise failure
        return paint(category, seed, size)

    monkeypatch.setattr(toy, "paint", interrupted)
    with pytest.raises(expected):
        write_folder(tmp_path / "toy", 2, 16)
    assert list(tmp_path.iterdir()) == []


def test_no_pictures_are_refused(tmp_path):
    with pytest.raises(ValueError, match="pictures_per_category must be a whole number"):
        write_folder(tmp_path / "toy", 0)
    assert list(tmp_path.iterdir()) == []


def test_the_examples_run():
    assert doctest.testmod(toy).failed == 0
