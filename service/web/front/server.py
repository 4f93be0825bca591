"""Granian in this process: it speaks HTTP and hands requests to the front."""

import asyncio
import contextlib
import signal
import socket
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server as Embedded

HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 20
"""A connection whose next request's headers have not come by then is closed."""
CONNECTIONS = 4096
"""Connections served at once; more wait to be let in."""
STOP_SECONDS = 10
"""How long running requests may take to finish when the process is told to stop."""


def free_place(host: str, port: int) -> tuple[str, int]:
    """The address behind ``host``, in numbers, and the port, which nobody else has.

    Granian shares the port with whatever else would, and each gets some of the
    requests, so look before.

    :raises OSError: if somebody has it, or it cannot be had.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A name such as localhost may stand for both; IPv4 is what people expect of it.
    family, *_, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # It does not listen: who connected to it would be thrown out again.
        sock.bind(address[:2])
    return str(address[0]), port


class Server:
    """Granian on one port, stopping in good order.

    :param front: an ASGI application.
    :param place: from `free_place`; processes that have the same share the port, and
        each gets some of the connections.
    """

    def __init__(self, front: Any, place: tuple[str, int]) -> None:
        self._front = front
        self._place = place
        self._loop: asyncio.AbstractEventLoop | None = None
        self._embedded: Embedded | None = None
        self._is_told = False

    def stop(self) -> None:
        """Have `run` return; may be called from any thread, at any time."""
        self._is_told = True
        loop, embedded = self._loop, self._embedded
        if loop is not None and embedded is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                loop.call_soon_threadsafe(embedded.stop)

    def run(self, *, with_signals: bool = False) -> bool:
        """True if every request was finished when, after `stop`, this returns.

        A request that runs on after 10 s is left alone; only the end of the process
        ends it.

        :param with_signals: SIGTERM and SIGINT stop it, too.
        """
        return asyncio.run(self._serve(with_signals=with_signals))

    async def _serve(self, *, with_signals: bool) -> bool:
        self._loop = asyncio.get_running_loop()
        self._embedded = Embedded(
            self._front,
            address=self._place[0],
            port=self._place[1],
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=HEADER_SECONDS * 1000,
                max_buffer_size=HEADER_BYTES,
            ),
            websockets=False,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            log_enabled=False,
        )
        self._embedded.workers_kill_timeout = STOP_SECONDS
        if with_signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self._embedded.stop)
        if self._is_told:
            self._embedded.stop()  # type: ignore[no-untyped-call]  # Granian's
        try:
            await self._embedded.serve()
        except TimeoutError:
            return False
        return True
