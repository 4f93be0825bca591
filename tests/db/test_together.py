"""Calls that wait for the store are set aside in one thread, and written together."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import get_ident
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from service.db.models import Heartbeat
from service.db.order import Order
from service.db.prepared import Hand
from service.db.store import Store, make_engine
from service.db.together import Together, can_be_set_aside, set_aside
from service.domain.errors import Unavailable, Unknown
from tests.db.test_store import beat, beat_quickly, end_connections, workers
from tests.servers import free_port

SAID: ContextVar[str] = ContextVar("SAID")


class Calls:
    """Calls in one thread, and what became of them by name."""

    def __init__(self) -> None:
        self.together = Together()
        self.ends: dict[str, Any] = {}

    def begin(self, name: str, call: Callable[[], object]) -> None:
        def run() -> None:
            try:
                self.ends[name] = call()
            except BaseException as err:  # noqa: BLE001  # it is what we look at
                self.ends[name] = err

        self.together.begin(run)

    def write(
        self, store: Store, name: str, act: Callable[[Session], Any], *quick: Any
    ) -> None:
        self.begin(name, lambda: store.write(act, *quick))


@pytest.fixture
def calls() -> Calls:
    return Calls()


def quick(name: str) -> Callable[[Hand], Callable[[], str]]:
    return lambda hand: beat_quickly(hand, name)


def act(name: str) -> Callable[[Session], str]:
    def run(session: Session) -> str:
        beat(session, name)
        return f"act {name}"

    return run


@contextmanager
def commits(store: Store) -> Iterator[list[str]]:
    """A mark for each commit of SQLAlchemy's while the block runs."""
    seen: list[str] = []

    def note(_: object) -> None:
        seen.append("commit")

    event.listen(store.engine, "commit", note)
    yield seen
    event.remove(store.engine, "commit", note)


def test_call_that_does_not_write_ends_at_once(calls: Calls) -> None:
    calls.begin("one", lambda: 1)
    assert calls.ends == {"one": 1}
    calls.together.finish()


def test_all_begin_before_any_is_written(store: Store, calls: Calls) -> None:
    for name in ("one", "two", "three"):
        calls.write(store, name, act(name), quick(name))
    assert calls.ends == {}
    assert workers(store) == []
    calls.together.finish()
    assert calls.ends == {"one": "one", "two": "two", "three": "three"}
    assert workers(store) == ["one", "three", "two"]


def test_writes_share_one_commit(sqlite_store: Store, calls: Calls) -> None:
    calls.write(sqlite_store, "one", act("one"), quick("one"))
    calls.write(sqlite_store, "two", act("two"))
    with commits(sqlite_store) as seen:
        calls.together.finish()
    assert seen == ["commit"]
    assert calls.ends == {"one": "one", "two": "act two"}


def test_quick_writes_share_one_transaction(
    postgres_store: Store, calls: Calls
) -> None:
    def moment(hand: Hand) -> Callable[[], str]:
        told = hand.send("SELECT pg_current_xact_id()::text", None)
        return lambda: str(told.fetchone()[0])

    for name in ("one", "two", "three"):
        calls.write(postgres_store, name, act(name), moment)
    calls.together.finish()
    assert len(set(calls.ends.values())) == 1
    assert len(calls.ends) == 3


def test_one_that_fails_hinders_no_other(store: Store, calls: Calls) -> None:
    def fails(session: Session) -> None:
        beat(session, "failed")
        raise Unknown("x")

    store.write(act("known"))
    calls.write(store, "one", act("one"), quick("one"))
    calls.write(store, "fails", fails)
    calls.write(store, "breaks a rule", act("instead"), quick("known"))
    calls.write(store, "does nothing", act("also"), lambda _: lambda: None)
    calls.together.finish()
    assert isinstance(calls.ends.pop("fails"), Unknown)
    assert calls.ends.pop("one") in {"one", "act one"}
    assert calls.ends == {"breaks a rule": "act instead", "does nothing": "act also"}
    assert workers(store) == ["also", "instead", "known", "one"]


def test_call_may_write_more_than_once_and_read(store: Store, calls: Calls) -> None:
    def both() -> list[str]:
        store.write(act("one"), quick("one"))
        seen = store.read(
            lambda s: list(s.scalars(select(Heartbeat.worker).order_by("worker")))
        )
        store.write(act("two"))
        return seen

    calls.begin("both", both)
    calls.write(store, "three", act("three"), quick("three"))
    calls.together.finish()
    assert calls.ends == {"both": ["one", "three"], "three": "three"}
    assert workers(store) == ["one", "three", "two"]


def test_each_call_has_context_variables_of_its_own(store: Store, calls: Calls) -> None:
    def say(name: str) -> str:
        SAID.set(name)
        store.write(act(name))
        return SAID.get()

    for name in ("one", "two"):
        calls.begin(name, partial(say, name))
    calls.together.finish()
    assert calls.ends == {"one": "one", "two": "two"}
    assert SAID.get("nothing") == "nothing"


def test_all_of_it_is_one_thread(sqlite_store: Store, calls: Calls) -> None:
    threads: list[int] = []

    def note(_: Session) -> None:
        threads.append(get_ident())

    calls.write(sqlite_store, "one", note)
    calls.together.finish()
    assert threads == [get_ident()]


def test_store_that_is_busy_says_so_to_all(
    sqlite_store: Store, calls: Calls, other_writer: sqlite3.Connection
) -> None:
    calls.write(sqlite_store, "one", act("one"), quick("one"))
    calls.write(sqlite_store, "two", act("two"))
    calls.together.finish()
    assert [type(end) for end in calls.ends.values()] == [Unavailable] * 2
    other_writer.rollback()
    assert workers(sqlite_store) == []


def test_row_that_is_locked_is_unavailable_to_all(
    postgres_store: Store, calls: Calls
) -> None:
    url = postgres_store.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as other:
        other.execute("INSERT INTO heartbeat VALUES ('two', now())")
        for name in ("one", "two"):
            calls.write(postgres_store, name, act(name), quick(name))
        calls.together.finish()
        other.rollback()
    assert [type(end) for end in calls.ends.values()] == [Unavailable] * 2
    assert workers(postgres_store) == []


def test_connection_that_is_lost_writes_nothing_of_any(
    postgres_store: Store, calls: Calls
) -> None:
    def lose(hand: Hand) -> Callable[[], str]:
        end_connections(postgres_store)
        return beat_quickly(hand, "lost")

    calls.write(postgres_store, "one", act("one"), quick("one"))
    calls.write(postgres_store, "lost", act("lost"), lose)
    calls.together.finish()
    assert [type(end) for end in calls.ends.values()] == [Unavailable] * 2
    assert workers(postgres_store) == []
    calls.write(postgres_store, "three", act("three"), quick("three"))
    calls.together.finish()
    assert workers(postgres_store) == ["three"]


def test_server_that_is_away_is_unavailable_to_all(calls: Calls) -> None:
    away = Store(make_engine(f"postgresql+psycopg://127.0.0.1:{free_port()}/none"))
    calls.begin("reads", lambda: workers(away))
    calls.write(away, "writes", act("one"), quick("one"))
    calls.together.finish()
    assert [type(end) for end in calls.ends.values()] == [Unavailable] * 2


def test_only_a_call_of_together_can_be_set_aside() -> None:
    assert not can_be_set_aside()
    with pytest.raises(TypeError, match="Together"):
        set_aside(lambda _: None, Order(lambda _: None))
