"""An input pipeline from picture files to batches: parallel, reproducible, in constant memory.

Taught in :doc:`/notebooks/04_training`.
"""

import numpy as np

from colorlab.backend import silent_stderr
from colorlab.color.ab_bins import BIN_STRIDE
from colorlab.configuration import Configuration
from colorlab.datasets.splits import Splits
from colorlab.networks.registry import NETWORKS
from colorlab.training.decoding import crop_square, picture_reader, to_network, to_square
from colorlab.training.drawing import draw_epoch
from colorlab.training.hints import ab_cells, simulate_hints
from colorlab.training.views import Views

with silent_stderr():
    import tensorflow as tf

__all__ = ["Batches"]


class Batches:
    """The training and validation batches of a run.

    The order of the pictures, their crops and flips depend on seed and epoch alone, so that an
    interrupted run continues with exactly the batches of an uninterrupted one. Pictures are read
    when they are needed: memory does not grow with their number.

    Parameters
    ----------
    splits : colorlab.datasets.splits.Splits
    configuration : colorlab.configuration.Configuration
        Its ``image_size``, ``batch_size``, ``epochs``, ``min_crop_area``, ``category_balance`` and
        ``seed`` are used.

    Attributes
    ----------
    splits, configuration
        As given.
    batch_size : int
        As configured, or the number of training pictures if that is smaller.
    steps_per_epoch : int
        Number of full batches in an epoch; the remaining pictures are left out.
    facts : dict
        Fingerprints and numbers of pictures, for the record of the run.
    """

    def __init__(self, splits: Splits, configuration: Configuration) -> None:
        self.splits = splits
        self.configuration = configuration
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

    def draw(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw the pictures of an epoch by category, see :func:`drawing.draw_epoch`.

        Parameters
        ----------
        epoch : int
            From 0.

        Returns
        -------
        rows, repeats : numpy.ndarray
            ``steps_per_epoch`` times ``batch_size`` positions in the training table, and how often
            the epoch has shown each picture before.
        """
        settings = self.configuration
        return draw_epoch(
            [picture.category for picture in self.splits.train.pictures],
            settings.category_balance,
            self.steps_per_epoch * self.batch_size,
            settings.seed,
            epoch,
        )

    def views(self, part: str) -> Views:
        """Return the views of the pictures of a part, for a cache of features.

        Parameters
        ----------
        part : str
            ``train`` or ``validation``.

        Returns
        -------
        colorlab.training.views.Views
        """
        settings = self.configuration
        return Views(
            getattr(self.splits, part), settings.image_size, settings.min_crop_area, settings.seed
        )

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
            pictures are shuffled, or drawn by category as configured, cropped at random, and
            flipped left to right with probability one half. Where the network takes hints, ((grey,
            hints), rgb), with hints of :func:`colorlab.training.hints.simulate_hints`.
        """
        seed, epochs = self.configuration.seed, self.configuration.epochs
        size, smallest = self.configuration.image_size, self.configuration.min_crop_area
        count = len(self.splits.train)
        used = self.steps_per_epoch * self.batch_size
        load = picture_reader(self.splits.train, size, smallest)

        def order(epoch):
            # An index_shuffle needs no buffer: it computes the position of each picture.
            key = tf.stack([tf.constant(seed, tf.int64), epoch])
            return tf.data.Dataset.range(used).map(
                lambda position: (
                    tf.random.experimental.index_shuffle(position, key, count - 1),
                    tf.constant(0, tf.int64),
                    epoch,
                )
            )

        def balanced_order(epoch):
            drawn = tf.numpy_function(self.draw, [epoch], (tf.int64, tf.int64))
            drawn = tuple(tf.ensure_shape(each, (used,)) for each in drawn)
            return tf.data.Dataset.from_tensor_slices(drawn).map(
                lambda index, repeat: (index, repeat, epoch)
            )

        def load_and_flip(index, repeat, epoch):
            # A picture that an epoch shows again is cropped and flipped anew.
            key = tf.stack([seed + epoch * 1_000_003, index + count * repeat])
            if smallest < 1:
                image = crop_square(load(index), size, smallest, key + 1)
            else:
                image = to_square(load(index), size)
            flip = tf.random.stateless_uniform((), key) < 0.5
            # tf.reverse is many times faster than a slice with a negative step.
            return tf.cond(flip, lambda: tf.reverse(image, [1]), lambda: image)

        if self.configuration.category_balance:
            order = balanced_order
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
        dataset = self.views("validation").read(0, self.batch_size)
        if self._takes_hints:
            dataset = self._add_hints(dataset, 0, 1)
        return dataset.prefetch(2)

    def _add_hints(self, dataset, first, part):
        """Give each batch hints that follow from the seed, the part and the batch's number."""
        seed = self.configuration.seed

        def draw(number, rgb):
            cells = ab_cells((rgb + 1.0) / 2.0, BIN_STRIDE)
            return simulate_hints(cells, np.random.default_rng([seed, part, number]))

        def add(number, pair):
            grey, rgb = pair
            hints = tf.numpy_function(draw, [number, rgb], tf.float32)
            side = self.configuration.image_size // BIN_STRIDE
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
