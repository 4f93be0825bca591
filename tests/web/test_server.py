"""The server itself, over a small application: how it refuses, and how it stops."""

import http.client
import socket
from collections.abc import Callable, Iterable, Iterator
from threading import Event, Thread
from typing import Any

import orjson
import pytest

from service.web import server as server_module
from service.web.server import BODY_BYTES, HEADER_BYTES, Server
from tests.servers import free_port, wait_until

SECONDS = 10.0


class Application:
    """Answers at once, except under ``/wait``, where it waits to be let go."""

    def __init__(self) -> None:
        self.began = Event()
        self.let_go = Event()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/wait":
            self.began.set()
            assert self.let_go.wait(SECONDS)
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", "2")])
        return [
            b"ok" if len(body) == int(environ.get("CONTENT_LENGTH") or 0) else b"no"
        ]


class Serving:
    """A server that runs in a thread."""

    def __init__(self) -> None:
        self.application = Application()
        self.port = free_port()
        self.server = Server(self.application, "127.0.0.1", self.port)
        self.thread = Thread(target=self.server.run)
        self.thread.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def get(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to these bytes."""
        with self.connect() as sock:
            sock.sendall(request)
            answer = http.client.HTTPResponse(sock)
            answer.begin()
            return answer.status, dict(answer.getheaders()), answer.read()


@pytest.fixture
def serving() -> Iterator[Serving]:
    made = Serving()
    yield made
    made.application.let_go.set()
    made.server.stop()
    made.thread.join(SECONDS)


def post(length: int, body: bytes) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (post(BODY_BYTES, b"x" * BODY_BYTES), 413),
        (post(3_000_000, b"x" * 3_000_000), 413),
        (post(10**12, b"x" * 1_000_000), 413),
        (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * HEADER_BYTES + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
    ids=[
        "at-limit",
        "3-MB",
        "1-TB-claimed",
        "space",
        "minus",
        "headers",
        "te",
        "chunk",
    ],
)
def test_refusal_is_read_whole_by_a_client_that_still_sends(
    serving: Serving, request_bytes: bytes, status: int
) -> None:
    got, headers, body = serving.exchange(request_bytes)
    assert got == status
    assert headers["Content-Type"] == "application/problem+json"
    assert "Server" not in headers
    assert orjson.loads(body)["status"] == status
    assert b"waitress" not in body


def test_largest_body_is_read(serving: Serving) -> None:
    status, _, body = serving.exchange(post(BODY_BYTES - 1, b"x" * (BODY_BYTES - 1)))
    assert (status, body) == (200, b"ok")


def test_slow_clients_shut_nobody_out(serving: Serving) -> None:
    slow = [serving.connect() for _ in range(200)]
    for sock in slow:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nx")
    try:
        assert serving.get("/").status == 200
    finally:
        for sock in slow:
            sock.close()


def test_running_request_is_finished_before_the_end(serving: Serving) -> None:
    with serving.connect() as sock, serving.connect() as idle:
        idle.sendall(b"GET / HTTP/1.1\r\n\r\n")
        # Headers and body may come apart, so the answer is read to its end.
        with idle.makefile("rb") as answer:
            while answer.readline() != b"\r\n":
                pass
            assert answer.read(2) == b"ok"
        sock.sendall(b"GET /wait HTTP/1.1\r\n\r\n")
        assert serving.application.began.wait(SECONDS)
        serving.server.stop()
        # The idle one is closed and nobody is let in any more, while one still runs.
        assert idle.recv(1000) == b""
        with pytest.raises(ConnectionRefusedError):
            serving.connect()
        serving.application.let_go.set()
        with sock.makefile("rb") as answer:
            assert answer.read().endswith(b"\r\n\r\nok")
    serving.thread.join(SECONDS)
    assert not serving.thread.is_alive()


def test_request_that_hangs_does_not_hold_up_the_end(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "STOP_SECONDS", 0.1)
    with serving.connect() as sock:
        sock.sendall(b"GET /wait HTTP/1.1\r\n\r\n")
        assert serving.application.began.wait(SECONDS)
        serving.server.stop()
        wait_until(lambda: not serving.thread.is_alive(), "the end", SECONDS)
