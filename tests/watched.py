"""What a database does for each statement that an act really sends.

PostgreSQL is asked to explain the statement while it runs it, in a savepoint that is
undone, before it runs for the act. SQLite tells its plan, and its steps are counted
while it runs for the act.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import Engine, event

from service.db.prepared import Hand

_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "
_UNDONE = ("SAVEPOINT watched", "ROLLBACK TO watched", "RELEASE watched")
_UNDONE_WHOLE = ("BEGIN", "ROLLBACK")
_STEP = 10
"""SQLite's steps are counted in units of so many."""
_PLAN_OF = "EXPLAIN QUERY PLAN "
_ALIAS = re.compile(r"\b(\w+) AS (\w+)\b")
_SCAN = re.compile(r"SCAN (\w+)")
_MATCH = re.compile(r"VIRTUAL TABLE INDEX \d+:\S*M\d")
"""An index of words was asked for some; SQLite calls that a scan, too."""


@dataclass(slots=True)
class Statement:
    """One statement as it ran."""

    sql: str
    plan: list[str]
    """One line for each step that reads rows."""
    scanned: set[str]
    """Tables that were read from one end, whatever was asked for."""
    rows: float = 0
    """Rows looked at on PostgreSQL; steps of SQLite."""
    pages: float = 0
    """Pages looked at, on PostgreSQL alone."""


@dataclass(slots=True)
class Watched:
    """The statements of what ran while they were watched."""

    engine: Engine
    as_if_large: bool = False
    """Ask PostgreSQL for the plan that it would take if no table were small."""
    statements: list[Statement] = field(default_factory=list)
    _of_connection: dict[int, Statement] = field(default_factory=dict)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what runs in the block."""
        event.listen(self.engine, "before_cursor_execute", self._before)
        try:
            with patch.object(Hand, "send", self._by_hand(Hand.send)):
                yield
        finally:
            event.remove(self.engine, "before_cursor_execute", self._before)

    def _by_hand(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """Watches what goes to the driver past SQLAlchemy, too."""

        def watched(hand: Hand, sql: str, given: Any) -> Any:
            if hand.dialect.name == self.engine.dialect.name:
                self._watch(hand.connection, sql, given)
            return send(hand, sql, given)

        return watched

    def _before(
        self,
        connection: Any,
        cursor: Any,  # noqa: ARG002  # the signature is SQLAlchemy's
        sql: str,
        parameters: Any,
        context: Any,  # noqa: ARG002
        executemany: bool,  # noqa: ARG002
    ) -> None:
        # Of a list the first is like all; many rows may also come in one statement.
        given = parameters[0] if isinstance(parameters, list) else parameters
        self._watch(connection.connection.driver_connection, sql, given)

    def _watch(self, raw: Any, sql: str, given: Any) -> None:
        if not sql.lstrip().upper().startswith(_VERBS):
            return
        if self.engine.dialect.name == "postgresql":
            self.statements.append(self._explained(raw, sql, given))
        else:
            self.statements.append(self._counted(raw, sql, given))

    def _explained(self, raw: Any, sql: str, given: Mapping[str, Any]) -> Statement:
        # What commits by itself is in no transaction yet.
        begin, *end = _UNDONE_WHOLE if raw.autocommit else _UNDONE
        with raw.cursor() as cursor:
            cursor.execute(begin)
            if self.as_if_large:
                cursor.execute("SET LOCAL enable_seqscan = off")
            try:
                cursor.execute(_EXPLAIN + sql, given)
                (plans,) = cursor.fetchone()
            except psycopg.Error:
                # What fails here fails for the act as well, which tells it better.
                plans = []
            for each in end:
                cursor.execute(each)
        made = Statement(sql, [], set())
        for plan in plans:
            top = plan["Plan"]
            made.pages += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
            for node in _nodes(top):
                _read_node(made, node)
        return made

    def _counted(self, raw: Any, sql: str, given: Sequence[Any]) -> Statement:
        raw.set_progress_handler(None, 0)
        lines = [row[3] for row in raw.execute(_PLAN_OF + sql, given)]
        named = {alias: table for table, alias in _ALIAS.findall(sql)}
        read = [line for line in lines if not _MATCH.search(line)]
        scanned = {found for line in read for found in _SCAN.findall(line)}
        made = Statement(sql, lines, {named.get(name, name) for name in scanned})
        self._of_connection[id(raw)] = made

        def count() -> int:
            # Rows are fetched later, but before the connection's next statement.
            self._of_connection[id(raw)].rows += _STEP
            return 0

        raw.set_progress_handler(count, _STEP)
        return made


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _read_node(made: Statement, node: Mapping[str, Any]) -> None:
    if "Scan" not in node["Node Type"] or not node["Actual Loops"]:
        return
    table = node.get("Relation Name", "")
    if node["Node Type"] == "Seq Scan":
        made.scanned.add(table)
    made.plan.append(f"{node['Node Type']} {table} {node.get('Index Name', '')}")
    removed = sum(n for name, n in node.items() if name.startswith("Rows Removed"))
    made.rows += (node["Actual Rows"] + removed) * node["Actual Loops"]
