"""What people say comments are: the labels that the filter learns from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    Label,
    Membership,
    Moderator,
    Move,
    OutsideQuestion,
)
from service.domain.status import Actor, Status
from service.operations.day_tallies import tally_said
from service.operations.moderators import Role
from service.operations.owe import owe_training
from service.operations.tallies import Answer, tally_answer

Source = Literal["move", "audit", "import", "external"]

PROBATION = timedelta(hours=24)
"""How long the labels of a new moderator wait, unless another one agrees."""

UNDONE_WITHIN = timedelta(hours=1)
"""So long the reverse of one's own move takes it back; later it is a decision."""

_MEANING = {Status.PUBLISHED: False, Status.SPAM: True}
# A comment is trashed for many reasons, and held because nobody is sure.


def add_label(  # noqa: PLR0913  # each is a column of the label
    session: Session,
    comment: Comment,
    is_spam: bool | None,  # the label itself
    *,
    source: Source,
    now: datetime,
    moderator_id: int | None = None,
    bulk_size: int = 1,
) -> None:
    """Label a comment, and owe the learning of it in the same transaction.

    The last label of a comment counts. The label of an owner, or of nobody in
    particular (an import, the operator), may be learned at once; that of a moderator
    who is new waits for a day.

    :param is_spam: None takes back what was said before, if anything was.
    :param bulk_size: how many comments were decided at once; many count for little.
    """
    before = last_answer(session, comment.id)
    if is_spam is None and (before is None or before.is_spam is None):
        return
    answer = Answer(is_spam, now)
    tally_answer(session, comment.site_id, comment.id, before=before, after=answer)
    tally_said(session, comment.site_id, comment.id, before=before, after=answer)
    due_at = _due_at(session, comment.site_id, moderator_id, now)
    session.add(
        Label(
            site_id=comment.site_id,
            comment_id=comment.id,
            is_spam=is_spam,
            source=source,
            moderator_id=moderator_id,
            bulk_size=bulk_size,
            due_at=now if is_spam is None else due_at,
            created_at=now,
        )
    )
    session.flush()
    owe_training(session, comment.site_id, now=now)


def label_question(
    session: Session,
    question: OutsideQuestion,
    is_spam: bool,
    *,
    moderator_id: int,
    now: datetime,
) -> bool:
    """Label a question from outside, and owe the learning of it.

    It counts as the moderator's own label would, and in no figure of the site's own
    comments.

    :returns: False if the same was said of it last, so that nothing was written.
    """
    last = session.execute(
        select(Label.is_spam)
        .where(Label.question_id == question.id)
        .order_by(Label.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if last is is_spam:
        return False
    session.add(
        Label(
            site_id=question.site_id,
            question_id=question.id,
            is_spam=is_spam,
            source="external",
            moderator_id=moderator_id,
            due_at=_due_at(session, question.site_id, moderator_id, now),
            created_at=now,
        )
    )
    session.flush()
    owe_training(session, question.site_id, now=now)
    return True


def label_move(  # noqa: PLR0913  # each is a fact of the move
    session: Session,
    comment: Comment,
    new: Status,
    *,
    actor: Actor,
    now: datetime,
    moderator_id: int | None = None,
    bulk_size: int = 1,
    undoes: Move | None = None,
) -> None:
    """Label a comment by where a person has moved it, once the move is logged.

    Published means good, spam is spam. Any other place says neither, and takes back
    what was said before. Whoever takes back a move of their own at once says nothing
    new: what had been said before that move holds again, so that an undo unlearns.
    Moves by checks say nothing; a writer who takes a comment back does not change what
    a moderator said of it. Where moderators' own answers stand says nothing either:
    they are no readers' comments, and nobody doubts them.

    :param undoes: the move that is taken back by this one, whoever made it, and however
        long ago.
    """
    if not comment.by_moderator and actor in {Actor.MODERATOR, Actor.OPERATOR}:
        undone = undoes or _taken_back(session, comment.id, new, moderator_id, now)
        meaning = _MEANING.get(new)
        if undone is not None:
            before = _said_before(session, undone)
            meaning = None if before is None else before.is_spam
            # What holds again counts as much as it did.
            bulk_size = bulk_size if before is None else before.bulk_size
        add_label(
            session,
            comment,
            meaning,
            source="move",
            moderator_id=moderator_id,
            bulk_size=bulk_size,
            now=now,
        )


def last_answer(session: Session, comment_id: int) -> Answer | None:
    """What was last said of a comment, and when; None if nobody said anything."""
    last = session.execute(
        select(Label.is_spam, Label.created_at)
        .where(Label.comment_id == comment_id)
        .order_by(Label.id.desc())
        .limit(1)
    ).one_or_none()
    return None if last is None else Answer(last.is_spam, last.created_at)


def _taken_back(
    session: Session, comment_id: int, new: Status, who: int | None, now: datetime
) -> Move | None:
    """One's own move, just before the one that is logged last, if that reverses it."""
    moves = session.scalars(
        select(Move)
        .where(Move.comment_id == comment_id)
        .order_by(Move.id.desc())
        .limit(2)
    ).all()
    before = moves[-1]
    is_own = (
        before.actor in {Actor.MODERATOR, Actor.OPERATOR}
        and before.moderator_id == who
        and before.created_at > now - UNDONE_WITHIN
    )
    return before if is_own and before.old == new else None


def _said_before(session: Session, taken_back: Move) -> Label | None:
    """What was said of a comment before this move said something else."""
    labels = session.scalars(
        select(Label)
        .where(Label.comment_id == taken_back.comment_id)
        .order_by(Label.id.desc())
        .limit(2)
    ).all()
    if not labels or labels[0].created_at != taken_back.created_at:
        return None  # it had nothing to take back, and so said nothing
    return labels[1] if len(labels) > 1 else None


def owners(session: Session, site_id: int) -> Sequence[int]:
    """Row numbers of the moderators who own the site."""
    return session.scalars(
        select(Membership.moderator_id).where(
            Membership.site_id == site_id, Membership.role == Role.OWNER.value
        )
    ).all()


def _due_at(
    session: Session, site_id: int, moderator_id: int | None, now: datetime
) -> datetime:
    if moderator_id is None or moderator_id in owners(session, site_id):
        return now
    since = session.execute(
        select(Moderator.created_at).where(Moderator.id == moderator_id)
    ).scalar_one()
    return max(now, since + PROBATION)
