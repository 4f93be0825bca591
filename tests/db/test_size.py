"""The size of the store must not matter: what an act reads stays the same."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from service.db.models import Base
from service.db.store import Store, make_engine
from tests.databases import MakeDatabase
from tests.db.grown import ACTS, Grown
from tests.servers import wait_until
from tests.watched import Statement

SMALL = 6_000
"""So many that each state has more than anything counts to (`queue.COUNTED_TO`)."""
LARGE = int(os.environ.get("FOYER_TEST_STORED", "100000"))
"""A million takes some minutes to store."""

_FEW_ROWS = {
    *("api_token", "heartbeat", "key_canary", "list_entry", "membership"),
    *(
        "moderator",
        "outside_secret",
        "recovery_code",
        "retention_gate",
        "saved_view",
        "second_factor",
    ),
    *("sign_in_step", "site", "site_model", "site_policy", "trained_model"),
}
GROWING = {*Base.metadata.tables, "comment_words"} - _FEW_ROWS
"""Tables with more rows the more comments are stored, or the longer it runs."""

_MORE = {"sqlite": 1_000, "postgresql": 50}
"""Rows, or steps, that may be looked at besides: the stores' rows are not alike."""
_MORE_OF_CHECKS = {"sqlite": 20_000, "postgresql": 2_000}
"""The same for a batch of checks: of up to 32 comments, each is compared with up to 500
alike ones, and the larger store has more of those (`service.operations.gather`)."""
_PAGES_OF_CHECKS = 5_000
"""Pages that a statement of a batch of checks may look at besides. Each change is tried
once while it is watched, and what that leaves behind has to be stepped over."""
_DEPTH = 6
"""Pages that one row may cost: those of an index from its root, and that of a table."""
_OFTEN = 12
"""PostgreSQL may change a statement's plan after it has run so many times."""

_NOTHING = Statement("", [], set())

Pair = tuple[Grown, Grown]


@contextmanager
def _pair(make: MakeDatabase, folder: Path) -> Iterator[Pair]:
    stores = [Store(make_engine(make())) for _ in range(2)]
    try:
        small = Grown(stores[0], folder / "small", SMALL, as_if_large=True)
        yield small, Grown(stores[1], folder / "large", LARGE)
    finally:
        for store in stores:
            store.close()


@pytest.fixture(scope="module")
def sqlite_pair(
    sqlite_making: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    with _pair(sqlite_making, tmp_path_factory.mktemp("sqlite")) as pair:
        yield pair


@pytest.fixture(scope="module")
def postgres_pair(
    postgres_making: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    with _pair(postgres_making, tmp_path_factory.mktemp("postgres")) as pair:
        yield pair


@pytest.fixture(params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """A small store and a large one, of each kind of database in turn."""
    found: Pair = request.getfixturevalue(f"{request.param}_pair")
    return found


_LIST = re.compile(r"\((?:(?:\?|%\(\w+?\)s(?:::[\w ]+)?)(?:, |(?=\))))+\)")


def _costliest(statements: Sequence[Statement]) -> dict[str, Statement]:
    """By its text, the run of each statement that looked at most.

    Lists of values count as alike, however long they are.
    """
    found: dict[str, Statement] = {}
    for each in sorted(statements, key=lambda s: (s.rows, s.pages)):
        found[_LIST.sub("(…)", each.sql)] = each
    return found


def _depth(sql: str) -> int:
    """Pages that one row may cost.

    Where it is changed, each index of its table gets an entry, and those of a large
    store are a page deeper.
    """
    changed = re.match(r"UPDATE (\w+)", sql)
    table = Base.metadata.tables.get(changed[1]) if changed else None
    return _DEPTH + (len(table.indexes) if table is not None else 0)


def _complaint(few: Statement, many: Statement, more: int, pages: int) -> str:
    """What is wrong with a statement on the large store; empty if nothing is."""
    told = (
        f"{few.rows:.0f} -> {many.rows:.0f} rows, {few.pages:.0f} -> {many.pages:.0f} "
        f"pages, {many.plan}: {' '.join(many.sql.split())}"
    )
    # Of an INSERT SQLite tells how it would look for rows that refer to one replaced.
    reads = not many.sql.startswith("INSERT")
    scanned = many.scanned & GROWING if many.rows > more else set()
    if reads and scanned:
        return f"reads all of {', '.join(scanned)}: {told}"
    if many.rows > 2 * few.rows + more:
        return f"looks at more rows: {told}"
    if many.pages > few.pages + pages + _depth(many.sql) * (many.rows + 10):
        return f"looks at more pages: {told}"
    return ""


@pytest.mark.parametrize("act", ACTS)
def test_act_looks_at_no_more_rows_of_a_large_store(act: str, pair: Pair) -> None:
    small, large = pair
    few, many = (_costliest(grown.statements(act)) for grown in (small, large))
    in_batches = act in {"check", "check_edit"}
    allowed = _MORE_OF_CHECKS if in_batches else _MORE
    more = allowed[large.store.engine.dialect.name]
    pages = _PAGES_OF_CHECKS if in_batches else 0
    assert few, "the act asked the database for nothing"
    assert many, "the act asked the database for nothing"
    # What only the large one was asked for has nothing to be compared with but nothing.
    found = [_complaint(few.get(sql, _NOTHING), many[sql], more, pages) for sql in many]
    assert not [complaint for complaint in found if complaint]
    if large.store.is_sqlite:
        # PostgreSQL chooses by what it knows of the rows; SQLite has no such reason.
        both = few.keys() & many.keys()
        assert {sql: many[sql].plan for sql in both} == {
            sql: few[sql].plan for sql in both
        }


def _read_whole(grown: Grown) -> dict[str, int]:
    """Rows that were read by scans of whole tables so far."""
    with grown.store.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT relname, seq_tup_read FROM pg_stat_user_tables")
        )
        return {row.relname: row.seq_tup_read for row in rows}


def _settled(grown: Grown) -> dict[str, int]:
    # A connection tells what it did when it ends; it is counted a moment later.
    grown.store.engine.dispose()
    seen = [_read_whole(grown)]

    def is_settled() -> bool:
        time.sleep(0.2)
        seen.append(_read_whole(grown))
        return seen[-1] == seen[-2]

    wait_until(is_settled, "counting", 10)
    return seen[-1]


def test_no_plan_that_is_kept_reads_a_table_whole(postgres_pair: Pair) -> None:
    _, large = postgres_pair
    before = _settled(large)
    for act in ("submit", "submit_with_key", "reply", "read_on", "read_counts"):
        for _ in range(_OFTEN):
            getattr(large, act)()
    for act in ("check", "sweep", "retain", "erase"):
        getattr(large, act)()
    after = _settled(large)
    grown = {name: after[name] - before.get(name, 0) for name in GROWING}
    assert not {name: rows for name, rows in grown.items() if rows > SMALL}
