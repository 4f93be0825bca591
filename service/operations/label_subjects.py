"""What labels are about, as one number: a comment, or a question from outside.

A trainer treats both alike. A question's row number bears a minus sign there, so that
it is never taken for that of a comment.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Label, OutsideQuestion

_L: Any = Label.__table__
_C: Any = Comment.__table__
_Q: Any = OutsideQuestion.__table__
_IDS: Any = bindparam("ids", expanding=True)


def _last(column: Any) -> Any:
    return (
        select(column.label("subject"), func.max(_L.c.id).label("last"))
        .where(column.in_(_IDS), _L.c.taken_number.is_not(None))
        .group_by(column)
    )


_LAST_OF_COMMENTS, _LAST_OF_QUESTIONS = _last(_L.c.comment_id), _last(_L.c.question_id)
_COMMENTS = select(
    *(_C.c.id, _C.c.public_id, _C.c.name, _C.c.website, _C.c.text, _C.c.group_key)
).where(_C.c.id.in_(_IDS))
_QUESTIONS = select(
    *(_Q.c.id, _Q.c.public_id, _Q.c.name, _Q.c.website, _Q.c.text, _Q.c.findings)
).where(_Q.c.id.in_(_IDS))


def subject_of(label: Any) -> int:
    """What a label is about.

    :param label: its columns.
    """
    number: int = label.comment_id or -label.question_id
    return number


def is_outside(subject: int) -> bool:
    """True if it is a question from outside, and no comment of the site."""
    return subject < 0


def about(subjects: Collection[int]) -> ColumnElement[bool]:
    """The condition that a label is about one of these."""
    comments, questions = _apart(subjects)
    if not questions:
        return _L.c.comment_id.in_(comments)  # type: ignore[no-any-return]  # a column
    return or_(_L.c.comment_id.in_(comments), _L.c.question_id.in_(questions))


def last_taken(session: Session, subjects: Collection[int]) -> Mapping[int, int]:
    """The row number of the last label of each that a trainer took."""
    comments, questions = _apart(subjects)
    ask = session.connection().execute
    found = {row.subject: row.last for row in ask(_LAST_OF_COMMENTS, {"ids": comments})}
    if questions:
        rows = ask(_LAST_OF_QUESTIONS, {"ids": questions})
        found |= {-row.subject: row.last for row in rows}
    return found


def stored_of(session: Session, subjects: Collection[int]) -> Mapping[int, Any]:
    """The columns that a trainer reads of each; questions have ``findings`` among them.

    Questions are in no group of alike comments.
    """
    comments, questions = _apart(subjects)
    ask = session.connection().execute
    found = {row.id: row for row in ask(_COMMENTS, {"ids": comments})}
    if questions:
        found |= {-row.id: row for row in ask(_QUESTIONS, {"ids": questions})}
    return found


def _apart(subjects: Iterable[int]) -> tuple[list[int], list[int]]:
    """Row numbers of the comments, and of the questions."""
    ordered = sorted(set(subjects))
    return (
        [number for number in ordered if not is_outside(number)],
        [-number for number in ordered if is_outside(number)],
    )
