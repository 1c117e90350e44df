"""What is known of the pictures of a folder, kept so that a second look at it takes no time.

A table needs every picture decoded once. Its rows are kept in the cache folder, beside each file's
size and times; a file that still has the same is not read again.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib
import hashlib
import io
import json
import os
import pathlib
import zipfile

import numpy as np

from colorlab import __version__
from colorlab.atomic import open_atomic
from colorlab.cache import cache_folder
from colorlab.errors import InputError

__all__ = ["TableCache"]

# To be raised when the rows of an unchanged file would be others.
_FORMAT = 1
_MOST_TABLES = 20  # of 4,600 pictures, some 14 MB each


class TableCache:
    """The rows that were read of a folder before.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of pictures; its rows lie in ``tables/`` of
        :func:`colorlab.cache.cache_folder`, under a hash of its absolute path. The tables of the
        20 folders written last are kept.
    """

    def __init__(self, folder: pathlib.Path):
        name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
        self._path = cache_folder() / "tables" / f"{name}.npz"
        self._known = self._read()

    def _read(self):
        # The cache can be made again: whatever is wrong with it, the pictures are read.
        try:
            with open(self._path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
                content = json.loads(file["rows"].tobytes())
                descriptors = file["descriptors"]
            if content["made_by"] != [_FORMAT, __version__]:
                return {}
            return {
                path: (stamp, {**fields, "descriptor": descriptor})
                for (path, stamp, fields), descriptor in zip(
                    content["rows"], descriptors, strict=True
                )
            }
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return {}

    @staticmethod
    def stamp(path: pathlib.Path) -> list[int]:
        """Return what changes with a file: size in bytes, and times in nanoseconds.

        Parameters
        ----------
        path : pathlib.Path

        Returns
        -------
        list of int
        """
        facts = path.stat()
        return [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]

    def find(self, path: str, stamp: list[int]) -> dict | None:
        """Look a picture up.

        Parameters
        ----------
        path : str
            As in the table.
        stamp : list of int
            Of the file as it is now, see :meth:`stamp`.

        Returns
        -------
        dict or None
            The fields of its :class:`colorlab.datasets.table.Picture`; None if the file is new or
            has changed.
        """
        known, fields = self._known.get(path, (None, None))
        return fields if known == stamp else None

    def write(self, rows: dict[str, tuple[list[int], dict]]) -> None:
        """Keep rows for the next time, besides those that are known.

        Parameters
        ----------
        rows : dict
            Of stamp and fields, by path.
        """
        everything = self._known | rows
        texts = [
            [path, stamp, {name: value for name, value in fields.items() if name != "descriptor"}]
            for path, (stamp, fields) in everything.items()
        ]
        content = json.dumps({"made_by": [_FORMAT, __version__], "rows": texts})
        buffer = io.BytesIO()
        np.savez(
            buffer,
            rows=np.frombuffer(content.encode(), "uint8"),
            descriptors=np.stack([fields["descriptor"] for _, fields in everything.values()]),
        )
        # A folder that cannot be written to costs time, and nothing else.
        with contextlib.suppress(InputError, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open_atomic(self._path, overwrite=True) as stream:
                stream.write(buffer.getbuffer())
            self._remove_oldest()

    def _remove_oldest(self):
        written = {path: path.stat().st_mtime_ns for path in self._path.parent.glob("*.npz")}
        for path in sorted(written, key=written.__getitem__)[:-_MOST_TABLES]:
            path.unlink()
