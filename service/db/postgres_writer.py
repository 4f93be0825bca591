"""Acts on PostgreSQL: each in a transaction of its own, quick ones in one for many."""

import logging
import select
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from service.db.after_commit import calls_after_commit
from service.db.order import Order, beside_each_other
from service.db.prepared import Hand, Quick

log = logging.getLogger(__name__)

T = TypeVar("T")

_RETRIES = 3
# SQLSTATE of serialization_failure and deadlock_detected (PostgreSQL, appendix A).
_RETRY_STATES = {"40001", "40P01"}


def watch(engine: Engine) -> None:
    """Have connections that the server has ended found out before they are used."""
    event.listen(engine, "checkout", _on_checkout)


def _on_checkout(connection: Any, _record: object, _fairy: object) -> None:
    # A server that ends a connection says so, and then there is something to read. So
    # only then is it asked whether it is there, which costs a round trip.
    try:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if waiting.poll(0):
            connection.execute("SELECT 1")
            connection.rollback()
    except psycopg.Error as err:
        # What befell this one befell those that were opened before it, too.
        raise InvalidatePoolError from err


def _state(err: DBAPIError) -> str:
    return str(getattr(err.orig, "sqlstate", "") or "")


class PostgresWriter:
    """Runs acts, each where it is asked for.

    Whatever it raises for want of a connection, or of an answer, comes through.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session = sessionmaker(engine, expire_on_commit=False)

    def run(self, act: Callable[[Session], T], quick: Quick[T] | None) -> T:
        """What ``act`` returns, after what it did is on disk.

        :param quick: tried first; it is a single statement, which the server commits by
            itself. That saves the round trips of a transaction.
        """
        if quick is not None:
            results = self._try_quickly([quick])
            if results is not None and results[0] is not None:
                result: T = results[0]
                return result
        return self._run_at_once(act)

    def run_here(self, orders: list[Order]) -> None:
        """Finish these, the quick ones together."""
        quick = [order for order in orders if order.quick is not None]
        if len(quick) > 1:
            others = [order for order in orders if order.quick is None]
            orders = others + self._run_quickly(quick)
        beside_each_other(orders, lambda order: self.run(order.act, order.quick))

    def close(self) -> None:
        """Nothing is left to be done: every act was run where it was asked for."""

    def _run_quickly(self, orders: list[Order]) -> list[Order]:
        """Those that are not finished."""
        try:
            results = self._try_quickly(
                [o.quick for o in orders if o.quick is not None]
            )
        except (OperationalError, PoolTimeout) as err:
            for order in orders:
                order.finish(None, err)
            return []
        except Exception as err:  # noqa: BLE001  # each alone will say what its own is
            log.info("quick acts go on one by one: %s", type(err).__name__)
            return orders
        if results is None:
            return orders
        left = []
        for order, result in zip(orders, results, strict=True):
            if result is None:
                order.quick = None  # it has told that there is nothing for it to do
                left.append(order)
            else:
                order.finish(result, None)
        return left

    def _try_quickly(self, acts: list[Quick[Any]]) -> list[Any] | None:
        """What each told; None if one broke a rule, and nothing is written."""
        try:
            pooled = self._engine.raw_connection()
        except psycopg.OperationalError as err:
            raise OperationalError(None, None, err) from err
        try:
            connection: Any = pooled.driver_connection
            connection.autocommit = True
            try:
                return self._in_one_transaction(connection, acts)
            except psycopg.IntegrityError:
                # Another process was first with the same row: the act will see it.
                return None
            except psycopg.OperationalError as err:
                if str(err.sqlstate) in _RETRY_STATES:
                    return None
                raise OperationalError(None, None, err) from err
            finally:
                if connection.closed:
                    pooled.invalidate()
                else:
                    connection.autocommit = False
        finally:
            pooled.close()

    def _in_one_transaction(
        self, connection: "psycopg.Connection[Any]", acts: list[Quick[Any]]
    ) -> list[Any]:
        dialect = self._engine.dialect
        if len(acts) == 1:
            return [acts[0](Hand(dialect, connection))()]
        # Statements are sent without waiting for the answers to those before; up to the
        # next synchronisation they are one transaction (PostgreSQL documentation,
        # "Pipeline Mode"). So all share one wait for the network and one for the disk.
        with connection.pipeline():
            answers = [act(Hand(dialect, connection)) for act in acts]
        return [answer() for answer in answers]

    def _run_at_once(self, act: Callable[[Session], T]) -> T:
        for attempt in range(1, _RETRIES + 1):
            try:
                with self._session() as session:
                    with session.begin():
                        result = act(session)
                    for call in calls_after_commit(session):
                        call()
                    return result
            except OperationalError as err:
                if attempt == _RETRIES or _state(err) not in _RETRY_STATES:
                    raise
        raise AssertionError  # the last attempt returned or raised
