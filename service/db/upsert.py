"""INSERT … ON CONFLICT, alike on SQLite and PostgreSQL, and cheap to repeat."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.db.models import Base


@cache
def _insert(
    dialect: str,
    model: type[Base],
    unique: tuple[str, ...],
    returning: InstrumentedAttribute[Any] | None,
) -> Insert:
    # Made once: SQLAlchemy takes longer to put a statement together than to send it.
    table: Any = model.__table__
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table)
    if unique:
        statement = statement.on_conflict_do_nothing(index_elements=list(unique))
    if returning is not None:
        return statement.returning(returning)
    return statement


def insert_row(
    session: Session,
    model: type[Base],
    row: Mapping[str, Any],
    *,
    unique: tuple[str, ...] = (),
    returning: InstrumentedAttribute[Any] | None = None,
) -> Any:
    """Insert a row, unless one with the same ``unique`` columns is there.

    On PostgreSQL it waits for another transaction that is inserting the same row, so
    after it the row can be read.

    :returns: the value of ``returning`` in the new row; None if there is no new row, or
        nothing was to be returned.
    """
    connection = session.connection()
    statement = _insert(connection.dialect.name, model, unique, returning)
    result = connection.execute(statement, dict(row))
    return result.scalar_one_or_none() if returning is not None else None


def insert_rows(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: tuple[str, ...] = (),
) -> None:
    """Insert rows, leaving out those whose ``unique`` columns are there already."""
    if rows:
        connection = session.connection()
        statement = _insert(connection.dialect.name, model, unique, None)
        connection.execute(statement, [dict(row) for row in rows])


@cache
def _adding(dialect: str, model: type[Base], counts: tuple[str, ...]) -> Insert:
    table: Any = model.__table__
    make: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]  # it is Any
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + statement.excluded[name] for name in counts},
    )


def add_counts(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    counts: tuple[str, ...],
) -> None:
    """Add to counters: to each row's, or in a new row where there is none.

    :param rows: whole rows, each with another primary key, and in an order that is the
        same everywhere, so that two who add do not wait for each other.
    :param counts: names of the columns that are added to.
    """
    if rows:
        connection = session.connection()
        statement = _adding(connection.dialect.name, model, counts)
        connection.execute(statement, [dict(row) for row in rows])
