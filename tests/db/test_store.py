"""An act is done wholly or not at all, and a store that is busy says so in time."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.db.models import Heartbeat
from service.db.prepared import Hand, Prepared
from service.db.store import WRITE_SECONDS, Store, after_commit, make_engine
from service.domain.errors import Unavailable, Unknown
from tests.doubles import FrozenClock
from tests.servers import free_port

NOW = FrozenClock().now


def beat(session: Session, worker: str) -> None:
    session.add(Heartbeat(worker=worker, seen_at=NOW))
    session.flush()


def workers(store: Store) -> list[str]:
    return store.read(
        lambda s: list(s.scalars(select(Heartbeat.worker).order_by(Heartbeat.worker)))
    )


def test_act_that_returns_is_stored(store: Store) -> None:
    assert store.write(lambda s: beat(s, "one")) is None
    assert workers(store) == ["one"]


@pytest.mark.parametrize("wrong", [Unknown("x"), ValueError("x"), KeyboardInterrupt()])
def test_act_that_raises_leaves_nothing_behind(
    store: Store, wrong: BaseException
) -> None:
    def act(session: Session) -> None:
        beat(session, "one")
        raise wrong

    with pytest.raises(type(wrong)):
        store.write(act)
    assert workers(store) == []
    store.write(lambda s: beat(s, "two"))
    assert workers(store) == ["two"]


def test_act_can_undo_a_part_of_itself(store: Store) -> None:
    def refused(session: Session) -> None:
        with session.begin_nested():
            beat(session, "in the savepoint")
            raise Unknown("x")

    def act(session: Session) -> None:
        beat(session, "before")
        with pytest.raises(Unknown):
            refused(session)
        beat(session, "after")

    store.write(act)
    assert workers(store) == ["after", "before"]


def test_savepoint_survives_a_broken_rule(store: Store) -> None:
    def twice(session: Session) -> None:
        with session.begin_nested():
            session.execute(
                text("INSERT INTO heartbeat (worker, seen_at) VALUES ('one', :now)"),
                {"now": "2026-03-01 12:00:00"},
            )

    def act(session: Session) -> None:
        beat(session, "one")
        with pytest.raises(IntegrityError):
            twice(session)
        beat(session, "two")

    store.write(act)
    assert workers(store) == ["one", "two"]


def test_read_sees_one_moment_though_others_write(store: Store) -> None:
    def act(session: Session) -> tuple[int, int]:
        count = select(func.count()).select_from(Heartbeat)
        first = session.execute(count).scalar_one()
        store.write(lambda s: beat(s, "meanwhile"))
        return first, session.execute(count).scalar_one()

    assert store.read(act) == (0, 0)
    assert workers(store) == ["meanwhile"]


def test_writers_of_one_process_wait_for_each_other(store: Store) -> None:
    store.write(lambda s: beat(s, "shared"))
    barrier = Barrier(8)

    def one(number: int) -> None:
        barrier.wait()
        store.write(lambda s: beat(s, f"{number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert len(workers(store)) == 9


def _sqlite_path(engine: Engine) -> str:
    assert engine.url.database is not None
    return engine.url.database


def test_busy_sqlite_is_unavailable_within_two_seconds(
    sqlite_store: Store, other_writer: sqlite3.Connection
) -> None:
    begun = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        sqlite_store.write(lambda s: beat(s, "one"))
    took = time.monotonic() - begun
    assert WRITE_SECONDS * 0.9 < took < WRITE_SECONDS + 1.0
    assert caught.value.retry_after >= 1
    assert workers(sqlite_store) == [], "reading goes on"
    other_writer.rollback()
    sqlite_store.write(lambda s: beat(s, "two"))
    assert workers(sqlite_store) == ["two"]


def test_writer_that_waits_behind_a_stuck_one_is_not_kept_for_long(
    sqlite_store: Store, other_writer: sqlite3.Connection
) -> None:
    barrier = Barrier(3)

    def one(number: int) -> float:
        barrier.wait()
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            sqlite_store.write(lambda s: beat(s, f"{number}"))
        return time.monotonic() - begun

    with ThreadPoolExecutor(3) as pool:
        waits = list(pool.map(one, range(3)))
    assert max(waits) < 2 * WRITE_SECONDS + 1.0
    other_writer.rollback()
    assert workers(sqlite_store) == []


def test_locked_row_on_postgresql_is_unavailable_in_time(postgres_store: Store) -> None:
    postgres_store.write(lambda s: beat(s, "one"))
    url = postgres_store.engine.url.set(drivername="postgresql")
    touch = update(Heartbeat).where(Heartbeat.worker == "one").values(seen_at=NOW)
    with psycopg.connect(url.render_as_string(hide_password=False)) as other:
        other.execute("UPDATE heartbeat SET seen_at = now()")
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            postgres_store.write(lambda s: s.execute(touch))
        assert time.monotonic() - begun < WRITE_SECONDS + 1.0
        other.rollback()
    postgres_store.write(lambda s: s.execute(touch))


def test_deadlock_is_tried_again(postgres_store: Store) -> None:
    postgres_store.write(lambda s: beat(s, "one"))
    postgres_store.write(lambda s: beat(s, "two"))
    barrier = Barrier(2)
    tries: list[str] = []

    def both(first: str, second: str) -> None:
        def act(session: Session) -> None:
            tries.append(first)
            for worker in (first, second):
                session.execute(
                    update(Heartbeat)
                    .where(Heartbeat.worker == worker)
                    .values(seen_at=NOW)
                )
                if worker == first and len(tries) <= 2:
                    barrier.wait(10)

        postgres_store.write(act)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(both, "one", "two")
        two = pool.submit(both, "two", "one")
        one.result(20)
        two.result(20)
    assert len(tries) == 3


def test_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    store = Store(make_engine(f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x"))
    with pytest.raises(Unavailable):
        store.read(lambda s: s.execute(text("SELECT 1")))
    with pytest.raises(Unavailable):
        store.write(lambda s: s.execute(text("SELECT 1")))
    store.close()
    folder = tmp_path / "gone"
    folder.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="gone"):
        make_engine(f"sqlite:///{folder}/foyer.sqlite3")


def test_sqlite_is_set_to_keep_what_it_reports(sqlite_store: Store) -> None:
    def ask(session: Session) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in (*names, "busy_timeout", "recursive_triggers")
        }

    assert sqlite_store.read(ask) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 1500,
        "recursive_triggers": 1,
    }


def test_folder_of_a_new_sqlite_file_is_closed_to_others(tmp_path: Path) -> None:
    store = Store(make_engine(f"sqlite:///{tmp_path}/new/foyer.sqlite3"))
    store.write(lambda s: s.execute(text("SELECT 1")))
    store.close()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


_TABLE: Any = Heartbeat.__table__
_BEAT = Prepared(
    lambda _: insert(_TABLE).values(
        {
            name: bindparam(name, type_=_TABLE.c[name].type)
            for name in ("worker", "seen_at")
        }
    )
)


def beat_quickly(hand: Hand, worker: str) -> Callable[[], str]:
    hand.run(_BEAT, {"worker": worker, "seen_at": NOW, "more": "than it takes"})
    return lambda: worker


def not_needed(_: Session) -> str:
    raise AssertionError("the quick act has done it")


def test_quick_act_is_stored_and_the_other_not_run(store: Store) -> None:
    assert store.write(not_needed, lambda hand: beat_quickly(hand, "one")) == "one"
    assert workers(store) == ["one"]
    seen = select(Heartbeat.seen_at)
    assert store.read(lambda s: s.execute(seen).scalar_one()) == NOW


def test_act_is_run_where_the_quick_one_does_nothing(store: Store) -> None:
    def act(session: Session) -> str:
        beat(session, "one")
        return "act"

    assert store.write(act, lambda _: lambda: None) == "act"
    assert workers(store) == ["one"]


def test_act_is_run_where_the_quick_one_breaks_a_rule(store: Store) -> None:
    store.write(lambda s: beat(s, "one"))
    said = store.write(lambda _: "known", lambda hand: beat_quickly(hand, "one"))
    assert said == "known"
    assert workers(store) == ["one"]


def test_quick_act_that_breaks_undoes_nobody_else(sqlite_store: Store) -> None:
    barrier = Barrier(8)

    def broken(hand: Hand) -> Callable[[], str]:
        beat_quickly(hand, "half done")
        return beat_quickly(hand, "half done")

    def one(number: int) -> str:
        def act(session: Session) -> str:
            beat(session, f"{number}")
            return "act"

        barrier.wait()
        if number % 2:
            return sqlite_store.write(lambda _: "act", broken)
        return sqlite_store.write(act, lambda hand: beat_quickly(hand, f"{number}"))

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(one, range(8)))
    assert said[1::2] == ["act"] * 4
    assert set(said[::2]) <= {"act", "0", "2", "4", "6"}
    assert workers(sqlite_store) == ["0", "2", "4", "6"]


def test_quick_act_waits_no_longer_than_another(
    sqlite_store: Store, other_writer: sqlite3.Connection
) -> None:
    with pytest.raises(Unavailable):
        sqlite_store.write(not_needed, lambda hand: beat_quickly(hand, "one"))
    other_writer.rollback()
    assert workers(sqlite_store) == []


def test_quick_act_is_unavailable_where_a_row_is_locked(postgres_store: Store) -> None:
    url = postgres_store.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as other:
        other.execute("INSERT INTO heartbeat VALUES ('one', now())")
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            postgres_store.write(not_needed, lambda hand: beat_quickly(hand, "one"))
        assert time.monotonic() - begun < WRITE_SECONDS + 1.0
        other.rollback()
    postgres_store.write(not_needed, lambda hand: beat_quickly(hand, "one"))
    assert workers(postgres_store) == ["one"]


def end_connections(store: Store) -> None:
    """End all connections to the database but its own, as a restart does."""
    url = store.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_connections_that_the_server_ended_are_not_used(postgres_store: Store) -> None:
    barrier = Barrier(4)

    def read(_: int) -> None:
        postgres_store.read(lambda _: barrier.wait(10))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(4)))
    end_connections(postgres_store)
    assert workers(postgres_store) == []
    end_connections(postgres_store)
    postgres_store.write(not_needed, lambda hand: beat_quickly(hand, "one"))
    end_connections(postgres_store)
    postgres_store.write(lambda s: beat(s, "two"))
    assert workers(postgres_store) == ["one", "two"]


def test_connection_lost_on_the_way_is_unavailable_once(postgres_store: Store) -> None:
    def lose(hand: Hand) -> Callable[[], str]:
        end_connections(postgres_store)
        return beat_quickly(hand, "one")

    with pytest.raises(Unavailable):
        postgres_store.write(not_needed, lose)
    postgres_store.write(not_needed, lambda hand: beat_quickly(hand, "two"))
    assert workers(postgres_store) == ["two"]


def test_what_is_to_follow_follows_only_what_is_on_disk(store: Store) -> None:
    followed: list[str] = []

    def act(session: Session, worker: str) -> None:
        after_commit(session, lambda: followed.append(worker))
        beat(session, worker)
        assert not followed

    def fail(session: Session) -> None:
        after_commit(session, lambda: followed.append("two"))
        raise Unknown("x")

    store.write(lambda s: act(s, "one"))
    assert followed == ["one"]
    with pytest.raises(Unknown):
        store.write(fail)
    assert followed == ["one"]
