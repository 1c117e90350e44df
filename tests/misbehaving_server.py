"""A real HTTP server on loopback that misbehaves on demand.

Each path has a plan: one behaviour a request, the last one for all that follow. A behaviour is a
function of the handler, which has the whole content in ``handler.content``.
"""

import contextlib
import http.server
import re
import threading

PAGE = b"<!DOCTYPE html><html><body>Quota exceeded, try again later.</body></html>"


def _head(handler, status, length, **headers):
    handler.send_response(status)
    handler.send_header("Connection", "close")
    if length is not None:
        handler.send_header("Content-Length", str(length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def _start(handler, tag, ranges=True):
    """Send the head of a good answer; return the bytes that should follow."""
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    condition = handler.headers.get("If-Range")
    whole = handler.content
    tags = {"ETag": tag} if tag else {}
    # A weak tag in If-Range never matches, says the standard.
    changed = condition is not None and (condition != tag or condition.startswith("W/"))
    if not (ranges and asked) or changed:
        _head(handler, 200, len(whole), **tags)
        return whole
    first = int(asked[1])
    if first >= len(whole):
        _head(handler, 416, 0, Content_Range=f"bytes */{len(whole)}")
        return b""
    place = f"bytes {first}-{len(whole) - 1}/{len(whole)}"
    _head(handler, 206, len(whole) - first, Content_Range=place, **tags)
    return whole[first:]


def good(tag='"one"'):
    """Answer as a server should, with ranges."""
    return lambda handler: handler.wfile.write(_start(handler, tag))


def no_ranges(handler):
    """Send the whole whatever was asked for."""
    handler.wfile.write(_start(handler, None, ranges=False))


def cut(count, tag='"one"', ranges=True):
    """Break off after some bytes."""

    def behave(handler):
        handler.wfile.write(_start(handler, tag, ranges)[:count])

    return behave


def hold(count, tag='"one"'):
    """Send some bytes, then nothing until the test releases the server."""

    def behave(handler):
        rest = _start(handler, tag)
        handler.wfile.write(rest[:count])
        handler.wfile.flush()
        handler.server.released.wait(60)
        handler.wfile.write(rest[count:])

    return behave


def trickle(handler):
    """Send seven bytes at a time."""
    rest = _start(handler, '"one"')
    for first in range(0, len(rest), 7):
        handler.wfile.write(rest[first : first + 7])
        handler.wfile.flush()


def status(code, body=b"", **headers):
    """Answer with a status code."""

    def behave(handler):
        _head(handler, code, len(body), **headers)
        handler.wfile.write(body)

    return behave


def page(code=200):
    """Send a web page in place of the file."""
    return status(code, PAGE, Content_Type="text/html")


def wrong_length(handler):
    """Promise fewer bytes than the file has."""
    short = len(handler.content) - 100
    _head(handler, 200, short)
    handler.wfile.write(handler.content[:short])


def no_length(handler):
    """Send the file in chunks, and not say how long it is."""
    _head(handler, 200, None, Transfer_Encoding="chunked")
    for first in range(0, len(handler.content), 1000):
        piece = handler.content[first : first + 1000]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def corrupt(handler):
    """Send the right number of bytes, some of them changed."""
    middle = len(handler.content) // 2
    changed = bytes(255 - value for value in handler.content[middle : middle + 500])
    _head(handler, 200, len(handler.content))
    handler.wfile.write(
        handler.content[:middle] + changed + handler.content[middle + len(changed) :]
    )


def wrong_range(handler):
    """Send the beginning, whatever was asked for, and call it a part."""
    _head(handler, 206, 10, Content_Range=f"bytes 0-9/{len(handler.content)}")
    handler.wfile.write(handler.content[:10])


def redirect(path):
    """Send the client elsewhere."""
    return status(302, Location=path)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        # Behaviours that break off have to close; so all do.
        self.close_connection = True
        self.server.log.append((self.path, self.headers.get("Range")))
        with self.server.guard:
            plan = self.server.plans.get(self.path, [status(404)])
            behave = plan.pop(0) if len(plan) > 1 else plan[0]
        self.content = self.server.content
        with contextlib.suppress(ConnectionError):
            behave(self)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Use it in a ``with`` statement."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, content=b""):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.plans, self.log = {}, []
        self.guard = threading.Lock()
        self.released = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.released.set()
        self.shutdown()
        self.server_close()

    def plan(self, path, *behaviours):
        """Say what happens at a path; return its address."""
        self.plans[path] = list(behaviours)
        return f"http://127.0.0.1:{self.server_port}{path}"

    @property
    def ranges(self):
        """The Range header of each request, in order."""
        return [asked for _, asked in self.log]
