"""Alembic's environment: runs on the connection it is given."""

from alembic import context
from sqlalchemy import Connection, create_engine, text

from service.db.migrate import TURN_SECONDS
from service.db.models import Base
from service.db.word_table import is_word_table
from service.settings import load

# Any number of processes may migrate at once; this lock makes them take turns.
LOCK_NUMBER = 0x666F796572  # "foyer"
_LIMITS = ("lock_timeout", "statement_timeout")


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for limit in _LIMITS:
            connection.execute(text(f"SET LOCAL {limit} = '{TURN_SECONDS}s'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
        for limit in _LIMITS:
            connection.execute(text(f"SET LOCAL {limit} TO DEFAULT"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=lambda name, kind, _: (
            kind != "table" or not is_word_table(name or "")
        ),
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    # Started as the `alembic` command, by a developer.
    with create_engine(load().database).begin() as own:
        run(own)
