"""What a trainer reads: labels that are due or stand, with what they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from service.db.models import (
    Comment,
    CommentBand,
    FindingRow,
    Label,
    Revision,
    VerdictRow,
)
from service.domain.status import Status
from service.operations.judge import TAKEN

LATELY = 300
"""So many of the last published comments stand for what is good on a site (SPAM.md
3.7)."""
_MOST_ALIKE = 200
# Of comments that share a group or a band: to find one that agrees is enough.


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment as far as the filter reads it."""

    comment_id: int
    name: str
    website: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """The last published comments of a site, the newest first."""

    log_odds: tuple[float | None, ...]
    """Of spam, as told before anything was learned from them; None where unknown."""
    unlabelled: tuple[int, ...]
    """Row numbers of those that only the checks have passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeLabel:
    """A label that stands and says the same of an alike comment."""

    label_id: int
    comment_id: int
    moderator_id: int | None
    weight: float | None
    is_taken: bool


_L: Any = Label.__table__
_C: Any = Comment.__table__
_LATER: Any = aliased(Label, name="later").__table__.alias("later")
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
_IS_LAST = ~exists().where(
    _LATER.c.comment_id == _L.c.comment_id, _LATER.c.id > _L.c.id
)


def due_lessons(
    session: Session, site_id: int, now: datetime, most: int
) -> list[Lesson]:
    """Labels that may be learned now and were not taken yet, those due longest first."""
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


def taken_before(
    session: Session, comment_ids: Sequence[int]
) -> Mapping[int, tuple[bool | None, int, float]]:
    """What was last learned of comments: ``(is_spam, number, weight)`` by comment."""
    rows = session.execute(
        select(_L.c.comment_id, _L.c.is_spam, _L.c.taken_number, _L.c.weight)
        .where(_L.c.comment_id.in_(comment_ids), _L.c.taken_number.is_not(None))
        .order_by(_L.c.id)
    )
    return {
        row.comment_id: (row.is_spam, row.taken_number, row.weight or 0.0)
        for row in rows
    }


def learned_on(
    session: Session, site_id: int, moderator_id: int, day: datetime, most: int
) -> int:
    """How many labels of the moderator, given on this day (UTC), counted; to ``most``."""
    begin = day.replace(hour=0, minute=0, second=0, microsecond=0)
    counted = (
        select(_L.c.id)
        .where(
            _L.c.site_id == site_id,
            _L.c.moderator_id == moderator_id,
            _L.c.created_at >= begin,
            _L.c.created_at < begin + timedelta(days=1),
            _L.c.weight > 0,
        )
        .limit(most)
    )
    return session.execute(select(func.count()).select_from(counted)).scalar_one()


def learned_of_bulk(
    session: Session, site_id: int, moderator_id: int | None, at: datetime, most: int
) -> Mapping[str, int]:
    """How many labels of one bulk decision counted, by group of alike comments."""
    counted = (
        select(_C.c.group_key)
        .join(_L, _L.c.comment_id == _C.c.id)
        .where(
            _L.c.site_id == site_id,
            _L.c.moderator_id == moderator_id,
            _L.c.created_at == at,
            _L.c.weight > 0,
        )
        .limit(most)
        .subquery()
    )
    rows = session.execute(
        select(counted.c.group_key, func.count()).group_by(counted.c.group_key)
    )
    return {row[0]: row[1] for row in rows}


def alike_labels(session: Session, site_id: int, lesson: Lesson) -> list[AlikeLabel]:
    """Labels that say the same of alike comments: of one group, or sharing a band."""
    status = Status.SPAM if lesson.is_spam else Status.PUBLISHED
    ids: set[int] = set()
    if lesson.group_key:
        # In the order of the index: whichever of a flood come first.
        ids |= set(
            session.scalars(
                select(Comment.id)
                .where(
                    Comment.site_id == site_id,
                    Comment.group_key == lesson.group_key,
                    Comment.status == status.value,
                )
                .limit(_MOST_ALIKE)
            )
        )
    own = select(CommentBand.band).where(CommentBand.comment_id == lesson.comment_id)
    for band in session.scalars(own).all():
        ids |= set(
            session.scalars(
                select(CommentBand.comment_id)
                .where(CommentBand.site_id == site_id, CommentBand.band == band)
                .order_by(CommentBand.comment_id.desc())
                .limit(_MOST_ALIKE)
            )
        )
    ids.discard(lesson.comment_id)
    rows = session.execute(
        select(_L).where(
            _L.c.comment_id.in_(sorted(ids)),
            _L.c.is_spam.is_(lesson.is_spam),
            _L.c.written_off.is_(False),
            _IS_LAST,
        )
    )
    return [
        AlikeLabel(
            label_id=row.id,
            comment_id=row.comment_id,
            moderator_id=row.moderator_id,
            weight=row.weight,
            is_taken=row.taken_number is not None,
        )
        for row in rows
    ]


def lessons_of(session: Session, label_ids: Iterable[int]) -> list[Lesson]:
    """These labels, by row number."""
    wanted = sorted(set(label_ids))
    return _lessons(session, _ABOUT.where(_L.c.id.in_(wanted)).order_by(_L.c.id))


def hasten(session: Session, label_ids: Iterable[int], now: datetime) -> None:
    """Have labels learned now that waited for a second sight."""
    session.execute(
        update(_L)
        .where(
            _L.c.id.in_(sorted(set(label_ids))),
            _L.c.taken_number.is_(None),
            _L.c.due_at > now,
        )
        .values(due_at=now)
    )


def published_lately(session: Session, site_id: int) -> Lately:
    """What stands for good comments: the last published ones that readers wrote."""
    rows = session.execute(
        select(_C.c.id, _C.c.score)
        .where(_C.c.site_id == site_id, _C.c.status == Status.PUBLISHED.value)
        .order_by(_C.c.id.desc())
        .limit(LATELY)
    ).all()
    labels = session.execute(
        select(_L.c.comment_id, _L.c.log_odds)
        .where(_L.c.comment_id.in_([row.id for row in rows]))
        .order_by(_L.c.id)
    )
    labelled = {row.comment_id: row.log_odds for row in labels}
    return Lately(
        log_odds=tuple(
            _logit(row.score) if row.score is not None else labelled.get(row.id)
            for row in rows
        ),
        unlabelled=tuple(
            row.id for row in rows if row.id not in labelled and row.score is not None
        ),
    )


def said(session: Session, comment_ids: Iterable[int]) -> list[Said]:
    """The comments as the filter reads them, by row number."""
    rows = session.execute(
        select(_C.c.id, _C.c.name, _C.c.website, _C.c.text)
        .where(_C.c.id.in_(sorted(set(comment_ids))))
        .order_by(_C.c.id)
    )
    return [
        Said(comment_id=row.id, name=row.name, website=row.website, text=row.text)
        for row in rows
    ]


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


def _logit(score: float) -> float:
    from math import log

    bounded = min(max(score, 1e-9), 1 - 1e-9)
    return log(bounded / (1 - bounded))
