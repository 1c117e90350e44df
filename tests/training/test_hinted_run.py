"""A run of the network with hints: its batches carry them, and it goes on as if undisturbed."""

import json
import shutil

import numpy as np
import pytest
from small_runs import Stop, painted_parts, require_equal_runs
from tiny_network import tiny_decode, tiny_encode

from colorlab import training
from colorlab.color import srgb_to_lab
from colorlab.configuration import Configuration
from colorlab.networks import efficientnet_unet, registry
from colorlab.training.batches import Batches


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return painted_parts(tmp_path_factory.mktemp("pictures"), 7, 32, training=8, validation=5)


@pytest.fixture(scope="module")
def configuration():
    return Configuration.from_preset(
        "efficientnet_course",
        encoder_weights=None,
        frozen_stages=3,
        filters=(4, 4, 4, 4),
        image_size=32,
        batch_size=4,
        epochs=3,
        precision="float32",
    )


def test_batches_carry_hints_with_the_true_colours(parts, configuration):
    for dataset in (
        Batches(parts, configuration).training(),
        Batches(parts, configuration).validation(),
    ):
        given = 0
        for (grey, hints), rgb in dataset:
            assert grey.shape[1:] == (32, 32, 1) and hints.shape[1:] == (8, 8, 3)
            ab = srgb_to_lab((np.asarray(rgb) + 1) / 2)[..., 1:]
            cells = ab.reshape(len(ab), 8, 4, 8, 4, 2).mean(axis=(2, 4))
            marked = np.asarray(hints)[..., 2] == 1
            given += marked.sum()
            # A patch has its mean colour: no farther away than the farthest cell of the picture.
            for picture, mask, drawn in zip(cells, marked, np.asarray(hints), strict=True):
                lowest, highest = picture.min(axis=(0, 1)), picture.max(axis=(0, 1))
                assert (drawn[mask][:, :2] >= lowest - 1e-3).all()
                assert (drawn[mask][:, :2] <= highest + 1e-3).all()
        assert given > 0


def test_a_later_start_has_the_same_hints(parts, configuration):
    batches = Batches(parts, configuration)
    whole = [np.asarray(hints) for (_, hints), _ in batches.training()]
    rest = [np.asarray(hints) for (_, hints), _ in batches.training(first_epoch=2)]
    assert len(rest) == batches.steps_per_epoch
    for late, early in zip(rest, whole[-len(rest) :], strict=True):
        np.testing.assert_array_equal(late, early)


@pytest.mark.slow
def test_continued_equals_uninterrupted(tmp_path, parts, configuration, monkeypatch):
    monkeypatch.setattr(efficientnet_unet, "encode", tiny_encode)
    monkeypatch.setattr(efficientnet_unet, "decode", tiny_decode)
    training.train(configuration, Batches(parts, configuration), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        training.train(
            configuration, Batches(parts, configuration), tmp_path / "run", callbacks=[Stop(2, 1)]
        )
    shutil.copytree(tmp_path / "run", tmp_path / "again")
    training.train(configuration, Batches(parts, configuration), tmp_path / "again")
    network = registry.build_network(configuration)
    require_equal_runs(tmp_path / "again", tmp_path / "whole", network)
    record = json.loads((tmp_path / "again" / "config.json").read_text())
    assert record["configuration"]["frozen_stages"] == 3
