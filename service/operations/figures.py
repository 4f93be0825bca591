"""What became of a site's comments in a period, in figures that can be drawn."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import exp, log
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentHost
from service.domain.periods import Span, days_of, weeks_of
from service.domain.status import Status
from service.operations.day_tallies import (
    SETTLED,
    WAITS,
    day_counts,
    held_by_day,
    is_now,
    judged,
    said,
    waited,
)
from service.operations.tallies import records

LOOKED_AT = 500
"""So much of the newest spam is looked at for its hosts."""
_AT_ONCE = 50
# Asked for many comments at once, PostgreSQL would rather read all hosts there are.
MOST_NAMED = 10
"""Reasons and hosts that are named."""

AGES: Final = (1, 3, 7, 28)
"""Ages of what waits, in days, at which one class ends and the next begins."""

_C: Any = Comment.__table__
_H: Any = CommentHost.__table__

_Days = Mapping[str, Mapping[date, int]]


@dataclass(frozen=True, slots=True)
class Series:
    """Counts by name, each with one number for each span."""

    spans: Sequence[Span]
    counts: Mapping[str, Sequence[int]]

    @property
    def total(self) -> int:
        """The sum of all."""
        return sum(map(sum, self.counts.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long held comments waited for a person."""

    series: Series
    """Decisions by the class of their waiting time, ``0`` for the shortest."""
    medians: Sequence[timedelta | None]
    """About how long half of them waited at most, by span; None without any."""
    median: timedelta | None
    """The same of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is drawn of a site."""

    period: int
    """In days, ending today."""
    sent: Series
    """Comments by the state in which they are now."""
    spam: Series
    """``caught`` by the checks, ``held`` and called spam by a person, ``missed``: what
    the checks had published."""
    mistakes: Series
    """Verdicts that people reversed: ``good`` comments that were called spam, ``spam``
    that was published."""
    waits: Waits
    reasons: Sequence[tuple[str, int]]
    """Checks by how many comments they spoke about, the most frequent first."""
    hosts: Sequence[tuple[str, int]]
    """Hosts by how much of the newest spam links to them."""
    backlog: Sequence[int]
    """Comments that are held now, by the classes of `AGES`."""
    oldest: datetime | None
    """When the one was sent that waits longest."""


def figures(session: Session, site_id: int, period: int, now: datetime) -> Figures:
    """The figures of a site; they cost the same however many comments it has.

    :param period: how many days they look back on.
    """
    today = now.date()
    days, weeks = days_of(today, period), weeks_of(today, period)
    since = min(days[0].first, weeks[0].first)
    counts = day_counts(session, site_id, since)
    return Figures(
        period=period,
        sent=_series(counts, days, {s.value: (is_now(s),) for s in SETTLED}),
        spam=_spam(counts, weeks),
        mistakes=_series(
            counts,
            weeks,
            {
                "good": (said(False, Status.SPAM),),
                "spam": (said(True, Status.PUBLISHED),),
            },
        ),
        waits=_waits(counts, weeks),
        reasons=_reasons(session, site_id, period, now),
        hosts=_hosts(session, site_id, now - timedelta(days=period)),
        backlog=_backlog(held_by_day(session, site_id), today),
        oldest=_oldest(session, site_id),
    )


def _sum(days: Mapping[date, int], span: Span) -> int:
    return sum(
        days.get(span.first + timedelta(days=number), 0) for number in range(span.days)
    )


def _series(
    counts: _Days, spans: Sequence[Span], wanted: Mapping[str, Sequence[str]]
) -> Series:
    """By name, the sums of what it stands for."""
    return Series(
        spans,
        {
            name: [
                sum(_sum(counts.get(what, {}), span) for what in whats)
                for span in spans
            ]
            for name, whats in wanted.items()
        },
    )


def _spam(counts: _Days, spans: Sequence[Span]) -> Series:
    found = _series(
        counts,
        spans,
        {
            "caught": (judged(Status.SPAM),),
            "held": (said(True, Status.HELD),),
            "missed": (said(True, Status.PUBLISHED),),
            "wrong": (said(False, Status.SPAM),),
        },
    ).counts
    caught = [
        max(0, called - wrong)
        for called, wrong in zip(found["caught"], found["wrong"], strict=True)
    ]
    return Series(
        spans, {"caught": caught, "held": found["held"], "missed": found["missed"]}
    )


def _waits(counts: _Days, spans: Sequence[Span]) -> Waits:
    places = range(len(WAITS) + 1)
    series = _series(counts, spans, {str(place): (waited(place),) for place in places})
    by_place = [series.counts[str(place)] for place in places]
    return Waits(
        series=series,
        medians=[median_wait(column) for column in zip(*by_place, strict=True)],
        median=median_wait([sum(row) for row in by_place]),
    )


def median_wait(counts: Sequence[int]) -> timedelta | None:
    """About the time within which half of the decisions were made.

    :param counts: decisions by class of waiting time, all of `WAITS` and the rest.
    :returns: a time within the class of the median, as if its decisions were spread
        evenly by the logarithm of their time; the last class counts as its beginning.
    """
    sums = list(accumulate(counts))
    half = sums[-1] / 2
    if not half:
        return None
    place = bisect_left(sums, half)
    if place == len(WAITS):
        return WAITS[-1]
    ends = (timedelta(minutes=1), *WAITS)
    low, high = (log(end.total_seconds()) for end in ends[place : place + 2])
    share = 1 - (sums[place] - half) / counts[place]
    return timedelta(seconds=exp(low + share * (high - low)))


def _reasons(
    session: Session, site_id: int, period: int, now: datetime
) -> list[tuple[str, int]]:
    found = records(session, [site_id], now, timedelta(days=period))
    fired = [
        (check, sum(record.fired for record in some if record.mode == "on"))
        for (_, check), some in found.items()
    ]
    return sorted(
        (each for each in fired if each[1]), key=lambda each: (-each[1], each[0])
    )[:MOST_NAMED]


def _hosts(session: Session, site_id: int, since: datetime) -> list[tuple[str, int]]:
    # The index alone tells which: to read the rows by it seems dear to PostgreSQL.
    ids = session.scalars(
        select(_C.c.id)
        .where(_C.c.site_id == site_id, _C.c.status == Status.SPAM.value)
        .order_by(_C.c.id.desc())
        .limit(LOOKED_AT)
    ).all()
    ids = session.scalars(
        select(_C.c.id).where(_C.c.id.in_(ids), _C.c.created_at >= since)
    ).all()
    found: Counter[str] = Counter()
    for start in range(0, len(ids), _AT_ONCE):
        found.update(
            session.scalars(
                select(_H.c.host).where(
                    _H.c.comment_id.in_(ids[start : start + _AT_ONCE])
                )
            )
        )
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return ranked[:MOST_NAMED]


def _backlog(held: Mapping[date, int], today: date) -> list[int]:
    found = [0] * (len(AGES) + 1)
    for day, count in held.items():
        age = (today - day).days
        found[sum(age >= end for end in AGES)] += count
    return found


def _oldest(session: Session, site_id: int) -> datetime | None:
    # The first by its number, which the index has in order, and only then its time.
    first = (
        select(_C.c.id)
        .where(_C.c.site_id == site_id, _C.c.status == Status.HELD.value)
        .order_by(_C.c.id)
        .limit(1)
        .scalar_subquery()
    )
    found: datetime | None = session.execute(
        select(_C.c.created_at).where(_C.c.id == first)
    ).scalar_one_or_none()
    return found
