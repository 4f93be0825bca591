"""What labels are weighed by: earlier ones, alike ones, and how many there were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentBand, Label
from service.domain.status import Status
from service.operations.label_subjects import about, subject_of
from service.operations.lessons import Lesson

_MOST_ALIKE = 200
# Of comments that share a group or a band: to find one that agrees is enough.


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was last taken of a comment."""

    label_id: int
    is_spam: bool | None
    number: int
    weight: float


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
_LATER: Any = _L.alias("later")
_IS_LAST = ~exists().where(
    _LATER.c.comment_id == _L.c.comment_id, _LATER.c.id > _L.c.id
)


def taken_before(session: Session, comment_ids: Sequence[int]) -> Mapping[int, Before]:
    """The last label that was taken of each comment, or question from outside.

    :param comment_ids: as `service.operations.label_subjects.subject_of` has them.
    """
    rows = session.execute(
        select(_L)
        .where(about(comment_ids), _L.c.taken_number.is_not(None))
        .order_by(_L.c.id)
    )
    return {
        subject_of(row): Before(
            label_id=row.id,
            is_spam=row.is_spam,
            number=row.taken_number,
            weight=0.0 if row.written_off else row.weight or 0.0,
        )
        for row in rows
    }


def learned_on(
    session: Session, site_id: int, moderator_id: int, day: datetime, most: int
) -> int:
    """How many labels that the moderator gave on this day (UTC) count; to ``most``."""
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
        .subquery()
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
