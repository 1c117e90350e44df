"""Show the built book on 127.0.0.1 and open it: ``python tools/serve_book.py``.

A page that is opened as a file may not load the scripts that colour a photograph; a server's may.
"""

import functools
import http.server
import sys
import webbrowser
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent / ".build" / "_build" / "html"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a word about each, with the types that browsers insist on."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        # A registry of Windows may say otherwise, and no browser would run the scripts.
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *arguments):
        pass


def serve(pages, port=0):
    """Return a server of the folder `pages` on 127.0.0.1, on a free port unless one is given."""
    handler = functools.partial(Handler, directory=pages)
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    if not (PAGES / "index.html").is_file():
        sys.exit("The book is not built yet: type make book first.")
    with serve(PAGES) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"The book is at {address} (Ctrl-C ends it)")
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
