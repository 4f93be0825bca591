"""Requests to a front by ASGI messages, in this process, over small applications."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from service.web.front.bridge import Header
from service.web.front.subject import MOVED_HEADER, SUBJECT_HEADER

SECONDS = 10.0
"""Whatever takes longer will never end."""


@dataclass(slots=True)
class Moment:
    """A clock in seconds that moves only when told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Got:
    """What a client got."""

    status: int
    headers: list[Header]
    body: bytes

    def all(self, name: bytes) -> list[bytes]:
        return [value for each, value in self.headers if each == name]

    def header(self, name: bytes) -> bytes | None:
        """Its value; it may be there only once."""
        found = self.all(name)
        assert len(found) <= 1
        return found[0] if found else None


def scope_of(
    method: str, target: str, headers: Iterable[Header] = (), **other: Any
) -> dict[str, Any]:
    """What Granian tells of a request."""
    path, _, query = target.encode("latin-1").partition(b"?")
    given = list(headers)
    if not any(name == b"host" for name, _ in given):
        given.insert(0, (b"host", b"localhost:8000"))
    return {
        "type": "http",
        "method": method,
        "scheme": "http",
        "http_version": "1.1",
        "raw_path": path,
        "query_string": query,
        "headers": given,
        "client": ("127.0.0.1", "40000"),
        "server": ("127.0.0.1", "8000"),
        **other,
    }


def giving(
    body: bytes | Sequence[bytes | None],
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Gives a body, piece by piece; None is a client that leaves.

    Whoever asks for more than there is waits for ever, as with a slow client.
    """
    pieces = [body] if isinstance(body, bytes) else list(body)
    left = len(pieces)

    async def receive() -> dict[str, Any]:
        nonlocal left
        if not left:
            await asyncio.Event().wait()
        left -= 1
        piece = pieces[-left - 1]
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": left > 0}

    return receive


async def ask(  # a request has many parts
    front: Any,
    target: str,
    method: str = "GET",
    headers: Iterable[Header] = (),
    body: bytes | Sequence[bytes | None] = b"",
    **other: Any,
) -> Got:
    """What the front answers.

    :raises TimeoutError: if it does not.
    """
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(SECONDS):
        await front(scope_of(method, target, headers, **other), giving(body), send)
    start, end = sent
    assert (start["type"], end["type"]) == (
        "http.response.start",
        "http.response.body",
    )
    assert not end["more_body"]
    return Got(start["status"], start["headers"], end["body"])


async def until(is_true: Callable[[], bool]) -> None:
    """Return as soon as it is true.

    :raises TimeoutError: if it never is.
    """
    async with asyncio.timeout(SECONDS):
        while not is_true():
            await asyncio.sleep(0.001)


def shown(subject: str, **headers: str) -> list[tuple[str, str]]:
    """Headers of an answer that may be given again."""
    return [(SUBJECT_HEADER, subject), ("ETag", '"tag"'), *headers.items()]


MOVED = [(MOVED_HEADER, "1")]


@dataclass(slots=True)
class Little:
    """A small WSGI application that counts, and says how often it was asked.

    What `holding` names waits until `let_go`.
    """

    headers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By path, or by method and path; of an answer "200 OK"."""
    status: dict[str, str] = field(default_factory=dict)
    """By path and query, where it is another."""
    holding: set[str] = field(default_factory=set)
    """Paths that wait."""
    let_go: Event = field(default_factory=Event)
    asked: list[dict[str, Any]] = field(default_factory=list)
    _lock: Any = field(default_factory=Lock)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        with self._lock:
            self.asked.append(environ)
            number = len(self.asked)
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        # As it was when the request came.
        headers = self.headers.get(f"{method} {path}", self.headers.get(path, []))
        query = environ["QUERY_STRING"]
        status = self.status.get(f"{path}?{query}" if query else path, "200 OK")
        if path in self.holding:
            assert self.let_go.wait(SECONDS)
        start_response(status, headers)
        return [b"%d" % number]

    @property
    def times(self) -> int:
        """How often it was asked."""
        return len(self.asked)
