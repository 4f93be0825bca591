"""The one door to the database: `Store.read` and `Store.write`.

An act is a function ``act(session) -> T`` that never commits. `Store.write` runs it in
one transaction and returns when that is durable; whatever it raises undoes all it did.
How the transaction is made (at once, or together with others) is the store's business
alone, so callers stay as they are when that changes.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from service.db.after_commit import after_commit
from service.db.group_writer import GroupWriter
from service.db.order import Order, beside_each_other
from service.db.prepared import Quick
from service.db.together import Door, can_be_set_aside, set_aside
from service.db.turnstile import Turnstile
from service.db.word_table import tidy_words
from service.domain.errors import Unavailable

__all__ = ["Act", "Quick", "Session", "Store", "after_commit", "make_engine"]

log = logging.getLogger(__name__)

T = TypeVar("T")
Act = Callable[[Session], T]

WRITE_SECONDS = 1.5
"""A write that cannot begin by then is answered with 503 (design decision 9.12)."""

_WRITING = {"foyer_writing": True}


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
    from service.db.postgres_writer import watch  # noqa: PLC0415  # loads a driver

    watch(engine)
    return engine


def _turnstile(engine: Engine) -> Turnstile | None:
    database = engine.url.database
    in_memory = not database or database == ":memory:"
    return None if in_memory else Turnstile(Path(str(database)))


class _Writer(Protocol):
    """Runs acts, and finishes orders."""

    def run(self, act: Act[T], quick: Quick[T] | None) -> T:
        """What ``act`` returns, after what it did is on disk."""

    def run_here(self, orders: list[Order]) -> None:
        """Finish these in the present thread."""

    def close(self) -> None:
        """Write what is waiting."""


def _writer(engine: Engine) -> _Writer:
    writing = engine.execution_options(**_WRITING)
    if engine.dialect.name == "sqlite":
        return GroupWriter(writing, WRITE_SECONDS, _turnstile(engine))
    from service.db.postgres_writer import PostgresWriter  # noqa: PLC0415  # a driver

    return PostgresWriter(writing)


class Store:
    """Runs acts in transactions.

    Callers that can be set aside (`service.db.together`) are, while they wait.

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
        self._writer = _writer(engine)

    def read(self, act: Act[T]) -> T:
        """What ``act`` returns, run on one consistent view of the store.

        :raises Unavailable: when the database cannot be reached in time.
        """
        # SQLite answers at once, or not at all; a server may take its time.
        if not self.is_sqlite and can_be_set_aside():
            result: T = self._set_aside(self._read_all, Order(act))
            return result
        return self._read(act)

    def _read(self, act: Act[T]) -> T:
        try:
            with self._reader() as session, session.begin():
                return act(session)
        except (OperationalError, PoolTimeout) as err:
            log.warning("store cannot be read: %s", type(err).__name__)
            raise Unavailable("The store cannot be read now.") from err

    def _read_all(self, orders: list[Order]) -> None:
        beside_each_other(orders, lambda order: self._read(order.act))

    def write(self, act: Act[T], quick: Quick[T] | None = None) -> T:
        """What ``act`` returns, after what it did is on disk.

        An act may be run again from the start when PostgreSQL reports a deadlock or a
        serialization failure, so it must have no effect outside its session.

        :param quick: tried first. What it returns tells None where it has written
            nothing and ``act`` is to be run instead. On PostgreSQL it is a single
            statement.
        :raises Unavailable: when the database cannot be written in time; then nothing
            was written.
        """
        try:
            if can_be_set_aside():
                order = Order(act, quick)
                result: T = self._set_aside(self._writer.run_here, order)
                return result
            return self._writer.run(act, quick)
        except (OperationalError, PoolTimeout) as err:
            log.warning("store cannot be written: %s", type(err).__name__)
            raise Unavailable("The store cannot be written now.") from err

    @staticmethod
    def _set_aside(door: Door, order: Order) -> Any:
        set_aside(door, order)
        return order.outcome()

    def forget_log(self) -> None:
        """Empty the log of past writes, so that what was erased is in no file any more.

        SQLite keeps old pages in its write-ahead log until they are written over, and
        words that comments were found by until it tidies them away.
        PostgreSQL has its own ways, which are the operator's.
        """
        if self.is_sqlite:
            while self.write(lambda session: tidy_words(session.connection())):
                pass
            with self.engine.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.close()

    def close(self) -> None:
        """Write what waits to be written, then give up all connections."""
        self._writer.close()
        self.engine.dispose()
