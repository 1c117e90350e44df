"""Photographs and results in object storage, such as S3, through the package fsspec.

A file is read whole, and a result appears whole: it is written in one request.

Taught in :doc:`/book/beyond_one_machine`.
"""

import contextlib
import dataclasses
import functools
import os
import pathlib
import urllib.parse
from collections.abc import Iterator
from typing import Any

from colorlab.errors import InputError
from colorlab.extras import MissingExtra

__all__ = ["RemotePath", "require_name", "to_path"]


def require_name(name: str) -> str:
    """Refuse the empty name of a file or folder, which would be the working folder.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        The name.

    Raises
    ------
    InputError

    Examples
    --------
    >>> require_name("")
    Traceback (most recent call last):
    colorlab.errors.InputError: the name of a file or folder is empty; is a variable unset?
    """
    if not name:
        raise InputError("the name of a file or folder is empty; is a variable unset?")
    return name


def to_path(text: "str | os.PathLike | RemotePath") -> "pathlib.Path | RemotePath":
    """Return the place that an argument names.

    Parameters
    ----------
    text : path-like or RemotePath
        A path of this machine, or a URL that fsspec knows, such as ``s3://bucket/album``.

    Returns
    -------
    pathlib.Path or RemotePath

    Raises
    ------
    InputError
        If it is empty.

    Examples
    --------
    >>> to_path("s3://bucket/album/") / "1920/a.jpg"
    RemotePath(url='s3://bucket/album/1920/a.jpg')
    >>> to_path("file:///srv/my%20album").as_posix()
    '/srv/my album'
    """
    if isinstance(text, RemotePath):
        return text
    text = require_name(os.fspath(text))
    if text.startswith("file://"):
        return pathlib.Path(urllib.parse.unquote(text.removeprefix("file://")))
    return RemotePath(text.rstrip("/")) if "://" in text else pathlib.Path(text)


@contextlib.contextmanager
def _errors_of(url, missing="no such file; check the path"):
    """Turn the errors of fsspec and of its storages, which have no common class, into one line."""
    try:
        yield
    except InputError:
        raise
    except ModuleNotFoundError as error:
        raise (MissingExtra.of(error) or InputError(f"{url}: {error}")) from None
    except FileNotFoundError:
        raise InputError(f"{url}: {missing}") from None
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{url}: cannot be reached ({reason})") from None


@functools.lru_cache(maxsize=16)
def _storage(protocol):
    import fsspec

    # Listings are read once, and a cache of them would grow with the archive.
    return fsspec.filesystem(protocol, use_listings_cache=False)


@dataclasses.dataclass(frozen=True)
class RemotePath:
    """A file or a folder that fsspec reaches.

    Attributes
    ----------
    url : str
        Without ``/`` at its end.
    """

    url: str

    def __truediv__(self, path: str) -> "RemotePath":
        """Return what lies below a folder."""
        return self if path == "." else RemotePath(f"{self.url}/{path}")

    def __str__(self) -> str:
        """Return the URL."""
        return self.url

    @property
    def name(self) -> str:
        """The last part."""
        return self.url.rpartition("/")[2]

    @property
    def parent(self) -> "RemotePath":
        """The folder."""
        return RemotePath(self.url.rpartition("/")[0])

    def _open(self) -> tuple[Any, str]:
        storage = _storage(self.url.partition("://")[0])
        return storage, storage._strip_protocol(self.url)

    def read(self) -> bytes:
        """Read a file.

        Returns
        -------
        bytes

        Raises
        ------
        InputError
            If there is none, or the storage cannot be reached.
        """
        with _errors_of(self.url):
            storage, path = self._open()
            return storage.cat_file(path)

    def write(self, content: Any) -> None:
        """Write a file in one request.

        Parameters
        ----------
        content : bytes-like

        Raises
        ------
        InputError
            If the storage cannot be reached or refuses.
        """
        with _errors_of(self.url, "cannot be written; is there such a bucket?"):
            storage, path = self._open()
            storage.pipe_file(path, bytes(content))

    def exists(self) -> bool:
        """Tell whether there is a file or a folder.

        Returns
        -------
        bool

        Raises
        ------
        InputError
            If the storage cannot be reached.
        """
        with _errors_of(self.url):
            storage, path = self._open()
            storage.invalidate_cache(path)
            try:
                storage.info(path)
            except FileNotFoundError:
                return False
            return True

    def file_names(self) -> set[str]:
        """List the files of a folder; one that is not there has none.

        Returns
        -------
        set of str

        Raises
        ------
        InputError
            If the storage cannot be reached.
        """
        with _errors_of(self.url):
            storage, path = self._open()
            try:
                found = storage.ls(path, detail=True, refresh=True)
            except FileNotFoundError:
                return set()
            return {each["name"].rpartition("/")[2] for each in found if each["type"] == "file"}

    def walk(self) -> Iterator[tuple[str, list[str]]]:
        """List a folder and all folders below it, but for hidden ones.

        Yields
        ------
        place : str
            Below this folder; ``.`` for this folder.
        names : list of str
            Of its files that are not hidden, sorted.

        Raises
        ------
        InputError
            If there is no such folder, or the storage cannot be reached.
        """
        with _errors_of(self.url):
            storage, root = self._open()
            if not storage.isdir(root):
                raise InputError(f"{self.url}: is no folder; name the folder of the photographs")
            # Its own method `walk` leaves out folders that it cannot list, without a word.
            waiting = [root]
            while waiting:
                place = waiting.pop()
                names: dict[bool, list[str]] = {True: [], False: []}
                for each in storage.ls(place, detail=True):
                    path = each["name"].rstrip("/")
                    name = path.rpartition("/")[2]
                    # S3 may list the folder itself, too.
                    if path.strip("/") != place.strip("/") and not name.startswith("."):
                        names[each["type"] == "directory"].append(name)
                yield place.removeprefix(root).strip("/") or ".", sorted(names[False])
                waiting += [f"{place.rstrip('/')}/{name}" for name in sorted(names[True])[::-1]]
