"""A writer's edit that nobody who moderates by a program has been told of."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Move, Revision, VerdictRow
from service.domain.revisions import TAKEN, WAITING
from service.domain.status import Actor


def tell_of_edit(session: Session, comment: Comment, now: datetime) -> bool:
    """True if the writer has edited it since a moderator acted, and none was told.

    Whoever asks is told by that, so the next time it is False, unless the text has
    changed again.
    """
    edit = session.scalars(
        select(Revision)
        .where(Revision.comment_id == comment.id, Revision.state.in_([TAKEN, WAITING]))
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()
    if edit is None or edit.moderator_id is not None:
        return False
    changed_at = _changed_at(session, edit)
    is_told = edit.told_at is not None and edit.told_at >= changed_at
    if is_told or _acted_after(session, comment.id, changed_at):
        return False
    edit.told_at = now
    return True


def _changed_at(session: Session, edit: Revision) -> datetime:
    """When it became the text, or was sent, if it waits or no check has judged it.

    Who was told of it while it waited has read the text before it.
    """
    taken_at = session.execute(
        select(VerdictRow.created_at).where(
            VerdictRow.comment_id == edit.comment_id,
            VerdictRow.revision == edit.number,
        )
    ).scalar_one_or_none()
    return taken_at or edit.created_at


def _acted_after(session: Session, comment_id: int, moment: datetime) -> bool:
    """True if a person who moderates has moved the comment after that moment."""
    last = session.execute(
        select(Move.created_at)
        .where(
            Move.comment_id == comment_id,
            Move.actor.in_([Actor.MODERATOR.value, Actor.OPERATOR.value]),
        )
        .order_by(Move.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return last is not None and last > moment
