"""The front on its real server, over a small application: refusals, and the end."""

import http.client
import socket
from collections.abc import Callable, Iterable, Iterator
from threading import Event, Thread
from typing import Any, Self

import orjson
import pytest

from service.web.front import bodies
from service.web.front import server as server_module
from service.web.front.app import Front
from service.web.front.refusals import BODY_BYTES, HEADER_BYTES
from service.web.front.server import Server, free_place
from tests.servers import free_port, wait_until

SECONDS = 10.0


class Application:
    """Answers at once, except under ``/wait``, where it waits to be let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.began = Event()
        self.let_go = Event()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        self.asked += 1
        if environ["PATH_INFO"] == "/wait":
            self.began.set()
            assert self.let_go.wait(SECONDS)
        if int(environ.get("CONTENT_LENGTH") or 0) > BODY_BYTES:
            # As Flask does it, by the length alone.
            problem = orjson.dumps({"status": 413, "detail": "Send less."})
            kind = ("Content-Type", "application/problem+json")
            size = ("Content-Length", str(len(problem)))
            caching = ("Cache-Control", "no-store")
            start_response("413 Content Too Large", [kind, size, caching])
            return [problem]
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", "2")])
        return [
            b"ok" if len(body) == int(environ.get("CONTENT_LENGTH") or 0) else b"no"
        ]


class Serving:
    """A server that runs in a thread until the end of the block."""

    def __init__(self) -> None:
        self.application = Application()
        self.port = free_port()
        front = Front(self.application, lambda _: {})
        self.server = Server(front, free_place("127.0.0.1", self.port))
        self.finished: bool | None = None
        self.thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        wait_until(self._listens, "the server", SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.application.let_go.set()
        self.server.stop()
        self.thread.join(SECONDS)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        self.finished = self.server.run()

    def _listens(self) -> bool:
        try:
            self.connect().close()
        except OSError:
            return False
        return True

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
    with Serving() as started:
        yield started


def post(length: int, body: bytes) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + body


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
REFUSED = {
    "over-limit": (post(BODY_BYTES + 1, b"x" * (BODY_BYTES + 1)), 413),
    "3-MB": (post(3_000_000, b"x" * 3_000_000), 413),
    "1-TB-claimed": (post(10**12, b"x" * 1_000_000), 413),
    "18-digits-claimed": (post(10**18 - 1, b"x"), 413),
    "chunks-over-limit": (
        CHUNKED + b"%x\r\n" % (BODY_BYTES + 1) + b"x" * (BODY_BYTES + 1) + b"\r\n",
        413,
    ),
    "headers": (b"GET / HTTP/1.1\r\nX: " + b"x" * HEADER_BYTES + b"\r\n\r\n", 431),
    "chunk": (CHUNKED + b"zz\r\n", 400),
}
TWO_LENGTHS = b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n"
NO_HTTP = {
    "30-digits": post(10**30 - 1, b"x"),
    "space": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "minus": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "two-lengths": TWO_LENGTHS + b"\r\nab",
    "coding": b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    "raw-path": b"GET /\xff HTTP/1.1\r\n\r\n",
    "no-http": b"\x16\x03\x01\x00\xa5\r\n\r\n",
}


@pytest.mark.parametrize(("request_bytes", "status"), REFUSED.values(), ids=REFUSED)
def test_refusal_is_read_whole_by_a_client_that_still_sends(
    serving: Serving,
    request_bytes: bytes,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Clients that claim more than they send are waited for this long.
    monkeypatch.setattr(bodies, "FORGET_SECONDS", 0.5)
    got, headers, body = serving.exchange(request_bytes)
    assert got == status
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "no-store"
    problem = orjson.loads(body)
    assert problem["status"] == status
    assert problem["detail"]


@pytest.mark.parametrize("request_bytes", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_gets_400_and_reaches_nobody(
    serving: Serving, request_bytes: bytes
) -> None:
    status, headers, body = serving.exchange(request_bytes)
    assert (status, body) == (400, b"")
    assert headers["connection"] == "close"
    assert serving.application.asked == 0


def test_server_says_no_name_but_ours(serving: Serving) -> None:
    assert serving.get("/").getheader("Server") == "foyer"
    _, headers, _ = serving.exchange(CHUNKED + b"zz\r\n")
    assert headers["server"] == "foyer"


def test_head_gets_the_headers_of_an_error_and_no_body(serving: Serving) -> None:
    request = b"HEAD / HTTP/1.1\r\nConnection: close\r\nHost: a\r\nHost: b\r\n\r\n"
    with serving.connect() as sock:
        sock.sendall(request)
        with sock.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert body == b""


def test_slow_body_of_a_get_holds_up_no_other_reader(serving: Serving) -> None:
    with serving.connect() as slow:
        slow.sendall(b"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nx")
        status, _, body = serving.exchange(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (status, body) == (200, b"ok")
        slow.sendall(b"yyyy")
        with slow.makefile("rb") as answer:
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"


def test_largest_body_is_read(serving: Serving) -> None:
    status, _, body = serving.exchange(post(BODY_BYTES, b"x" * BODY_BYTES))
    assert (status, body) == (200, b"ok")


def test_chunks_are_put_together(serving: Serving) -> None:
    request = CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    status, _, body = serving.exchange(request)
    assert (status, body) == (200, b"ok")


def test_client_that_waits_to_send_is_told_at_once(serving: Serving) -> None:
    with serving.connect() as sock:
        head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: "
        sock.sendall(head + b"999999\r\n\r\n")
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert answer.status == 413
        answer.close()


def test_body_that_does_not_come_is_given_up(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.1)
    status, headers, _ = serving.exchange(post(5, b"abc"))
    assert status == 408
    assert headers["content-type"] == "application/problem+json"


def test_client_that_leaves_in_its_body_reaches_nobody(serving: Serving) -> None:
    with serving.connect() as sock:
        sock.sendall(post(5, b"abc"))
    assert serving.get("/").status == 200
    assert serving.application.asked == 1


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
    assert serving.finished is True


def test_request_that_hangs_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Read when the server starts.
    monkeypatch.setattr(server_module, "STOP_SECONDS", 0.2)
    with Serving() as serving, serving.connect() as sock:
        sock.sendall(b"GET /wait HTTP/1.1\r\n\r\n")
        assert serving.application.began.wait(SECONDS)
        serving.server.stop()
        serving.thread.join(SECONDS)
        assert serving.finished is False


def test_server_that_is_told_to_stop_before_it_starts_does_so() -> None:
    serving = Serving()
    serving.server.stop()
    serving.thread.start()
    serving.thread.join(SECONDS)
    assert serving.finished is True


def test_port_that_is_taken_is_said(serving: Serving) -> None:
    with pytest.raises(OSError, match="in use"):
        free_place("127.0.0.1", serving.port)
