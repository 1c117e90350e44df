"""Download one file over an unreliable network: several addresses, resumed after interruptions.

Nothing is assumed about the servers. A part is continued from any address; whether the pieces
belong together is for the verification of the whole file to say.
"""

import http
import http.client
import os
import time
from urllib.parse import urlsplit

from colorlab import __version__
from colorlab.datasets.public.archive import RefusedArchive
from colorlab.datasets.public.disk import disk_errors
from colorlab.errors import InputError
from colorlab.extras import MissingExtra

__all__ = ["fetch"]

_BLOCK = 1 << 16
_TIMEOUT = 30  # seconds without a byte
_SPARE_BYTES = 10_000_000  # the size in the catalogue is approximate
_ATTEMPTS = 4  # failures in a row without a new byte
_TRANSIENT = (408, 425, 429)
_wait = time.sleep


class _Refused(Exception):
    """The address will not give the file; another one may."""


class _Interrupted(Exception):
    """The next attempt may go well, after a number of seconds."""

    def __init__(self, reason, wait=0):
        super().__init__(reason)
        self.wait = wait


def fetch(data_set, target, use, progress):
    """Download the archive of a set from the first address that has it, and use it.

    Each address is tried until it refuses, sends another file, or fails four times in a row
    without a new byte. An interrupted download is continued, also by a later call.

    Parameters
    ----------
    data_set : DataSet
    target : pathlib.Path
        Where the archive goes. If it is there and can be used, nothing is downloaded.
    use : callable
        Called with the path of the complete archive. Raises `RefusedArchive` if it is not right.
    progress : callable
        Called with ``"fetched"``, the number of bytes that are here, and of all or None.

    Returns
    -------
    result : object
        What ``use`` returned.
    address : str
        The address that worked, or the name of the archive if it was there.
    """
    part = target.with_name(f"{target.name}.part")
    limit = 2 * data_set.archive_bytes + _SPARE_BYTES
    reasons = []
    if target.exists():
        try:
            return use(target), target.name
        except RefusedArchive:
            _delete(target)
    for address in data_set.all_addresses():
        try:
            return _fetch_from(address, part, target, use, limit, progress), _shown(address)
        except _Refused as refusal:
            reasons.append(f"{_shown(address)} {refusal}")
    raise InputError(
        f"{target.name}: no address works: {'; '.join(reasons) or 'none is known'}. What to do: "
        f"try again later (it goes on where it was), or fetch {target.name} in a browser from "
        f"{data_set.home or 'its makers'} and say source=FILE, or name another address in "
        f"{data_set.variable}"
    )


def _shown(address):
    """Leave out what may be secret: user, password and query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _delete(path):
    with disk_errors(path):
        path.unlink(missing_ok=True)


def _size(path):
    return path.stat().st_size if path.exists() else 0


def _fetch_from(address, part, target, use, limit, progress):
    for last in (False, False, True):
        in_pieces = _download(address, part, limit, progress)
        with disk_errors(target):
            os.replace(part, target)
        try:
            return use(target)
        except RefusedArchive as error:
            _delete(target)
            # Perhaps the pieces did not belong together: once more, in one piece if it can be.
            if last or not in_pieces:
                reason = str(error).removeprefix(f"{target}: ")
                raise _Refused(f"sent something else than the file ({reason})") from None


def _download(address, part, limit, progress):
    """Complete a part; return whether it came in several pieces."""
    failures, most, in_pieces = 0, _size(part), False
    while True:
        in_pieces = in_pieces or _size(part) > 0
        try:
            _attempt(address, part, limit, progress)
            return in_pieces
        except _Interrupted as reason:
            # A server that starts over each time makes no progress by sending the same bytes.
            failures = 0 if _size(part) > most else failures + 1
            most = max(most, _size(part))
            if failures >= _ATTEMPTS:
                raise _Refused(f"{reason}, {failures} times in a row") from None
            _wait(max(reason.wait, 2**failures))


def _attempt(address, part, limit, progress):
    start = _size(part)
    headers = {"User-Agent": f"colorlab/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with _request(address, headers) as response:
        status, place = response.status_code, response.headers.get("Content-Range", "")
        if status == 416 and place == f"bytes */{start}":
            return  # it was complete already
        if status in (206, 416) and not place.startswith(f"bytes {start}-"):
            _delete(part)
            raise _Interrupted("sends another part than the one that was asked for")
        _require_success(response)
        if "html" in response.headers.get("Content-Type", ""):
            raise _Refused("sends a web page in place of the file (a log-in, an error, or a quota)")
        _receive(response, part, start if status == 206 else 0, limit, progress)


def _request(address, headers):
    try:
        import requests
    except ModuleNotFoundError as error:
        raise MissingExtra.of(error) or error from None
    try:
        return requests.get(address, headers=headers, stream=True, timeout=_TIMEOUT)
    except (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL):
        raise _Interrupted("cannot be reached through the proxy; check HTTPS_PROXY") from None
    except requests.exceptions.SSLError:
        raise _Refused("has a certificate that cannot be trusted") from None
    except requests.Timeout:
        raise _Interrupted("does not answer") from None
    except requests.TooManyRedirects:
        raise _Refused("redirects without end") from None
    except ValueError:  # requests' ways to say that an address is none
        raise _Refused("is not, or leads to, a web address that can be used") from None
    except requests.RequestException:
        raise _Interrupted("cannot be reached") from None


def _require_success(response):
    status = response.status_code
    if status in (200, 206):
        return
    name = {each.value: f" ({each.phrase})" for each in http.HTTPStatus}.get(status, "")
    if status in _TRANSIENT or status >= 500:
        later = response.headers.get("Retry-After", "")
        wait = min(int(later), 60) if later.isdecimal() else 0
        raise _Interrupted(f"answers {status}{name}", wait)
    raise _Refused(f"answers {status}{name}")


def _receive(response, part, start, limit, progress):
    """Write the bytes of a response as they come, from a position on."""
    from urllib3.exceptions import HTTPError

    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else None
    done = start
    progress("fetched", done, total)
    with disk_errors(part), open(part, "ab" if start else "wb") as file:
        while max(done, total or 0) <= limit:
            try:
                # What is there: if the connection breaks, a part of a block would be lost.
                block = response.raw.read1(_BLOCK, decode_content=False)
            except (HTTPError, http.client.HTTPException, OSError):
                raise _Interrupted(f"broke off after {done:,} bytes") from None
            if not block:
                break
            file.write(block)
            file.flush()  # a killed process keeps what it has said
            done += len(block)
            progress("fetched", done, total)
    if max(done, total or 0) > limit:
        _delete(part)
        raise _Refused(f"sends more than {limit:,} bytes, which is not the file")
