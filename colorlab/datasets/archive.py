"""What a reader has: a zip archive or a folder that somebody else made, opened with care.

Nothing in an archive decides where a file goes: names are looked up in the catalogue, and
everything else stays in the archive. An archive that tries more is refused as a whole.

Taught in :doc:`/book/data_and_licences`.
"""

import codecs
import contextlib
import hashlib
import lzma
import os
import pathlib
import re
import stat
import struct
import zipfile
import zlib

from rich.filesize import decimal

from colorlab.errors import InputError

__all__ = ["ZIP_BEGINS", "open_source", "require_source"]

#: First bytes of a zip archive.
ZIP_BEGINS = b"PK\x03\x04"

_LARGEST_PICTURE = 2_000_000
_SPARE_BYTES = 100_000_000
_SPARE_ENTRIES = 10_000
# What zipfile and the decoders below it raise on damaged files.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
)


class _Zip:
    """The pictures of a set in a zip archive."""

    sealed = True  # by the checksum of each entry, at least

    def __init__(self, data_set, path):
        self._zip = _open_zip(path)
        self.entries = {}
        try:
            self._look(data_set, path)
        except InputError:
            self.close()
            raise

    def _look(self, data_set, path):
        _refuse_bombs(self._zip.infolist(), data_set, path)
        for entry in self._zip.infolist():
            _refuse_tricks(entry, path)
            name = entry.filename.rpartition("/")[2]
            if name in data_set.digests and not entry.is_dir():
                if entry.file_size > _LARGEST_PICTURE:
                    raise InputError(
                        f"{path}: is refused: {entry.filename} would unpack to "
                        f"{decimal(entry.file_size)}, too much for a picture of this set"
                    )
                self.entries.setdefault(name, []).append(entry)

    def read(self, entry):
        """Return the bytes of an entry, or None if they are damaged."""
        try:
            with self._zip.open(entry) as file:
                return file.read(_LARGEST_PICTURE)
        except _UNREADABLE:
            return None

    def close(self):
        self._zip.close()


class _Folder:
    """The pictures of a set in a folder, at any depth."""

    sealed = False

    def __init__(self, data_set, path):
        self.entries = {}
        for place, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in names:
                path = pathlib.Path(place, name)
                if name in data_set.digests and os.path.isfile(path):
                    self.entries.setdefault(name, []).append(path)

    def read(self, entry):
        """Return the bytes of a file, or None if it cannot be read."""
        try:
            with entry.open("rb") as file:
                return file.read(_LARGEST_PICTURE)
        except OSError:
            return None

    def close(self):
        pass


def _open_zip(path):
    try:
        with path.open("rb") as file:
            head = file.read(64)
        if head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
            raise InputError(
                f"{path}: is a web page, not a zip archive: the server wanted a log-in or had used "
                "up its quota; fetch it again later, or from another address"
            )
        return zipfile.ZipFile(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except _UNREADABLE:
        raise InputError(
            f"{path}: is not a whole zip archive; fetch it again, the download may have broken off"
        ) from None


def _refuse_bombs(entries, data_set, path):
    """Look at what the archive declares; nothing beyond it is ever unpacked."""
    if len(entries) > 2 * data_set.count + _SPARE_ENTRIES:
        raise InputError(
            f"{path}: is refused: holds {len(entries):,} files, {data_set.name} has "
            f"{data_set.count:,}"
        )
    total = sum(entry.file_size for entry in entries)
    if total > 2 * data_set.unpacked_bytes + _SPARE_BYTES:
        raise InputError(
            f"{path}: is refused: would unpack to {decimal(total)}, {data_set.name} has about "
            f"{decimal(data_set.unpacked_bytes)}"
        )


def _refuse_tricks(entry, path):
    # zipfile cleans names as it reads them; the name as it was written is the one to judge.
    name = entry.orig_filename.replace("\\", "/")
    if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
        raise InputError(f"{path}: is refused: {entry.orig_filename!r} would leave the folder")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InputError(f"{path}: is refused: {entry.filename!r} is a link, not a file")
    if entry.flag_bits & 1:
        raise InputError(f"{path}: is refused: {entry.filename!r} is encrypted")


def _zip_in(data_set, folder):
    """Find the set's archive in a folder, under any of the names it is known by."""
    names = [data_set.archive, *(address.rpartition("/")[2] for address in data_set.addresses)]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    return folder


def require_source(data_set, path):
    """Make sure that there is a file or a folder at a path.

    Parameters
    ----------
    data_set : DataSet
    path : pathlib.Path

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    InputError
        If there is nothing, or something else such as a pipe.
    """
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{path}: no such file or folder; expected {data_set.archive}, or a folder"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise InputError(f"{path}: is a pipe or a device; expected {data_set.archive}, or a folder")
    return path


@contextlib.contextmanager
def open_source(data_set, path, verify=True):
    """Open what a reader has: the zip archive, a folder with it, or a folder of the pictures.

    Parameters
    ----------
    data_set : DataSet
    path : pathlib.Path
    verify : bool
        Whether to compare the archive with its published checksum, if there is one.

    Yields
    ------
    object
        For :func:`colorlab.datasets.unpack.unpack`.

    Raises
    ------
    InputError
        If there is nothing at the path, no zip archive, not the published one, or one that is
        made to do harm.
    """
    require_source(data_set, path)
    path = _zip_in(data_set, path) if path.is_dir() else path
    if path.is_dir():
        source = _Folder(data_set, path)
    else:
        source = _Zip(data_set, path)
        if verify:
            _compare_archive(data_set, path)
    try:
        if not source.entries:
            example = min(data_set.digests)
            raise InputError(
                f"{path}: holds no picture of {data_set.name}; expected files named as "
                f"published, such as {example}"
            )
        yield source
    finally:
        source.close()


def _compare_archive(data_set, path):
    if data_set.archive_md5 is None:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != data_set.archive_md5:
        raise InputError(
            f"{path}: is not the published archive (its MD5 is {found}, expected "
            f"{data_set.archive_md5}); fetch it again, or unpack it and name the folder"
        )
