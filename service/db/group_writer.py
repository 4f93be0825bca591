"""One thread that writes for all others, many acts to one commit.

SQLite lets one connection write at a time, and a durable commit costs a wait for the
disk. While the thread waits for one commit, the acts of other threads gather, and the
next commit takes all of them: each is on disk when its caller goes on, at a fraction of
the cost. Every act runs in a savepoint of its own: one that fails undoes only itself.

A quick act has no savepoint, which costs as much as two rows. Should one fail, all that
was gathered is undone and run again, then without any quick ones.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.db.after_commit import calls_after_commit
from service.db.prepared import Hand
from service.db.turnstile import Turnstile
from service.domain.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_ACTS = 64
"""Acts in one commit; more would only make the first one wait."""

_Outcome = tuple[Any, BaseException | None]


class _QuickFailed(Exception):
    """A quick act raised, and may have left something behind."""


class _Order:
    """An act to be run, and how its caller learns what became of it."""

    __slots__ = ("_begun", "_done", "_outcome", "act", "after", "quick")

    def __init__(
        self, act: Callable[[Session], Any], quick: Callable[[Hand], Any] | None
    ) -> None:
        self.act = act
        self.quick = quick
        self.after: Sequence[Callable[[], None]] = ()
        # Of those who take it, writer and caller, the first decides what becomes of it.
        self._begun = Lock()
        self._done = Lock()
        self._done.acquire()
        self._outcome: _Outcome = (None, None)

    def begin(self) -> bool:
        """True if the caller has not given up, and will wait to the end."""
        return self._begun.acquire(blocking=False)

    def finish(self, result: Any, error: BaseException | None) -> None:
        """Tell the caller what became of it, which is for certain now."""
        if error is None:
            for call in self.after:
                call()
        self._outcome = (result, error)
        self._done.release()

    def wait(self, begin_seconds: float) -> Any:
        """What the act returned; what it raised is raised here.

        :raises Unavailable: if it could not begin in time.
        """
        if not self._done.acquire(timeout=begin_seconds):
            if self.begin():
                raise Unavailable("The store is busy; nothing was written.")
            # It has begun: what became of it is known in a moment, and must be told.
            self._done.acquire()
        result, error = self._outcome
        if error is not None:
            raise error
        return result


def _refuse(batch: list[_Order], err: BaseException) -> None:
    log.warning("store cannot be written: %s", type(err).__name__)
    for order in batch:
        refusal = Unavailable("The store cannot be written now.")
        refusal.__cause__ = err
        order.finish(None, refusal)


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

    def run(
        self, act: Callable[[Session], T], quick: Callable[[Hand], T | None] | None
    ) -> T:
        """What ``act`` returns, after what it did is on disk.

        :param quick: tried first, on the driver's connection; None from it says that it
            has written nothing, and that ``act`` is to be run.
        :raises Unavailable: if it could not begin in time, or the commit failed; then
            nothing of it was written.
        """
        self._start()
        order = _Order(act, quick)
        self._orders.put(order)
        result: T = order.wait(self._begin_seconds)
        return result

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
            begun = [order for order in batch if order.begin()]
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
        try:
            try:
                outcomes = self._transact(batch, quickly=True)
            except _QuickFailed:
                outcomes = self._transact(batch, quickly=False)
        except BaseException as err:  # noqa: BLE001  # whatever failed, nothing is written
            _refuse(batch, err)
            return
        for order, outcome in zip(batch, outcomes, strict=True):
            order.finish(*outcome)

    def _transact(self, batch: list[_Order], *, quickly: bool) -> list[_Outcome]:
        with self._engine.connect() as connection, connection.begin():
            hand = Hand(connection.dialect, connection.connection.driver_connection)
            outcomes: list[_Outcome] = []
            for order in batch:
                result = self._run_quick(hand, order.quick) if quickly else None
                outcomes.append(
                    self._run_one(connection, order)
                    if result is None
                    else (result, None)
                )
            return outcomes

    @staticmethod
    def _run_quick(hand: Hand, quick: Callable[[Hand], Any] | None) -> Any:
        if quick is None:
            return None
        try:
            return quick(hand)
        except BaseException as err:
            raise _QuickFailed from err

    @staticmethod
    def _run_one(connection: Connection, order: _Order) -> _Outcome:
        session = Session(
            connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
        )
        try:
            with session, session.begin():
                result = order.act(session)
                order.after = calls_after_commit(session)
                return result, None
        except DBAPIError as err:
            if err.connection_invalidated or not connection.in_transaction():
                raise
            return None, err
        except BaseException as err:  # noqa: BLE001  # it is the caller's, whatever it is
            return None, err
