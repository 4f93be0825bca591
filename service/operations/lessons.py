"""What a trainer reads: labels that are due or stand, with what they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    FindingRow,
    Label,
    Revision,
    VerdictRow,
)
from service.operations.judge import TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A label, and the comment it is about."""

    label_id: int
    comment_id: int
    public_id: str
    is_spam: bool | None
    source: str
    moderator_id: int | None
    bulk_size: int
    created_at: datetime
    number: int | None
    """Its place among the site's labels; None if it was not taken yet."""
    weight: float | None
    """How much it counted when it was taken."""
    log_odds: float | None
    """What the comment had just before it was learned."""
    name: str
    website: str
    text: str
    group_key: str
    findings: tuple[tuple[str, float], ...] = ()
    """``(check, log-odds)`` of the checks that acted on the text that is shown."""


_L: Any = Label.__table__
_C: Any = Comment.__table__
_LATER: Any = _L.alias("later")
_ABOUT = select(
    *(_L.c.id, _L.c.comment_id, _C.c.public_id, _L.c.is_spam, _L.c.source),
    *(_L.c.moderator_id, _L.c.bulk_size, _L.c.created_at, _L.c.taken_number),
    *(_L.c.weight, _L.c.log_odds, _C.c.name, _C.c.website, _C.c.text, _C.c.group_key),
).join(_C, _C.c.id == _L.c.comment_id)
_IS_LAST_TAKEN = ~exists().where(
    _LATER.c.comment_id == _L.c.comment_id,
    _LATER.c.id > _L.c.id,
    _LATER.c.taken_number.is_not(None),
)


def due_lessons(
    session: Session, site_id: int, now: datetime, most: int
) -> list[Lesson]:
    """Labels that may be learned and were not taken yet, those due longest first."""
    return _lessons(
        session,
        _ABOUT.where(
            _L.c.site_id == site_id, _L.c.taken_number.is_(None), _L.c.due_at <= now
        )
        .order_by(_L.c.due_at, _L.c.id)
        .limit(most),
    )


def is_any_due(session: Session, site_id: int, now: datetime) -> bool:
    """True if there is a label that may be learned now."""
    due = select(_L.c.id).where(
        _L.c.site_id == site_id, _L.c.taken_number.is_(None), _L.c.due_at <= now
    )
    return session.execute(due.order_by(_L.c.due_at).limit(1)).first() is not None


def standing_lessons(
    session: Session, site_id: int, after: int, most: int
) -> list[Lesson]:
    """Labels that were taken and stand, in the order in which they were taken.

    A label stands if it is the last that was taken of its comment, says something,
    and was not written off.

    :param after: only those with a higher number.
    """
    return _lessons(
        session,
        _standing(site_id)
        .where(_L.c.taken_number > after)
        .order_by(_L.c.taken_number)
        .limit(most),
    )


def number_back(session: Session, site_id: int, count: int) -> int:
    """The number after which the last ``count`` taken labels come; 0 if fewer are."""
    found = session.execute(
        select(_L.c.taken_number)
        .where(_L.c.site_id == site_id, _L.c.taken_number.is_not(None))
        .order_by(_L.c.taken_number.desc())
        .offset(count)
        .limit(1)
    ).scalar_one_or_none()
    return int(found or 0)


def lessons_of(session: Session, label_ids: Iterable[int]) -> list[Lesson]:
    """These labels, by row number."""
    wanted = sorted(set(label_ids))
    return _lessons(session, _ABOUT.where(_L.c.id.in_(wanted)).order_by(_L.c.id))


def findings_shown(
    session: Session, comment_ids: Sequence[int]
) -> Mapping[int, tuple[tuple[str, float], ...]]:
    """``(check, log-odds)`` of what acted, of the verdict on the text that is shown."""
    rows = session.execute(
        select(
            *(VerdictRow.id, VerdictRow.comment_id),
            *(FindingRow.check, FindingRow.log_odds),
        )
        .join(FindingRow, FindingRow.verdict_id == VerdictRow.id)
        .outerjoin(
            Revision,
            and_(
                Revision.comment_id == VerdictRow.comment_id,
                Revision.number == VerdictRow.revision,
            ),
        )
        .where(
            VerdictRow.comment_id.in_(comment_ids),
            FindingRow.mode == "on",
            or_(VerdictRow.revision == 0, Revision.state == TAKEN),
        )
        .order_by(VerdictRow.comment_id, VerdictRow.revision)
    )
    found: dict[int, dict[int, list[tuple[str, float]]]] = defaultdict(dict)
    for row in rows:
        found[row.comment_id].setdefault(row.id, []).append((row.check, row.log_odds))
    return {
        comment_id: tuple(list(by_verdict.values())[-1])
        for comment_id, by_verdict in found.items()
    }


def _standing(site_id: int) -> Select[Any]:
    return _ABOUT.where(
        _L.c.site_id == site_id,
        _L.c.is_spam.is_not(None),
        _L.c.written_off.is_(False),
        _IS_LAST_TAKEN,
    )


def _lessons(session: Session, which: Select[Any]) -> list[Lesson]:
    rows = session.connection().execute(which).all()
    findings = findings_shown(session, [row.comment_id for row in rows])
    return [
        Lesson(
            label_id=row.id,
            comment_id=row.comment_id,
            public_id=row.public_id,
            is_spam=row.is_spam,
            source=row.source,
            moderator_id=row.moderator_id,
            bulk_size=row.bulk_size,
            created_at=row.created_at,
            number=row.taken_number,
            weight=row.weight,
            log_odds=row.log_odds,
            name=row.name,
            website=row.website,
            text=row.text,
            group_key=row.group_key,
            findings=findings.get(row.comment_id, ()),
        )
        for row in rows
    ]
