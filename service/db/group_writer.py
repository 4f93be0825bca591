"""One thread that writes for all others, many acts to one commit.

SQLite lets one connection write at a time, and a durable commit costs a wait for the
disk. While the thread waits for one commit, the acts of other threads gather, and the
next commit takes all of them: each is on disk when its caller goes on, at a fraction of
the cost. Every act runs in a savepoint of its own: one that fails undoes only itself.

A quick act has no savepoint, which costs as much as two rows. Should one fail, all that
was gathered is undone and run again, then without any quick ones.
"""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.db.after_commit import calls_after_commit
from service.db.order import Order, Outcome
from service.db.prepared import Hand, Quick
from service.db.turnstile import Turnstile
from service.domain.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_ACTS = 64
"""Acts in one commit; more would only make the first one wait."""


class _QuickFailed(Exception):
    """A quick act raised, and may have left something behind."""


def _refuse(batch: list[Order], err: BaseException) -> None:
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
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._starting = Lock()
        # The turnstile keeps processes apart, and this the threads that pass it.
        self._writing = Lock()
        self._thread: Thread | None = None

    def run(self, act: Callable[[Session], T], quick: Quick[T] | None) -> T:
        """What ``act`` returns, after what it did is on disk.

        :param quick: tried first, on the driver's connection; None from it says that it
            has written nothing, and that ``act`` is to be run.
        :raises Unavailable: if it could not begin in time, or the commit failed; then
            nothing of it was written.
        """
        self._start()
        order = Order(act, quick)
        self._orders.put(order)
        result: T = order.wait(self._begin_seconds)
        return result

    def run_here(self, orders: list[Order]) -> None:
        """Finish these in the present thread, together."""
        self._write_in_turn(lambda: orders)

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
        while (first := self._orders.get()) is not None:
            self._write_in_turn(partial(self._gathered, first))

    def _write_in_turn(self, gathered: Callable[[], list[Order]]) -> None:
        with ExitStack() as stack:
            late = None
            try:
                self._take_turn(stack)
            except (TimeoutError, OSError) as err:
                late = err
            # Only now, so that what came while we waited is written as well, and an
            # act whose caller has given up meanwhile is not.
            begun = [order for order in gathered() if order.begin()]
            if late is None:
                self._write(begun)
            else:
                _refuse(begun, late)

    def _take_turn(self, stack: ExitStack) -> None:
        began_at = time.monotonic()
        if not self._writing.acquire(timeout=self._begin_seconds):
            raise TimeoutError
        stack.callback(self._writing.release)
        if self._turnstile is not None:
            left = began_at + self._begin_seconds - time.monotonic()
            stack.enter_context(self._turnstile.turn(left))

    def _gathered(self, first: Order) -> list[Order]:
        batch = [first]
        while len(batch) < MOST_ACTS:
            try:
                order = self._orders.get_nowait()
            except Empty:
                break
            if order is None:
                self._orders.put(None)  # the end comes after these
                break
            batch.append(order)
        return batch

    def _write(self, batch: list[Order]) -> None:
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

    def _transact(self, batch: list[Order], *, quickly: bool) -> list[Outcome]:
        with self._engine.connect() as connection, connection.begin():
            hand = Hand(connection.dialect, connection.connection.driver_connection)
            outcomes: list[Outcome] = []
            for order in batch:
                result = self._run_quick(hand, order.quick) if quickly else None
                outcomes.append(
                    self._run_one(connection, order)
                    if result is None
                    else (result, None)
                )
            return outcomes

    @staticmethod
    def _run_quick(hand: Hand, quick: Quick[Any] | None) -> Any:
        if quick is None:
            return None
        try:
            return quick(hand)()
        except BaseException as err:
            raise _QuickFailed from err

    @staticmethod
    def _run_one(connection: Connection, order: Order) -> Outcome:
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
