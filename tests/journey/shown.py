"""Hostile texts as published comments, and a browser that sees what they set off."""

import html
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import BrowserContext, Dialog, Page, Request, Route
from typing_extensions import override

from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_NAME_CHARS,
    MAX_WEBSITE_CHARS,
)
from tests.journey.wire import JSON, Wire, in_parallel
from tests.servers import wait_until

IN_THREAD = 50
"""Comments of a thread: what a feed holds."""
SITE = "/api/v1/sites/demo"
_DECIDED_AT_ONCE = 100
_CHECK_SECONDS = 300.0
_PART_CHARS = 100
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MARK = re.compile(r"kq([0-9]+)x")
_LOCAL = {"localhost", "127.0.0.1"}


def mark(number: int) -> str:
    """What stands before a payload, so that it is known to be shown."""
    return f"kq{number}x"


def marks(texts: Sequence[str]) -> set[int]:
    """Numbers of the payloads whose marks stand in these texts."""
    return {int(number) for text in texts for number in _MARK.findall(text)}


def thread_path(number: int) -> str:
    """The page that the payload is posted to."""
    return f"/p/{number // IN_THREAD}"


@dataclass(slots=True)
class Posted:
    """What became of the payloads."""

    refused: Counter[str] = field(default_factory=Counter)
    """How many were refused, by field."""


def _within(payload: str, *, quoted: bool = False) -> str:
    """A website whose address holds the payload, as far as it fits."""
    part = payload[:_PART_CHARS]
    return f"https://site.example/?q={quote(part, safe='') if quoted else part}"


def post_all(port: int, payloads: Sequence[str]) -> Posted:
    """Send each as text, name and website of one comment.

    What is an address of some kind is sent as the website itself, all others within
    one. Where a website is refused it is quoted, and where a name is, another stands.

    :raises AssertionError: if one is refused as a text.
    """
    told = Posted()

    def post(wire: Wire, numbered: tuple[int, str]) -> None:
        number, payload = numbered
        head = f"{mark(number)}\n\n"
        fields = {
            "page": thread_path(number),
            "comment": head + payload[: MAX_COMMENT_CHARS - len(head)],
            "name": payload[:MAX_NAME_CHARS],
            "email": f"w{number}@example.org",
            "website": payload[:MAX_WEBSITE_CHARS],
        }
        if not _SCHEME.match(payload):
            fields["website"] = _within(payload)
        # What may follow where one was refused; a name is replaced.
        others = {"name": "Somebody", "website": _within(payload, quoted=True)}
        while (answer := wire.submit(fields)).status == 422:
            wrong = set(answer.json["errors"])
            assert wrong <= set(others), (wrong, payload[:200])
            for name in wrong:
                told.refused[name] += 1
                fields[name] = others.pop(name)
        assert answer.status == 202, (answer.status, payload[:200])

    in_parallel(port, post, enumerate(payloads))
    return told


def publish_all(port: int, token: str) -> int:
    """Publish what the checks did not, by the moderators' API; how many that were."""
    bearer = {"Authorization": f"Bearer {token}"}
    forced = 0
    with Wire(port) as wire:

        def ask(method: str, path: str, body: bytes | None = None) -> Any:
            """What is told, once the token's allowance lets it ask."""
            headers = {**JSON, **bearer} if body else bearer
            while True:
                answer = wire.send(method, f"/api/v1/queue{path}", body, headers)
                if answer.status != 429:
                    assert answer.status == 200, answer
                    return answer.json
                time.sleep(float(answer.header("Retry-After")))

        wait_until(
            lambda: ask("GET", "/counts")["pending"] == 0, "all checks", _CHECK_SECONDS
        )
        for tab in ("held", "spam"):
            rest = f"?status={tab}&limit={_DECIDED_AT_ONCE}"
            while comments := ask("GET", rest)["comments"]:
                seen = [{"id": c["id"], "version": c["version"]} for c in comments]
                body = json.dumps({"decision": "published", "comments": seen}).encode()
                told = ask("POST", "/decisions", body)
                assert len(told["decided"]) == len(seen), told
                forced += len(seen)
    return forced


@dataclass(slots=True)
class Seen:
    """What happened in a browser that no page of ours may do."""

    ran: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    @property
    def is_calm(self) -> bool:
        """True if nothing of it happened."""
        return not (self.ran or self.dialogs or self.foreign)

    @override
    def __str__(self) -> str:
        return (
            f"{len(self.ran)} executed {self.ran[:3]}, {len(self.dialogs)} dialogs "
            f"{self.dialogs[:3]}, {len(self.foreign)} foreign {self.foreign[:3]}"
        )


_WATCH = """
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  const was = window[name];
  window[name] = (...given) => { __ran(name); return was.apply(window, given); };
}
"""


def watch(context: BrowserContext) -> Seen:
    """Look at all pages of the context from now on."""
    seen = Seen()

    def dismiss(dialog: Dialog) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    def look_at(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss", "ftp"} and (
            parts.hostname not in _LOCAL
        ):
            seen.foreign.append(request.url[:200])

    context.expose_binding("__ran", lambda _, name: seen.ran.append(str(name)))
    context.add_init_script(_WATCH)
    context.on("dialog", dismiss)
    context.on("request", look_at)
    return seen


def strip_policy(context: BrowserContext) -> None:
    """Take the Content Security Policy off every document."""

    def strip(route: Route) -> None:
        if route.request.resource_type != "document":
            route.continue_()
            return
        answer = route.fetch()
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() != "content-security-policy"
        }
        route.fulfill(response=answer, headers=headers)

    context.route("**/*", strip)


def look(page: Page, address: str, within: str, least: int) -> list[str]:
    """The texts of what a page shows, once there are as many as there must be."""
    page.goto(address)
    parts = page.locator(within)
    wait_until(lambda: parts.count() >= least, f"{least} of {within} on {address}", 30)
    # What a payload sets off by itself comes within a moment.
    page.wait_for_timeout(50)
    return parts.all_inner_texts()


@contextmanager
def blog(port: int, answer: Callable[[str], tuple[str, str]]) -> Iterator[None]:
    """A blog on loopback; ``answer`` gives its pages and their policies by path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text, policy = answer(self.path)
            body = text.encode("utf-8", "surrogatepass")
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def widgets(service: str, paths: Sequence[str]) -> str:
    """A page of a blog with several threads."""
    threads = "".join(
        f'<foyer-thread site="demo" page="{path}"></foyer-thread>' for path in paths
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>A blog</title>'
        f'<script type="module" src="{service}/embed.js"></script>{threads}'
    )


def framed(payloads: Sequence[str]) -> str:
    """Payloads as they came, each in a frame: what nobody should ever do."""
    frames = "".join(
        f'<iframe srcdoc="{html.escape(payload)}"></iframe>' for payload in payloads
    )
    return f'<!doctype html><meta charset="utf-8"><title>Raw</title>{frames}'


def read_by_a_naive_reader(port: int, path: str) -> str:
    """A feed's entries as a program shows them that trusts every feed."""
    with Wire(port) as wire:
        answer = wire.get(f"{SITE}/thread.json?page={quote(path, safe='')}")
    assert answer.status == 200, answer
    shown = "".join(
        f"<article>{item['content_html']}</article>" for item in answer.json["items"]
    )
    return f'<!doctype html><meta charset="utf-8"><title>Feed</title>{shown}'
