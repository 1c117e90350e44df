"""The tools that trained the shipped networks: which pictures, how often, and the mean of runs."""

import average_weights
import numpy as np
import pytest
import training_pictures
from PIL import Image

from colorlab.backend import keras
from colorlab.datasets import splits, toy


def paint(folder, categories, count, first=0):
    for category in categories:
        (folder / category).mkdir(parents=True)
        for seed in range(first, first + count):
            picture = toy.paint(category, seed, size=64)
            Image.fromarray(picture).save(folder / category / f"{seed}.png")
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("pictures")
    course = paint(root / "course", ("coast", "forests"), 12)
    extra = paint(root / "extra", ("coast",), 6, first=100)
    varied = paint(root / "varied", ("street", "buildings"), 20, first=200)
    # A picture among the further ones that is another's duplicate: it must not be trained on.
    held = splits.split(training_pictures.folder.scan(course), seed=training_pictures.SEED).test
    (extra / "coast" / "again.png").write_bytes((course / held.pictures[0].path).read_bytes())
    return course, extra, varied


def test_nothing_that_is_kept_for_judging_is_trained_on(folders):
    course, extra, varied = folders
    table = training_pictures.training_table(course, extra, varied)
    trained = {picture.digest for picture in table.pictures}
    parts = splits.split(training_pictures.folder.scan(course), seed=training_pictures.SEED)
    others = splits.split(
        training_pictures.folder.scan(varied),
        validation=training_pictures.HELD_BACK,
        test=training_pictures.HELD_BACK,
        seed=training_pictures.SEED,
    )
    held = [parts.validation, parts.test, others.validation, others.test]
    assert all(len(part) for part in held)
    assert not trained.intersection(p.digest for part in held for p in part.pictures)
    assert not any(picture.path.endswith("again.png") for picture in table.pictures)
    assert len(table) > len(parts.train)


def test_half_of_the_draws_are_varied_pictures(folders):
    course, extra, varied = folders
    table = training_pictures.training_table(course, extra, varied)
    weights = training_pictures.weights_of(table, varied)
    is_varied = np.array([str(varied) in picture.path for picture in table.pictures])
    assert weights[is_varied].sum() == pytest.approx(0.5)
    assert weights[~is_varied].sum() == pytest.approx(0.5)
    # A category of four times the size is drawn twice as often.
    names = np.array([picture.category for picture in table.pictures])
    coast, forests = ((names == name) & ~is_varied for name in ("coast", "forests"))
    ratio = weights[coast].sum() / weights[forests].sum()
    assert ratio == pytest.approx(np.sqrt(coast.sum() / forests.sum()))


def test_the_mean_of_runs_is_the_mean_of_each_weight(tmp_path):
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="only")])
    runs = [np.arange(6.0).reshape(2, 3), np.full((2, 3), 8.0)]
    for index, kernel in enumerate(runs):
        arrays = {"only/kernel": kernel.astype("float32"), "only/bias": np.full(3, index * 2.0)}
        np.savez(tmp_path / f"{index}.npz", **arrays)
    mean = average_weights.mean_weights([tmp_path / "0.npz", tmp_path / "1.npz"])
    average_weights.set_weights(network, mean)
    kernel, bias = network.get_weights()
    np.testing.assert_array_equal(kernel, (runs[0] + runs[1]) / 2)
    np.testing.assert_array_equal(bias, [1, 1, 1])
