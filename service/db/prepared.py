"""Statements put together once and sent as they are, for the few that run all the time.

SQLAlchemy spends more on running a statement than the database does. These are still
its statements, with its column types, but they are compiled once for each kind of
database, and what is sent goes straight to the driver.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.sql.compiler import SQLCompiler


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    order: tuple[str, ...] | None
    """Names by place; None where the driver takes names."""
    fixed: Mapping[str, Any]
    """Values that stand in the statement, and defaults of columns."""
    conversions: tuple[tuple[str, Callable[[Any], Any]], ...]


def _compile(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
    fixed = {name: v for name, v in compiled.params.items() if v is not None}
    for column in compiled.insert_prefetch:
        fixed[column.key] = column.default.arg  # type: ignore[union-attr]  # it has one
    conversions = []
    for name, bound in compiled.binds.items():
        convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            conversions.append((name, convert))
    order = compiled.positiontup
    return _Compiled(
        sql=compiled.string,
        order=tuple(order) if compiled.positional and order is not None else None,
        fixed=fixed,
        conversions=tuple(conversions),
    )


class Prepared:
    """A statement that is put together at its first use.

    :param build: gives it for ``sqlite`` or ``postgresql``; its parameters have names
        and types. Defaults of columns must be plain values.
    """

    __slots__ = ("_build", "_kept")

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._kept: dict[str, _Compiled] = {}

    def for_(self, dialect: Dialect) -> _Compiled:
        """What is sent to a database of this kind."""
        found = self._kept.get(dialect.name)
        if found is None:
            found = _compile(self._build(dialect.name), dialect)
            self._kept[dialect.name] = found
        return found


T = TypeVar("T")
Quick = Callable[["Hand"], Callable[[], T | None]]
"""An act that sends statements and gives what tells what became of it, which is asked
after all was sent."""


class Hand:
    """Runs prepared statements on one connection of a driver, in its transaction.

    :param connection: the driver's own.
    """

    __slots__ = ("_cursor", "connection", "dialect")

    def __init__(self, dialect: Dialect, connection: Any) -> None:
        self.dialect = dialect
        self.connection = connection
        self._cursor = connection.cursor()

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Any:
        """The driver's cursor, good until the next statement is run.

        :param values: by name; names that the statement does not have are left aside.
        """
        compiled = statement.for_(self.dialect)
        given = {**compiled.fixed, **values}
        for name, convert in compiled.conversions:
            given[name] = convert(given[name])
        order = compiled.order
        return self.send(
            compiled.sql, [given[name] for name in order] if order else given
        )

    def send(self, sql: str, given: Any) -> Any:
        """The driver's cursor, after it has run this."""
        self._cursor.execute(sql, given)
        return self._cursor
