"""A run learns, leaves a whole record, and goes on after any interruption as if there were none."""

import dataclasses
import hashlib
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow
from PIL import Image
from skimage import color as skimage_color
from small_runs import Stop, painted_parts, read_lines, require_equal_runs

from colorlab import losses, training
from colorlab.configuration import PRESETS, Configuration
from colorlab.datasets import folder, toy
from colorlab.datasets.splits import Splits
from colorlab.errors import InputError
from colorlab.networks import registry, unet
from colorlab.training.batches import Batches
from colorlab.training.compilation import compile_network

pytestmark = pytest.mark.slow

SETTINGS = {
    "image_size": 16,
    "filters": (4,),
    "dropout_rate": 0.3,
    "batch_size": 4,
    "epochs": 3,
    "precision": "float32",
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Sixteen painted pictures: twelve to train on, five to validate (so one is left over)."""
    return painted_parts(tmp_path_factory.mktemp("pictures"), 9, 16, training=12, validation=5)


@pytest.fixture(scope="module")
def configuration():
    return Configuration.from_preset("recipe", **SETTINGS)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, parts, configuration):
    """A run that nothing disturbed, to compare the others with; never to be written to."""
    run = tmp_path_factory.mktemp("runs") / "finished"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # a learner should not have to wonder
        training.train(configuration, Batches(parts, configuration), run)
    return run


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, parts, configuration):
    """The same run, stopped in the middle of its second epoch."""
    run = tmp_path_factory.mktemp("runs") / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        training.train(configuration, Batches(parts, configuration), run, callbacks=[Stop(2, 2)])
    return run


def test_a_disk_that_cannot_hold_the_weights_is_refused_beforehand(
    interrupted, parts, configuration, tmp_path, monkeypatch
):
    size = (interrupted / "last.weights.h5").stat().st_size
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=size))
    with pytest.raises(InputError, match="best.weights.h5: needs .* MB are free; make room"):
        training.train(configuration, Batches(parts, configuration), tmp_path / "run")
    assert not list((tmp_path / "run").glob("*.h5"))


class Untouchable:
    """Batches that must not be read; they remember from which epoch on they were asked for."""

    class Read(Exception):
        """Somebody wanted pictures."""

    def __init__(self, batches):
        self.batch_size, self.steps_per_epoch = batches.batch_size, batches.steps_per_epoch
        self.facts = batches.facts

    def training(self, first_epoch=0):
        self.first_epoch = first_epoch
        raise self.Read


def continued_from(configuration, parts, run):
    """Return the number of epochs after which a run would go on, without training."""
    batches = Untouchable(Batches(parts, configuration))
    with pytest.raises(Untouchable.Read):
        training.train(configuration, batches, run)
    return batches.first_epoch


class Arrays:
    """Batches from arrays, one list of (grey, rgb) an epoch: what `train` asks for, no more."""

    def __init__(self, epochs, validation):
        self._epochs, self._validation = epochs, validation
        self.batch_size, self.steps_per_epoch = len(epochs[0][0][0]), len(epochs[0])
        self.facts = {"train": "arrays"}

    def training(self, first_epoch=0):
        pairs = [pair for epoch in self._epochs[first_epoch:] for pair in epoch]
        return tensorflow.data.Dataset.from_generator(
            lambda: iter(pairs),
            output_signature=tuple(
                tensorflow.TensorSpec((None, *part.shape[1:]), "float32") for part in pairs[0]
            ),
        )

    def validation(self):
        return tensorflow.data.Dataset.from_tensor_slices(self._validation).batch(self.batch_size)


def arrays(epochs=1, steps=1, target=0.5):
    """Four small random pictures whose answer is a constant; a number, or one an epoch."""
    grey = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
    targets = np.broadcast_to(target, epochs)
    rgb = [np.full((4, 8, 8, 3), value, "float32") for value in targets]
    return Arrays([[(grey, answer)] * steps for answer in rgb], (grey, rgb[0]))


def small(**settings):
    settings = {**SETTINGS, "image_size": 8, "epochs": 1, "dropout_rate": 0, **settings}
    return Configuration.from_preset("recipe", **settings)


def load(path):
    """Load weights into a network of the architecture, without the module under test."""
    network = unet.build_unet(filters=SETTINGS["filters"])
    network.load_weights(path)
    return network


def log_cosh(truth, prediction):
    """The loss in double precision, straight from its definition."""
    error = np.asarray(prediction, "float64") - np.asarray(truth, "float64")
    return np.log(np.cosh(error)).mean()


def test_one_batch_can_be_learnt_by_heart_with_its_colours(tmp_path):
    for category in ("coast", "faces"):
        (tmp_path / category).mkdir()
        for seed in range(2):
            picture = Image.fromarray(toy.paint(category, seed, size=16))
            picture.save(tmp_path / category / f"{seed}.png")
    table = folder.scan(tmp_path)
    settings = Configuration.from_preset(
        "recipe",
        image_size=16,
        filters=(16, 16),
        dropout_rate=0,
        batch_size=4,
        learning_rate=1e-2,
        precision="float32",
    )
    grey, rgb = Batches(Splits(table, table, table), settings).one()
    network = compile_network(settings)
    data = tensorflow.data.Dataset.from_tensors((grey, rgb)).repeat()
    first = log_cosh(rgb, network(grey))
    network.fit(data, steps_per_epoch=800, epochs=1, shuffle=False, verbose=0)
    prediction = np.asarray(network(grey))
    assert log_cosh(rgb, prediction) < first / 10

    def difference(answer):
        truth, answer = (skimage_color.rgb2lab((image + 1) / 2) for image in (rgb, answer))
        return skimage_color.deltaE_ciede2000(truth, answer).mean()

    without_colour = difference(np.repeat(grey, 3, axis=-1))
    assert without_colour > 10
    assert difference(prediction) < without_colour / 2


def test_a_run_leaves_its_record(finished, parts, configuration):
    assert sorted(path.name for path in finished.iterdir()) == [
        "best.weights.h5",
        "config.json",
        "last.weights.h5",
        "log.jsonl",
    ]
    record = json.loads((finished / "config.json").read_text())
    assert Configuration.from_dict(record["configuration"]) == configuration
    assert record["data"]["train"] == {"pictures": 12, "fingerprint": parts.train.fingerprint}
    assert record["data"]["validation"]["pictures"] == 5
    assert record["versions"]["keras"] == keras.__version__
    assert record["versions"]["numpy"] == np.__version__
    assert record["versions"]["tensorflow"] == tensorflow.__version__
    rows = read_lines(finished)
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    for row in rows:
        assert set(row) == {
            "epoch",
            "loss",
            "val_loss",
            "seconds",
            "pictures_per_second",
            "learning_rate",
        }
        assert 0 < row["loss"] < 2 and 0 < row["val_loss"] < 2
        assert row["learning_rate"] == pytest.approx(1e-2)
        # Twelve pictures an epoch; the log rounds both numbers.
        assert row["pictures_per_second"] * row["seconds"] == pytest.approx(12, rel=0.05)
    assert training.Run(finished).read_log() == rows


def test_the_log_holds_the_loss_of_the_weights(finished, parts, configuration):
    """The last batch is smaller: only a mean over pictures, not over batches, is right."""
    pairs = list(Batches(parts, configuration).validation())
    grey = np.concatenate([pair[0] for pair in pairs])
    rgb = np.concatenate([pair[1] for pair in pairs])
    assert len(grey) == 5
    losses = [row["val_loss"] for row in read_lines(finished)]
    for name, expected in (("last", losses[-1]), ("best", min(losses))):
        network = load(finished / f"{name}.weights.h5")
        assert log_cosh(rgb, network(grey)) == pytest.approx(expected, rel=1e-4)


def test_the_best_weights_are_those_of_the_lowest_validation_loss(tmp_path):
    # From the third epoch on the training pictures teach the opposite of the validation ones.
    batches = arrays(epochs=4, steps=30, target=[0.5, 0.5, -0.9, -0.9])
    log = training.train(small(epochs=4), batches, tmp_path / "run")
    losses = [row["val_loss"] for row in log]
    assert losses.index(min(losses)) in (0, 1)
    assert losses[-1] > 2 * min(losses)
    grey, rgb = next(iter(batches.validation()))
    for name, expected in (("best", min(losses)), ("last", losses[-1])):
        network = load(tmp_path / "run" / f"{name}.weights.h5")
        assert log_cosh(rgb, network(grey)) == pytest.approx(expected, rel=1e-4)


def test_an_interrupted_run_has_whole_epochs_only(interrupted, finished):
    rows = read_lines(interrupted)
    assert len(rows) == 1
    assert rows[0]["loss"] == read_lines(finished)[0]["loss"]
    assert not [path for path in interrupted.iterdir() if "part" in path.name]


def test_continued_equals_uninterrupted(tmp_path, interrupted, finished, parts, configuration):
    """Also when the crash came between log and weights: a line too much, half a file."""
    run = shutil.copytree(interrupted, tmp_path / "run")
    with open(run / "log.jsonl", "a") as log:
        log.write(json.dumps({**read_lines(run)[0], "epoch": 2, "val_loss": 1e-9}) + "\n")
    (run / ".colorlab-1.part.weights.h5").write_bytes(b"half")
    log = training.train(configuration, Batches(parts, configuration), run)
    assert [row["epoch"] for row in log] == [1, 2, 3]
    require_equal_runs(run, finished, unet.build_unet(filters=SETTINGS["filters"]))
    assert not [path for path in run.iterdir() if "part" in path.name]


def test_the_place_to_go_on_is_the_last_whole_epoch(
    tmp_path, interrupted, finished, parts, configuration
):
    assert continued_from(configuration, parts, shutil.copytree(interrupted, tmp_path / "a")) == 1
    # Stopped before the first weights were written.
    run = tmp_path / "b"
    run.mkdir()
    shutil.copy(finished / "config.json", run)
    (run / "log.jsonl").write_text((finished / "log.jsonl").read_text().splitlines()[0] + "\n")
    assert continued_from(configuration, parts, run) == 0


def contents(run):
    return {path.name: path.read_bytes() for path in run.iterdir()}


def test_a_finished_run_is_returned_as_it_is(finished, parts, configuration):
    before = contents(finished)
    log = training.train(configuration, Untouchable(Batches(parts, configuration)), finished)
    assert log == read_lines(finished)
    assert contents(finished) == before


def test_more_epochs_go_on(tmp_path, finished, parts):
    run = shutil.copytree(finished, tmp_path / "run")
    assert (
        continued_from(Configuration.from_preset("recipe", **{**SETTINGS, "epochs": 5}), parts, run)
        == 3
    )
    assert json.loads((run / "config.json").read_text())["configuration"]["epochs"] == 5
    assert read_lines(run) == read_lines(finished)


def refusal(configuration, batches, run):
    """Return the one line with which a run is refused; nothing may have been changed."""
    before = contents(run)
    with pytest.raises(InputError) as caught:
        training.train(configuration, Untouchable(batches), run)
    assert contents(run) == before
    message = str(caught.value)
    assert "\n" not in message and str(run) in message
    return message


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", 0.5), ("seed", 1), ("filters", (8,)), ("dropout_rate", 0.0)],
)
def test_other_settings_are_refused(finished, parts, name, value):
    other = Configuration.from_preset("recipe", **{**SETTINGS, name: value})
    assert name in refusal(other, Batches(parts, other), finished)


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", 2), ("batch_size", 2), ("image_size", 64), ("seed", 1)]
)
def test_batches_of_another_configuration_are_refused(tmp_path, parts, configuration, name, value):
    """They would be trained on, and the record would say something else."""
    other = dataclasses.replace(configuration, **{name: value})
    run = tmp_path / "run"
    with pytest.raises(InputError, match=f"batches were made with {name} = {value}, the config"):
        training.train(configuration, Batches(parts, other), run)
    assert not run.exists()


def test_other_pictures_are_refused(finished, parts, configuration):
    fewer = Splits(parts.train.select(range(11)), parts.validation, parts.test)
    assert "pictures" in refusal(configuration, Batches(fewer, configuration), finished)


def test_a_folder_with_other_files_is_refused(tmp_path, parts, configuration):
    (tmp_path / "thesis.txt").write_text("mine")
    assert "thesis.txt" in refusal(configuration, Batches(parts, configuration), tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"configuration": 1, "data": 2}'])
def test_a_damaged_record_is_refused(tmp_path, content, configuration):
    (tmp_path / "config.json").write_text(content)
    assert "config.json" in refusal(configuration, arrays(), tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, configuration):
    (tmp_path / "file").write_text("mine")
    for run in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(InputError) as caught:
            training.train(configuration, arrays(), run)
        assert str(run) in str(caught.value) and "\n" not in str(caught.value)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.fixture
def copy(tmp_path, finished):
    return shutil.copytree(finished, tmp_path / "copy")


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_last_weights_cut_short_are_refused(copy, parts, share):
    weights = copy / "last.weights.h5"
    weights.write_bytes(weights.read_bytes()[: int(share * weights.stat().st_size)])
    longer = Configuration.from_preset("recipe", **{**SETTINGS, "epochs": 4})
    with pytest.raises(InputError, match="last.weights.h5") as caught:
        training.train(longer, Untouchable(Batches(parts, longer)), copy)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "cut",
    [
        lambda text: "".join(text.splitlines(keepends=True)[:2]),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        None,
    ],
    ids=["a line short", "in a line", "empty", "missing"],
)
def test_a_log_that_ends_before_the_weights_is_refused(copy, parts, configuration, cut):
    log = copy / "log.jsonl"
    if cut is None:
        log.unlink()
    else:
        log.write_text(cut(log.read_text()))
    assert "log.jsonl" in refusal(configuration, Batches(parts, configuration), copy)


def test_the_log_of_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="log.jsonl"):
        training.Run(tmp_path).read_log()


def test_a_loss_that_is_no_number_ends_the_run(tmp_path):
    """In half precision too, where the good first epoch agrees with full precision roughly."""
    run = tmp_path / "run"
    batches = arrays(epochs=2, target=[0.5, np.nan])
    with pytest.raises(InputError) as caught:
        training.train(small(epochs=2, precision="mixed_bfloat16"), batches, run)
    assert keras.config.dtype_policy().name == "float32", "the policy was not put back"
    message = str(caught.value)
    assert str(run) in message and "epoch 2" in message and "learning rate" in message
    assert "\n" not in message
    (row,) = read_lines(run)
    full = compile_network(small())
    grey, rgb = next(iter(batches.training()))
    assert row["loss"] == pytest.approx(log_cosh(rgb, full(grey, training=True)), rel=0.05)
    assert math.isfinite(row["val_loss"])
    for name in ("best", "last"):
        weights = load(run / f"{name}.weights.h5").get_weights()
        assert all(np.isfinite(values).all() for values in weights)


def test_half_precision_answers_in_full():
    network = compile_network(small(precision="mixed_bfloat16"))
    assert keras.config.dtype_policy().name == "float32"
    assert network.get_layer("encoder_1_convolution").compute_dtype == "bfloat16"
    assert {str(keras.backend.standardize_dtype(w.dtype)) for w in network.trainable_weights} == {
        "float32"
    }
    assert np.asarray(network(np.zeros((1, 8, 8, 1)))).dtype == np.float32


def test_auto_is_full_precision_without_a_gpu(monkeypatch):
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind=None: [])
    network = compile_network(small(precision="auto"))
    assert network.get_layer("encoder_1_convolution").compute_dtype == "float32"
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind=None: [f"{kind}:0"])
    network = compile_network(small(precision="auto"))
    assert network.get_layer("encoder_1_convolution").compute_dtype == "float16"
    assert keras.config.dtype_policy().name == "float32"


def test_the_seed_decides_the_first_weights():
    grey, rgb = next(iter(arrays().training()))
    first, again, other = (
        log_cosh(rgb, compile_network(small(seed=seed))(grey)) for seed in (5, 5, 6)
    )
    assert first == again
    assert abs(first - other) > 1e-4


def test_the_optimizer_is_that_of_the_configuration():
    network = compile_network(small(learning_rate=3e-3, beta_1=0.25))
    assert isinstance(network.optimizer, keras.optimizers.Adam)
    assert float(network.optimizer.learning_rate) == pytest.approx(3e-3)
    assert network.optimizer.beta_1 == pytest.approx(0.25)


@pytest.fixture(scope="module")
def scheduled(parts):
    """Settings in which everything is used that the recipe leaves out."""
    settings = {**SETTINGS, "class_rebalancing": 0.5, "warmup_epochs": 1.0}
    return Configuration.from_preset("ab_bins", **settings)


@pytest.fixture(scope="module")
def scheduled_run(tmp_path_factory, parts, scheduled):
    run = tmp_path_factory.mktemp("runs") / "scheduled"
    training.train(scheduled, Batches(parts, scheduled), run)
    return run


def test_the_learning_rate_rises_and_falls_along_half_a_wave(scheduled, scheduled_run):
    # Three epochs of three steps: after one epoch it is highest, after the last one zero.
    rates = [row["learning_rate"] for row in read_lines(scheduled_run)]
    highest = scheduled.learning_rate
    assert rates == pytest.approx([highest, highest / 2, 0.0], abs=1e-7)


def test_a_scheduled_run_cannot_be_made_longer(parts, scheduled, scheduled_run):
    longer = dataclasses.replace(scheduled, epochs=4)
    with pytest.raises(InputError, match="epochs = 3, now 4"):
        training.train(longer, Batches(parts, longer), scheduled_run)


class Weights(keras.callbacks.Callback):
    """Remember one weight after each step."""

    def __init__(self):
        super().__init__()
        self.values = []

    def on_train_batch_end(self, batch, logs=None):
        self.values.append(self.model.get_layer("head").get_weights()[0].copy())


def test_the_weights_that_are_kept_are_the_moving_average(tmp_path):
    settings = small(epochs=1, ema_momentum=0.6, learning_rate=1e-2)
    seen = Weights()
    training.train(settings, arrays(steps=7), tmp_path / "run", callbacks=[seen])
    expected = seen.values[0]
    for value in seen.values[1:]:
        expected = 0.6 * expected + 0.4 * value
    network = registry.build_network(settings)
    network.load_weights(tmp_path / "run" / "best.weights.h5")
    found = network.get_layer("head").get_weights()[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(found - seen.values[-1]).max() > 1e-3


def test_bin_frequencies_are_counted_once_a_run(scheduled_run, parts, scheduled):
    found = json.loads((scheduled_run / "bin_frequencies.json").read_text())
    assert sum(found) == pytest.approx(1)
    truth = np.concatenate([rgb for _, rgb in Batches(parts, scheduled).training()])
    lab = skimage_color.rgb2lab((truth + 1) / 2)[..., 1:].reshape(-1, 2)
    grid = losses.ab_bins.bin_centers()
    nearest = np.linalg.norm(lab[:, None] - grid, axis=-1).argmin(axis=1)
    counted = np.bincount(nearest, minlength=len(grid)) / len(nearest)
    # Soft shares of averaged squares, so alike and not the same.
    assert np.corrcoef(found, counted)[0, 1] > 0.7


def test_a_new_run_can_begin_with_the_weights_of_another(tmp_path, parts, finished):
    settings = Configuration(**{**SETTINGS, "epochs": 1, "learning_rate": 1e-12, "weight_decay": 0})
    lines = []
    training.train(
        settings, Batches(parts, settings), tmp_path / "run", start=finished, report=lines.append
    )
    network = registry.build_network(settings)
    network.load_weights(tmp_path / "run" / "best.weights.h5")
    theirs = load(finished / "best.weights.h5")
    for name in ("encoder_1_convolution", "middle_convolution", "decoder_1_convolution"):
        for one, other in zip(
            network.get_layer(name).get_weights(), theirs.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_allclose(one, other, atol=1e-6)
    assert network.get_layer("head").get_weights()[0].shape[-1] == 2
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    # All but the head, which predicts two channels in place of three.
    assert record["start"] == {
        "run": "finished",
        "weights_sha256": hashlib.sha256((finished / "best.weights.h5").read_bytes()).hexdigest(),
        "layers_taken_over": 6,
        "layers": 7,
    }
    assert lines[0] == f"begins with the weights of {finished}: 6 of 7 layers taken over"
    # The same call continues the run, without a look at the other one; another start is refused.
    training.train(settings, Batches(parts, settings), tmp_path / "run", start="gone/finished")
    for other in (None, tmp_path / "other"):
        with pytest.raises(InputError, match="holds a run with start = finished, now"):
            training.train(settings, Batches(parts, settings), tmp_path / "run", start=other)


def test_a_run_stopped_before_its_first_weights_begins_anew(tmp_path, parts, finished):
    """Also when the run whose weights it takes over has gone on meanwhile."""
    settings = Configuration(**{**SETTINGS, "epochs": 1})
    batches = Untouchable(Batches(parts, settings))
    start = shutil.copytree(finished, tmp_path / "start")
    run = tmp_path / "run"
    with pytest.raises(Untouchable.Read):
        training.train(settings, batches, run, start=start)
    (start / "best.weights.h5").write_bytes((finished / "last.weights.h5").read_bytes())
    first = training.Run(run).read_record()["start"]["weights_sha256"]
    with pytest.raises(Untouchable.Read):
        training.train(settings, batches, run, start=start)
    second = training.Run(run).read_record()["start"]["weights_sha256"]
    assert first != second == hashlib.sha256((start / "best.weights.h5").read_bytes()).hexdigest()


def test_a_start_without_best_weights_is_refused(tmp_path, parts, finished):
    settings = Configuration(**{**SETTINGS, "epochs": 1})
    start = shutil.copytree(finished, tmp_path / "start")
    (start / "best.weights.h5").unlink()
    for place, named in ((start, "has no best.weights.h5 yet"), (tmp_path / "no", "no such run")):
        with pytest.raises(InputError, match=named) as error:
            training.train(settings, Batches(parts, settings), tmp_path / "run", start=place)
        assert str(place) in str(error.value) and "\n" not in str(error.value)
        assert not (tmp_path / "run").exists()


def test_a_start_that_shares_no_layer_is_refused(tmp_path, parts, finished):
    settings = Configuration(**{**SETTINGS, "filters": (5, 6)})
    with pytest.raises(InputError, match="shares no layer") as error:
        training.train(settings, Batches(parts, settings), tmp_path / "run", start=finished)
    assert str(finished) in str(error.value) and "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("steps", "epochs", "named"),
    [(2, 1, "8 training pictures an epoch:"), (13, 2, "26 training steps")],
)
def test_a_run_that_is_too_short_says_so(steps, epochs, named, tmp_path):
    lines = []
    batches = Untouchable(arrays(epochs, steps))
    with pytest.raises(Untouchable.Read):
        training.train(small(epochs=epochs), batches, tmp_path / "run", report=lines.append)
    (line,) = lines
    assert named in line and "nothing can come of it" in line and "\n" not in line


def test_weight_decay_takes_its_share_of_kernels_alone():
    """Of one step more than Adam's own, -rate * decay * weight; beta and bias are left alone."""
    grey, rgb = next(iter(arrays().training()))
    rate, decay = 1e-3, 0.3
    weights = []
    for share in (0.0, decay):
        network = compile_network(small(learning_rate=rate, weight_decay=share))
        before = {each.path: np.asarray(each) for each in network.trainable_variables}
        network.train_on_batch(grey, rgb)
        weights.append({each.path: np.asarray(each) for each in network.trainable_variables})
    kernels = 0
    for path, value in before.items():
        decays = path.endswith("kernel")
        expected = -rate * decay * value if decays else np.zeros_like(value)
        np.testing.assert_allclose(weights[1][path] - weights[0][path], expected, atol=1e-7)
        kernels += decays and np.abs(expected).max() > 1e-6
    assert kernels == 4


STEP = """
import json
import sys
import numpy
from colorlab.configuration import Configuration
from colorlab.training.compilation import compile_network
given = numpy.load(sys.argv[1])
network = compile_network(Configuration.from_dict(json.loads(sys.argv[3])))
network.set_weights([given[f"w{index}"] for index in range(len(network.get_weights()))])
losses = [float(network.train_on_batch(given["grey"], given["rgb"])) for _ in range(2)]
assert "colorlab.training.batches" not in sys.modules, "training needs TensorFlow"
numpy.savez(sys.argv[2], *network.get_weights(), losses=losses)
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax")
@pytest.mark.parametrize("preset", [name for name in PRESETS if "efficientnet" not in name])
def test_a_step_under_jax_is_the_same(preset, tmp_path):
    settings = {"image_size": 8, "filters": (4,), "dropout_rate": 0, "learning_rate": 1e-3}
    if preset != "recipe":
        settings |= {"class_rebalancing": 0.5, "warmup_epochs": 0}
    configuration = Configuration.from_preset(preset, precision="float32", **settings)
    network = compile_network(configuration)
    random = np.random.default_rng(0)
    grey = random.uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
    rgb = random.uniform(-1, 1, (4, 8, 8, 3)).astype("float32")
    given = {f"w{index}": values for index, values in enumerate(network.get_weights())}
    np.savez(tmp_path / "given.npz", grey=grey, rgb=rgb, **given)
    subprocess.run(
        [
            *(sys.executable, "-c", STEP, tmp_path / "given.npz", tmp_path / "result.npz"),
            json.dumps(configuration.to_dict()),
        ],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    result = np.load(tmp_path / "result.npz")
    losses = [float(network.train_on_batch(grey, rgb)) for _ in range(2)]
    np.testing.assert_allclose(result["losses"], losses, rtol=1e-4)
    for index, values in enumerate(network.get_weights()):
        np.testing.assert_allclose(result[f"arr_{index}"], values, atol=1e-4)
