"""Reading bodies whole, within limits of size, time and memory."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from service.web.front.asked import Asked
from service.web.front.refusals import BODY_BYTES, BODY_SECONDS, Refused

Receive = Callable[[], Awaitable[dict[str, Any]]]
"""Gives the next piece of a request (ASGI 3.0)."""

ALL_BODIES_BYTES = 64 * 2**20
"""What the bodies of all requests that are not answered yet may take together."""
FORGET_BYTES = 4 * 2**20
FORGET_SECONDS = 2.0
"""How much and how long a refused client may go on sending before it is answered: it
reads only after that, and loses the answer if the connection closes before (RFC 9112,
section 9.6)."""


class Body:
    """What has come of a body."""

    __slots__ = ("_bytes", "is_too_large", "size")

    def __init__(self) -> None:
        # Not a list of pieces: each of a few bytes would take fifty.
        self._bytes = bytearray()
        self.size = 0
        self.is_too_large = False

    def add(self, chunk: bytes) -> None:
        """Take in one more piece."""
        self._bytes += chunk
        self.size += len(chunk)

    def take(self) -> bytes:
        """All that has come; it is not held here any longer."""
        whole = bytes(self._bytes)
        self._bytes.clear()
        return whole


class Bodies:
    """The bodies of all requests that are not answered yet."""

    def __init__(self) -> None:
        self._bytes = 0

    async def read(self, body: Body, asked: Asked, receive: Receive) -> None:
        """Read a body whole; `release` it when its request is answered.

        Of one that is too large nothing is kept.

        :raises Refused: if it does not come in time, or is broken.
        """
        # Only digits come through the server, but as many as anybody likes.
        length = (asked.length or b"").lstrip(b"0") or b"0"
        if len(length) > len(str(BODY_BYTES)) or int(length) > BODY_BYTES:
            if not asked.waits:
                await _forget(receive)
            body.is_too_large = True
            return
        more = True
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while more and body.size <= BODY_BYTES:
                    more = await self._read_on(body, receive)
        except TimeoutError:
            raise Refused.slow_body() from None
        if body.size > BODY_BYTES:
            if more:
                await _forget(receive)
            body.take()
            body.is_too_large = True

    async def _read_on(self, body: Body, receive: Receive) -> bool:
        """True if more is to come."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused.broken_body()
        chunk = message.get("body", b"")
        self._bytes += len(chunk)
        body.add(chunk)
        if self._bytes > ALL_BODIES_BYTES:
            raise Refused.busy()
        return bool(message.get("more_body", False))

    def release(self, body: Body) -> None:
        """Its request is answered."""
        self._bytes -= body.size


async def _forget(receive: Receive) -> None:
    """Read what a refused client goes on sending, for a while."""
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(FORGET_SECONDS):
            while size < FORGET_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
