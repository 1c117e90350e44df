"""Features of a frozen encoder, computed once and kept on disk.

While the weights of an encoder are frozen, its features of a picture are the same in every epoch.
They are computed once and stored in half precision, so that training only runs the decoder. Each
picture is stored in several views, the central square and random crops, every second one mirrored,
to prevent overfitting of the decoder.

Taught in :doc:`/notebooks/08_borrowed_eyes`.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
from collections.abc import Callable, Sequence

import numpy as np

from colorlab import color
from colorlab.atomic import write_text_atomic
from colorlab.errors import InputError
from colorlab.training.views import ab_cells, make_view

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
    table : colorlab.datasets.table.PictureTable
    encoder : keras.Model
        From grey in the signed range to a list of features.
    strides : sequence of int
        The encoder's strides to keep, of its last outputs.
    image_size : int
        Side of the views in pixels, a multiple of the largest stride.
    seed : int
        Of the random crops.

    Attributes
    ----------
    path : pathlib.Path
        The sub-folder. Other pictures, another encoder, size or seed: another folder.

    Raises
    ------
    InputError
        If the size is no multiple of the largest stride.

    Notes
    -----
    A view of 160 pixels by Lite2 takes 157 kB. Arrays are memory-mapped: memory does not grow with
    their number. A crop depends on the seed, the view and the picture's own bytes alone.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        table,
        encoder,
        strides: Sequence[int] = (4, 8, 16, 32),
        image_size: int = 160,
        seed: int = 0,
    ):
        if image_size % max(strides):
            raise InputError(f"image_size must be a multiple of {max(strides)}, got {image_size}")
        self._table, self._encoder = table, encoder
        self._strides, self._size, self._seed = tuple(strides), image_size, seed
        origin = [table.fingerprint, encoder_hash(encoder), *self._strides, image_size, seed]
        key = hashlib.sha256(" ".join(map(str, origin)).encode()).hexdigest()
        self.path = pathlib.Path(folder) / key[:16]

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

    def _shapes(self):
        outputs = self._encoder.outputs[-len(self._strides) :]
        for stride, output in zip(self._strides, outputs, strict=True):
            side = self._size // stride
            yield f"features_{stride}", (side, side, int(output.shape[-1]))
        yield "ab", (self._size // self._strides[0],) * 2 + (2,)

    def _open(self, view, mode):
        arrays = {}
        for name, shape in self._shapes():
            path = self._view(view) / f"{name}.npy"
            if mode == "w+":
                new = (mode, np.float16, (len(self._table), *shape))
                arrays[name] = np.lib.format.open_memmap(path, *new)
            else:
                arrays[name] = np.lib.format.open_memmap(path, mode)
        return arrays

    def fill(self, view: int, callback: Callable[[int, int], None] | None = None) -> None:
        """Compute a view of all pictures that are not in the cache yet.

        Parameters
        ----------
        view : int
            Number of the view, see :func:`make_view`.
        callback : callable, optional
            Called after each batch with the numbers of pictures done and of all.

        Notes
        -----
        Interrupted, the same call goes on where it stopped.
        """
        done, count = self.done(view), len(self._table)
        if done == count:
            return
        self._view(view).mkdir(parents=True, exist_ok=True)
        arrays = self._open(view, "r+" if done else "w+")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            while done < count:
                rows = range(done, min(done + _BATCH, count))
                pairs = list(pool.map(lambda row: self._read(row, view), rows))
                features = self._encoder.predict_on_batch(np.stack([grey for grey, _ in pairs]))
                place = slice(rows.start, rows.stop)
                for stride, each in zip(
                    self._strides, features[-len(self._strides) :], strict=True
                ):
                    arrays[f"features_{stride}"][place] = np.asarray(each)
                arrays["ab"][place] = np.stack([ab for _, ab in pairs])
                for array in arrays.values():
                    array.flush()
                done = rows.stop
                progress = json.dumps({"done": done, "of": count})
                write_text_atomic(self._view(view) / _PROGRESS, progress, overwrite=True)
                if callback is not None:
                    callback(done, count)

    def _read(self, row, view):
        picture = self._table.pictures[row]
        rng = np.random.default_rng([self._seed, view, int(picture.digest[:12], 16)])
        rgb = make_view(self._table.read(row), view, self._size, rng)
        grey = color.levels_to_signed(color.grey(rgb.astype("float32")))
        return np.asarray(grey), ab_cells(rgb, self._strides[0])

    def read(self, rows: Sequence[int], view: int) -> tuple[list[np.ndarray], np.ndarray]:
        """Read some pictures of a view.

        Parameters
        ----------
        rows : sequence of int
            Positions in the table.
        view : int

        Returns
        -------
        features : list of numpy.ndarray
            float32, one for each stride: the shape (rows, side, side, channels).
        ab : numpy.ndarray, shape (rows, side, side, 2)
            float32; a and b of CIE Lab at the finest stride.

        Raises
        ------
        InputError
            If one of them is not in the cache yet.
        """
        rows = np.asarray(rows)
        if len(rows) and (rows.max() >= self.done(view) or rows.min() < 0):
            raise InputError(
                f"{self._view(view)}: holds {self.done(view)} pictures, not number {rows.max()}; "
                "fill the cache first"
            )
        arrays = self._open(view, "r")
        *features, ab = (arrays[name][rows].astype("float32") for name, _ in self._shapes())
        return features, ab
