"""Clients that take their time, and what others meet meanwhile. Standard library only.

A slow client opens a connection, sends the beginning of a request, and from then on a
byte now and then: half of them within the headers, half within the body.
"""

import asyncio
import http.client
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

EVERY_SECONDS = 2.0
"""How often each slow client sends a byte."""
OPEN_SECONDS = 60.0
GIVE_UP_SECONDS = 20.0
"""After so long without an answer a request counts as not answered."""
CLIENTS = 8
"""How many normal clients ask at the same time."""
_BODY_BYTES = 4096

_HEADERS = "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nX-Slow: "
_BODY = (
    "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\n"
    "Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    '{{"page": "/slow/", "comment": "'
)


@dataclass(slots=True)
class SlowClients:
    """Those that are connected; see `slow_clients`.

    :param path: where comments are sent to.
    """

    port: int
    path: str
    opened: int = 0
    """How many have sent the beginning of a request."""
    dropped: int = 0
    """Whose connection the server has closed."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def still_open(self) -> int:
        """How many the server still waits for."""
        return self.opened - self.dropped

    async def _one(self, begin: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(begin)
            await writer.drain()
            self.opened += 1
            while not self._over.is_set():
                # An answer, or the end, is all the same: it waits for no more.
                told = asyncio.ensure_future(reader.read(1))
                over = asyncio.ensure_future(self._over.wait())
                done, rest = await asyncio.wait(
                    {told, over},
                    timeout=EVERY_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for each in rest:
                    each.cancel()
                if told in done:
                    self.dropped += 1
                    # Asked for, so that a reset does not go unnoticed by asyncio.
                    told.exception()
                    return
                writer.write(b"a")
        except OSError:
            self.dropped += 1
        finally:
            writer.close()

    async def _all(self, in_headers: int, in_bodies: int) -> None:
        given = {"path": self.path, "port": self.port, "size": _BODY_BYTES}
        begins = [_HEADERS] * in_headers + [_BODY] * in_bodies
        await asyncio.gather(
            *(self._one(begin.format(**given).encode()) for begin in begins)
        )

    def run(self, in_headers: int, in_bodies: int) -> None:
        """Be slow until `end` is called from another thread."""
        try:
            self._loop.run_until_complete(self._all(in_headers, in_bodies))
        finally:
            self._loop.close()

    def end(self) -> None:
        """Have all of them leave."""
        self._loop.call_soon_threadsafe(self._over.set)


@contextmanager
def slow_clients(
    port: int, path: str, *, in_headers: int, in_bodies: int
) -> Iterator[SlowClients]:
    """So many slow clients are connected while the context is entered.

    :raises TimeoutError: if they cannot all connect.
    """
    slow = SlowClients(port, path)
    thread = Thread(target=slow.run, args=(in_headers, in_bodies), daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + OPEN_SECONDS
        while slow.opened + slow.dropped < in_headers + in_bodies:
            if time.monotonic() > deadline or not thread.is_alive():
                raise TimeoutError(f"only {slow.opened} slow clients could connect")
            time.sleep(0.02)
        yield slow
    finally:
        if thread.is_alive():
            slow.end()
        thread.join(OPEN_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A request as most are, and the status of its good answer."""

    path: str
    status: int
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What normal clients met."""

    asked: int
    milliseconds: Sequence[float]
    """How long each good answer took, the quickest first."""
    failures: Sequence[str]
    """Each other answer's status, or the name of what was raised."""

    @property
    def answered(self) -> int:
        """How many got a good answer."""
        return len(self.milliseconds)

    def percentile(self, percent: float) -> float:
        """So many of a hundred took at most these milliseconds; NaN without any."""
        if not self.milliseconds:
            return math.nan
        place = math.ceil(len(self.milliseconds) * percent / 100) - 1
        return self.milliseconds[max(0, place)]


def _ask(port: int, what: Normal) -> float | str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_SECONDS)
    began = time.perf_counter()
    try:
        connection.request(what.method, what.path, what.body, dict(what.headers))
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as err:
        return type(err).__name__
    finally:
        connection.close()
    spent = 1000 * (time.perf_counter() - began)
    return spent if answer.status == what.status else str(answer.status)


def ask(port: int, requests: Sequence[Normal], clients: int = CLIENTS) -> Met:
    """Ask all of them, several at once, each on a connection of its own."""
    with ThreadPoolExecutor(clients, "normal") as pool:
        told = list(pool.map(lambda each: _ask(port, each), requests))
    return Met(
        asked=len(requests),
        milliseconds=sorted(each for each in told if isinstance(each, float)),
        failures=[each for each in told if isinstance(each, str)],
    )
