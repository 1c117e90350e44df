"""A table of results holds what scikit-image and Pillow compute for the same pictures."""

import json
import math
import os

import numpy as np
import pytest
from PIL import Image
from skimage import color as skimage_color
from skimage import metrics as skimage_metrics

from colorlab import evaluation
from colorlab.configuration import Configuration
from colorlab.datasets import folder, toy
from colorlab.datasets.table import PictureTable
from colorlab.errors import InputError
from colorlab.evaluation import COLUMNS, Evaluation, evaluate
from colorlab.evaluation.baselines import mean_ab, paint_ab
from colorlab.evaluation.models import common_split, method_of, picture_size
from colorlab.inference.colorizer import Colorizer

SIZE = 32


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Eighteen pictures, more than one batch; some wide, some tall, some square."""
    place = tmp_path_factory.mktemp("pictures")
    for category in ("coast", "street"):
        (place / category).mkdir()
        for seed in range(9):
            image = toy.paint(category, seed, size=64)
            image = (image, image[5:55], image[:, 2:45])[seed % 3]
            Image.fromarray(image).save(place / category / f"{seed}.png")
    return folder.scan(place)


def protocol(path, size=SIZE):
    """The truth: centred square, Lanczos, by Pillow alone."""
    picture = Image.open(path)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((size, size), Image.Resampling.LANCZOS))


@pytest.fixture(scope="module")
def truths(table):
    return [protocol(table.folder / picture.path) for picture in table.pictures]


def grey_of(image):
    return image.astype("float64") @ [0.299, 0.587, 0.114]


def as_grey(image):
    return np.repeat(np.round(grey_of(image))[..., None], 3, axis=-1).astype("uint8")


def colorfulness(image):
    red, green, blue = np.moveaxis(image.astype("float64"), -1, 0)
    first, second = red - green, (red + green) / 2 - blue
    spread = np.sqrt(first.var() + second.var())
    return spread + 0.3 * np.sqrt(first.mean() ** 2 + second.mean() ** 2)


def scores(truth, output):
    error = np.mean((truth.astype("float64") - output) ** 2)
    difference = skimage_color.deltaE_ciede2000(
        skimage_color.rgb2lab(truth), skimage_color.rgb2lab(output)
    )
    return {
        "psnr": 10 * np.log10(255**2 / error) if error else np.inf,
        "ssim": skimage_metrics.structural_similarity(
            truth, output, channel_axis=-1, data_range=255
        ),
        "ciede2000": difference.mean(),
        "colorfulness": colorfulness(output),
    }


class Inverter:
    """A method that remembers its input and predicts something wrong but definite."""

    def __init__(self):
        self.seen = []

    def __call__(self, grey):
        assert grey.dtype == np.float32
        self.seen.extend(grey)
        return np.round(np.concatenate([grey, 255 - grey, grey / 2], axis=-1)).astype("uint8")


@pytest.fixture(scope="module")
def judged(table):
    """The table of the inverter, what it saw, and what was reported on the way."""
    inverter, done = Inverter(), []
    part = table.select([0, 1, 9, 10])
    facts = {"data": "toy", "command": "colorlab evaluate"}
    result = evaluate(table, part, {"inverter": inverter}, SIZE, facts, done.append)
    return result, inverter.seen, done


def test_the_network_gets_the_grey_of_the_protocol(judged, truths):
    _, seen, _ = judged
    assert len(seen) == len(truths) == 18
    for grey, truth in zip(seen, truths, strict=True):
        assert grey.shape == (SIZE, SIZE, 1)
        np.testing.assert_allclose(grey[..., 0], grey_of(truth), atol=1e-3)


def test_rows_are_means_of_independent_scores(judged, table, truths):
    result, _, _ = judged

    def invert(truth):
        grey = grey_of(truth).astype("float32")
        return np.round(np.stack([grey, 255 - grey, grey / 2], axis=-1)).astype("uint8")

    assert [(row["method"], row["category"], row["pictures"]) for row in result.rows] == [
        (method, category, count)
        for method in ("grey", "mean ab", "inverter")
        for category, count in (("coast", 9), ("street", 9), ("all", 18))
    ]
    for method, answer in (("grey", as_grey), ("inverter", invert)):
        expected = [scores(truth, answer(truth)) for truth in truths]
        for row, picture, score in zip(
            [row for row in result.pictures if row["method"] == method],
            table.pictures,
            expected,
            strict=True,
        ):
            assert (row["path"], row["category"]) == (picture.path, picture.category)
            for name, value in score.items():
                # A grey on the edge between two levels may fall to either side.
                assert row[name] == pytest.approx(value, rel=1e-3, abs=1e-2), name
        for category in ("coast", "street", "all"):
            places = [
                place
                for place, picture in enumerate(table.pictures)
                if category in ("all", picture.category)
            ]
            row = result.row(method, category)
            for name in ("psnr", "ssim", "ciede2000", "colorfulness"):
                mean = np.mean([expected[place][name] for place in places])
                assert row[name] == pytest.approx(mean, rel=1e-3, abs=1e-2)
            truth = np.mean([colorfulness(truths[place]) for place in places])
            ratio = np.mean([expected[place]["colorfulness"] for place in places]) / truth
            assert row["colorfulness_ratio"] == pytest.approx(ratio, rel=1e-3, abs=1e-4)
    assert result.row("grey")["colorfulness_ratio"] == 0
    with pytest.raises(KeyError):
        result.row("grey", "mountains")


def test_progress_counts_every_picture(judged):
    _, _, done = judged
    assert done == sorted(done) and done[-1] == 18 and len(done) >= 2


def test_mean_ab_is_that_of_the_training_pictures(judged, table, truths):
    labs = [skimage_color.rgb2lab(truths[index]) for index in (0, 1, 9, 10)]
    expected = np.mean([lab[..., 1:].mean(axis=(0, 1)) for lab in labs], axis=0)
    assert np.abs(expected).max() > 1
    found = mean_ab(table.select([0, 1, 9, 10]), SIZE)
    np.testing.assert_allclose(found, expected, atol=0.01)
    np.testing.assert_allclose(judged[0].facts["mean_ab"], expected, atol=0.01)
    row = judged[0].row("mean ab")
    painted = []
    for truth in truths:
        lab = skimage_color.rgb2lab(as_grey(truth))
        lab[..., 1:] = expected
        painted.append(np.round(255 * skimage_color.lab2rgb(lab)).astype("uint8"))
    means = np.mean([scores(t, p)["ciede2000"] for t, p in zip(truths, painted, strict=True)])
    assert row["ciede2000"] == pytest.approx(means, rel=0.01)


def test_painted_a_and_b_keep_the_lightness():
    grey = np.linspace(60, 200, 64).reshape(8, 8, 1)
    output = paint_ab(grey, (12.0, -15.0))
    assert (output.shape, output.dtype) == ((8, 8, 3), np.uint8)
    lab = skimage_color.rgb2lab(output)
    lightness = skimage_color.rgb2lab(np.repeat(grey / 255, 3, axis=-1))[..., 0]
    np.testing.assert_allclose(lab[..., 0], lightness, atol=0.5)
    np.testing.assert_allclose(lab[..., 1], 12, atol=1)
    np.testing.assert_allclose(lab[..., 2], -15, atol=1)


def test_a_perfect_answer_gets_perfect_scores(table, truths):
    answers = iter(truths)

    def perfect(grey):
        return np.stack([next(answers) for _ in grey])

    result = evaluate(table, table, {"perfect": perfect}, SIZE)
    row = result.row("perfect")
    assert row["ssim"] == pytest.approx(1)
    assert row["ciede2000"] == pytest.approx(0, abs=1e-6)
    assert row["psnr"] == np.inf
    assert row["colorfulness_ratio"] == pytest.approx(1)


def test_without_a_network_the_baselines_are_judged(table):
    part = table.select([0, 9])
    result = evaluate(part, part, size=SIZE)
    assert {row["method"] for row in result.rows} == {"grey", "mean ab"}
    assert result.facts["pictures"] == 2 and result.facts["size"] == SIZE


@pytest.mark.parametrize("column", ["psnr", "ssim", "ciede2000"])
def test_the_best_picture_comes_first(judged, column):
    values = [row[column] for row in judged[0].ranked("inverter", column)]
    assert len(values) == 18
    assert values == sorted(values, reverse=column != "ciede2000")


def test_pictures_cannot_be_ranked_by_colourfulness(judged):
    with pytest.raises(ValueError, match="ciede2000"):
        judged[0].ranked("inverter", "colorfulness")


def test_the_file_holds_the_whole_table(judged, tmp_path):
    result, _, _ = judged
    result.save(tmp_path / "table.json")
    content = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert content["facts"]["command"] == "colorlab evaluate"
    restored = Evaluation(content["facts"], tuple(content["rows"]), tuple(content["pictures"]))
    assert restored == result
    assert os.listdir(tmp_path) == ["table.json"]


def test_a_failed_save_leaves_the_old_file(judged, tmp_path, monkeypatch):
    path = tmp_path / "table.json"
    path.write_text("old")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(InputError, match="table.json.*No space left"):
        judged[0].save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["table.json"]


def test_a_folder_is_no_place_for_the_file(judged, tmp_path):
    (tmp_path / "table.json").mkdir()
    with pytest.raises(InputError, match="table.json"):
        judged[0].save(tmp_path / "table.json")
    with pytest.raises(InputError, match="table.json"):
        judged[0].save(tmp_path / "nowhere" / "table.json")
    assert os.listdir(tmp_path) == ["table.json"]


def test_the_text_has_every_row(judged):
    result, _, _ = judged
    head, *lines = result.format().splitlines()
    assert len(lines) == len(result.rows) == 9
    assert max(map(len, [head, *lines])) <= 80
    assert len(head.replace("PSNR dB", "PSNR").split()) == 3 + len(COLUMNS)
    for line, row in zip(lines, result.rows, strict=True):
        words = line.removeprefix(row["method"]).split()
        assert words[:2] == [row["category"], str(row["pictures"])]
        found = [float(word) for word in words[2:]]
        assert found == pytest.approx([row[name] for name in COLUMNS], abs=0.051)
    only = result.format("all").splitlines()
    assert only == [head] + [line for line in lines if " all " in line]


def test_json_is_strict_where_a_number_is_infinite_or_undefined(tmp_path):
    grey_picture = np.full((32, 32, 3), 90, "uint8")
    for category in ("first", "second"):
        (tmp_path / "data" / category).mkdir(parents=True)
        Image.fromarray(grey_picture).save(tmp_path / "data" / category / "grey.png")
    table = folder.scan(tmp_path / "data")
    result = evaluation.evaluate(table, table, size=32)
    assert math.isinf(result.row("grey")["psnr"])
    assert math.isnan(result.row("grey")["colorfulness_ratio"])
    path = tmp_path / "result.json"
    result.save(path)

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    rows = json.loads(path.read_text(), parse_constant=refuse)["rows"]
    assert rows[0]["psnr"] is None and rows[0]["colorfulness_ratio"] is None


# --- the mean ab is computed once ----------------------------------------------------------------


def test_the_mean_ab_of_the_same_pictures_is_read_from_the_cache(table, tmp_path, monkeypatch):
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "cache"))
    few, other = table.select([0, 9]), table.select([1, 10])
    first = mean_ab(few, SIZE)

    def broken(self, index):
        raise AssertionError("a picture was read again")

    with monkeypatch.context() as patch:
        patch.setattr(PictureTable, "read", broken)
        np.testing.assert_array_equal(mean_ab(few, SIZE), first)
        for table_of, size in ((other, SIZE), (few, SIZE + 1)):
            with pytest.raises(AssertionError):
                mean_ab(table_of, size)
    for damaged in ("", "[1]", "[NaN, 1]", "{}", '["a", "b"]'):
        for path in (tmp_path / "cache" / "mean_ab").iterdir():
            path.write_text(damaged)
        np.testing.assert_array_equal(mean_ab(few, SIZE), first)


def test_a_cache_that_cannot_be_written_is_no_matter(table, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COLORLAB_CACHE", str(tmp_path / "file"))
    assert mean_ab(table.select([0]), SIZE).shape == (2,)


# --- networks as methods -------------------------------------------------------------------------


class Fake:
    """A predictor that remembers the sizes that it saw, and enlarges nothing."""

    stride, saturation, temperature, takes_hints = 8, 1.0, 0.4, False

    def __init__(self, target, image_size):
        self.target, self.image_size, self.seen = target, image_size, []

    def predict(self, grey, hints=None):
        self.seen.append(grey.shape)
        return np.zeros((*grey.shape[:3], 3 if self.target == "rgb" else 2), "float32")


def test_networks_see_the_size_that_they_were_trained_on():
    for target in ("rgb", "ab"):
        predictor = Fake(target, 16)
        grey = np.full((5, 40, 40, 1), 99.0, "float32")
        found = method_of(Colorizer(predictor))(grey)
        assert (found.shape, found.dtype) == ((5, 40, 40, 3), np.uint8)
        assert predictor.seen == [(5, 16, 16, 1)]


def test_the_size_is_that_of_the_first_network_that_predicts_rgb():
    ab, first, second = (Colorizer(Fake(*each)) for each in (("ab", 64), ("rgb", 16), ("rgb", 32)))
    assert picture_size({"a": ab}) == 256
    assert picture_size({"a": ab, "b": first, "c": second}) == 16
    assert picture_size({"a": ab, "b": first}, 40) == 40
    with pytest.raises(InputError, match="at least 7, got 6"):
        picture_size({"a": ab}, 6)


def test_networks_of_different_splits_are_not_compared():
    plain = Configuration()
    assert common_split({"a": plain, "b": Configuration(epochs=3)}) == {
        "validation": plain.validation,
        "test": plain.test,
        "seed": 0,
    }
    for other in (Configuration(seed=1), Configuration(test=0.2), Configuration(validation=0.2)):
        with pytest.raises(InputError, match="b: was trained with another split than a"):
            common_split({"a": plain, "b": other})


def test_only_methods_that_take_hints_are_shown_the_points(table, truths):
    """The points lie where the picture's content says, with the target's own colours."""
    part, revealed, blind = table.select([0, 9]), [], []

    def informed(grey, reveal):
        revealed.append((reveal((16, 16)), reveal((8, 8))))
        return np.repeat(grey, 3, axis=-1).astype("uint8")

    informed.takes_hints = True

    def uninformed(grey, *others):
        blind.append(others)
        return np.repeat(grey, 3, axis=-1).astype("uint8")

    methods = {"informed": informed, "uninformed": uninformed}
    result = evaluate(part, part, methods, size=64, hints=5)
    assert result.facts["hints"] == 5 and blind == [()]
    again = evaluate(part.select([1]), part, {"informed": informed}, size=64, hints=5)
    assert again.facts["hints"] == 5
    (fine, coarse), (alone, _) = revealed
    assert fine.shape == (2, 16, 16, 3) and coarse.shape == (2, 8, 8, 3)
    # They depend on the picture and not on the others.
    np.testing.assert_array_equal(fine[1], alone[0])
    for hints, index in zip(fine, (0, 9), strict=True):
        assert 4 <= hints[..., 2].sum() <= 20
        lab = skimage_color.rgb2lab(protocol(table.folder / table.pictures[index].path, 64))
        for row, column in np.argwhere(hints[..., 2]):
            near = lab[max(0, 4 * row - 2) : 4 * row + 6, max(0, 4 * column - 2) : 4 * column + 6]
            for channel in (1, 2):
                value = hints[row, column, channel - 1]
                assert near[..., channel].min() - 0.1 <= value <= near[..., channel].max() + 0.1


def test_without_hints_nobody_is_called_with_them(table):
    def informed(grey, *others):
        assert not others
        return np.repeat(grey, 3, axis=-1).astype("uint8")

    informed.takes_hints = True
    part = table.select([0, 9])
    assert evaluate(part, part, {"informed": informed}, size=SIZE).facts["hints"] == 0
