"""One POST to an address that the owner of a site has chosen, and nothing more.

Owners are not operators: what they may name must not reach into the operator's network.
So a name is looked up once, what it means is looked at, and exactly that is connected
to. No redirect is followed, no proxy of the environment is used, certificates are
verified, and both the time and the size of an answer are bounded.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from typing_extensions import override
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as ReadTimeout

from service.settings import Network
from worker.outside.addresses import Address, is_public

SECONDS = 5.0
"""How long a service may take for the whole answer, from the first connection on."""
MAX_ANSWER_BYTES = 64 * 1024

_OK = 200
_REDIRECTS = range(300, 400)


class NoAnswer(Exception):
    """The service gave no answer that can be used.

    :param trouble: why: one of `service.domain.outside.TROUBLES`.
    :param pause_seconds: after how long it wants to be asked again, if it said so.
    """

    def __init__(self, trouble: str, pause_seconds: float | None = None) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.pause_seconds = pause_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back with status 200."""

    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    """At most `MAX_ANSWER_BYTES`."""


class _Line:
    """A connection to an address that was looked at, which can be cut at any time."""

    address: str
    until: float
    _guard: socket.socket | None = None

    def open_line(self, port: int) -> socket.socket:
        """Connect to the address, and to no other."""
        left = max(0.1, self.until - time.monotonic())
        opened = socket.create_connection((self.address, port), timeout=left)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # TLS takes the socket over; by this one it can be cut within a handshake, too.
        self._guard = opened.dup()
        return opened

    def cut(self) -> None:
        """End whatever waits on the connection."""
        if self._guard is not None:
            with suppress(OSError):  # the other side may be faster
                self._guard.shutdown(socket.SHUT_RDWR)

    def drop_guard(self) -> None:
        """Give the second handle back."""
        if self._guard is not None:
            self._guard.close()


class _Plain(_Line, HTTPConnection):
    @override
    def _new_conn(self) -> socket.socket:
        return self.open_line(self.port)


class _Secure(_Line, HTTPSConnection):
    @override
    def _new_conn(self) -> socket.socket:
        return self.open_line(self.port or 443)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideClient:
    """Posts to services outside; may be used from many threads.

    :param networks: of those that are not public, the ones that may be asked, also
        without TLS.
    :param seconds: how long an answer may take.
    :param trust: a file with certificates that are trusted besides; for tests.
    """

    networks: Sequence[Network] = ()
    seconds: float = SECONDS
    trust: str | None = None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """What the service answers with status 200.

        :raises NoAnswer: for anything else.
        """
        parts = urlsplit(url)
        address = self._looked_up(parts)
        late = Event()
        line = self._line(parts, str(address))

        def end() -> None:
            late.set()
            line.cut()

        watch = Timer(self.seconds, end)
        watch.daemon = True
        watch.start()
        try:
            with _told_as_trouble(late):
                return _exchange(line, parts.path or "/", body, headers)
        finally:
            watch.cancel()
            line.close()
            line.drop_guard()

    def check(self, url: str) -> None:
        """Pass if the address may be asked; nothing is sent to it.

        :raises NoAnswer: if not.
        """
        self._looked_up(urlsplit(url))

    def _line(self, parts: SplitResult, address: str) -> _Plain | _Secure:
        host = parts.hostname or ""
        line: _Plain | _Secure
        if parts.scheme == "https":
            trusted = ssl.create_default_context()
            if self.trust:
                trusted.load_verify_locations(self.trust)
            line = _Secure(
                host, parts.port or 443, timeout=self.seconds, ssl_context=trusted
            )
        else:
            line = _Plain(host, parts.port or 80, timeout=self.seconds)
        line.address = address
        line.until = time.monotonic() + self.seconds
        return line

    def _looked_up(self, parts: SplitResult) -> Address:
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        try:
            found = socket.getaddrinfo(
                parts.hostname, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
            )
        except (OSError, UnicodeError):
            raise NoAnswer("unreachable") from None
        addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        chosen = next((each for each in addresses if self._may_be_asked(each)), None)
        if chosen is None:
            raise NoAnswer("not-allowed")
        if parts.scheme != "https" and not self._is_own(chosen):
            raise NoAnswer("plain")
        return chosen

    def _may_be_asked(self, address: Address) -> bool:
        return is_public(address) or self._is_own(address)

    def _is_own(self, address: Address) -> bool:
        return any(
            address.version == network.version and address in network
            for network in self.networks
        )


def _exchange(
    line: _Plain | _Secure, path: str, body: bytes, headers: Mapping[str, str]
) -> Reply:
    line.request(
        "POST",
        path,
        body=body,
        headers={"Accept-Encoding": "identity", "Connection": "close", **headers},
        preload_content=False,
        decode_content=False,
    )
    # Closed in any case: it keeps the socket open, also past the connection's end.
    with closing(line.getresponse()) as answer:
        return _read(answer)


def _read(answer: HTTPResponse) -> Reply:
    if answer.status in _REDIRECTS:
        raise NoAnswer("redirect")
    if answer.status != _OK:
        raise NoAnswer("status")
    read = b""
    # To its very end: only there is an answer that was cut short told from a whole one.
    while len(read) <= MAX_ANSWER_BYTES:
        piece = answer.read(MAX_ANSWER_BYTES + 1 - len(read), decode_content=False)
        if not piece:
            break
        read += piece
    if len(read) > MAX_ANSWER_BYTES:
        raise NoAnswer("too-large")
    named = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(headers=named, body=read)


@contextmanager
def _told_as_trouble(late: Event) -> Iterator[None]:
    """Tell whatever fails on the way as one of the troubles there are."""
    try:
        yield
    except NoAnswer:
        if late.is_set():
            raise NoAnswer("time-out") from None
        raise
    except Exception as err:  # noqa: BLE001  # a hostile answer may fail in any way
        if late.is_set() or isinstance(err, TimeoutError | ReadTimeout):
            raise NoAnswer("time-out") from None
        if isinstance(err, ssl.SSLError):
            raise NoAnswer("tls") from None
        if isinstance(err, OSError | HTTPError):
            raise NoAnswer("unreachable") from None
        raise NoAnswer("nonsense") from None
    # An answer without a length ends where the connection does, also when we cut it.
    if late.is_set():
        raise NoAnswer("time-out")
