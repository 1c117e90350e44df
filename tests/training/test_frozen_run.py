"""A run whose encoder is frozen at first: cached features, two phases, and no trace of a stop."""

import shutil

import keras
import numpy as np
import pytest
from small_runs import Stop, painted_parts, read_lines, require_equal_runs
from tiny_network import tiny_decode, tiny_encode

from colorlab import training
from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.networks import efficientnet_unet, registry
from colorlab.training import feature_cache, frozen
from colorlab.training.batches import Batches

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def tiny():
    """Networks that are compiled in a second and not in ten."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(efficientnet_unet, "encode", tiny_encode)
        patch.setattr(efficientnet_unet, "decode", tiny_decode)
        patch.setattr(feature_cache, "_BATCH", 4)
        yield


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return painted_parts(tmp_path_factory.mktemp("pictures"), 9, 32, training=12, validation=5)


@pytest.fixture(scope="module")
def configuration():
    return Configuration.from_preset(
        "efficientnet",
        encoder_weights=None,
        filters=(4, 4, 4, 4),
        image_size=32,
        batch_size=4,
        epochs=4,
        frozen_epochs=2,
        frozen_stages=4,
        category_balance=0.5,
        precision="float32",
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory, parts, configuration):
    """A run that nothing disturbed, and what it reported; never to be written to."""
    run, lines = tmp_path_factory.mktemp("runs") / "finished", []
    training.train(configuration, Batches(parts, configuration), run, report=lines.append)
    return run, lines


class StopAfter(keras.callbacks.Callback):
    """Interrupt as soon as an epoch is written."""

    def __init__(self, epoch):
        super().__init__()
        self.last = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 == self.last:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def between(tmp_path_factory, parts, configuration):
    """The same run, stopped wherever it can be until its first phase was over."""
    run = tmp_path_factory.mktemp("runs") / "between"

    def go_on(*callbacks):
        with pytest.raises(KeyboardInterrupt):
            training.train(configuration, Batches(parts, configuration), run, callbacks)

    # While the cache is filled: the features of eight pictures are there, said are four.
    write, calls = feature_cache.write_text_atomic, []

    def interrupt(*arguments, **settings):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(*arguments, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_cache, "write_text_atomic", interrupt)
        go_on()
    assert not (run / "last.weights.h5").exists() and list(run.glob("features/*/view_0/*.npy"))
    # Within the second epoch of the first phase.
    go_on(Stop(2, 2))
    assert (run / "features").is_dir()
    assert [row["phase"] for row in read_lines(run)] == ["decoder"]
    go_on(StopAfter(2))
    return run


def test_a_run_that_was_killed_after_its_last_epoch_leaves_no_features(
    tmp_path, parts, configuration, finished
):
    run = shutil.copytree(finished[0], tmp_path / "run")
    (run / "features" / "cache").mkdir(parents=True)
    log = training.train(configuration, Batches(parts, configuration), run)
    assert len(log) == configuration.epochs
    assert not (run / "features").exists()


def test_continued_equals_uninterrupted(tmp_path, parts, configuration, between, finished):
    """Also when it was stopped while features were computed, in each phase, and between them."""
    run = shutil.copytree(between, tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        training.train(configuration, Batches(parts, configuration), run, [Stop(4, 1)])
    assert [row["epoch"] for row in read_lines(run)] == [1, 2, 3]
    training.train(configuration, Batches(parts, configuration), run)
    require_equal_runs(run, finished[0], registry.build_network(configuration))


def test_a_run_says_what_it_cached_and_which_part_learnt(finished, parts, configuration):
    run, lines = finished
    assert [row["phase"] for row in read_lines(run)] == ["decoder"] * 2 + ["network"] * 2
    assert not (run / "features").exists()
    record = training.Run(run).read_record()
    # Of a view of 32 pixels: 8 x 8, 4 x 4, 2 x 2 and 1 x 1 places of 6 channels; twice 8 x 8 of ab.
    size = 2 * (85 * 6 + 64 * 4)
    facts = record["frozen_phase"]
    assert facts["bytes"] == size * (2 * 12 + 5)
    assert facts["views"] == 2 and facts["pictures"] == {"train": 12, "validation": 5}
    said = [lines.index(each) for each in lines if "features of 2 views" in each]
    assert len(said) == 1 and f"{facts['bytes'] / 1e6:.1f} MB" in lines[said[0]]
    assert said[0] < next(place for place, each in enumerate(lines) if "view 1 of 2" in each)
    assert "up to epoch 2 the encoder is frozen, and the decoder learns" in lines
    assert "from epoch 3 on the encoder learns too from its stage 5 on" in lines
    shares = {name: each["share"] for name, each in record["categories"].items()}
    counts = parts.train.counts
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
    assert shares["coast"] / shares["forests"] == pytest.approx(
        (counts["coast"] / counts["forests"]) ** 0.5, abs=1e-3
    )


def encoder_weights(path, configuration):
    network = registry.build_network(configuration)
    network.load_weights(path)
    layers = [layer for layer in network.layers if layer.name.startswith("block")]
    return {layer.name: layer.get_weights() for layer in layers if layer.weights}


def test_the_encoder_is_frozen_first_and_its_last_stages_learn_then(
    between, finished, configuration
):
    frozen = encoder_weights(between / "last.weights.h5", configuration)
    then = encoder_weights(finished[0] / "last.weights.h5", configuration)
    keras.utils.set_random_seed(configuration.seed)
    begun = registry.build_network(configuration)
    for name, values in frozen.items():
        for one, first, last in zip(
            values, begun.get_layer(name).get_weights(), then[name], strict=True
        ):
            np.testing.assert_array_equal(one, first)
            if int(name[5]) <= configuration.frozen_stages:
                np.testing.assert_array_equal(one, last)
        if int(name[5]) > configuration.frozen_stages:
            assert np.abs(values[0] - then[name][0]).max() > 1e-5


def test_the_loss_of_both_phases_is_that_of_the_whole_network(between, parts, configuration):
    """Of cached features in half precision, and on the same pictures with the same hints."""
    network = registry.build_network(configuration)
    network.load_weights(between / "last.weights.h5")
    frequencies = np.array(
        training.fit._bin_frequencies(configuration, None, training.Run(between))
    )
    loss = registry.make_loss(configuration, frequencies)
    values = [
        np.asarray(loss(rgb, network([grey, hints]))).mean(axis=(1, 2))
        for (grey, hints), rgb in Batches(parts, configuration).validation()
    ]
    expected = read_lines(between)[1]["val_loss"]
    assert np.concatenate(values).mean() == pytest.approx(expected, rel=1e-3)


class Asked:
    """Stand in for a cache: keep what is asked for."""

    def __init__(self, side):
        self.side, self.rows, self.views = side, [], []

    def read(self, rows, views):
        self.rows.append(np.asarray(rows))
        self.views.append(np.broadcast_to(views, len(rows)))
        ab = np.zeros((len(rows), self.side, self.side, 2), "float32")
        return [], ab, ab


def test_a_picture_comes_in_another_view_each_time_and_with_the_hints_of_both_phases(
    tmp_path, parts, configuration
):
    batches = Batches(parts, configuration)
    features = frozen.Features(configuration, batches, training.Run(tmp_path))
    features._caches["train"] = asked = Asked(configuration.image_size // 4)
    cached = features.training(0)
    hints = [cached[index][0][0] for index in range(len(cached))]
    rows, views = np.concatenate(asked.rows), np.concatenate(asked.views)
    assert len(cached) == 2 * batches.steps_per_epoch and set(views) == {0, 1}
    epochs = np.arange(len(rows)) // (len(rows) // 2)
    alone = 0
    for row in np.unique(rows):
        first, second = (views[(rows == row) & (epochs == epoch)] for epoch in (0, 1))
        # There are two views: whoever comes twice in an epoch comes in both.
        assert all(len(set(each)) == min(2, len(each)) for each in (first, second))
        if len(first) == len(second) == 1:
            assert first != second
            alone += 1
    assert alone
    # Where hints are follows from the batch's number alone, so it is the same without a cache.
    whole = [np.asarray(given) for (_, given), _ in batches.training()][: len(hints)]
    for some, own in zip(hints, whole, strict=True):
        np.testing.assert_array_equal(some[..., 2], own[..., 2])


def test_a_disk_without_room_for_the_features_is_refused(
    tmp_path, parts, configuration, monkeypatch
):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=1000))
    with pytest.raises(InputError, match="features: .* need .* MB are free; make room"):
        training.train(configuration, Batches(parts, configuration), tmp_path / "run")
    assert not list(tmp_path.glob("run/features/*"))
