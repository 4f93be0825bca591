"""Plain HTTP as a client of the service speaks it: kept connections, timed answers."""

import gzip
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

SUBMIT = "/api/v1/sites/demo/comments"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
TIMEOUT_SECONDS = 20.0

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)
    seconds: float = 0.0
    """From the first byte sent to the last one received."""

    def header(self, name: str) -> str:
        """The header's value; empty if it is not there."""
        found = (v for k, v in self.headers if k.lower() == name.lower())
        return next(found, "")

    @property
    def kind(self) -> str:
        """The media type without its parameters."""
        return self.header("Content-Type").partition(";")[0]

    @property
    def unpacked(self) -> bytes:
        """The body without gzip."""
        is_packed = self.header("Content-Encoding") == "gzip"
        return gzip.decompress(self.body) if is_packed else self.body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.unpacked.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.unpacked)

    @property
    def raw(self) -> bytes:
        """All of it that a client sees: headers and body."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return lines.encode("latin-1") + b"\r\n" + self.body


class Wire:
    """A connection to a server on this machine, which is opened again when it closes.

    :param heard: everything that comes back is appended to it as well.
    """

    def __init__(self, port: int, heard: list[Answer] | None = None) -> None:
        self.heard = heard if heard is not None else []
        self._connection = http.client.HTTPConnection(
            "localhost", port, timeout=TIMEOUT_SECONDS
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go; the next request opens another."""
        self._connection.close()

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """The answer to a request; a kept connection may have been closed meanwhile."""
        started = time.perf_counter()
        try:
            answer = self._send(method, path, body, headers or {}, started)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()
            started = time.perf_counter()
            answer = self._send(method, path, body, headers or {}, started)
        self.heard.append(answer)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str | bytes],
        started: float,
    ) -> Answer:
        connection = self._connection
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        got = connection.getresponse()
        content = got.read()
        took = time.perf_counter() - started
        return Answer(got.status, got.getheaders(), content, took)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET."""
        return self.send("GET", path, None, headers)

    def submit(
        self, fields: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a submission as JSON."""
        body = json.dumps(fields).encode()
        return self.send("POST", SUBMIT, body, {**JSON, **(headers or {})})

    def submit_form(
        self, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a submission as an urlencoded form."""
        body = urlencode(fields).encode()
        return self.send("POST", SUBMIT, body, {**FORM, **(headers or {})})

    def submit_multipart(
        self, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a submission as a multipart form."""
        body, kind = multipart(fields)
        return self.send("POST", SUBMIT, body, {**kind, **(headers or {})})


def multipart(fields: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Body and ``Content-Type`` of a form, as browsers send it."""
    boundary = uuid4().hex
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    body = "".join([*parts, f"--{boundary}--\r\n"]).encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def in_parallel(
    port: int, act: Callable[[Wire, T], R], items: Iterable[T], threads: int = 3
) -> list[R]:
    """What ``act`` returns for each item, in order; each thread has its connection."""
    every = list(items)
    shares = [range(first, len(every), threads) for first in range(threads)]

    def work(share: range) -> list[tuple[int, R]]:
        with Wire(port) as wire:
            return [(index, act(wire, every[index])) for index in share]

    with ThreadPoolExecutor(threads) as pool:
        done = [pair for part in pool.map(work, shares) for pair in part]
    return [result for _, result in sorted(done, key=lambda pair: pair[0])]


def raw_exchange(port: int, *parts: bytes, half_close: bool = False) -> bytes:
    """All bytes that come back for these, until the server closes.

    :param half_close: say after the last part that no more will come.
    """
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as sock:
        # The server may refuse, and close, before it has read everything.
        with suppress(ConnectionError):
            for part in parts:
                sock.sendall(part)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionError):
            while chunk := sock.recv(65_536):
                received += chunk
        return received
