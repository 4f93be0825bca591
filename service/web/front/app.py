"""The front itself: an ASGI application before a WSGI application."""

import asyncio
import logging
import time
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from service.web.front.asked import Asked
from service.web.front.bodies import Bodies, Body, Receive
from service.web.front.bridge import Answer, Header, Scope, Wsgi, ask, environ_of
from service.web.front.kept import Kept, takes_gzip
from service.web.front.pool import Pool
from service.web.front.refusals import Refused
from service.web.front.shelf import Key, Shelf
from service.web.front.subject import Marks

log = logging.getLogger(__name__)

T = TypeVar("T")
Send = Callable[[dict[str, Any]], Awaitable[None]]
Versions = Callable[[list[int]], Mapping[int, Marks]]

THREADS = 8
"""Requests that Flask works on at once; most of their time goes into waiting."""
MAX_WAITING = 1000
"""Requests that wait for a thread; one more is told to come again."""
MAX_ALONE = 1000
"""Paths remembered as ones whose answers nobody shares."""
REFRESH_SECONDS = 0.4
"""How often the front asks how far the threads have come that are being read."""


class Front:
    """Answers requests, by Flask or from what Flask answered before.

    :param app: the WSGI application.
    :param versions: how far threads have come; it may take a while, and whatever it
        raises means that nothing is known.
    :param clock: seconds, monotonic.
    """

    def __init__(
        self,
        app: Wsgi,
        versions: Versions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._versions = versions
        self._clock = clock
        self._shelf = Shelf(clock=clock)
        self._bodies = Bodies()
        self._threads = Pool("flask", THREADS)
        # Its own thread, so that no number of requests can hold up what is known.
        self._asking = Pool("versions", 1)
        self._flights: dict[Key, Future[Kept | None]] = {}
        self._alone: set[bytes] = set()
        self._waiting = 0
        self._refreshing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3.0)."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope["headers"])
        made: Answer | Kept | None = None
        if scope["method"] == "GET":
            key = (asked.host, scope["raw_path"], scope["query_string"])
            made = self._shelf.get(key)
            if made is None and not asked.is_somebodys and key[1] not in self._alone:
                made = await self._shared(key, scope, asked, receive)
        if made is None:
            made = await self._ask(scope, asked, receive)
        if isinstance(made, Kept):
            await self._give(made, asked, send)
        else:
            await _send(send, made.status, made.headers, made.body)

    # --- Asking Flask ----------------------------------------------------------------

    async def _ask(self, scope: Scope, asked: Asked, receive: Receive) -> Answer:
        """What Flask answers, or why it is not asked."""
        body = Body()
        try:
            asked.check()
            if asked.has_body(scope):
                await self._bodies.read(body, asked, receive)
            environ = environ_of(scope, body.whole())
            answer = await self._in_thread(partial(ask, self._app, environ))
        except Refused as refusal:
            return refusal.answer()
        except Exception as err:
            log.exception("a request failed: %s", type(err).__name__)
            return Refused.crashed().answer()
        finally:
            self._bodies.release(body)
        if answer.moved:
            self._shelf.doubt()
        return answer

    async def _in_thread(self, call: Callable[[], T]) -> T:
        """What ``call`` returns.

        :raises Refused: if too many wait already.
        """
        if self._waiting >= MAX_WAITING:
            raise Refused.busy()
        self._waiting += 1
        try:
            return await self._threads.run(call)
        finally:
            self._waiting -= 1

    async def _shared(
        self, key: Key, scope: Scope, asked: Asked, receive: Receive
    ) -> Answer | Kept:
        """What Flask answers to this one, or to another that asks the same now."""
        flight = self._flights.get(key)
        if flight is not None:
            kept = await asyncio.shield(flight)
            if kept and self._shelf.is_true(kept) and not self._shelf.is_old(kept):
                return kept
        mine = self._flights[key] = asyncio.get_running_loop().create_future()
        kept = None
        try:
            answer, kept = await self._ask_anew(scope, asked, receive)
        finally:
            mine.set_result(kept)
            if self._flights.get(key) is mine:
                del self._flights[key]
        if kept is not None:
            self._shelf.put(key, kept)
            return kept
        if answer.subject is None:
            self._note_alone(key[1])
        return answer

    async def _ask_anew(
        self, scope: Scope, asked: Asked, receive: Receive
    ) -> tuple[Answer, Kept | None]:
        """Flask's answer, and in the form in which it is kept, if it may be."""
        began_at = self._clock()
        answer = await self._ask(scope, asked, receive)
        kept = Kept.of(answer, began_at)
        if kept is not None and self._shelf.is_old(kept):
            # Somebody has seen something newer while this was made.
            began_at = self._clock()
            answer = await self._ask(scope, asked, receive)
            kept = Kept.of(answer, began_at)
        return answer, kept

    def _note_alone(self, path: bytes) -> None:
        """Let requests for this path no longer wait for each other: it is in vain."""
        if len(self._alone) >= MAX_ALONE:
            self._alone.clear()
        self._alone.add(path)

    # --- Giving what is kept ---------------------------------------------------------

    async def _give(self, kept: Kept, asked: Asked, send: Send) -> None:
        squeezed = bool(asked.encodings) and takes_gzip(asked.encodings)
        if squeezed and kept.may_squeeze():
            await asyncio.to_thread(kept.squeeze)
        form = kept.squeezed if squeezed and kept.squeezed else kept.plain
        if asked.none_match is not None and kept.is_known_by(asked.none_match):
            await _send(send, 304, form.unmodified, b"")
        else:
            await _send(send, 200, form.headers, form.body)

    # --- Knowing what is true --------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._refreshing = asyncio.create_task(self._refresh())
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._refreshing is not None:
                    self._refreshing.cancel()
                self._asking.close()
                self._threads.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            threads = self._shelf.recent()
            if not threads:
                continue
            asked_at = self._clock()
            try:
                marks = await self._asking.run(partial(self._versions, threads))
            except Exception as err:  # noqa: BLE001  # whatever it is, nothing is known
                log.warning("versions cannot be read: %s", type(err).__name__)
            else:
                self._shelf.confirm(asked_at, threads, marks)


async def _send(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
