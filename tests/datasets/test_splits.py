"""Splits share nothing, stay where they were, and give every part something of each category."""

import dataclasses
import functools
import hashlib
import io
import itertools
import math
import pathlib

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from colorlab.datasets import toy
from colorlab.datasets.descriptors import describe
from colorlab.datasets.folder import scan
from colorlab.datasets.splits import add_training_pictures, group_near_duplicates, split
from colorlab.datasets.table import Picture, PictureTable
from colorlab.errors import InputError

PARTS = ("train", "validation", "test")


@functools.cache
def descriptor(scene):
    random = np.random.default_rng(scene)
    thumbnail = random.normal(size=1024)
    signs = random.choice([-1.0, 1.0], 512)
    return np.concatenate([signs, thumbnail / np.linalg.norm(thumbnail)]).astype("float16")


def row(category, number, scene):
    """Return a row without a file; equal scenes are the same file, others are nothing alike."""
    return Picture(
        path=f"{category}/{number:05d}.jpg",
        category=category,
        height=8,
        width=8,
        digest=hashlib.sha256(str(scene).encode()).hexdigest(),
        plain=True,
        descriptor=descriptor(scene),
    )


def table_of(counts, first_scene=0):
    """Return a table of so many different pictures of each category."""
    scenes = itertools.count(first_scene)
    rows = [
        row(category, number, next(scenes))
        for category, count in sorted(counts.items())
        for number in range(count)
    ]
    return PictureTable(pathlib.Path("pictures"), tuple(rows))


def table_of_images(images):
    """Return a table of arrays, all in one category."""
    rows = []
    for number, image in enumerate(images):
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        rows.append(Picture(f"a/{number:03d}.png", "a", 8, 8, digest, False, describe(image)))
    return PictureTable(pathlib.Path("pictures"), tuple(rows))


def with_rows(table, *rows):
    pictures = sorted((*table.pictures, *rows), key=lambda picture: picture.path)
    return dataclasses.replace(table, pictures=tuple(pictures))


def places(splits):
    """Return the part of each path."""
    return {row.path: part for part in PARTS for row in getattr(splits, part).pictures}


@pytest.fixture(scope="module")
def large():
    return table_of({"coast": 900, "forests": 400, "street": 300})


# --- disjoint, complete, by chance ---------------------------------------------------------------


def test_parts_are_disjoint_and_complete(large):
    splits = split(large)
    paths = [row.path for part in PARTS for row in getattr(splits, part).pictures]
    assert len(paths) == len(set(paths)) == len(large)
    assert set(paths) == {row.path for row in large.pictures}
    for part in PARTS:
        assert getattr(splits, part).folder == large.folder


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.17), (0.25, 0.25), (0.05, 0.6)])
def test_shares_are_met_in_every_category(large, validation, test):
    splits = split(large, validation, test, seed=3)
    shares = {"train": 1 - validation - test, "validation": validation, "test": test}
    for part, share in shares.items():
        for category, count in large.counts.items():
            found = getattr(splits, part).counts[category]
            # Four standard deviations of a binomial count.
            assert abs(found - share * count) < 4 * math.sqrt(count * share * (1 - share))


def test_the_seed_decides(large):
    assert places(split(large, seed=1)) == places(split(large, seed=1))
    first, second = places(split(large, seed=1)), places(split(large, seed=2))
    moved = sum(first[path] != second[path] for path in first) / len(first)
    # Two independent draws fall into different parts with this probability.
    expected = 1 - (0.73**2 + 0.1**2 + 0.17**2)
    assert moved == pytest.approx(expected, abs=0.06)


def test_neither_names_nor_order_matter(large):
    renamed = [
        dataclasses.replace(row, path=f"{row.category}/x{9999 - number:05d}.png")
        for number, row in enumerate(large.pictures)
    ]
    other = dataclasses.replace(large, pictures=tuple(sorted(renamed, key=lambda row: row.path)))
    before, after = split(large), split(other)
    for part in PARTS:
        digests = [{row.digest for row in getattr(each, part).pictures} for each in (before, after)]
        assert digests[0] == digests[1]


def test_names_do_not_matter_for_near_duplicates_either():
    rows = []
    for number in range(120):
        first = row("coast" if number % 2 else "street", number, scene=number)
        digest = hashlib.sha256(f"second {number}".encode()).hexdigest()
        second = dataclasses.replace(first, path=first.path + ".again.jpg", digest=digest)
        rows += [(first, second), (second, first)][number % 3 == 0]
    table = PictureTable(pathlib.Path("pictures"), tuple(rows))
    turned = dataclasses.replace(table, pictures=tuple(reversed(rows)))
    for seed in range(3):
        found = places(split(table, seed=seed))
        assert found == places(split(turned, seed=seed))
        for path, part in found.items():
            assert found[path.removesuffix(".again.jpg")] == part


def test_old_pictures_stay_when_files_are_added(large):
    before = places(split(large))
    grown = with_rows(
        large,
        *(row("coast", 50_000 + number, 10_000 + number) for number in range(100)),
        *(row("zoo", number, 20_000 + number) for number in range(50)),
    )
    after = places(split(grown))
    assert len(after) == len(before) + 150
    assert all(after[path] == part for path, part in before.items())


# --- what belongs together -----------------------------------------------------------------------


def test_the_same_file_under_another_name_stays_together(large):
    copies = []
    for number, picture in enumerate(large.pictures[::20]):
        category = "street" if number % 2 else picture.category
        copies.append(
            dataclasses.replace(picture, path=f"{category}/copy_{number}.jpg", category=category)
        )
    found = split(with_rows(large, *copies), seed=5)
    for first, second in itertools.combinations(PARTS, 2):
        digests = [
            {row.digest for row in getattr(found, part).pictures} for part in (first, second)
        ]
        assert not digests[0] & digests[1]
    # There are copies on every side, so that the sentence above says something.
    sides = {part for path, part in places(found).items() if "copy" in path}
    assert sides == set(PARTS)


def encode(image, quality):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def variants(image):
    """Return what people do to a picture before they store it a second time."""
    picture = Image.fromarray(image)
    smaller = picture.resize((60, 60), Image.Resampling.BICUBIC)
    return {
        "re-encoded": encode(image, 40),
        "brightened": np.asarray(ImageEnhance.Brightness(picture).enhance(1.2)),
        "more contrast": np.asarray(ImageEnhance.Contrast(picture).enhance(1.3)),
        "cropped": image[1:-1, 1:-1],
        "smaller": np.asarray(smaller),
        "grey": np.repeat(np.asarray(picture.convert("L"))[..., None], 3, axis=-1),
        "all of it": encode(np.asarray(ImageEnhance.Brightness(smaller).enhance(0.9)), 60),
    }


@pytest.mark.parametrize("category", toy.CATEGORIES)
def test_near_duplicates_are_one_group(category):
    image = toy.paint(category, seed=0, size=96)
    changed = variants(image)
    groups = group_near_duplicates(table_of_images([image, *changed.values()]))
    missed = [name for name, group in zip(changed, groups[1:], strict=True) if group != 0]
    assert not missed


def test_different_pictures_are_groups_of_their_own():
    images = [toy.paint(category, seed, 64) for category in toy.CATEGORIES for seed in range(6)]
    images.append(images[0][:, ::-1])
    groups = group_near_duplicates(table_of_images(images))
    assert groups.tolist() == list(range(len(images)))


def test_groups_are_closed_and_named_by_their_first_picture():
    """Two pictures that are not alike are one group if a third is like both."""
    base = row("a", 0, scene=1)
    signs = base.descriptor[:512]

    def flipped(number, start, count):
        changed = signs.copy()
        changed[start : start + count] *= -1
        descriptor = np.concatenate([changed, base.descriptor[512:]])
        digest = hashlib.sha256(f"flipped {number}".encode()).hexdigest()
        return dataclasses.replace(
            base, path=f"a/{number}.jpg", digest=digest, descriptor=descriptor
        )

    # 128 of 512 signs may differ, which is a quarter; 129 are too many.
    middle, left, right = flipped(1, 0, 0), flipped(2, 0, 128), flipped(3, 128, 128)
    other = row("b", 0, scene=2)

    def groups(*rows, **options):
        return group_near_duplicates(PictureTable(pathlib.Path("."), rows), **options).tolist()

    assert groups(left, right) == [0, 1]
    assert groups(left, other, right, middle) == [0, 1, 0, 0]
    assert groups(middle, flipped(4, 0, 128)) == [0, 0]
    assert groups(middle, flipped(4, 0, 129)) == [0, 1]
    # However many rows are compared at a time.
    for chunk in (1, 2, 3):
        assert groups(left, other, right, middle, chunk=chunk) == [0, 1, 0, 0]


def test_equal_signs_alone_do_not_make_a_group():
    base, other = row("a", 0, scene=1), row("a", 1, scene=2)
    thumbnail = base.descriptor[512:].astype(float), other.descriptor[512:].astype(float)
    for correlation, together in ((0.87, False), (0.89, True)):
        mixed = correlation * thumbnail[0] + math.sqrt(1 - correlation**2) * thumbnail[1]
        mixed *= correlation / (mixed @ thumbnail[0])
        descriptor = np.concatenate([base.descriptor[:512], mixed]).astype("float16")
        pair = base, dataclasses.replace(other, descriptor=descriptor)
        groups = group_near_duplicates(PictureTable(pathlib.Path("."), pair))
        assert (groups[0] == groups[1]) == together


def test_groups_never_straddle_on_a_folder_with_copies(tmp_path, make_folder):
    folder = make_folder(tmp_path, categories=("coast", "street"), count=12, size=64)
    for file in sorted(folder.rglob("*.jpg"))[::2]:
        Image.open(file).resize((56, 56)).save(file.with_name(f"copy_{file.name}"), quality=70)
    table = scan(folder)
    assert len(table) == 36
    groups = group_near_duplicates(table)
    assert len(set(groups)) == 24
    for seed in range(5):
        found = places(split(table, validation=0.3, test=0.3, seed=seed))
        sides = {}
        for picture, group in zip(table.pictures, groups, strict=True):
            sides.setdefault(group, set()).add(found[picture.path])
        assert all(len(side) == 1 for side in sides.values())


# --- tiny categories -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_a_tiny_category_has_something_in_each_part(count):
    table = table_of({"coast": count, "forests": 7, "street": 3})
    for seed in range(40):
        splits = split(table, seed=seed)
        for part in PARTS:
            assert getattr(splits, part).categories == table.categories, (seed, part)
        assert len(places(splits)) == len(table)


def test_tiny_categories_that_share_scenes_lose_nothing_to_each_other():
    """Every part has something of every category, except of those that are trained on whole."""
    counts = {"whole": 0, "training only": 0, "refused": 0}
    for seed in range(150):
        random = np.random.default_rng(seed)
        rows = [
            row(category, number, int(random.integers(9)))
            for category in ("coast", "forests", "street")
            for number in range(random.integers(3, 6))
        ]
        table = PictureTable(pathlib.Path("pictures"), tuple(rows))
        try:
            splits = split(table, seed=seed)
        except InputError:
            counts["refused"] += 1
            continue
        counts["training only" if splits.training_only else "whole"] += 1
        _require_whole(splits, table)
    assert min(counts["whole"], counts["training only"]) > 30


def _require_whole(splits, table):
    """Every picture is in one part, no scene in two, and each part has all it should have."""
    sides = {}
    for path, part in places(splits).items():
        (digest,) = (picture.digest for picture in table.pictures if picture.path == path)
        sides.setdefault(digest, set()).add(part)
    assert len(places(splits)) == len(table)
    assert all(len(parts) == 1 for parts in sides.values())
    assert splits.train.categories == table.categories
    expected = tuple(name for name in table.categories if name not in splits.training_only)
    assert expected and splits.validation.categories == splits.test.categories == expected


@pytest.mark.parametrize("scenes", [(500,), (500, 501), (500, 501, 500, 501, 501)])
def test_a_category_of_fewer_than_three_scenes_is_trained_on_whole(scenes):
    large = table_of({"coast": 30, "street": 30})
    small = [row("forests", number, scene) for number, scene in enumerate(scenes)]
    for seed in range(10):
        splits = split(with_rows(large, *small), seed=seed)
        assert splits.training_only == ("forests",)
        # The other categories are split as if it were not there.
        before = split(large, seed=seed)
        assert before.training_only == ()
        assert (splits.validation, splits.test) == (before.validation, before.test)
        assert set(splits.train.pictures) == {*before.train.pictures, *small}


@pytest.mark.slow
def test_a_scene_of_a_small_category_is_tested_in_no_other_category_either():
    large = table_of({"coast": 4, "street": 30})
    for scene in range(4):
        table = with_rows(large, row("forests", 0, scene))  # a picture of coast again
        for seed in range(10):
            splits = split(table, seed=seed)
            assert splits.training_only == ("forests",)
            _require_whole(splits, table)
    # One of the three scenes of coast is now trained on; the other two are validated and tested.
    table = with_rows(table_of({"coast": 3, "street": 30}), row("forests", 0, 0))
    _require_whole(split(table), table)


# --- the split of the published tables -----------------------------------------------------------

# The seed 0 and the shares 0.1 and 0.17, ten pictures a category. These lists must never change:
# models are compared on the pictures that they were not trained on.
DRAWN = {
    "validation": "buildings/0 city_centre/0 coast/9 faces/3 forests/9 mountains/1 open_country/2 "
    "street/1 street/9",
    "test": "buildings/3 buildings/9 city_centre/8 coast/8 faces/2 faces/7 forests/8 mountains/3 "
    "open_country/1 open_country/3 street/8",
}


def test_the_split_of_painted_pictures_never_changes():
    rows = []
    for category, number in itertools.product(toy.CATEGORIES, range(10)):
        path = f"{category}/{number}.png"
        # The digest of the name, because a file's own depends on the version of its encoder.
        digest = hashlib.sha256(path.encode()).hexdigest()
        descriptor = describe(toy.paint(category, number, 32))
        rows.append(Picture(path, category, 32, 32, digest, False, descriptor))
    found = places(split(PictureTable(pathlib.Path("painted"), tuple(rows))))
    assert len(found) == 80
    for part, paths in DRAWN.items():
        drawn = sorted(path.removesuffix(".png") for path in found if found[path] == part)
        assert drawn == paths.split()


# --- errors --------------------------------------------------------------------------------------


def test_one_category_is_not_enough():
    with pytest.raises(InputError, match=r"one category only \(coast\).*at least two"):
        split(table_of({"coast": 30}))


def test_nothing_to_validate_or_test_with_is_refused():
    for counts in ({"coast": 2, "forests": 2}, {"coast": 1, "forests": 1, "street": 2}):
        with pytest.raises(InputError, match=r"pictures: no category has three.*; add") as error:
            split(table_of(counts))
        assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("validation", "test"),
    [(0, 0.2), (0.2, 0), (-0.1, 0.2), (0.5, 0.5), (0.9, 0.3), (float("nan"), 0.2), (1, 0.1)],
)
def test_shares_out_of_range_are_refused(validation, test):
    with pytest.raises(InputError, match=r"shares above 0 that add up to less than 1, got"):
        split(table_of({"coast": 5, "street": 5}), validation, test)


def test_added_pictures_are_for_training_only():
    parts = split(table_of({"coast": 40, "street": 40}))
    more = dataclasses.replace(
        table_of({"forests": 25}, first_scene=500), folder=pathlib.Path("more")
    )
    added = add_training_pictures(parts, more)
    assert (added.validation, added.test) == (parts.validation, parts.test)
    assert added.train.pictures[: len(parts.train)] == parts.train.pictures
    paths = [pathlib.Path(row.path) for row in added.train.pictures[len(parts.train) :]]
    expected = [pathlib.Path("more").absolute() / row.path for row in more.pictures]
    assert paths == expected
    assert added.train.fingerprint != parts.train.fingerprint


@pytest.mark.parametrize("part", PARTS)
def test_what_is_known_already_is_not_added(part):
    parts = split(table_of({"coast": 40, "street": 40}))
    known = getattr(parts, part).pictures[0]
    # The same file under another name, the same scene in another file, and something new.
    again = dataclasses.replace(known, path="a/again.jpg")
    alike = dataclasses.replace(known, path="a/alike.jpg", digest="0" * 64)
    new = row("a", 7, 900)
    more = PictureTable(pathlib.Path("more"), (again, alike, new))
    names = {
        pathlib.Path(picture.path).name
        for picture in add_training_pictures(parts, more).train.pictures[len(parts.train) :]
    }
    # A training scene seen twice does no harm; one that is kept back must not be seen at all.
    assert names == ({"alike.jpg", "00007.jpg"} if part == "train" else {"00007.jpg"})
