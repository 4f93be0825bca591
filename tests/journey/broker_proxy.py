"""A way to a broker that can be shut, or swallow all that is sent along it."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

CHUNK = 65_536
SECONDS = 5.0
"""More than any change of the proxy takes."""


class _Link:
    """A client's connection and its counterpart at the server."""

    def __init__(self, client: asyncio.StreamWriter, is_lost: bool) -> None:
        self.client = client
        self.server: asyncio.StreamWriter | None = None
        self.is_lost = is_lost
        """True once a byte of it may have been swallowed: nothing comes through then,
        nor will it ever, and neither end is told."""

    def cut(self) -> None:
        """Drop both connections at once, with a reset."""
        for writer in (self.client, self.server):
            if writer is not None:
                writer.transport.abort()


class BrokerProxy:
    """Forwards connections on a port of 127.0.0.1, until told otherwise.

    Its address stays the same through all of it; a thread of its own does the work.

    :param target: host and port of the server.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._links: set[_Link] = set()
        self._listening: asyncio.Server | None = None
        self._is_silent = False
        self.port = 0
        self.taken = 0
        """Connections so far."""

    def open(self) -> None:
        """Begin to forward."""
        self._thread.start()
        self.restore()

    def refuse(self) -> None:
        """Close the port, and cut all that is open."""
        self._do(self._refuse())

    def swallow(self) -> None:
        """Take connections and bytes, and do nothing with them, old and new ones."""
        self._do(self._swallow())

    def restore(self) -> None:
        """Forward new connections again.

        Those on which something was swallowed stay open and silent for good, as when
        a host in between has forgotten them.
        """
        self._do(self._restore())

    def close(self) -> None:
        """Drop everything, and end the thread."""
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    def _do(self, change: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(change, self._loop).result(SECONDS)

    async def _refuse(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for link in self._links:
            link.cut()
        # Each sees the end of its connection, and ends.
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _swallow(self) -> None:
        self._is_silent = True
        for link in self._links:
            link.is_lost = True

    async def _restore(self) -> None:
        self._is_silent = False
        if self._listening is None:
            self._listening = await asyncio.start_server(
                self._serve, "127.0.0.1", self.port
            )
            self.port = self._listening.sockets[0].getsockname()[1]

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        link = _Link(writer, self._is_silent)
        self._links.add(link)
        self.taken += 1
        try:
            if link.is_lost:
                await self._pump(reader, None, link)
            else:
                await self._forward(reader, link)
        except ConnectionError:
            pass  # one of the ends is gone, and so the other one goes
        finally:
            link.cut()
            self._links.discard(link)

    async def _forward(self, reader: asyncio.StreamReader, link: _Link) -> None:
        answers, link.server = await asyncio.open_connection(*self._target)
        back = asyncio.create_task(self._answer(answers, link))
        await self._pump(reader, link.server, link)
        link.cut()
        with suppress(ConnectionError):
            await back

    async def _answer(self, reader: asyncio.StreamReader, link: _Link) -> None:
        with suppress(ConnectionError):
            await self._pump(reader, link.client, link)
        if not link.is_lost:
            link.cut()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter | None,
        link: _Link,
    ) -> None:
        while chunk := await reader.read(CHUNK):
            if writer is not None and not link.is_lost:
                writer.write(chunk)
                await writer.drain()


@contextmanager
def broker_proxy(host: str, port: int) -> Iterator[BrokerProxy]:
    """A proxy that forwards to this server, until the context is left."""
    made = BrokerProxy((host, port))
    made.open()
    try:
        yield made
    finally:
        made.close()
