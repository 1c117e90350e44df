"""A data set of one's own: a folder of pictures, packed and listed as the public sets are."""

import os
import pathlib
import zipfile

from colorlab.atomic import open_atomic
from colorlab.datasets.folder import scan
from colorlab.datasets.public.catalog import DataSet
from colorlab.datasets.table import Picture
from colorlab.errors import InputError

__all__ = ["pack"]


def pack(folder: str | os.PathLike, archive: str | os.PathLike) -> DataSet:
    """Pack a folder of pictures into a zip archive, and describe it as a data set.

    Whoever has both can get the pictures with :func:`colorlab.datasets.public.get`, each one
    verified.

    Parameters
    ----------
    folder : path-like
        One sub-folder a category, as :func:`colorlab.datasets.folder.scan` reads it.
    archive : path-like
        The zip archive to write; an existing one is replaced.

    Returns
    -------
    DataSet
        Named after the archive. The files lie in one flat folder there, so their names must differ.

    Raises
    ------
    InputError
        If the folder cannot be used, two pictures have the same name, or the disk refuses.
    """
    archive = pathlib.Path(archive)
    table = scan(folder)
    rows: dict[str, Picture] = {}
    for row in table.pictures:
        name = row.path.rpartition("/")[2]
        if name in rows:
            raise InputError(
                f"{table.folder / row.path}: has the same name as {rows[name].path}; rename one"
            )
        rows[name] = row
    # Stored as they are: pictures are compressed already.
    with open_atomic(archive, overwrite=True) as stream, zipfile.ZipFile(stream, "w") as packed:
        for name, row in rows.items():
            packed.write(table.folder / row.path, f"{archive.stem}/{name}")
    return DataSet(
        name=archive.stem,
        title=f"pictures of {table.folder.name}",
        home="",
        terms="Those of whoever made the pictures.",
        archive=archive.name,
        archive_bytes=archive.stat().st_size,
        unpacked_bytes=sum((table.folder / row.path).stat().st_size for row in rows.values()),
        list_files=lambda: {f"photographs/{row.path}": row.digest for row in rows.values()},
    )
