"""Migrations go up, down and up again, whoever else does the same."""

import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url

from service.db.migrate import current, downgrade, upgrade
from service.db.models import Base
from service.db.revision import HEAD
from service.db.store import WRITE_SECONDS, make_engine
from service.db.word_table import NAME, is_word_table
from tests.databases import MakeDatabase
from tests.needs import ROOT

AT_ONCE = 3
LOCK_NUMBER = 0x666F796572
"""As `service.db.migrations.env` has it, which only Alembic can import."""
PROGRAM = """
import sys
from service.db.migrate import upgrade
from service.db.store import make_engine
print("ready", flush=True)
sys.stdin.readline()
upgrade(make_engine(sys.argv[1]))
"""


def tables(engine: Engine) -> set[str]:
    """All but Alembic's own, and those that SQLite keeps behind another."""
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if name == NAME or not is_word_table(name)}


def functions(engine: Engine) -> int:
    if engine.dialect.name == "sqlite":
        return 0
    with engine.connect() as connection:
        asked = text("SELECT proname FROM pg_proc WHERE proname LIKE '%\\_kept'")
        return len(connection.execute(asked).all())


@pytest.fixture
def url(database_url: str) -> str:
    """The address of an empty database, one of each kind in turn."""
    engine = make_engine(database_url)
    downgrade(engine, "base")
    engine.dispose()
    return database_url


def test_migrations_go_up_down_and_up(url: str) -> None:
    engine = make_engine(url)
    assert (tables(engine), functions(engine)) == (set(), 0)
    assert current(engine) is None
    upgrade(engine)
    made = tables(engine)
    assert made == set(Base.metadata.tables) | {NAME}
    assert current(engine) == HEAD
    upgrade(engine)
    downgrade(engine, "base")
    assert (tables(engine), functions(engine)) == (set(), 0)
    upgrade(engine)
    assert tables(engine) == made
    engine.dispose()


def test_processes_that_migrate_at_once_take_turns(url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(AT_ONCE)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * AT_ONCE, said
    engine = make_engine(url)
    assert current(engine) == HEAD
    engine.dispose()


def test_waiting_for_a_turn_outlasts_the_patience_of_a_request(
    postgres_making: MakeDatabase,
) -> None:
    url = postgres_making()
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_NUMBER,))
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            with pytest.raises(subprocess.TimeoutExpired):
                process.communicate("\n", timeout=WRITE_SECONDS + 2)
            other.rollback()
            process.communicate(timeout=30)
    assert process.returncode == 0


def test_patience_of_a_migration_does_not_come_back_to_requests(
    sqlite_making: MakeDatabase,
) -> None:
    engine = make_engine(sqlite_making())
    upgrade(engine)
    with engine.connect() as connection:
        kept = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
    assert kept == WRITE_SECONDS * 1000
    engine.dispose()


def test_failed_migration_leaves_the_database_as_it_was(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        # Stands in the way of the last of the new tables.
        connection.execute(text("CREATE TABLE finding (id INTEGER)"))
    with pytest.raises(Exception, match="finding"):
        upgrade(engine)
    assert tables(engine) == {"finding"}
    assert current(engine) is None
    engine.dispose()
