"""Put very many rows into a table, the fast way of each database."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import JSON, Connection, Table, insert, text
from sqlalchemy.exc import DataError, IntegrityError

from service.domain.errors import BrokenBackup, Unavailable

_INSERTED = 2000
_COPIED = 10_000
# PostgreSQL remembers every row of a statement until its foreign keys are checked.

Rows = Iterator[Sequence[Any]]


def fill(connection: Connection, table: Table, rows: Rows) -> int:
    """Add the rows; how many there were.

    :raises BrokenBackup: if the table does not take one of them.
    :raises Unavailable: if the database fails.
    """
    size, put = _INSERTED, _insert
    if connection.dialect.name == "postgresql":
        size, put = _COPIED, _copy
    count = 0
    try:
        while batch := list(islice(rows, size)):
            put(connection, table, batch)
            count += len(batch)
    except (IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError):
        # Without its cause, which quotes the row.
        raise BrokenBackup(
            f"The database does not take the rows of {table.name} in this backup."
        ) from None
    except psycopg.Error as err:
        raise Unavailable(
            f"The database failed at the rows of {table.name} "
            f"({type(err).__name__}); nothing was changed."
        ) from None
    return count


def set_sequences(connection: Connection, table: Table) -> None:
    """Have PostgreSQL number the next row after the last one; SQLite does by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{quote(table.name)}', "  # noqa: S608  # names of our own models
            f"'{column.name}'), (SELECT coalesce(max({quote(column.name)}), 0) + 1 "
            f"FROM {quote(table.name)}), false)"
        )
    )


def _insert(connection: Connection, table: Table, batch: list[Sequence[Any]]) -> None:
    names = table.columns.keys()
    connection.execute(
        insert(table), [dict(zip(names, row, strict=True)) for row in batch]
    )


def _copy(connection: Connection, table: Table, batch: list[Sequence[Any]]) -> None:
    documents = [
        place
        for place, column in enumerate(table.columns)
        if isinstance(column.type, JSON)
    ]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, table.columns.keys())),
    )
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(statement) as copy:
        for row in batch:
            values = list(row)
            for place in documents:
                values[place] = Jsonb(values[place], dumps=orjson.dumps)
            copy.write_row(values)
