"""The manifest of an archive: one line a photograph says what became of it, and how.

A line is written before its result appears, in one piece: whenever a process is killed, each result
has its line. What a killed process left of a last line is removed when the next one opens the file.

Taught in :doc:`/book/beyond_one_machine`.
"""

import contextlib
import datetime
import json
import os
import pathlib
import threading
from collections.abc import Iterator
from typing import Any, Self

import filelock

from colorlab.errors import InputError
from colorlab.inference.archive import ArchiveJob

__all__ = ["Manifest", "read_lines"]

_BLOCK = 2**16
_FIRST = b'{"source": "'  # how each line begins


class Manifest:
    """A file of one JSON object a line, to which the results of one process are appended.

    Used in a ``with`` statement. Several processes have a file each.

    Parameters
    ----------
    path : path-like
        New, or what an earlier run wrote.
    facts : dict
        What each line says, such as
        :func:`colorlab.inference.job_settings.made_with` returns.

    Raises
    ------
    InputError
        When it is opened: if it holds something else, cannot be written, or another process writes
        to it.

    Notes
    -----
    A line has ``source`` and ``result``, paths below the two folders; ``source_sha256`` and
    ``result_sha256``; ``seconds``; ``finished``, in UTC; and ``error``, null or the reason why
    there is no result.

    Examples
    --------
    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "manifest.jsonl")
    >>> job = ArchiveJob(pathlib.Path("in"), pathlib.Path("out"), "a.gif", "a.png")
    >>> with Manifest(path, {"model_sha256": "12ab", "settings": {"size": 128}}) as manifest:
    ...     manifest.add(job, {"error": "in/a.gif: is empty, expected a picture"})
    >>> next(read_lines(path))[1]["error"]
    'in/a.gif: is empty, expected a picture'
    """

    def __init__(self, path: str | os.PathLike, facts: dict):
        self.path, self._facts = pathlib.Path(path), facts
        self._turn = threading.Lock()
        # Hidden, so that it is no part of the archive.
        hidden = self.path.parent / f".{self.path.name}.lock"
        self._lock = filelock.FileLock(hidden, timeout=0, thread_local=False)

    def __enter__(self) -> Self:
        """Open the file, and remove what a killed process left of a last line."""
        if self.path.is_dir():
            raise InputError(f"{self.path}: is a folder, expected the name of a manifest")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except filelock.Timeout:
                raise InputError(
                    f"{self.path}: another process writes to it; name a manifest for each process"
                ) from None
            except (OSError, NotImplementedError):  # some network drives do not support locks
                pass
            try:
                self._stream = self._opened()
            except BaseException:
                self._unlock()
                raise
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({error.strerror})") from None
        return self

    def __exit__(self, *exception: Any) -> None:
        """Close the file."""
        self._stream.close()
        self._unlock()

    def _opened(self):
        with contextlib.ExitStack() as stack:
            stream = stack.enter_context(open(self.path, "a+b", buffering=0))
            if not _is_manifest(stream):
                raise InputError(
                    f"{self.path}: is no manifest; name a new file, or one of an earlier run"
                )
            _remove_torn_line(stream)
            stack.pop_all()  # it stays open
        return stream

    def _unlock(self):
        for step in (pathlib.Path(self._lock.lock_file).unlink, self._lock.release):
            with contextlib.suppress(OSError):
                step()

    def add(self, job: ArchiveJob, facts: dict) -> None:
        """Append the line of a photograph; several threads may.

        Parameters
        ----------
        job : ArchiveJob
        facts : dict
            ``source_sha256``, ``result_sha256`` and ``seconds``, or ``error``.

        Raises
        ------
        InputError
            If it cannot be written; what was written of the line is removed.
        """
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        line = {
            "source": job.path,
            "result": job.result,
            **{name: facts.get(name) for name in ("source_sha256", "result_sha256", "seconds")},
            **self._facts,
            "finished": now,
            "error": facts.get("error"),
        }
        rest = memoryview(json.dumps(line).encode() + b"\n")
        with self._turn:
            end = self._stream.seek(0, os.SEEK_END)
            try:
                while rest:
                    rest = rest[self._stream.write(rest) :]
            except OSError as error:
                with contextlib.suppress(OSError):
                    self._stream.truncate(end)
                raise InputError(f"{self.path}: cannot be written ({error.strerror})") from None


def _is_manifest(stream):
    """Tell by its first line, which may be cut short."""
    stream.seek(0)
    first = stream.read(_BLOCK).strip(b"\0")  # which a power failure may leave
    line, end, _ = first.partition(b"\n")
    return _line(line) is not None if end else _FIRST.startswith(first[: len(_FIRST)])


def _remove_torn_line(stream):
    """Cut off what stands behind the last line break."""
    end = stream.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _BLOCK)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != stream.seek(0, os.SEEK_END):
        stream.truncate(end)


def read_lines(path: str | os.PathLike, start: int = 0) -> Iterator[tuple[int, dict | None]]:
    """Read a manifest line by line, also while a process writes to it.

    Parameters
    ----------
    path : path-like
    start : int
        The place in the file where to begin, in bytes.

    Yields
    ------
    place : int
        Where the line begins.
    line : dict or None
        None if it is no line of a manifest, such as a torn one.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            place = stream.seek(start)
            for content in stream:
                yield place, _line(content)
                place += len(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _line(content):
    try:
        line = json.loads(content)
        whole = isinstance(line["source"], str) and isinstance(line["result"], str)
        settings, finished = line["settings"], line["finished"]
        whole = whole and isinstance(settings, dict) and isinstance(finished, str)
        return line if whole and {"model_sha256", "result_sha256", "error"} <= line.keys() else None
    except (ValueError, KeyError, TypeError):
        return None
