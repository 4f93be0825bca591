"""Rows of any table as lines of JSON, alike for SQLite and PostgreSQL, and back.

A line is an array of values in the order of the table's columns: bytes as base64, times
as ISO 8601 with their zone, JSON values as they are.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, LargeBinary, Table, select

from service.db.models import (
    Allowance,
    ApiToken,
    Base,
    Heartbeat,
    KeyCanary,
    RetentionGate,
    SignInLink,
    SignInSession,
    SignInStep,
)
from service.db.models.base import UtcTime

FETCHED = 1000
"""Rows that are in memory at once when a table is read."""

OF_THE_MOMENT: frozenset[str] = frozenset(
    model.__tablename__ for model in (Allowance, Heartbeat, RetentionGate)
)
"""Tables about what runs now; a restore leaves them as they are."""
NEVER_KEPT: frozenset[str] = frozenset(
    model.__tablename__ for model in (ApiToken, SignInLink, SignInSession, SignInStep)
)
"""Tables whose rows no backup may bring back: ended sessions, spent links, tokens that
were revoked."""


def tables() -> list[Table]:
    """The tables that a backup holds, each after those that it refers to.

    The proofs of the keys come first, so that wrong keys are seen at once.
    """
    left_out = OF_THE_MOMENT | NEVER_KEPT
    kept = [t for t in Base.metadata.sorted_tables if t.name not in left_out]
    return sorted(kept, key=lambda t: t.name != KeyCanary.__tablename__)


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """All rows of the table, in the order of its primary key."""
    found = connection.execute(
        select(table).order_by(*table.primary_key.columns),
        execution_options={"yield_per": FETCHED},
    )
    for row in found:
        yield orjson.dumps(
            tuple(row), default=_text_of_bytes, option=orjson.OPT_APPEND_NEWLINE
        )


def rows_of(table: Table, lines: Iterable[bytes]) -> Iterator[Sequence[Any]]:
    """The rows that these lines hold, in Python's types.

    :raises ValueError: for a line that holds something else.
    """
    changes = _changes(table)
    width = len(table.columns)
    for line in lines:
        row = orjson.loads(line)
        if not isinstance(row, list) or len(row) != width:
            raise ValueError("A line does not hold the columns of its table.")
        for place, change in changes:
            if row[place] is not None:
                row[place] = change(row[place])
        yield row


def _text_of_bytes(value: object) -> str:
    if not isinstance(value, bytes | memoryview):
        raise TypeError(f"A backup cannot hold a {type(value).__name__}.")
    return b64encode(value).decode()


def _changes(table: Table) -> list[tuple[int, Callable[[str], Any]]]:
    found: list[tuple[int, Callable[[str], Any]]] = []
    for place, column in enumerate(table.columns):
        if isinstance(column.type, LargeBinary):
            found.append((place, b64decode))
        elif isinstance(column.type, UtcTime):
            found.append((place, datetime.fromisoformat))
    return found
