"""An input pipeline from picture files to batches: parallel, reproducible, in constant memory.

Taught in :doc:`/notebooks/04_training`.
"""

import os
from typing import Any

import numpy as np

from colorlab import color
from colorlab.backend import silent_stderr
from colorlab.configuration import Configuration
from colorlab.datasets.splits import Splits
from colorlab.losses import BIN_STRIDE
from colorlab.networks.registry import NETWORKS
from colorlab.training.decoding import choose_decoder, crop_square, decode, to_square
from colorlab.training.hints import simulate_hints

with silent_stderr():
    import tensorflow as tf

__all__ = ["Batches", "to_network"]


def to_network(rgb: Any) -> tuple[Any, Any]:
    """Convert a batch of pictures to the input and the target of a network.

    Parameters
    ----------
    rgb : tensor, shape (batch, height, width, 3)
        sRGB levels, uint8.

    Returns
    -------
    grey : tensor, shape (batch, height, width, 1)
        float32 in the signed range, -1 to 1.
    rgb : tensor, shape (batch, height, width, 3)
        float32 in the signed range, -1 to 1.

    Notes
    -----
    Grey is computed after scaling; its weights add up to one, so the order does not matter.

    Examples
    --------
    >>> grey, rgb = to_network(tf.constant([[[[255, 255, 255], [0, 0, 0]]]], tf.uint8))
    >>> grey[0, 0, :, 0].numpy().round(4).tolist()
    [1.0, -1.0]
    """
    rgb = tf.cast(rgb, tf.float32) / 127.5 - 1.0
    # A 1 x 1 convolution is several times faster here than a product with a vector.
    weights = tf.reshape(tf.constant(color.GREY_WEIGHTS), (1, 1, 3, 1))
    return tf.nn.conv2d(rgb, weights, strides=1, padding="VALID"), rgb


class Batches:
    """The training and validation batches of a run.

    The order of the pictures, their crops and flips depend on seed and epoch alone, so that an
    interrupted run continues with exactly the batches of an uninterrupted one. Pictures are read
    when they are needed: memory does not grow with their number.

    Parameters
    ----------
    splits : colorlab.datasets.splits.Splits
    configuration : colorlab.configuration.Configuration
        Its ``image_size``, ``batch_size``, ``epochs``, ``min_crop_area`` and ``seed`` are used.

    Attributes
    ----------
    batch_size : int
        As configured, or the number of training pictures if that is smaller.
    steps_per_epoch : int
        Number of full batches in an epoch; the remaining pictures are left out.
    facts : dict
        Fingerprints and numbers of pictures, for the record of the run.
    """

    def __init__(self, splits: Splits, configuration: Configuration) -> None:
        self._splits = splits
        self._configuration = configuration
        self._takes_hints = NETWORKS[configuration.network].takes_hints
        self.batch_size = min(configuration.batch_size, len(splits.train))
        self.steps_per_epoch = len(splits.train) // self.batch_size
        self.facts = {
            name: {"pictures": len(table), "fingerprint": table.fingerprint}
            for name, table in (
                ("train", splits.train),
                ("validation", splits.validation),
                ("test", splits.test),
            )
        }

    def _files(self, table, smallest=1.0):
        """Return a function that decodes the picture at an index, as large as a crop needs."""
        paths = tf.constant([os.fsencode(table.folder / row.path) for row in table.pictures])
        size = round(self._configuration.image_size / smallest**0.5)
        decoders = tf.constant([choose_decoder(picture, size) for picture in table.pictures])
        return lambda index: decode(paths[index], decoders[index])

    def training(self, first_epoch: int = 0) -> "tf.data.Dataset":
        """Return the training batches of all epochs from ``first_epoch`` on.

        Parameters
        ----------
        first_epoch : int
            Number of finished epochs.

        Returns
        -------
        tf.data.Dataset
            Pairs (grey, rgb) as returned by :func:`to_network`, ``steps_per_epoch`` per epoch;
            pictures are shuffled, cropped at random as configured, and flipped left to right with
            probability one half. Where the network takes hints, ((grey, hints), rgb), with hints
            of :func:`colorlab.training.hints.simulate_hints`.
        """
        seed, epochs = self._configuration.seed, self._configuration.epochs
        size, smallest = self._configuration.image_size, self._configuration.min_crop_area
        count = len(self._splits.train)
        used = self.steps_per_epoch * self.batch_size
        load = self._files(self._splits.train, smallest)

        def order(epoch):
            # An index_shuffle needs no buffer: it computes the position of each picture.
            key = tf.stack([tf.constant(seed, tf.int64), epoch])
            return tf.data.Dataset.range(used).map(
                lambda position: (
                    tf.random.experimental.index_shuffle(position, key, count - 1),
                    epoch,
                )
            )

        def load_and_flip(index, epoch):
            key = tf.stack([seed + epoch * 1_000_003, index])
            if smallest < 1:
                image = crop_square(load(index), size, smallest, key + 1)
            else:
                image = to_square(load(index), size)
            flip = tf.random.stateless_uniform((), key) < 0.5
            # tf.reverse is many times faster than a slice with a negative step.
            return tf.cond(flip, lambda: tf.reverse(image, [1]), lambda: image)

        dataset = tf.data.Dataset.range(first_epoch, epochs).flat_map(order)
        dataset = dataset.map(load_and_flip, num_parallel_calls=tf.data.AUTOTUNE)
        dataset = dataset.batch(self.batch_size, drop_remainder=True)
        dataset = dataset.map(to_network, num_parallel_calls=2)
        if self._takes_hints:
            dataset = self._add_hints(dataset, first_epoch * self.steps_per_epoch, 0)
        return dataset.prefetch(2)

    def validation(self) -> "tf.data.Dataset":
        """Return the validation batches, in table order, without crops and flips.

        Returns
        -------
        tf.data.Dataset
            Pairs (grey, rgb); the last batch may be smaller.
        """
        table, size = self._splits.validation, self._configuration.image_size
        load = self._files(table)
        dataset = tf.data.Dataset.range(len(table))
        dataset = dataset.map(
            lambda index: to_square(load(index), size), num_parallel_calls=tf.data.AUTOTUNE
        )
        dataset = dataset.batch(self.batch_size).map(to_network, num_parallel_calls=2)
        if self._takes_hints:
            dataset = self._add_hints(dataset, 0, 1)
        return dataset.prefetch(2)

    def _add_hints(self, dataset, first, part):
        """Give each batch hints that follow from the seed, the part and the batch's number."""
        seed = self._configuration.seed

        def draw(number, rgb):
            ab = np.asarray(color.srgb_to_lab((rgb + 1.0) / 2.0))[..., 1:]
            count, height, width, _ = ab.shape
            cells = ab.reshape(
                count, height // BIN_STRIDE, BIN_STRIDE, width // BIN_STRIDE, BIN_STRIDE, 2
            )
            rng = np.random.default_rng([seed, part, number])
            return simulate_hints(cells.mean(axis=(2, 4)), rng)

        def add(number, pair):
            grey, rgb = pair
            hints = tf.numpy_function(draw, [number, rgb], tf.float32)
            side = self._configuration.image_size // BIN_STRIDE
            return (grey, tf.ensure_shape(hints, (None, side, side, 3))), rgb

        return dataset.enumerate(first).map(add, num_parallel_calls=1)

    def one(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first training batch as NumPy arrays in the signed range.

        Returns
        -------
        grey : numpy.ndarray, shape (batch, size, size, 1)
            float32, -1 to 1.
        rgb : numpy.ndarray, shape (batch, size, size, 3)
            float32, -1 to 1.
        """
        inputs, rgb = next(iter(self.training()))
        grey = inputs[0] if self._takes_hints else inputs
        return np.asarray(grey), np.asarray(rgb)
