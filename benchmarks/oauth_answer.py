"""The service that Waline asks on every request, answered here: it offers no sign-in.

One thread of this process answers, with bytes made once, so that it costs the peer as
little as can be.
"""

import asyncio
from functools import cache
from threading import Event, Thread

from typing_extensions import override

from tests.servers import free_port

_BODY = b'{"services": []}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


class _Answering(asyncio.Protocol):
    """Answers every request on a connection; requests have no body."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._read = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        *whole, self._read = (self._read + data).split(b"\r\n\r\n")
        if self._transport is not None:
            self._transport.write(_ANSWER * len(whole))


async def _serve(port: int, ready: Event) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Answering, "127.0.0.1", port)
    ready.set()
    await server.serve_forever()


@cache
def oauth_answer() -> str:
    """The address of the service; it runs until this process ends."""
    port, ready = free_port(), Event()
    Thread(target=lambda: asyncio.run(_serve(port, ready)), daemon=True).start()
    ready.wait()
    return f"http://127.0.0.1:{port}/"
