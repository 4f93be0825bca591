"""A stranger's blog that shows a thread: its own host, a strict policy, no cookies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from typing_extensions import override

PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>A blog of somebody's</title>
<link rel="stylesheet" href="/blog.css">
<script type="module" src="{service}/embed.js"></script>
</head>
<body>
<main>
<h1>A jar of sourdough</h1>
<p>It climbed out of its jar. <foyer-count site="blog" page="{page}"></foyer-count></p>
<foyer-thread site="blog" page="{page}">{inside}</foyer-thread>
</main>
</body>
</html>
"""
STYLE = """body { font: 1.1rem/1.6 Georgia, serif; margin: 0 auto; max-width: 42rem;
padding: 1.5rem; background: light-dark(#fffdf9, #191816);
color: light-dark(#222, #eee)
}
"""
PLAIN = """<form method="post" action="{service}/api/v1/sites/blog/comments">
<input type="hidden" name="page" value="{page}">
<label>Comment <textarea name="comment"></textarea></label>
<label>Name <input name="name"></label> <label>Email <input name="email"></label>
<button>Post Comment</button></form>
"""


@dataclass(slots=True)
class Blog:
    """Where the blog is, and what its pages allow."""

    service: str
    origin: str

    @property
    def csp(self) -> str:
        """The policy of all its pages: what docs/widget.md says, and nothing more."""
        return (
            f"default-src 'none'; style-src 'self'; script-src {self.service}; "
            f"connect-src {self.service}; img-src 'self'; base-uri 'none'; "
            f"form-action {self.service}; require-trusted-types-for 'script'; "
            "trusted-types 'none'"
        )

    def answer(self, path: str) -> tuple[str, str]:
        """Kind and text of what lies under a path such as ``/plain/rye?lang=ar``."""
        path, _, query = path.partition("?")
        if path == "/blog.css":
            return "text/css", STYLE
        plain = PLAIN if path.startswith("/plain/") else ""
        page = path.removeprefix("/plain")
        inside = plain.format(service=self.service, page=page)
        lang = query.removeprefix("lang=") or "en"
        return "text/html", PAGE.format(
            service=self.service, page=page, inside=inside, lang=lang
        )


@contextmanager
def serving(port: int, blog: Blog) -> Iterator[None]:
    """Serve the blog on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = blog.answer(self.path)
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", blog.csp)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()
