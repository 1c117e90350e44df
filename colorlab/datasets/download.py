"""Fetch one file over a network that breaks: several addresses, resumed where it broke off.

Taught in :doc:`/book/data_and_licences`.
"""

import codecs
import dataclasses
import hashlib
import http
import http.client
import json
import os
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
import urllib3

from colorlab import __version__
from colorlab.datasets.disk import write_whole, writing
from colorlab.errors import InputError

__all__ = ["NoAddressWorks", "Patience", "fetch"]

_BLOCK = 1 << 16
_TRY_LATER = (408, 425, 429)


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long to put up with a bad connection.

    Attributes
    ----------
    tries : int
        How often in a row an address may fail without a new byte.
    silence : float
        Seconds without a byte after which a connection counts as broken.
    slowest : int
        Bytes a second; an address that stays below this for ``window`` seconds is given up.
    window : float
        Seconds.
    wait : callable
        Waits for some seconds.
    clock : callable
        Returns the time in seconds.
    """

    tries: int = 4
    silence: float = 30
    slowest: int = 2_000
    window: float = 60
    # By a factory, or the book would list the two functions as methods of this class.
    wait: Callable[[float], None] = dataclasses.field(default_factory=lambda: time.sleep)
    clock: Callable[[], float] = dataclasses.field(default_factory=lambda: time.monotonic)


class NoAddressWorks(InputError):
    """None of the addresses gave the file; the message has the reason for each."""


class _Refused(Exception):
    """The address will not give the file; another one may."""


class _Broken(Exception):
    """It went wrong; the next time it may go well."""

    def __init__(self, reason, wait=0):
        super().__init__(reason)
        self.wait = wait


class _Part:
    """What has arrived from an address, and what the server said about the whole."""

    def __init__(self, target, address):
        # What came from one address is never continued from another: the files may differ.
        mark = hashlib.sha256(address.encode()).hexdigest()[:8]
        self.path = target.with_name(f"{target.name}.{mark}.part")
        self._notes = target.with_name(f"{target.name}.{mark}.json")
        self.total = self.validator = self.most = None
        try:
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
            self.total, self.validator = notes["total"], notes["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            self.delete()  # nobody knows what the bytes belong to

    def size(self):
        return self.path.stat().st_size if self.path.exists() else 0

    def begin(self, response):
        """Start anew with the answer of a server."""
        self.delete()
        length = response.headers.get("Content-Length", "")
        tag = response.headers.get("ETag", "")
        self.total = int(length) if length.isdecimal() else None
        # A weak tag does not promise equal bytes, so it cannot be used to continue.
        strong = tag if tag.startswith('"') else None
        self.validator = strong or response.headers.get("Last-Modified")
        notes = {"total": self.total, "validator": self.validator}
        write_whole(self._notes, json.dumps(notes).encode())

    def delete(self):
        with writing(self.path):
            self.path.unlink(missing_ok=True)
            self._notes.unlink(missing_ok=True)


def fetch(addresses, target, verify, begins=b"", most=None, progress=None, patience=None):
    """Fetch a file from the first address that has it.

    Each address is tried until it refuses, sends something else, or fails several times in a row
    without a new byte. An interrupted download is continued where the server allows it, also by a
    later call. The file gets its name only when it is whole and verified.

    Parameters
    ----------
    addresses : sequence of str
        Tried in turn. Proxies are taken from the usual environment variables.
    target : pathlib.Path
        The file to make, in a folder that exists. If it is there and good, nothing is fetched.
    verify : callable
        Is given the path of what arrived, and raises `InputError` if that is not the file.
    begins : bytes
        What the file begins with, so that a web page in its place is noticed at once.
    most : int, optional
        Bytes beyond which what comes is not the file, and an address is given up.
    progress : callable, optional
        Is given the number of bytes that are here, and of all, or None if that is not known.
    patience : Patience, optional

    Returns
    -------
    str
        The address that worked, or the name of the file if it was there.

    Raises
    ------
    NoAddressWorks
        With the reason for each.
    InputError
        If the disk refuses.
    """
    patience = patience or Patience()
    progress = progress or (lambda done, total: None)
    if target.exists():
        try:
            verify(target)
            return target.name
        except InputError:
            with writing(target):
                target.unlink()
    reasons, parts = [], []
    for address in dict.fromkeys(addresses):
        part = _Part(target, address)
        parts.append(part)
        try:
            part.most = most
            _fetch_from(address, part, verify, begins, progress, patience)
        except _Refused as refusal:
            reasons.append(f"{_shown(address)} {refusal}")
        else:
            with writing(target):
                os.replace(part.path, target)
            for each in parts:
                each.delete()
            return _shown(address)
    raise NoAddressWorks(
        f"{target.name}: no address works: {'; '.join(reasons) or 'none is known'}"
    )


def _shown(address):
    """Leave out what may be secret: user, password and query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _fetch_from(address, part, verify, begins, progress, patience):
    for _ in range(2):
        resumed = _download(address, part, begins, progress, patience)
        try:
            verify(part.path)
            return
        except InputError as error:
            reason = str(error).removeprefix(f"{part.path}: ")
            part.delete()
        # Perhaps the pieces did not belong together: once more, in one piece.
        if not resumed:
            break
    raise _Refused(f"sent something else than the file ({reason})")


def _download(address, part, begins, progress, patience):
    """Get all bytes; return whether they came in several pieces."""
    failures, most, resumed = 0, part.size(), False
    while True:
        resumed = resumed or part.size() > 0
        try:
            _attempt(address, part, begins, progress, patience)
            return resumed
        except _Broken as reason:
            # A server that starts over each time makes no progress by sending the same bytes.
            failures = 0 if part.size() > most else failures + 1
            most = max(most, part.size())
            if failures >= patience.tries:
                raise _Refused(f"{reason}, {failures} times in a row") from None
            patience.wait(max(reason.wait, 2**failures))


def _attempt(address, part, begins, progress, patience):
    start = part.size()
    if start and start == part.total:
        return
    headers = {"User-Agent": f"colorlab/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if part.validator:
            headers["If-Range"] = part.validator
    with _ask(address, headers, patience) as response:
        start = _where_it_begins(response, part, start)
        _receive(response, part, start, begins, progress, patience)


def _ask(address, headers, patience):
    try:
        return requests.get(address, headers=headers, stream=True, timeout=patience.silence)
    except requests.TooManyRedirects:
        raise _Refused("redirects without end") from None
    except requests.exceptions.InvalidProxyURL:
        raise _Refused("cannot be asked through the proxy; check HTTPS_PROXY") from None
    except requests.exceptions.SSLError:
        raise _Refused("has a certificate that cannot be trusted") from None
    except requests.exceptions.ProxyError:
        raise _Broken("cannot be reached through the proxy; check HTTPS_PROXY") from None
    except requests.Timeout:
        raise _Broken("does not answer") from None
    except ValueError:  # requests' ways to say that an address is none
        raise _Refused("is not, or leads to, a web address that can be used") from None
    except requests.RequestException:
        raise _Broken("cannot be reached") from None


def _where_it_begins(response, part, start):
    """Return the position of the first byte of an answer."""
    status = response.status_code
    if status == 200:
        part.begin(response)
        return 0
    if status == 206 and start:
        pattern = rf"bytes {start}-\d+/(\*|{part.total or '[0-9]+'})"
        if re.fullmatch(pattern, response.headers.get("Content-Range", "")):
            return start
    if status in (206, 416):
        part.delete()
        raise _Broken("sends another part than the one that was asked for")
    try:
        answer = f"answers {status} ({http.HTTPStatus(status).phrase})"
    except ValueError:
        answer = f"answers {status}"
    if status in _TRY_LATER or status >= 500:
        later = response.headers.get("Retry-After", "")
        raise _Broken(answer, min(int(later), 60) if later.isdecimal() else 0)
    raise _Refused(answer)


def _receive(response, part, start, begins, progress, patience):
    """Write the bytes of an answer as they come."""
    done, head = start, b""
    mark, mark_time = done, patience.clock()
    progress(done, part.total)
    _refuse_too_much(part, max(done, part.total or 0))
    with writing(part.path):
        file = open(part.path, "ab", buffering=0)
    with file:
        while True:
            try:
                # As much as there is: to wait for a full block would hide how slow a server is.
                block = response.raw.read1(_BLOCK, decode_content=False)
            except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError):
                raise _Broken(f"broke off after {done:,} bytes") from None
            if not block:
                if part.total is not None and done != part.total:
                    raise _Broken(f"broke off after {done:,} bytes")
                return
            if start == 0 and len(head) < len(begins):
                head = (head + block)[: len(begins)]
                if not begins.startswith(head):
                    part.delete()
                    raise _Refused(_what_came_instead(head))
            with writing(part.path):
                rest = memoryview(block)
                while rest:
                    rest = rest[file.write(rest) :]
            done += len(block)
            _refuse_too_much(part, done)
            progress(done, part.total)
            now = patience.clock()
            if now - mark_time >= patience.window:
                if done - mark < patience.slowest * (now - mark_time):
                    raise _Refused(f"is too slow (below {patience.slowest:,} bytes a second)")
                mark, mark_time = done, now


def _refuse_too_much(part, size):
    """Give an address up that would fill the disk with something else."""
    if part.most is not None and size > part.most:
        part.delete()
        raise _Refused(f"sends more than {part.most:,} bytes, which is not the file")


def _what_came_instead(head):
    if head.removeprefix(codecs.BOM_UTF8[: len(head)]).lstrip()[:1] in (b"<", b""):
        return "sends a web page in place of the file (a log-in, an error, or a quota used up)"
    return "sends something else than the file"
