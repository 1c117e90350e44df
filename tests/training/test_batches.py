"""Batches hold what is on disk, in the order and with the flips that seed and epoch prescribe."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from colorlab.configuration import Configuration
from colorlab.datasets import folder, toy
from colorlab.datasets.splits import Splits, add_training_pictures
from colorlab.training.batches import Batches

GREY_WEIGHTS = np.array([0.299, 0.587, 0.114])


def configuration(**settings):
    """Settings for tiny pictures; one encoder block, so that every even size will do."""
    settings = {"image_size": 32, "filters": (4,), "batch_size": 4, **settings}
    return Configuration.from_preset("recipe", **settings)


def levels(signed):
    return (np.asarray(signed, dtype="float64") + 1.0) * 127.5


def collect(dataset):
    """Return all pictures of a dataset as levels, and the sizes of its batches."""
    batches = [levels(rgb) for _, rgb in dataset]
    return np.concatenate(batches), [len(batch) for batch in batches]


def on_disk(path):
    """Decode with Pillow alone."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype("float64")


def batches_of(place, **settings):
    """Use all pictures of a folder for validation, which shows them as they are."""
    table = folder.scan(place)
    return table, Batches(Splits(table, table, table), configuration(**settings))


def psnr(first, second):
    return 10 * np.log10(255**2 / np.mean((first - second) ** 2))


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """Five JPEG and five PNG files of 32 x 32 pixels in two categories."""
    place = tmp_path_factory.mktemp("scenes")
    for category in ("coast", "street"):
        (place / category).mkdir()
        for seed in range(5):
            name = f"{seed}.jpg" if (seed + len(category)) % 2 else f"{seed}.png"
            picture = Image.fromarray(toy.paint(category, seed, size=32))
            picture.save(place / category / name, quality=90)
    return place


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """Ten pictures that say in each pixel who they are, and show on which side their left is."""
    place = tmp_path_factory.mktemp("marked")
    for number in range(10):
        picture = np.zeros((8, 8, 3), "uint8")
        picture[..., 0] = 20 * number
        picture[:, :4, 1] = 200
        category = place / f"category_{number % 2}"
        category.mkdir(exist_ok=True)
        Image.fromarray(picture).save(category / f"{number}.png")
    return place


def marked_batches(marked, **settings):
    return batches_of(marked, **{"image_size": 8, "epochs": 6, **settings})[1]


def read_marks(pictures):
    """Return the number of each marked picture, and whether it was flipped; check every pixel."""
    numbers = np.round(pictures[:, 0, 0, 0] / 20).astype(int)
    flipped = pictures[:, 0, 0, 1] < 100
    for picture, number, flip in zip(pictures, numbers, flipped, strict=True):
        expected = np.zeros((8, 8, 3))
        expected[..., 0] = 20 * number
        expected[:, slice(4, 8) if flip else slice(0, 4), 1] = 200
        np.testing.assert_allclose(picture, expected, atol=1e-3)
    return numbers, flipped


def test_pictures_of_the_right_size_are_those_on_disk(scenes):
    table, batches = batches_of(scenes)
    pictures, sizes = collect(batches.validation())
    assert sizes == [4, 4, 2]
    assert len(table) == 10
    for row, picture in zip(table.pictures, pictures, strict=True):
        # The decoders may round differently; a lossless file leaves no choice.
        tolerance = 2.0 if row.path.endswith(".jpg") else 1e-3
        expected = on_disk(scenes / row.path)
        assert np.abs(picture - expected).max() <= tolerance, row.path


def test_grey_is_the_weighted_sum_in_the_signed_range(scenes):
    _, batches = batches_of(scenes)
    for grey, rgb in batches.validation():
        grey, rgb = np.asarray(grey), np.asarray(rgb)
        assert grey.dtype == rgb.dtype == np.float32
        assert rgb.min() >= -1 and rgb.max() <= 1 and rgb.max() > 0.5 and rgb.min() < -0.5
        expected = (rgb.astype("float64") @ GREY_WEIGHTS)[..., None]
        np.testing.assert_allclose(grey, expected, atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (90, 120), (75, 50), (24, 24)])
def test_resized_pictures_look_like_the_protocol(tmp_path, height, width):
    for category in ("coast", "faces"):
        (tmp_path / category).mkdir()
        image = toy.paint(category, 1, size=128)[:height, 128 - width :]
        Image.fromarray(image).save(tmp_path / category / "a.png")
    table, batches = batches_of(tmp_path, image_size=32)
    pictures, _ = collect(batches.validation())
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    for row, picture in zip(table.pictures, pictures, strict=True):
        whole = Image.open(tmp_path / row.path)
        square = whole.crop((left, top, left + side, top + side))
        expected = np.asarray(square.resize((32, 32), Image.Resampling.LANCZOS)).astype(float)
        assert psnr(picture, expected) > 30, row.path


def test_halving_averages_two_by_two_pixels(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (16, 22, 3)).astype("uint8")
    for category in ("a", "b"):
        (tmp_path / category).mkdir()
        Image.fromarray(image).save(tmp_path / category / "a.png")
    _, batches = batches_of(tmp_path, image_size=8)
    pictures, _ = collect(batches.validation())
    square = image[:, 3:19].astype("float64")
    means = square.reshape(8, 2, 8, 2, 3).mean(axis=(1, 3))
    assert np.abs(pictures[0] - means).max() <= 0.501  # rounded to whole levels
    np.testing.assert_allclose(pictures, np.round(pictures), atol=1e-3)


@pytest.mark.parametrize(
    ("height", "width", "top", "left"), [(8, 11, 0, 1), (13, 8, 2, 0), (9, 8, 0, 0)]
)
def test_the_square_is_cut_out_of_the_centre(tmp_path, height, width, top, left):
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype("uint8")
    for category in ("a", "b"):
        (tmp_path / category).mkdir()
        Image.fromarray(image).save(tmp_path / category / "a.png")
    _, batches = batches_of(tmp_path, image_size=8)
    pictures, _ = collect(batches.validation())
    expected = image[top : top + 8, left : left + 8]
    np.testing.assert_allclose(pictures, np.stack([expected] * 2), atol=1e-3)


def save_unusual_pictures(place):
    """Save pictures that only a careful decoder gets right; return what each one shows."""
    image = toy.paint("street", 2, size=32)
    picture = Image.fromarray(image)
    expected = {}

    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    picture.save(place / "rotated.jpg", exif=exif, quality=95, subsampling=0)
    expected["rotated.jpg"] = (np.rot90(image, -1), 3.0)

    # Without a black part, ink is what is missing from white.
    ink = np.concatenate([255 - image, np.zeros((32, 32, 1), "uint8")], axis=-1)
    Image.fromarray(ink, mode="CMYK").save(place / "ink.jpg", quality=95, subsampling=0)
    expected["ink.jpg"] = (image, 3.0)

    random = np.random.default_rng(0)
    palette = random.integers(0, 256, (256, 3)).astype("uint8")
    indices = random.integers(0, 256, (32, 32)).astype("uint8")
    indexed = Image.fromarray(indices, mode="P")
    indexed.putpalette(palette.tobytes())
    indexed.save(place / "palette.png")
    expected["palette.png"] = (palette[indices], 0.01)

    grey = random.integers(0, 256, (32, 32))
    Image.fromarray((grey * 257).astype("uint16")).save(place / "deep.png")
    expected["deep.png"] = (np.repeat(grey[..., None], 3, axis=-1), 0.01)

    smooth = np.asarray(picture.convert("L"))
    Image.fromarray(smooth).save(place / "grey.jpg", quality=95)
    expected["grey.jpg"] = (np.repeat(smooth[..., None], 3, axis=-1), 3.0)

    half = np.dstack([image, np.full((32, 32), 255, "uint8")])
    half[:, 16:, 3] = 0
    Image.fromarray(half).save(place / "transparent.png")
    on_white = image.copy()
    on_white[:, 16:] = 255
    expected["transparent.png"] = (on_white, 0.01)
    return expected


def test_unusual_files_come_out_right(tmp_path):
    for category in ("a", "b"):
        (tmp_path / category).mkdir()
    expected = save_unusual_pictures(tmp_path / "a")
    Image.fromarray(toy.paint("coast", 0, size=32)).save(tmp_path / "b" / "plain.jpg")
    table, batches = batches_of(tmp_path)
    assert not table.skipped
    pictures, _ = collect(batches.validation())
    found = {
        row.path.split("/")[1]: picture
        for row, picture in zip(table.pictures, pictures, strict=True)
    }
    assert set(found) == {*expected, "plain.jpg"}
    for name, (image, tolerance) in expected.items():
        assert np.abs(found[name] - image).mean() <= tolerance, name


def test_an_epoch_shows_each_picture_at_most_once(marked):
    batches = marked_batches(marked)
    assert (batches.batch_size, batches.steps_per_epoch) == (4, 2)
    pictures, sizes = collect(batches.training())
    assert sizes == [4] * (6 * 2)
    numbers, _ = read_marks(pictures)
    epochs = numbers.reshape(6, 8)
    for epoch in epochs:
        assert len(set(epoch)) == 8
    assert set(epochs.ravel()) == set(range(10)), "the pictures left over are always the same"
    assert len({tuple(epoch) for epoch in epochs}) == 6, "epochs repeat their order"


def test_about_half_of_the_pictures_are_flipped(marked):
    batches = marked_batches(marked, epochs=30, batch_size=10)
    numbers, flipped = read_marks(collect(batches.training())[0])
    assert 110 <= flipped.sum() <= 190  # 300 coins: 150, standard deviation 9
    for number in range(10):
        assert 0 < flipped[numbers == number].sum() < 30, "a picture is always on the same side"


def test_order_and_flips_follow_from_the_seed(marked):
    first, second, other = (
        collect(marked_batches(marked, seed=seed).training())[0] for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(read_marks(first)[0], read_marks(other)[0])
    assert not np.array_equal(read_marks(first)[1], read_marks(other)[1])


@pytest.mark.parametrize("done", [1, 4, 6])
def test_a_later_start_gives_the_rest(marked, done):
    batches = marked_batches(marked)
    whole = [np.asarray(rgb) for _, rgb in batches.training()]
    rest = [np.asarray(rgb) for _, rgb in batches.training(first_epoch=done)]
    assert len(rest) == len(whole) - done * batches.steps_per_epoch
    for late, early in zip(rest, whole[len(whole) - len(rest) :], strict=True):
        np.testing.assert_array_equal(late, early)


def test_validation_is_in_table_order_and_not_flipped(marked):
    table, batches = batches_of(marked, image_size=8, batch_size=3)
    pictures, sizes = collect(batches.validation())
    assert sizes == [3, 3, 3, 1]
    numbers, flipped = read_marks(pictures)
    assert [f"category_{number % 2}/{number}.png" for number in numbers] == [
        row.path for row in table.pictures
    ]
    assert not flipped.any()


def test_a_batch_is_never_larger_than_the_table(marked):
    batches = marked_batches(marked, batch_size=32, epochs=2)
    assert (batches.batch_size, batches.steps_per_epoch) == (10, 1)
    numbers, _ = read_marks(collect(batches.training())[0])
    assert sorted(numbers[:10]) == sorted(numbers[10:]) == list(range(10))


def test_one_is_the_first_training_batch(marked):
    batches = marked_batches(marked)
    grey, rgb = batches.one()
    assert isinstance(grey, np.ndarray) and isinstance(rgb, np.ndarray)
    assert (grey.shape, rgb.shape) == ((4, 8, 8, 1), (4, 8, 8, 3))
    first_grey, first_rgb = next(iter(batches.training()))
    np.testing.assert_array_equal(grey, first_grey)
    np.testing.assert_array_equal(rgb, first_rgb)


def test_facts_count_and_identify_the_pictures(marked):
    table = folder.scan(marked)
    parts = Splits(table.select(range(6)), table.select([6, 7]), table.select([8, 9]))
    facts = Batches(parts, configuration(image_size=8)).facts
    assert {name: fact["pictures"] for name, fact in facts.items()} == {
        "train": 6,
        "validation": 2,
        "test": 2,
    }
    for name, part in (("train", parts.train), ("test", parts.test)):
        rows = sorted(
            f"{row.path.split('/')[0]} "
            f"{hashlib.sha256((marked / row.path).read_bytes()).hexdigest()}"
            for row in part.pictures
        )
        expected = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        assert facts[name]["fingerprint"] == expected


@pytest.fixture(scope="module")
def gradients(tmp_path_factory):
    """Four pictures in which red tells the row and green the column."""
    place = tmp_path_factory.mktemp("gradients")
    rows, columns = np.indices((64, 96))
    for category in ("coast", "street"):
        (place / category).mkdir()
        for blue in (0, 200):
            image = np.stack([2 * rows, 2 * columns, np.full_like(rows, blue)], axis=-1)
            Image.fromarray(image.astype("uint8")).save(place / category / f"{blue}.png")
    return folder.scan(place)


def crops(table, smallest, **settings):
    """Return the sides and the places of the squares that were cut out, in pixels of the files."""
    batches = Batches(
        Splits(table, table, table), configuration(min_crop_area=smallest, epochs=60, **settings)
    )
    pictures, _ = collect(batches.training())
    top, bottom = pictures[:, 0, :, 0].mean(axis=1) / 2, pictures[:, -1, :, 0].mean(axis=1) / 2
    edges = [pictures[:, :, column, 1].mean(axis=1) / 2 for column in (0, -1)]
    left, right = np.minimum(*edges), np.maximum(*edges)
    sides = (bottom - top) * 32 / 31  # from centre to centre of the outermost pixels
    assert np.abs((right - left) * 32 / 31 - sides).max() < 3, "the crop is no square"
    return sides, top, left


@pytest.mark.slow
def test_crops_have_the_sizes_and_places_that_were_asked_for(gradients):
    sides, top, left = crops(gradients, 0.25)
    share = (sides / 64) ** 2
    assert share.min() > 0.2 and share.max() < 1.06
    # Areas are spread evenly from a quarter to the whole.
    assert share.mean() == pytest.approx(0.625, abs=0.06)
    assert top.min() < 3 and (top + sides).max() > 61
    assert left.min() < 4 and (left + sides).max() > 92


@pytest.mark.slow
def test_crops_differ_by_epoch_and_follow_from_the_seed(gradients):
    first, second, other = (np.stack(crops(gradients, 0.3, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).max() > 5
    assert len(np.unique(first[1].round(1))) > 30


def test_validation_pictures_are_never_cropped(gradients):
    parts = Splits(gradients, gradients, gradients)
    whole, cropped = (
        collect(Batches(parts, configuration(min_crop_area=crop)).validation())[0]
        for crop in (1.0, 0.3)
    )
    np.testing.assert_array_equal(whole, cropped)


@pytest.mark.slow
def test_tensorflow_says_nothing_when_the_pipeline_comes_first():
    command = [sys.executable, "-c", "import colorlab.training.batches"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
@pytest.mark.parametrize("suffix", [b".png", b".jpg"])
def test_names_in_other_encodings_are_read(suffix, tmp_path):
    """Both decoders get the bytes of the name, not its letters."""
    place = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(place)
    painted = toy.paint("coast", 1, 32)
    with open(os.path.join(place, b"\xe9" + suffix), "wb") as stream:
        Image.fromarray(painted).save(stream, "JPEG" if suffix == b".jpg" else "PNG")
    _, batches = batches_of(tmp_path)
    pictures, _ = collect(batches.validation())
    assert np.abs(pictures[0] - painted.astype(float)).mean() < 8


@pytest.fixture(scope="module")
def uneven(tmp_path_factory):
    """Eight marked pictures of one category and two of another, numbered from 0."""
    place = tmp_path_factory.mktemp("uneven")
    for number in range(10):
        picture = np.zeros((8, 8, 3), "uint8")
        picture[..., 0] = 20 * number
        picture[:, :4, 1] = 200
        path = place / ("many" if number < 8 else "rare") / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(path)
    return place


def test_categories_can_be_drawn_alike(uneven):
    batches = marked_batches(uneven, batch_size=5, category_balance=1.0)
    numbers, flipped = read_marks(collect(batches.training())[0])
    assert len(numbers) == 60  # six epochs of ten
    again = 0
    for epoch, sides in zip(numbers.reshape(6, 10), flipped.reshape(6, 10), strict=True):
        assert (epoch >= 8).sum() == 5
        for number in (8, 9):
            again += len(set(sides[epoch == number].tolist())) == 2
    assert again > 3, "a picture that is shown again is always flipped as before"
    late, _ = read_marks(collect(batches.training(first_epoch=4))[0])
    np.testing.assert_array_equal(late, numbers[40:])


def test_an_extra_folder_counts_to_its_own_categories(uneven, tmp_path):
    """Of 2 rare pictures and 30 more of that name, 32 are of one category, beside 8 of another."""
    (tmp_path / "rare").mkdir()
    random = np.random.default_rng(0)
    for number in range(30):
        picture = random.integers(0, 256, (8, 8, 3)).astype("uint8")
        Image.fromarray(picture).save(tmp_path / "rare" / f"{number}.png")
    table = folder.scan(uneven)
    parts = add_training_pictures(
        Splits(table, table.select([0]), table.select([1])), folder.scan(tmp_path)
    )
    batches = Batches(parts, configuration(image_size=8, category_balance=0.5))
    rows, _ = batches.draw(0)
    names = [parts.train.pictures[row].category for row in rows]
    assert names.count("rare") == pytest.approx(len(rows) * 32**0.5 / (32**0.5 + 8**0.5), abs=1)
