"""A blog with Isso's own scripts, and no word on it of what answers them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from typing_extensions import override

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Bread</title>
<link rel="icon" href="data:,">
<script data-isso="{door}" data-isso-lang="en" src="/embed.min.js" async></script>
</head>
<body>
<h1>Bread</h1>
<section id="isso-thread"></section>
</body>
</html>
"""
_INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A blog</title>
<link rel="icon" href="data:,">
<script data-isso="{door}" data-isso-lang="en" src="/count.min.js" async></script>
</head>
<body>
<ul>
<li><a id="bread" href="/bread/#isso-thread">Comments</a></li>
<li><a id="salt" href="/salt/#isso-thread">Comments</a></li>
</ul>
</body>
</html>
"""


@dataclass(slots=True)
class IssoBlog:
    """The blog, on a port of its own."""

    port: int
    door: list[str] = field(default_factory=list)
    """The last one is what its pages name in ``data-isso``."""

    def address(self, path: str, host: str = "localhost") -> str:
        """Where a page of the blog is."""
        return f"http://{host}:{self.port}{path}"


@contextmanager
def isso_blog(scripts: Path) -> Iterator[IssoBlog]:
    """A blog that gives out these scripts as they are.

    :param scripts: the folder of ``embed.min.js`` and ``count.min.js``.
    """
    blog = IssoBlog(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            kind = "text/html; charset=utf-8"
            if path.endswith(".min.js"):
                kind = "text/javascript"
                body = (scripts / path.lstrip("/")).read_bytes()
            else:
                page = _INDEX if path == "/" else _PAGE
                body = page.format(door=blog.door[-1]).encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    blog.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield blog
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
