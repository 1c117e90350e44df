"""A data set of one's own: a folder of pictures, packed and listed as the public sets are.

Taught in :doc:`/notebooks/01_data`.
"""

import os
import pathlib
import zipfile

from colorlab.datasets.catalog import DataSet
from colorlab.datasets.disk import writing
from colorlab.datasets.folder import scan
from colorlab.errors import InputError

__all__ = ["pack"]


def pack(folder, archive):
    """Pack a folder of pictures into a zip archive, and describe it for the catalogue.

    Whoever has both can get the pictures with :func:`colorlab.datasets.acquire.get`, each one
    verified.

    Parameters
    ----------
    folder : path-like
        One sub-folder a category, as :func:`colorlab.datasets.folder.scan` reads it.
    archive : path-like
        The zip archive to write.

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
    rows = {}
    for row in table.pictures:
        name = row.path.rpartition("/")[2]
        if name in rows:
            raise InputError(
                f"{table.folder / row.path}: has the same name as {rows[name].path}; rename one"
            )
        rows[name] = row
    temporary = archive.with_name(f".{archive.name}.{os.getpid()}.part")
    with writing(archive):
        try:
            # Stored as they are: pictures are packed already.
            with zipfile.ZipFile(temporary, "w") as packed:
                for name, row in rows.items():
                    packed.write(table.folder / row.path, f"{archive.stem}/{name}")
            os.replace(temporary, archive)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return DataSet(
        name=archive.stem,
        title=f"pictures of {table.folder.name}",
        home="",
        terms="Those of whoever made the pictures.",
        archive=archive.name,
        addresses=(),
        archive_bytes=archive.stat().st_size,
        unpacked_bytes=sum((table.folder / row.path).stat().st_size for row in rows.values()),
        picture_size=(table.pictures[0].width, table.pictures[0].height),
        read_digests=lambda: {name: row.digest for name, row in rows.items()},
        category_of=lambda name: rows[name].category,
    )
