"""The record of a run: what dropout drops follows from the number of the step."""

import numpy as np

from colorlab.backend import keras
from colorlab.training.recording import EpochRecord


def test_dropout_goes_on_with_the_steps_that_were_taken():
    dropout = keras.layers.Dropout(0.5, seed=1)
    network = keras.Sequential([keras.Input((8,)), dropout])
    record = EpochRecord(None, network, 4, [], {})
    record.set_params({"steps": 3})
    masks = []
    for epoch in (0, 2):
        record.on_epoch_begin(epoch)
        masks += [np.asarray(network(np.ones((1, 8), "float32"), training=True)) for _ in range(7)]
    # The seventh step is the first one of the third epoch.
    np.testing.assert_array_equal(masks[6], masks[7])
    assert (masks[0] != masks[7]).any()
