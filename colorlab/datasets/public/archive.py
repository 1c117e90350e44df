"""Pictures out of a zip archive or a folder: only those of the set, each one verified.

An archive decides neither where a file goes nor how large it is: names are looked up in the
catalogue, at most two megabytes are read of each picture, and everything else stays packed.
"""

import codecs
import contextlib
import functools
import hashlib
import io
import lzma
import os
import pathlib
import struct
import warnings
import zipfile
import zlib

from PIL import Image

from colorlab.checksum import sha256_of
from colorlab.datasets.public.disk import disk_errors
from colorlab.errors import InputError

__all__ = ["RefusedArchive", "open_source", "unpack"]

_LARGEST_PICTURE = 2_000_000
_JPEG_END = b"\xff\xd9"
# What zipfile and its decoders raise on damaged files.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
)


class RefusedArchive(InputError):
    """The archive is not the published one, or not whole."""


@contextlib.contextmanager
def open_source(data_set, path):
    """Open the archive of a set, a folder with the archive, or a folder of its pictures.

    Parameters
    ----------
    data_set : DataSet
    path : pathlib.Path

    Yields
    ------
    dict of str to callable
        Of each picture that is there its name, and a function that opens it.

    Raises
    ------
    RefusedArchive
        If the archive is not the published one.
    """
    names = (data_set.archive, *(address.rpartition("/")[2] for address in data_set.addresses))
    path = next((path / name for name in names if os.path.isfile(path / name)), path)
    if os.path.isdir(path):
        yield dict(_walk(data_set, path))
        return
    with _open_zip(path) as archive:
        _compare_md5(data_set, path)
        files = ((entry.filename.rpartition("/")[2], entry) for entry in archive.infolist())
        yield {
            name: functools.partial(archive.open, entry)
            for name, entry in files
            if name in data_set.paths
        }


def _walk(data_set, folder):
    """Find the pictures of a set in a folder, at any depth."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = pathlib.Path(place, name)
            if name in data_set.paths and os.path.isfile(path):
                yield name, functools.partial(open, path, "rb")


def _open_zip(path):
    try:
        with open(path, "rb") as file:
            head = file.read(64)
        if head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
            raise RefusedArchive(
                f"{path}: is a web page, not a zip archive: the server wanted a log-in or had used "
                "up its quota; fetch it again later, or from another address"
            )
        return zipfile.ZipFile(path)
    except RefusedArchive:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except _UNREADABLE:
        raise RefusedArchive(
            f"{path}: is not a whole zip archive; fetch it again, the download may have broken off"
        ) from None


def _compare_md5(data_set, path):
    if data_set.archive_md5 is None:
        return
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != data_set.archive_md5:
        raise RefusedArchive(
            f"{path}: is not the published archive (its MD5 is {found}, expected "
            f"{data_set.archive_md5}); fetch it again, or unpack it and name the folder"
        )


def unpack(data_set, pictures, names, folder, progress):
    """Copy pictures out of what :func:`open_source` yields into a folder, each one verified.

    The published SHA-256 of a file decides; without one, the file must be a complete JPEG of the
    set's size.

    Parameters
    ----------
    data_set : DataSet
    pictures : dict of str to callable
        What :func:`open_source` yields.
    names : list of str
        Of the pictures that are wanted.
    folder : pathlib.Path
    progress : callable
        Called with ``unpacked``, the number of pictures so far, and that of all.

    Returns
    -------
    digests : dict of str to str
        The SHA-256 of each picture that was copied, by its name.
    wrong : set of str
        Names of those with other contents than published.
    """
    digests, wrong = {}, set()
    for number, name in enumerate(names, start=1):
        data = _read(pictures[name]) if name in pictures else b""
        digest = sha256_of(data)
        if digest == data_set.digests[name] or (
            data_set.digests[name] is None and _is_jpeg(data, data_set.picture_size)
        ):
            digests[name] = digest
            path = folder / data_set.paths[name]
            with disk_errors(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        elif name in pictures:
            wrong.add(name)
        progress("unpacked", number, len(names))
    return digests, wrong


def _read(open_picture):
    try:
        with open_picture() as file:
            return file.read(_LARGEST_PICTURE)
    except _UNREADABLE:
        return b""


def _is_jpeg(data, size):
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(data), formats=["JPEG"]) as picture,
        ):
            return picture.size == size and data.rstrip(b"\0").endswith(_JPEG_END)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
