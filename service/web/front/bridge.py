"""From a request as it came to a WSGI application's answer, all in memory."""

import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from service.web.front.subject import (
    FRONT_KEY,
    MOVED_HEADER,
    SUBJECT_HEADER,
    Subject,
)

log = logging.getLogger(__name__)

Header = tuple[bytes, bytes]
Scope = Mapping[str, Any]
"""What ASGI 3.0 tells of a request."""


class Wsgi(Protocol):
    """A WSGI application (PEP 3333)."""

    def __call__(
        self, environ: dict[str, Any], start_response: Any, /
    ) -> Iterable[bytes]:
        """Answer a request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole."""

    status: int
    headers: list[Header]
    body: bytes
    subject: Subject | None = None
    """What it shows, if it may be given to others, too."""
    moved: bool = False
    """True if what readers see may have changed through this request."""


@lru_cache(maxsize=256)
def _variable(name: bytes) -> str:
    text = name.decode("latin-1").upper().replace("-", "_")
    return text if text == "CONTENT_TYPE" else f"HTTP_{text}"


_PROTOCOL = {"1": "HTTP/1.0", "1.0": "HTTP/1.0"}
_OF_TRANSFER = {b"content-length", b"transfer-encoding"}


def _header_variables(headers: Iterable[Header]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in headers:
        # A name with "_" would look like another one with "-", which a proxy may have
        # set; and the body is here, however it was cut up on its way.
        if b"_" in name or name in _OF_TRANSFER:
            continue
        key = _variable(name)
        text = value.decode("latin-1")
        if key in given:
            text = f"{given[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        given[key] = text
    return given


def environ_of(scope: Scope, body: bytes, length: int | None = None) -> dict[str, Any]:
    """The WSGI environment of a request whose body has come whole.

    :param length: said instead of the body's own, where it was too large to keep.
    """
    said = len(body) if length is None else length
    client = scope.get("client") or ("", 0)
    server = scope.get("server") or ("localhost", 0)
    return {
        **_header_variables(scope["headers"]),
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # PEP 3333 wants bytes in the clothes of Latin-1.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_LENGTH": str(said) if said else "",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": _PROTOCOL.get(scope["http_version"], "HTTP/1.1"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        FRONT_KEY: True,
    }


@cache
def _name(text: str) -> bytes:
    return text.lower().encode("latin-1")


SERVER: Header = (b"server", b"foyer")
"""Without it, the server below would say its own name."""

_SUBJECT, _MOVED = _name(SUBJECT_HEADER), _name(MOVED_HEADER)


def _answer(status: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
    out: list[Header] = [SERVER]
    subject: Subject | None = None
    moved = False
    for text, value in headers:
        name = _name(text)
        if name == _SUBJECT:
            subject = Subject.parse(value)
        elif name == _MOVED:
            moved = True
        else:
            out.append((name, value.encode("latin-1")))
    return Answer(int(status[:3]), out, body, subject, moved)


def ask(app: Wsgi, environ: dict[str, Any]) -> Answer:
    """What ``app`` answers.

    Whatever it raises comes through.
    """
    status, given = "", []

    def start_response(line: str, headers: list[Any], exc_info: Any = None) -> None:  # noqa: ARG001  # PEP 3333
        nonlocal status, given
        status, given = line, headers

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return _answer(status, given, body)
