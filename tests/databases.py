"""Fresh databases for tests, each a copy of one that was migrated before."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import make_url

from service.db.migrate import upgrade
from service.db.store import make_engine

MakeDatabase = Callable[[], str]
"""Makes a fresh migrated database and gives its address."""

Connection = psycopg.Connection[Any]

_LEFT_SECONDS = 1.0
"""A session that was closed may take a moment to go."""
_POLL_SECONDS = 0.01
_FEW_ROWS = 2_000
"""More of them leave tables and figures behind that are not like those of a new one."""

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'
"""
# A table's file is another after each change of the table itself.
_SHAPE = """
    SELECT md5(string_agg(part, '\n' ORDER BY part)) FROM (
        SELECT (relname, relfilenode, relkind, relnatts, relchecks, relhastriggers,
                reloptions)::text
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
      UNION ALL
        SELECT (c.relname, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
                a.atthasdef, a.attisdropped)::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace
      UNION ALL
        SELECT (conname, contype, conrelid::regclass)::text FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    ) AS parts (part)
"""
_RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


def _new_name() -> str:
    return f"foyer_test_{uuid4().hex}"


def _migrate(url: str) -> None:
    engine = make_engine(url)
    try:
        upgrade(engine)
    finally:
        # The last connection to a SQLite file folds the write-ahead log into it.
        engine.dispose()


def sqlite_databases(folder: Path) -> MakeDatabase:
    """Makes databases as SQLite files in the folder."""
    template = folder / "template.sqlite3"
    _migrate(f"sqlite:///{template}")

    def make() -> str:
        copy = folder / uuid4().hex / "foyer.sqlite3"
        copy.parent.mkdir(mode=0o700)
        shutil.copy(template, copy)
        return f"sqlite:///{copy}"

    return make


class PostgresDatabases:
    """Fresh databases on one server."""

    def __init__(self, server_url: str, connection: Connection, how: str) -> None:
        self._server = make_url(server_url)
        self._connection = connection
        self._how = how
        self._idle: list[str] = []
        self.made: list[str] = []
        """The names of all there are."""
        self._template = self._copied("template0")
        _migrate(self._url(self._template))
        with self._inside(self._template) as inside:
            self._shape = _shape(inside)
            self._rows = _rows(inside)

    def make(self) -> str:
        """The address of one that nobody else gets."""
        return self._url(self._copied(self._template))

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The address of one that a later test gets after this, emptied.

        A copy takes a third of a second and 300 files, and there are a thousand tests.
        It has another name each time. One that a test has left in another shape, with
        many rows or in use is not lent again.
        """
        name = self._renamed() if self._idle else self._copied(self._template)
        yield self._url(name)
        if self._is_emptied(name):
            self._idle.append(name)

    def _renamed(self) -> str:
        # What the program keeps in memory of a database is kept by its address.
        old, name = self._idle.pop(), _new_name()
        self._connection.execute(f'ALTER DATABASE "{old}" RENAME TO "{name}"')
        self.made.remove(old)
        self.made.append(name)
        return name

    def _url(self, name: str, driver: str = "postgresql+psycopg") -> str:
        url = self._server.set(drivername=driver, database=name)
        return url.render_as_string(hide_password=False)

    def _copied(self, template: str) -> str:
        name = _new_name()
        self._connection.execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{template}"{self._how}'
        )
        self.made.append(name)
        return name

    @contextmanager
    def _inside(self, name: str) -> Iterator[Connection]:
        with psycopg.connect(self._url(name, "postgresql")) as connection:
            yield connection

    def _is_emptied(self, name: str) -> bool:
        with self._inside(name) as inside:
            if not _is_left(inside) or _shape(inside) != self._shape:
                return False
            # Rows are taken out in any order, whatever points to them.
            inside.execute("SET session_replication_role = replica")
            tables = _filled(inside)
            deleted = sum(_deleted(inside, table) for table in tables)
            for table, rows in self._rows.items():
                inside.execute(
                    sql.SQL(
                        "INSERT INTO {0} SELECT * FROM jsonb_populate_recordset"
                        "(NULL::{0}, %s)"
                    ).format(sql.Identifier(table)),
                    [Jsonb(rows)],
                )
            inside.execute(_RESTART)
        return deleted <= _FEW_ROWS


def _is_left(inside: Connection) -> bool:
    """True as soon as nobody else is in the database; False if that takes too long."""
    deadline = time.monotonic() + _LEFT_SECONDS
    while _one(inside, _OTHERS):
        if time.monotonic() > deadline:
            return False
        # What a transaction sees of sessions stands still.
        inside.rollback()
        time.sleep(_POLL_SECONDS)
    return True


def _one(inside: Connection, query: str) -> Any:
    row = inside.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def _shape(inside: Connection) -> str:
    return str(_one(inside, _SHAPE))


def _filled(inside: Connection) -> list[str]:
    """The tables with rows in them."""
    tables = [name for (name,) in inside.execute(_TABLES)]
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(table), sql.Identifier(table)
        )
        for table in tables
    )
    return [name for (name,) in inside.execute(asked)]


def _rows(inside: Connection) -> dict[str, list[Any]]:
    """The rows of each table that has some."""
    asked = sql.SQL("SELECT to_jsonb(t) FROM {} AS t")
    return {
        table: [r for (r,) in inside.execute(asked.format(sql.Identifier(table)))]
        for table in _filled(inside)
    }


def _deleted(inside: Connection, table: str) -> int:
    query = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
    return inside.execute(query).rowcount


@contextmanager
def postgres_databases(
    server_url: str, *, is_ours: bool = False
) -> Iterator[PostgresDatabases]:
    """Makes databases on this server, which are dropped at the end.

    :param is_ours: the server was started for this and goes itself, so that dropping
        them, which waits for a checkpoint each, would be minutes for nothing.
    """
    # Without fsync copied files are quicker than their way through the log.
    how = " STRATEGY FILE_COPY" if is_ours else ""
    with psycopg.connect(server_url, autocommit=True) as connection:
        databases = PostgresDatabases(server_url, connection, how)
        try:
            yield databases
        finally:
            for name in databases.made if not is_ours else ():
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
