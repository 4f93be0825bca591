"""The log's CSV: no cell is a formula, and what was written is read again."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from service.domain.status import Actor, Status
from service.operations.log import LogEntry
from service.operations.log_entries import Moved
from service.web.moderation.log_csv import COLUMNS, csv_of, safe_cell

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _entry(who: str = "Grace", reason: str = "") -> LogEntry:
    return LogEntry(
        at=AT,
        actor=Actor.MODERATOR,
        who=who,
        site_key="blog",
        site_name="Blog",
        move=Moved(
            comment="A0b1C2d3E4f5G6h7I8j9Kw",
            first_words="=cmd",
            writer="",
            old=Status.HELD,
            new=Status.SPAM,
            reason=reason,
            score=0.25,
            bulk_size=3,
            batch="",
            undo_version=None,
        ),
        action="",
        detail={},
    )


def _rows(made: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(made.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff20x"],
)
def test_formulas_get_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    header, row = _rows(csv_of([_entry(who=text, reason=text)]))
    assert header == list(COLUMNS)
    assert row[COLUMNS.index("moderator")] == f"'{text}"
    assert row[COLUMNS.index("reason")] == f"'{text}"


@pytest.mark.parametrize("text", ["", "Grace", "a=b", "3 links", " - no"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_quotes_commas_and_lines_stay_in_their_cell() -> None:
    [_, row] = _rows(csv_of([_entry(reason='He said "no",\nand left')]))
    assert row[COLUMNS.index("reason")] == 'He said "no",\nand left'
    assert len(row) == len(COLUMNS)


def test_move_is_told_column_by_column() -> None:
    [_, row] = _rows(csv_of([_entry()]))
    assert dict(zip(COLUMNS, row, strict=True)) == {
        "time": "2026-03-01T12:00:00Z",
        "site": "blog",
        "actor": "moderator",
        "moderator": "Grace",
        "what": "moved",
        "comment": "A0b1C2d3E4f5G6h7I8j9Kw",
        "from": "held",
        "to": "spam",
        "reason": "",
        "score": "0.2500",
        "decided_at_once": "3",
        "detail": "",
    }


def test_cut_is_said_in_a_last_line() -> None:
    rows = _rows(csv_of([_entry()], "The log goes on: http://localhost/log.csv"))
    assert rows[-1][0] == "The log goes on: http://localhost/log.csv"
    assert len(rows[-1]) == len(COLUMNS)
