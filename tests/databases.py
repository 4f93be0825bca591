"""Fresh databases for tests, each a copy of one that was migrated before."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from service.db.migrate import upgrade
from service.db.store import make_engine

MakeDatabase = Callable[[], str]
"""Makes a fresh migrated database and gives its address."""


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


@contextmanager
def postgres_databases(server_url: str) -> Iterator[MakeDatabase]:
    """Makes databases on this server; all are dropped at the end."""
    made: list[str] = []
    server = make_url(server_url)

    def named(name: str) -> str:
        url = server.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    with psycopg.connect(server_url, autocommit=True) as connection:

        def create(template: str) -> str:
            name = f"foyer_test_{uuid4().hex}"
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            made.append(name)
            return name

        template = create("template0")
        _migrate(named(template))
        try:
            yield lambda: named(create(template))
        finally:
            for name in made:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
