"""A service on loopback that checks ask.

It speaks Akismet, answers what it is told to, and remembers what it was asked.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

from typing_extensions import override

KEY = "a1b2c3d4e5f6"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Its fields, where it is a form."""
        return {
            name: values[0] for name, values in parse_qs(self.body.decode()).items()
        }

    @property
    def json(self) -> dict[str, object]:
        """Its values, where it is JSON."""
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the service answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    """Seconds before it answers."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""


def true_for(*words: str) -> Callable[[Asked], Said]:
    """Akismet's answers, by a service that calls texts with these words spam."""

    def answer(asked: Asked) -> Said:
        if asked.path.endswith("/verify-key"):
            return Said(body=b"valid" if asked.form.get("key") == KEY else b"invalid")
        if asked.form.get("api_key") != KEY:
            return Said(body=b"invalid")
        if asked.path.endswith("/comment-check"):
            text = asked.form["comment_content"]
            return Said(body=b"true" if any(w in text for w in words) else b"false")
        return Said(body=b"Thanks for making the web a better place.")

    return answer


def scored(log_odds: object, reason: object = "It knows.") -> Said:
    """A custom check's answer."""
    answer = {"log_odds": log_odds, "reason": reason}
    return Said(body=json.dumps(answer).encode())


class Service:
    """The service; `answer` may be changed while it runs."""

    def __init__(self, answer: Callable[[Asked], Said] | Said) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.url = ""

    def calls(self) -> list[str]:
        """The last part of each path that was asked."""
        return [each.path.rpartition("/")[2] for each in self.asked]

    def reply(self, asked: Asked) -> Said:
        """What to say now."""
        self.asked.append(asked)
        return self.answer if isinstance(self.answer, Said) else self.answer(asked)


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(path=self.path, headers=headers, body=self.rfile.read(length))
            said = service.reply(asked)
            time.sleep(said.pause)
            with suppress(OSError):  # whoever asked may have gone
                self._say(said)

        def _say(self, said: Said) -> None:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if not said.drip:
                self.wfile.write(said.body)
                return
            for place in range(len(said.body)):
                self.wfile.write(said.body[place : place + 1])
                self.wfile.flush()
                time.sleep(said.drip)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what is tried."""


@contextmanager
def service(
    answer: Callable[[Asked], Said] | Said, certificate: str | None = None
) -> Iterator[Service]:
    """The service on a free port of loopback, until the block ends.

    :param certificate: a file with key and certificate, for TLS.
    """
    made = Service(answer)
    server = _Server(("127.0.0.1", 0), _handler(made))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    made.url = f"{scheme}://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
