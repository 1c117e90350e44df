"""Several devices divide a batch and learn what one learns; a run may change their number."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from colorlab.configuration import Configuration
from colorlab.errors import InputError
from colorlab.training import devices
from colorlab.training.run import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def machine(monkeypatch):
    """Return a function that makes Keras list so many devices of each kind."""

    def has(**counts):
        def listed(kind=None):
            return [f"{kind}:{number}" for number in range(counts.get(kind, 0))]

        monkeypatch.setattr(keras.distribution, "list_devices", listed)

    return has


@pytest.mark.parametrize(
    ("counts", "asked", "names"),
    [
        ({"cpu": 1}, 1, ["cpu:0"]),
        ({"cpu": 1}, "all", ["cpu:0"]),
        ({"cpu": 1, "gpu": 4}, "all", ["gpu:0", "gpu:1", "gpu:2", "gpu:3"]),
        ({"cpu": 1, "gpu": 4}, 2, ["gpu:0", "gpu:1"]),
        ({"cpu": 2}, 2, ["cpu:0", "cpu:1"]),
        ({}, 1, ["cpu:0"]),
    ],
)
def test_the_fastest_devices_are_chosen(machine, counts, asked, names):
    machine(**counts)
    chosen = devices.choose_devices(asked, 32)
    assert (list(chosen.names), chosen.kind) == (names, names[0][:3])


def test_a_backend_may_refuse_to_list_a_kind_that_is_not_there(monkeypatch):
    def listed(kind):
        if kind != "cpu":
            raise RuntimeError(f"Unknown backend: '{kind}' requested")
        return ["cpu:0", "cpu:1"]

    monkeypatch.setattr(keras.distribution, "list_devices", listed)
    assert devices.choose_devices("all", 32).names == ("cpu:0", "cpu:1")


def test_too_many_devices_and_unequal_parts_are_refused(machine):
    machine(cpu=1, gpu=3)
    with pytest.raises(InputError, match="devices must be at most 3, the number of GPUs"):
        devices.choose_devices(4, 32)
    with pytest.raises(InputError, match="batch_size must be a multiple of 3"):
        devices.choose_devices("all", 32)


@pytest.mark.parametrize("value", [0, -1, 1.5, "two", "", True, None])
def test_a_number_of_devices_that_is_none_is_refused(value):
    with pytest.raises(InputError, match="devices must be all or a whole number above 0"):
        Configuration(devices=value)


def test_the_record_says_which_devices_were_used_from_which_epoch_on(tmp_path):
    run, one, two = Run(tmp_path / "run"), {"count": 1}, {"count": 2}
    run.open({"configuration": Configuration().to_dict(), "data": {}, "versions": {}})
    assert run.note_devices(1, one) is None
    assert run.note_devices(3, one) is None
    assert run.note_devices(4, two) == one
    assert run.note_devices(4, one) is None  # nothing came of epoch 4 on two
    assert run.note_devices(6, two) == one
    assert run.read_record()["devices"] == [
        {"first_epoch": 1, "count": 1},
        {"first_epoch": 6, "count": 2},
    ]


def test_a_run_may_go_on_with_other_devices_and_no_other_batches(tmp_path):
    def record(**settings):
        settings = Configuration(**settings).to_dict()
        return {"configuration": settings, "data": {}, "versions": {}}

    run = Run(tmp_path / "run")
    run.open(record(devices=2))
    run.open(record(devices="all"))
    assert run.configuration.devices == "all"
    with pytest.raises(InputError, match="batch_size"):
        run.open(record(devices="all", batch_size=16))


# Once in a process of its own, since the devices are set before TensorFlow computes anything.
RUNS = """
import json, sys
import colorlab.backend
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
import numpy as np
from colorlab import training
from colorlab.configuration import Configuration

pictures = np.random.default_rng(0).uniform(-1, 1, (24, 16, 16, 3)).astype("float32")

class Arrays:
    batch_size, steps_per_epoch, facts = 8, 3, {"train": "arrays"}

    def training(self, first_epoch=0):
        pairs = (pictures.mean(-1, keepdims=True), pictures)
        return tf.data.Dataset.from_tensor_slices(pairs).repeat().batch(8)

    def validation(self):  # of nine pictures, the last one has a batch of its own
        return self.training().unbatch().take(9).batch(8)

class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt

def train(name, devices, epochs, *callbacks):
    settings = Configuration(
        image_size=16, filters=(4, 6), batch_size=8, epochs=epochs, dropout_rate=0.0,
        precision="float32", schedule="constant", devices=devices,
    )
    try:
        training.train(settings, Arrays(), f"{sys.argv[1]}/{name}", callbacks, report=lines.append)
    except KeyboardInterrupt:
        pass

lines = []
train("one", 1, 2)
lines = []
train("two", "all", 2, Stop())
train("two", 1, 2)
print(json.dumps(lines))
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Train on one device; and on two, interrupted after an epoch, and continued on one."""
    folder = tmp_path_factory.mktemp("runs")
    done = subprocess.run(
        [sys.executable, "-c", RUNS, folder], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_two_devices_learn_what_one_learns_and_an_interrupted_run_goes_on(runs):
    one, two = (Run(runs[0] / name).read_log() for name in ("one", "two"))
    assert len(one) == len(two) == 2
    for name in ("loss", "val_loss", "learning_rate"):
        np.testing.assert_allclose(
            [row[name] for row in two], [row[name] for row in one], rtol=1e-4
        )


@pytest.mark.slow
def test_the_devices_are_said_and_recorded(runs):
    folder, lines = runs
    share = {"kind": "cpu", "count": 2, "batch_size_per_device": 4}
    assert Run(folder / "two").read_record()["devices"] == [
        {"first_epoch": 1, **share},
        {"first_epoch": 2, "kind": "cpu", "count": 1, "batch_size_per_device": 8},
    ]
    said = [line for line in lines if line.startswith("computes on")]
    assert said == [
        "computes on 2 CPU, 4 pictures of each batch on each",
        "computes on 1 CPU, 8 pictures of each batch on each (before: 2 CPU)",
    ]


PHASES = """
import sys
sys.path.insert(0, "tests")
import colorlab.backend
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from pathlib import Path
import numpy as np
from small_runs import painted_parts, read_lines
from tiny_network import tiny_decode, tiny_encode
from colorlab import training
from colorlab.configuration import Configuration
from colorlab.networks import efficientnet_unet

efficientnet_unet.encode, efficientnet_unet.decode = tiny_encode, tiny_decode
(pictures := Path(sys.argv[1], "pictures")).mkdir()
parts = painted_parts(pictures, 9, 32, training=12, validation=5)
logs = []
for devices in (1, 2):
    settings = Configuration.from_preset(
        "efficientnet", encoder_weights=None, filters=(4, 4, 4, 4), image_size=32, batch_size=4,
        epochs=2, frozen_epochs=1, frozen_stages=4, precision="float32", devices=devices,
    )
    run = Path(sys.argv[1], str(devices))
    training.train(settings, training.Batches(parts, settings), run)
    logs.append(read_lines(run))
assert [row["phase"] for row in logs[1]] == ["decoder", "network"]
for name in ("loss", "val_loss"):
    one, two = ([row[name] for row in rows] for rows in logs)
    np.testing.assert_allclose(two, one, rtol=1e-4)
"""


@pytest.mark.slow
def test_both_phases_of_a_run_learn_on_two_devices_what_one_learns(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PHASES, tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


STEPS = """
import json, sys
import keras
import numpy as np
from colorlab.configuration import Configuration
from colorlab.training.compilation import compile_network
from colorlab.training.devices import choose_devices, distribution

pictures = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
losses = {}
for count in (1, 2):
    settings = Configuration(
        image_size=16, filters=(4, 6), batch_size=8, dropout_rate=0.0, precision="float32",
        devices=count,
    )
    with distribution(choose_devices(count, 8)):
        network = compile_network(settings)
        grey = pictures.mean(-1, keepdims=True)
        log = network.fit(grey, pictures, batch_size=8, epochs=3, shuffle=False, verbose=0)
    losses[count] = log.history["loss"]
np.testing.assert_allclose(losses[1], losses[2], rtol=1e-4)
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax")
def test_two_devices_under_jax_learn_what_one_learns():
    flags = "--xla_force_host_platform_device_count=2"
    environment = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}
    done = subprocess.run(
        [sys.executable, "-c", STEPS],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
