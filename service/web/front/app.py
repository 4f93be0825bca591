"""The front itself: an ASGI application before a WSGI application."""

import asyncio
import logging
import time
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from service.web.front.asked import Asked
from service.web.front.board import Board
from service.web.front.bodies import Bodies, Body, Receive
from service.web.front.bridge import Answer, Header, Scope, Wsgi, ask, environ_of
from service.web.front.desk import Desk
from service.web.front.kept import Kept
from service.web.front.pool import Pool
from service.web.front.refusals import BODY_BYTES, Refused
from service.web.front.shelf import Key, Shelf
from service.web.front.subject import Marks

log = logging.getLogger(__name__)

Made = Answer | Kept
Send = Callable[[dict[str, Any]], Awaitable[None]]
Versions = Callable[[list[int]], Mapping[int, Marks]]

THREADS = 8
"""Requests that Flask works on at once; most of their time goes into waiting."""
MAX_WAITING = 1000
"""Requests that wait for a thread; one more is told to come again."""
MAX_ALONE = 1000
"""Paths remembered as ones whose answers nobody shares."""
MAX_FLIGHTS = 3
"""How often a request waits for what another gets, before it asks for itself."""
REFRESH_SECONDS = 0.4
"""How often the front asks how far the threads have come that are being read."""

_OK = 200
_PAGES = ".html"
"""How paths end whose answers speak the language that the browser asks for."""


class Front:
    """Answers requests, by Flask or from what Flask answered before.

    :param app: the WSGI application.
    :param versions: how far threads have come; it may take a while, and whatever it
        raises means that nothing is known.
    :param board: shared with other processes on this port.
    :param is_short: true of requests, by their WSGI environment, that take little work
        and end in a write; they share one thread and the writing.
    :param clock: seconds, monotonic.
    :param wall: Unix time.
    """

    def __init__(
        self,
        app: Wsgi,
        versions: Versions,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        is_short: Callable[[dict[str, Any]], bool] = lambda _: False,
        board: Board | None = None,
    ) -> None:
        self._app = app
        self._versions = versions
        self._is_short = is_short
        self._clock = clock
        self._shelf = Shelf(clock=clock, wall=wall, board=board)
        self._bodies = Bodies()
        self._threads = Pool("flask", THREADS)
        self._desk = Desk("desk")
        # Its own thread, so that no number of requests can hold up what is known.
        self._asking = Pool("versions", 1)
        self._flights: dict[Key, Future[Kept | None]] = {}
        self._alone: set[bytes] = set()
        self._refreshing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3.0)."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope["headers"])
        made: Made | None = None
        if scope["method"] == "GET":
            key = _key_of(scope, asked)
            made = self._shelf.get(key)
            if made is None and self._may_share(scope, asked):
                made = await self._shared(key, scope, asked, receive)
        if made is None:
            made = await self._ask(scope, asked, receive)
        if isinstance(made, Kept):
            await _give(send, made, asked)
        else:
            await _send(send, made.status, made.headers, made.body)

    # --- Asking together -------------------------------------------------------------

    def _may_share(self, scope: Scope, asked: Asked) -> bool:
        """True if others may wait for what Flask answers to this one."""
        return (
            not asked.is_somebodys
            # A body may be slow, and nobody else should wait for it.
            and not asked.has_body(scope)
            and scope["raw_path"] not in self._alone
        )

    async def _shared(
        self, key: Key, scope: Scope, asked: Asked, receive: Receive
    ) -> Made:
        """What Flask answers to this one, or to another that asks the same now."""
        for _ in range(MAX_FLIGHTS):
            flight = self._flights.get(key)
            if flight is None:
                break
            kept = await asyncio.shield(flight)
            if kept is None:
                break
            if self._shelf.is_true(kept) and not self._shelf.is_old(kept):
                return kept
        return await self._fly(key, scope, asked, receive)

    async def _fly(
        self, key: Key, scope: Scope, asked: Asked, receive: Receive
    ) -> Made:
        """What Flask answers; others may wait for it, too."""
        mine = self._flights[key] = asyncio.get_running_loop().create_future()
        made: Made | None = None
        try:
            made = await self._ask(scope, asked, receive)
        finally:
            mine.set_result(made if isinstance(made, Kept) else None)
            if self._flights.get(key) is mine:
                del self._flights[key]
        if isinstance(made, Kept):
            self._shelf.put(key, made)
            return self._shelf.get(key) or made
        if made.status == _OK:
            self._note_alone(key[1])
        return made

    def _note_alone(self, path: bytes) -> None:
        """Let requests for this path no longer wait for each other: it is in vain.

        Not after a refusal, or one bad query would do that to all good ones.
        """
        if len(self._alone) >= MAX_ALONE:
            self._alone.clear()
        self._alone.add(path)

    # --- Asking Flask ----------------------------------------------------------------

    async def _ask(self, scope: Scope, asked: Asked, receive: Receive) -> Made:
        """What Flask answers, or why it is not asked."""
        body = Body()
        try:
            asked.check()
            if asked.has_body(scope):
                await self._bodies.read(body, asked, receive)
            # Flask itself refuses what is too large: it knows how the client reads.
            length = BODY_BYTES + 1 if body.is_too_large else None
            made = await self._make_new(partial(environ_of, scope, body.take(), length))
        except Refused as refusal:
            return refusal.answer()
        except Exception as err:
            log.exception("a request failed: %s", type(err).__name__)
            return Refused.crashed().answer()
        finally:
            self._bodies.release(body)
        if isinstance(made, Kept):
            self._shelf.learn(made)
        elif made.moved:
            self._shelf.doubt()
        return made

    async def _make_new(self, request: Callable[[], dict[str, Any]]) -> Made:
        """What Flask answers, not older than what anybody had seen when this began.

        :raises Refused: if too many wait already.
        """
        made = await self._make(request())
        if isinstance(made, Kept) and self._shelf.is_old(made):
            # Somebody has seen something newer while this was made.
            made = await self._make(request())
        return made

    async def _make(self, environ: dict[str, Any]) -> Made:
        pool = self._desk if self._is_short(environ) else self._threads
        if pool.waiting >= MAX_WAITING:
            raise Refused.busy()
        return await pool.run(partial(self._in_thread, environ))

    def _in_thread(self, environ: dict[str, Any]) -> Made:
        # Not earlier: what waited long for its thread would be old from the start.
        began_at = self._clock()
        answer = ask(self._app, environ)
        if environ["REQUEST_METHOD"] != "GET":
            return answer
        address = environ["PATH_INFO"], environ["QUERY_STRING"]
        languages = None
        if environ["PATH_INFO"].endswith(_PAGES):
            languages = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        return Kept.of(answer, began_at, address, languages) or answer

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
                self._desk.close()
                self._threads.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._look()

    async def _look(self) -> None:
        """Find out how far the threads have come that are being read."""
        threads = self._shelf.recent()
        if not threads:
            return
        asked_at = self._clock()
        try:
            marks = await self._asking.run(partial(self._versions, threads))
            self._shelf.confirm(asked_at, threads, marks)
        except Exception as err:  # noqa: BLE001  # whatever it is, nothing is known
            log.warning("versions cannot be read: %s", type(err).__name__)


def _key_of(scope: Scope, asked: Asked) -> Key:
    """What tells the answer to this request from others."""
    path: bytes = scope["raw_path"]
    languages = asked.languages if path.endswith(_PAGES.encode()) else b""
    return asked.host, path, scope["query_string"], languages


async def _send(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _give(send: Send, kept: Kept, asked: Asked) -> None:
    form = kept.form_for(asked.encodings)
    if asked.none_match is not None and kept.is_known_by(asked.none_match):
        await _send(send, 304, form.unmodified, b"")
    else:
        await _send(send, _OK, form.headers, form.body)
