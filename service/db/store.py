"""The one door to the database: `Store.read` and `Store.write`.

An act is a function ``act(session) -> T`` that never commits. `Store.write` runs it in
one transaction and returns when that is durable; whatever it raises undoes all it did.
How the transaction is made (at once, or together with others) is the store's business
alone, so callers stay as they are when that changes.
"""

import logging
import select
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from service.db.after_commit import after_commit, calls_after_commit
from service.db.group_writer import GroupWriter
from service.db.prepared import Hand
from service.db.turnstile import Turnstile
from service.domain.errors import Unavailable

__all__ = ["Act", "Quick", "Session", "Store", "after_commit", "make_engine"]

log = logging.getLogger(__name__)

T = TypeVar("T")
Act = Callable[[Session], T]
Quick = Callable[[Hand], T | None]

WRITE_SECONDS = 1.5
"""A write that cannot begin by then is answered with 503 (design decision 9.12)."""

_WRITING = {"foyer_writing": True}
_RETRIES = 3
# SQLSTATE of serialization_failure and deadlock_detected (PostgreSQL, appendix A).
_RETRY_STATES = {"40001", "40P01"}


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and never IMMEDIATE: we send it ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a reported commit survives power loss
        f"busy_timeout={int(WRITE_SECONDS * 1000)}",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased is overwritten
        "recursive_triggers=ON",  # so that REPLACE does not pass by the audit's
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Any) -> None:
    writing = connection.get_execution_options().get("foyer_writing")
    # IMMEDIATE: an upgrade from a read would fail at once, whatever the time-out.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _on_postgres_checkout(connection: Any, _record: object, _fairy: object) -> None:
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


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL with the settings the store relies on.

    The folder of an SQLite file is made if it is missing, open to its owner only.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine
    engine = create_engine(
        parsed,
        pool_size=10,
        max_overflow=10,
        pool_timeout=WRITE_SECONDS,
        connect_args={
            "connect_timeout": 2,
            "options": "-c statement_timeout=10s -c lock_timeout=1500 -c timezone=UTC",
        },
    )
    event.listen(engine, "checkout", _on_postgres_checkout)
    return engine


def _turnstile(engine: Engine) -> Turnstile | None:
    database = engine.url.database
    in_memory = not database or database == ":memory:"
    return None if in_memory else Turnstile(Path(str(database)))


def _state(err: DBAPIError) -> str:
    return str(getattr(err.orig, "sqlstate", "") or "")


class Store:
    """Runs acts in transactions.

    :param engine: from `make_engine`.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reader = sessionmaker(
            engine.execution_options(isolation_level="REPEATABLE READ")
            if not self.is_sqlite
            else engine,
            expire_on_commit=False,
        )
        writing = engine.execution_options(**_WRITING)
        self._writer = sessionmaker(writing, expire_on_commit=False)
        # Threads of this process do not queue in SQLite's busy handler, whose sleeps
        # give a long tail, but at a thread that writes for all of them.
        self._group = (
            GroupWriter(writing, WRITE_SECONDS, _turnstile(engine))
            if self.is_sqlite
            else None
        )

    def read(self, act: Act[T]) -> T:
        """What ``act`` returns, run on one consistent view of the store.

        :raises Unavailable: when the database cannot be reached in time.
        """
        try:
            with self._reader() as session, session.begin():
                return act(session)
        except (OperationalError, PoolTimeout) as err:
            log.warning("store cannot be read: %s", type(err).__name__)
            raise Unavailable("The store cannot be read now.") from err

    def write(self, act: Act[T], quick: Quick[T] | None = None) -> T:
        """What ``act`` returns, after what it did is on disk.

        An act may be run again from the start when PostgreSQL reports a deadlock or a
        serialization failure, so it must have no effect outside its session.

        :param quick: tried first. It returns None where it has written nothing and
            ``act`` is to be run instead. On PostgreSQL it is a single statement, which
            the server commits by itself: that saves the round trips of a transaction.
        :raises Unavailable: when the database cannot be written in time; then nothing
            was written.
        """
        try:
            if self._group is not None:
                return self._group.run(act, quick)
            if quick is not None and (done := self._write_quickly(quick)) is not None:
                return done
            return self._write_at_once(act)
        except (OperationalError, PoolTimeout) as err:
            log.warning("store cannot be written: %s", type(err).__name__)
            raise Unavailable("The store cannot be written now.") from err

    def _write_quickly(self, quick: Quick[T]) -> T | None:
        pooled = self.engine.raw_connection()
        try:
            connection: Any = pooled.driver_connection
            connection.autocommit = True
            try:
                return quick(Hand(self.engine.dialect, connection))
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

    def _write_at_once(self, act: Act[T]) -> T:
        for attempt in range(1, _RETRIES + 1):
            try:
                with self._writer() as session:
                    with session.begin():
                        result = act(session)
                    for call in calls_after_commit(session):
                        call()
                    return result
            except OperationalError as err:
                if attempt == _RETRIES or _state(err) not in _RETRY_STATES:
                    raise
        raise AssertionError  # the last attempt returned or raised

    def forget_log(self) -> None:
        """Empty the log of past writes, so that what was erased is in no file any more.

        SQLite keeps old pages in its write-ahead log until they are written over.
        PostgreSQL has its own ways, which are the operator's.
        """
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.close()

    def close(self) -> None:
        """Write what waits to be written, then give up all connections."""
        if self._group is not None:
            self._group.close()
        self.engine.dispose()
