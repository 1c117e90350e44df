"""Views of pictures: the central square, random squares, and mirror images.

A cache of features keeps several views of each picture, so that a decoder does not memorise single
pictures.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import hashlib

from colorlab.backend import silent_stderr
from colorlab.datasets.table import PictureTable
from colorlab.training.decoding import crop_square, picture_reader, to_network, to_square

with silent_stderr():
    import tensorflow as tf

__all__ = ["Views"]

_MOST = 4


class Views:
    """The views of a table's pictures.

    View 0 is the largest centred square, any other a random square. Odd ones are mirrored. A random
    square depends on the seed, the number of the view and the picture's own bytes alone.

    Parameters
    ----------
    table : colorlab.datasets.table.PictureTable
    image_size : int
        Side of a view in pixels.
    min_crop_area : float
        Smallest area of a random square, as a share of the largest one; with 1 all are centred.
    seed : int

    Attributes
    ----------
    image_size : int
        As given.
    most : int
        How many views differ enough to be worth keeping.
    key : str
        SHA-256 of the pictures, in their order, and of the settings: what is cached under another
        key is no use.
    """

    def __init__(self, table: PictureTable, image_size: int, min_crop_area: float, seed: int):
        self._table, self._smallest, self._seed = table, min_crop_area, seed
        self.image_size = image_size
        self.most = _MOST if min_crop_area < 1 else 2
        digests = (picture.digest for picture in table.pictures)
        origin = [table.fingerprint, *digests, image_size, min_crop_area, seed]
        self.key = hashlib.sha256(" ".join(map(str, origin)).encode()).hexdigest()

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self._table)

    def read(self, view: int, batch_size: int, first: int = 0) -> "tf.data.Dataset":
        """Read a view of all pictures, in the order of the table.

        Parameters
        ----------
        view : int
            From 0.
        batch_size : int
        first : int
            Position of the picture to begin with.

        Returns
        -------
        tf.data.Dataset
            Pairs (grey, rgb) as returned by :func:`colorlab.training.decoding.to_network`; the last
            batch may be smaller.
        """
        random = view > 0 and self._smallest < 1
        load = picture_reader(self._table, self.image_size, self._smallest if random else 1.0)
        numbers = [int(each.digest[:15], 16) for each in self._table.pictures]
        digests = tf.constant(numbers, tf.int64)

        def square(index):
            if random:
                seed = tf.constant(self._seed + view * 1_000_003, tf.int64)
                key = tf.stack([seed, digests[index]])
                image = crop_square(load(index), self.image_size, self._smallest, key)
            else:
                image = to_square(load(index), self.image_size)
            return tf.reverse(image, [1]) if view % 2 else image

        dataset = tf.data.Dataset.range(first, len(self._table))
        dataset = dataset.map(square, num_parallel_calls=tf.data.AUTOTUNE)
        return dataset.batch(batch_size).map(to_network, num_parallel_calls=2)
