"""Features of a frozen encoder, computed once and kept on disk.

While the weights of an encoder are frozen, its features of a picture are the same in every epoch.
They are computed once and stored in half precision, so that training only runs the decoder. Each
picture is stored in several views, the central square and random crops, every second one mirrored,
to prevent overfitting of the decoder.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import hashlib
import json
import math
import os
import pathlib
from collections.abc import Callable, Sequence

import numpy as np

from colorlab.atomic import write_text_atomic
from colorlab.errors import InputError
from colorlab.networks.decoder import DECODER_STRIDES
from colorlab.target_ab import coarse_ab
from colorlab.training.hints import ab_cells

__all__ = ["FeatureCache", "encoder_hash"]

_BATCH = 16
_PROGRESS = "progress.json"


def encoder_hash(encoder) -> str:
    """Give the SHA-256 of an encoder's weights, in their order.

    Parameters
    ----------
    encoder : keras.Model

    Returns
    -------
    str
    """
    digest = hashlib.sha256()
    for array in encoder.get_weights():
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


class FeatureCache:
    """Features and colours of the views of a table's pictures, as arrays on disk.

    Parameters
    ----------
    folder : path-like
        Where caches lie; each has a sub-folder, named by what it was made from.
    views : colorlab.training.views.Views
        Of the pictures; their size is a multiple of 32.
    encoder : keras.Model
        From grey in the signed range to a list of features, the last of which have the strides
        of the decoder, :data:`colorlab.networks.decoder.DECODER_STRIDES`.

    Attributes
    ----------
    path : pathlib.Path
        The sub-folder. Other views or another encoder: another folder.

    Raises
    ------
    InputError
        If the size is no multiple of the largest stride.

    Notes
    -----
    A view of 160 pixels by Lite2 takes 170 kB. Arrays are memory-mapped: memory does not grow with
    their number.
    """

    def __init__(self, folder: str | os.PathLike, views, encoder):
        size, coarsest = views.image_size, max(DECODER_STRIDES)
        if size % coarsest:
            raise InputError(f"image_size must be a multiple of {coarsest}, got {size}")
        self._views, self._encoder = views, encoder
        self._shapes = {}
        outputs = encoder.outputs[-len(DECODER_STRIDES) :]
        for stride, output in zip(DECODER_STRIDES, outputs, strict=True):
            side = size // stride
            self._shapes[f"features_{stride}"] = (side, side, int(output.shape[-1]))
        for name in ("ab", "target"):
            self._shapes[name] = (size // DECODER_STRIDES[0],) * 2 + (2,)
        key = hashlib.sha256(f"{views.key} {encoder_hash(encoder)}".encode()).hexdigest()
        self.path = pathlib.Path(folder) / key[:16]

    def __len__(self) -> int:
        """Count the pictures, whether they are in the cache or not."""
        return len(self._views)

    @property
    def bytes_per_view(self) -> int:
        """What a view of all pictures takes on disk."""
        return len(self) * sum(2 * math.prod(shape) for shape in self._shapes.values())

    def bytes_missing(self, view: int) -> int:
        """Say what a view still takes on disk.

        Parameters
        ----------
        view : int

        Returns
        -------
        int
        """
        return self.bytes_per_view * (len(self) - self.done(view)) // len(self)

    def done(self, view: int) -> int:
        """Count the pictures of a view that are in the cache, the first ones of the table.

        Parameters
        ----------
        view : int
            From 0.

        Returns
        -------
        int
        """
        try:
            return int(json.loads((self._view(view) / _PROGRESS).read_text())["done"])
        except FileNotFoundError:
            return 0

    def _view(self, view):
        return self.path / f"view_{view}"

    def _open(self, view, mode):
        arrays = {}
        for name, shape in self._shapes.items():
            path = self._view(view) / f"{name}.npy"
            new = (np.float16, (len(self), *shape)) if mode == "w+" else ()
            arrays[name] = np.lib.format.open_memmap(path, mode, *new)
        return arrays

    def fill(self, view: int, callback: Callable[[int, int], None] | None = None) -> None:
        """Compute a view of all pictures that are not in the cache yet.

        Parameters
        ----------
        view : int
            Number of the view.
        callback : callable, optional
            Called after each batch with the numbers of pictures done and of all.

        Raises
        ------
        InputError
            If the disk gets full, or cannot be written to.

        Notes
        -----
        Interrupted, the same call goes on where it stopped.
        """
        done = self.done(view)
        if done == len(self):
            return
        try:
            self._view(view).mkdir(parents=True, exist_ok=True)
            arrays = self._open(view, "r" if done else "w+")
            for grey, rgb in self._views.read(view, _BATCH, done):
                features = self._encoder.predict_on_batch(np.asarray(grey))
                rgb = np.asarray(rgb)
                cells = ab_cells((rgb + 1.0) / 2.0, DECODER_STRIDES[0])
                values = [*features[-len(DECODER_STRIDES) :], cells, coarse_ab(rgb)]
                for array, each in zip(arrays.values(), values, strict=True):
                    _write(array, done, np.asarray(each))
                done += len(rgb)
                progress = json.dumps({"done": done, "of": len(self)})
                write_text_atomic(self._view(view) / _PROGRESS, progress, overwrite=True)
                if callback is not None:
                    callback(done, len(self))
        except OSError as error:
            raise InputError(
                f"{self._view(view)}: cannot be written ({error.strerror}); make room, then the "
                "same command goes on"
            ) from None

    def read(
        self, rows: Sequence[int], views: int | Sequence[int]
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Read some pictures.

        Parameters
        ----------
        rows : sequence of int
            Positions in the table.
        views : int or sequence of int
            The view of all of them, or of each.

        Returns
        -------
        features : list of numpy.ndarray
            float32, one for each stride: the shape (rows, side, side, channels).
        ab : numpy.ndarray, shape (rows, side, side, 2)
            float32; a and b of CIE Lab, averaged over squares of the finest stride, for hints.
        target : numpy.ndarray, shape (rows, side, side, 2)
            float32; a and b of the average sRGB of such squares, which is what
            :class:`colorlab.losses.AbCrossEntropy` compares with.

        Raises
        ------
        InputError
            If one of them is not in the cache yet.
        """
        rows = np.asarray(rows)
        views = np.broadcast_to(views, rows.shape)
        found = [np.empty((len(rows), *shape), "float32") for shape in self._shapes.values()]
        for view in np.unique(views):
            places = np.flatnonzero(views == view)
            most, done = rows[places].max(), self.done(view)
            if most >= done or rows.min() < 0:
                raise InputError(
                    f"{self._view(view)}: holds {done} pictures, not number {most}; "
                    "fill the cache first"
                )
            arrays = self._open(view, "r")
            for each, name in zip(found, self._shapes, strict=True):
                each[places] = arrays[name][rows[places]]
        *features, ab, target = found
        return features, ab, target


def _write(array, first, values):
    """Write rows of a mapped array to its file: a full disk would end a process that maps it."""
    with open(array.filename, "r+b") as file:
        file.seek(array.offset + first * array.strides[0])
        file.write(values.astype(array.dtype).data)
        file.flush()
        os.fsync(file.fileno())
