"""How often each check spoke, and how often moderators agreed with it, day by day.

Findings are never counted anew: each day has its counters, so that this costs the same
however many comments there are. Of a comment the first verdict counts, on its own day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from service.db.models import CheckTally, FindingRow, VerdictRow
from service.db.upsert import add_counts
from service.domain.check_names import CHECK_NAMES, CheckMode

LOOKED_BACK = timedelta(days=90)
"""How far back a check's record goes, unless asked otherwise."""

_T: Any = CheckTally.__table__
_COUNTS = ("fired", "right", "wrong")


class Fired(NamedTuple):
    """A check that spoke on a site."""

    site_id: int
    check: str
    mode: str


class Answer(NamedTuple):
    """What somebody said of a comment, and when."""

    is_spam: bool | None
    """None takes back what was said before."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of a check on a site, in the last 90 days or another time."""

    check: str
    mode: CheckMode
    fired: int
    """How many comments it spoke about."""
    right: int
    """Of those that somebody has decided on, how often it pointed the same way."""
    wrong: int
    """How often it pointed the other way."""

    @property
    def share_right(self) -> float | None:
        """Share of decisions that agreed, 0.0-1.0; None without any."""
        decided = self.right + self.wrong
        return self.right / decided if decided else None


def _add(session: Session, counts: Mapping[tuple[Any, ...], Counter[str]]) -> None:
    """Add to counters, by site, check, mode and day."""
    rows = [
        {"site_id": site_id, "check": check, "mode": mode, "day": day}
        | {name: counts[site_id, check, mode, day][name] for name in _COUNTS}
        for site_id, check, mode, day in sorted(counts)
    ]
    add_counts(session, CheckTally, rows, _COUNTS)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def tally_fired(session: Session, fired: Iterable[Fired], now: datetime) -> None:
    """Count checks that spoke, each time that they did."""
    counts = {
        (*each, _day(now)): Counter(fired=number)
        for each, number in Counter(fired).items()
        if each.check in CHECK_NAMES
    }
    _add(session, counts)


def _points_to_spam(finding: Any) -> bool | None:
    """Which way a finding points; None for neither."""
    if finding.at_least or finding.log_odds > 0:
        return True
    return False if finding.log_odds < 0 else None


def _change(points_to: bool, answer: bool | None, by: int) -> Counter[str]:
    if answer is None:
        return Counter()
    return Counter({"right" if points_to == answer else "wrong": by})


def tally_answer(
    session: Session,
    site_id: int,
    comment_id: int,
    *,
    before: Answer | None,
    after: Answer,
) -> None:
    """Count for the checks that spoke about a comment what a person says of it.

    :param before: what was said last; it is taken back.
    """
    rows = session.execute(
        select(
            *(FindingRow.check, FindingRow.mode, FindingRow.log_odds),
            *(FindingRow.at_least, VerdictRow.created_at),
        )
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .where(VerdictRow.comment_id == comment_id, VerdictRow.revision == 0)
    )
    counts: dict[tuple[Any, ...], Counter[str]] = {}
    for row in rows:
        points_to = _points_to_spam(row)
        if points_to is None or row.check not in CHECK_NAMES:
            continue
        change = counts.setdefault(
            (site_id, row.check, row.mode, _day(row.created_at)), Counter()
        )
        change.update(_change(points_to, after.is_spam, 1))
        # What was said before the checks were done has never been counted.
        if before is not None and row.created_at <= before.at:
            change.update(_change(points_to, before.is_spam, -1))
    _add(
        session, {key: change for key, change in counts.items() if any(change.values())}
    )


# Put together once: that takes longer than what the database does for it.
_RECORDS = (
    select(
        *(_T.c.site_id, _T.c.check, _T.c.mode),
        *(func.sum(_T.c[name]).label(name) for name in _COUNTS),
    )
    .where(
        _T.c.site_id.in_(bindparam("ids", expanding=True)),
        # Named, so that each check's days are found by the index.
        _T.c.check.in_(list(CHECK_NAMES)),
        # Of the 400 days that are kept: no index is to find all checks of a day.
        func.substr(_T.c.day, 1) > bindparam("since"),
    )
    .group_by(_T.c.site_id, _T.c.check, _T.c.mode)
    .order_by(_T.c.mode.desc())
)


def records(
    session: Session,
    site_ids: Sequence[int],
    now: datetime,
    back: timedelta = LOOKED_BACK,
) -> dict[tuple[int, str], list[Record]]:
    """The records of all checks by site and name, each mode by itself, ``on`` first.

    :param back: how far back they go, in whole days.
    """
    given = {"ids": list(site_ids), "since": _day(now - back)}
    rows = session.connection().execute(_RECORDS, given)
    found: dict[tuple[int, str], list[Record]] = {}
    for row in rows:
        right, wrong = max(0, row.right), max(0, row.wrong)
        record = Record(
            check=row.check,
            mode=row.mode,
            # Older verdicts were answered, but not counted when they were made.
            fired=max(row.fired, right + wrong),
            right=right,
            wrong=wrong,
        )
        found.setdefault((row.site_id, row.check), []).append(record)
    return found
