"""One thread that writes for all others, many acts to one commit.

SQLite lets one connection write at a time, and a durable commit costs a wait for the
disk. While the thread waits for one commit, the acts of other threads gather, and the
next commit takes all of them: each is on disk when its caller goes on, at a fraction of
the cost. Every act runs in a savepoint of its own: one that fails undoes only itself.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.db.turnstile import Turnstile
from service.domain.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_ACTS = 64
"""Acts in one commit; more would only make the first one wait."""

_Order = tuple[Callable[[Session], Any], "Future[Any]"]


def _refuse(batch: list[_Order], err: BaseException) -> None:
    log.warning("store cannot be written: %s", type(err).__name__)
    for _, done in batch:
        refusal = Unavailable("The store cannot be written now.")
        refusal.__cause__ = err
        done.set_exception(refusal)


class GroupWriter:
    """Runs acts from any thread in one thread of its own.

    :param engine: one whose transactions begin as writes.
    :param begin_seconds: an act that cannot begin by then is not run at all.
    :param turnstile: where to wait for other processes that write.
    """

    def __init__(
        self, engine: Engine, begin_seconds: float, turnstile: Turnstile | None = None
    ) -> None:
        self._engine = engine
        self._turnstile = turnstile
        self._begin_seconds = begin_seconds
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._starting = Lock()
        self._thread: Thread | None = None

    def run(self, act: Callable[[Session], T]) -> T:
        """What ``act`` returns, after what it did is on disk.

        :raises Unavailable: if it could not begin in time, or the commit failed; then
            nothing of it was written.
        """
        self._start()
        done: Future[T] = Future()
        self._orders.put((act, done))
        try:
            return done.result(self._begin_seconds)
        except Late:
            if done.cancel():
                raise Unavailable("The store is busy; nothing was written.") from None
        # It has begun: whether it is written is known in a moment, and must be told.
        return done.result()

    def close(self) -> None:
        """Write what is waiting, then end the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._orders.put(None)
            thread.join()
        if self._turnstile is not None:
            self._turnstile.close()

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="writer", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            first = self._orders.get()
            if first is None:
                return
            if self._write_in_turn(first):
                return

    def _write_in_turn(self, first: _Order) -> bool:
        """True if no order comes any more."""
        with ExitStack() as stack:
            late = None
            if self._turnstile is not None:
                try:
                    stack.enter_context(self._turnstile.turn(self._begin_seconds))
                except (TimeoutError, OSError) as err:
                    late = err
            # Only now, so that what came while we waited is written as well, and an
            # act whose caller has given up meanwhile is not.
            batch, is_last = self._gathered(first)
            begun = [o for o in batch if o[1].set_running_or_notify_cancel()]
            if late is None:
                self._write(begun)
            else:
                _refuse(begun, late)
        return is_last

    def _gathered(self, first: _Order) -> tuple[list[_Order], bool]:
        batch = [first]
        while len(batch) < MOST_ACTS:
            try:
                order = self._orders.get_nowait()
            except Empty:
                break
            if order is None:
                return batch, True
            batch.append(order)
        return batch, False

    def _write(self, batch: list[_Order]) -> None:
        if not batch:
            return
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                for act, done in batch:
                    outcomes.append((done, *self._run_one(connection, act)))
        except BaseException as err:  # noqa: BLE001  # whatever failed, nothing is written
            _refuse(batch, err)
            return
        for done, result, error in outcomes:
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

    @staticmethod
    def _run_one(
        connection: Connection, act: Callable[[Session], Any]
    ) -> tuple[Any, BaseException | None]:
        session = Session(
            connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
        )
        try:
            with session, session.begin():
                return act(session), None
        except DBAPIError as err:
            if err.connection_invalidated or not connection.in_transaction():
                raise
            return None, err
        except BaseException as err:  # noqa: BLE001  # it is the caller's, whatever it is
            return None, err
