"""Bring a database's tables to the shape that this code expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from service.db.revision import revision_of

TURN_SECONDS = 60
"""How long a process waits while another one migrates."""

_SCRIPTS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def current(engine: Engine) -> str | None:
    """The revision that the database is at, or None if it is empty."""
    with engine.connect() as connection:
        return revision_of(connection)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A write transaction, begun when whoever else migrates is done."""
    with engine.execution_options(foyer_writing=True).connect() as connection:
        # Its long patience must not come back to the pool.
        connection.detach()
        if engine.dialect.name == "sqlite":
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={TURN_SECONDS * 1000}")
        # On PostgreSQL the environment takes a lock.
        with connection.begin():
            yield connection


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing, in one transaction.

    Safe to repeat, and safe when several processes start at once: they take turns.
    """
    config = _config()
    with _alone(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take back migrations down to ``revision`` (``base`` takes back all)."""
    config = _config()
    with _alone(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
