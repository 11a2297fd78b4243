"""Pages of others, served on loopback by a real web server."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.loopback import Quiet, served_by

Pages = dict[str, tuple[int, dict[str, str], bytes]]
"""By path: status, headers, content."""


def html(head: str, body: str = "") -> tuple[int, dict[str, str], bytes]:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return 200, {"content-type": "text/html; charset=utf-8"}, page.encode()


@contextmanager
def served(pages: Pages) -> Iterator[str]:
    """The address of the server."""

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with served_by(Handler) as address:
        yield address
