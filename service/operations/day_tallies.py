"""What happened on each day of a site, counted as it happens.

Comments are never counted anew: each day has its counters, so that plots cost the same
however many comments there are. Whoever moves a comment or labels it adds to them in
the same transaction.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import DayTally, Move
from service.db.upsert import add_counts
from service.domain.status import Actor, Status
from service.operations.tallies import Answer

WAITS: Final = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=28),
)
"""Where one class of waiting times ends and the next begins; the last has no end."""

SETTLED = (Status.PUBLISHED, Status.HELD, Status.SPAM, Status.TRASHED)
"""States that are counted: all but ``pending``."""
JUDGED = (Status.PUBLISHED, Status.HELD, Status.SPAM)
"""What checks may lead to."""

_PEOPLE = (Actor.MODERATOR, Actor.OPERATOR)


def is_now(status: Status) -> str:
    """Comments that are in this state now, by the day on which they were sent."""
    return f"is:{status.value}"


def judged(status: Status) -> str:
    """Comments that the checks moved so, by the day on which they did."""
    return f"judged:{status.value}"


def said(is_spam: bool, verdict: Status) -> str:
    """Comments that people call so, where the checks said this; by the checks' day."""
    return f"{'spam' if is_spam else 'good'}:{verdict.value}"


def waited(place: int) -> str:
    """Held comments on which a person first decided, by the day of the decision.

    :param place: of the class of waiting times, 0 for the shortest.
    """
    return f"wait:{place}"


WHAT: Final = (
    *(is_now(status) for status in SETTLED),
    *(judged(status) for status in JUDGED),
    *(said(is_spam, status) for is_spam in (False, True) for status in JUDGED),
    *(waited(place) for place in range(len(WAITS) + 1)),
)
"""Everything that is counted."""

_T: Any = DayTally.__table__
_M: Any = Move.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A comment that was moved, and is not yet logged."""

    comment_id: int
    site_id: int
    sent_at: datetime
    old: Status
    new: Status
    by_moderator: bool = False
    """True for a moderator's own answer, on which nobody waits."""


def day_of(at: datetime) -> str:
    """The day in UTC as it is stored."""
    return at.date().isoformat()


def wait_class(wait: timedelta) -> int:
    """The place of a waiting time among the classes that `WAITS` makes."""
    return bisect_right(WAITS, wait)


def _add(session: Session, counts: Mapping[tuple[int, str, str], int]) -> None:
    """Add to counters, by site, what and day."""
    rows = [
        {"site_id": site_id, "what": what, "day": day, "total": count}
        # In one order everywhere, so that two who add do not wait for each other.
        for (site_id, what, day), count in sorted(counts.items())
        if count
    ]
    add_counts(session, DayTally, rows, ("total",))


def tally_moves(
    session: Session, moved: Sequence[Moved], *, actor: Actor, now: datetime
) -> None:
    """Count moves, before they are logged."""
    counts: Counter[tuple[int, str, str]] = Counter()
    first = _not_decided(session, moved) if actor in _PEOPLE else set()
    for each in moved:
        sent = day_of(each.sent_at)
        counts[each.site_id, is_now(each.new), sent] += 1
        if each.old is not Status.PENDING:
            counts[each.site_id, is_now(each.old), sent] -= 1
        if actor is Actor.CHECKS:
            counts[each.site_id, judged(each.new), day_of(now)] += 1
        if each.comment_id in first:
            place = wait_class(now - each.sent_at)
            counts[each.site_id, waited(place), day_of(now)] += 1
    _add(session, counts)


def tally_new(session: Session, site_id: int, status: Status, now: datetime) -> None:
    """Count a comment that was stored in a state without a move, such as an answer."""
    _add(session, {(site_id, is_now(status), day_of(now)): 1})


def _not_decided(session: Session, moved: Sequence[Moved]) -> set[int]:
    """Which of those that are held no person has moved so far."""
    held = {
        each.comment_id
        for each in moved
        if each.old is Status.HELD and not each.by_moderator
    }
    if not held:
        return held
    decided = session.scalars(
        select(_M.c.comment_id).where(
            _M.c.comment_id.in_(sorted(held)),
            _M.c.actor.in_([actor.value for actor in _PEOPLE]),
        )
    )
    return held - set(decided)


def tally_said(
    session: Session,
    site_id: int,
    comment_id: int,
    *,
    before: Answer | None,
    after: Answer,
) -> None:
    """Count what a person says of a comment that the checks have judged.

    :param before: what was said last; it is taken back.
    """
    verdict = session.execute(
        select(_M.c.new, _M.c.created_at)
        .where(_M.c.comment_id == comment_id, _M.c.actor == Actor.CHECKS.value)
        .order_by(_M.c.id)
        .limit(1)
    ).one_or_none()
    if verdict is None:
        return
    counts: Counter[tuple[int, str, str]] = Counter()
    for answer, by in ((before, -1), (after, 1)):
        # What was said before the checks were done has never been counted.
        if answer is None or answer.is_spam is None or answer.at < verdict.created_at:
            continue
        what = said(answer.is_spam, Status(verdict.new))
        counts[site_id, what, day_of(verdict.created_at)] += by
    _add(session, counts)


def day_counts(
    session: Session, site_id: int, since: date
) -> dict[str, dict[date, int]]:
    """What was counted on a site from a day on, by what and day; never below 0."""
    rows = session.execute(
        select(_T.c.what, _T.c.day, _T.c.total).where(
            _T.c.site_id == site_id,
            # Named, so that the days of each are found by the index.
            _T.c.what.in_(WHAT),
            _T.c.day >= since.isoformat(),
            _T.c.total > 0,
        )
    )
    found: dict[str, dict[date, int]] = {}
    for row in rows:
        found.setdefault(row.what, {})[date.fromisoformat(row.day)] = row.total
    return found


def held_by_day(session: Session, site_id: int) -> dict[date, int]:
    """How many comments are held now, by the day on which they were sent."""
    rows = session.execute(
        select(_T.c.day, _T.c.total).where(
            _T.c.site_id == site_id, _T.c.what == is_now(Status.HELD), _T.c.total > 0
        )
    )
    return {date.fromisoformat(row.day): row.total for row in rows}
