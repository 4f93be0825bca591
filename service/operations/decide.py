"""A moderator decides on a comment."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.db.models import Comment, Move
from service.domain.errors import Forbidden, StaleComment
from service.domain.status import Actor, Status, may_move
from service.operations.batches import Decided, decided, last_move
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.move import move
from service.operations.queue import comment_for
from service.operations.rendering import lay_out
from service.privacy.tokens import public_id as new_batch

__all__ = ["Decided", "decide", "decide_as_seen", "may_decide", "move_to"]


def _is_repeat(
    comment: Comment, last: Move | None, moderator_id: int, seen_version: int
) -> bool:
    """True for the second click of a double click: the move between is one's own."""
    return (
        last is not None
        and comment.version == seen_version + 1
        and last.new == comment.status
        and last.moderator_id == moderator_id
    )


def may_decide(session: Session, moderator: ModeratorView, site_id: int) -> None:
    """Ask again what the moderator may do, where the answer cannot grow old.

    :raises Forbidden: if the moderator may only look at the site, or not even that.
    """
    now = moderator_by_id(session, moderator.id)
    if now.disabled or not now.may_decide(site_id):
        raise Forbidden("You may look at the comments of this site, but not decide.")


def decide(  # noqa: PLR0913  # what is decided, and how it was seen
    session: Session,
    moderator: ModeratorView,
    public_id: str,
    *,
    seen_version: int,
    decision: Status,
    now: datetime,
    bulk_size: int = 1,
    batch: str = "",
) -> Decided:
    """Move a comment as the moderator says; the same decision again changes nothing.

    :param seen_version: version of the comment that the moderator saw.
    :param bulk_size: how many comments are decided at once.
    :param batch: public id of the decision, if it is on several.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises StaleComment: if it was moved or edited since.
    :raises ForbiddenMove: if the table of moves does not allow it.
    """
    moderator = moderator_by_id(session, moderator.id)
    comment = comment_for(session, moderator, public_id)
    may_decide(session, moderator, comment.site_id)
    return decide_as_seen(
        session,
        moderator,
        comment,
        seen_version=seen_version,
        decision=decision,
        batch=batch or new_batch(),
        bulk_size=bulk_size,
        now=now,
    )


def decide_as_seen(  # noqa: PLR0913  # each is a fact of the decision
    session: Session,
    moderator: ModeratorView,
    comment: Comment,
    *,
    seen_version: int,
    decision: Status,
    batch: str,
    bulk_size: int,
    now: datetime,
) -> Decided:
    """Move a comment that the moderator may decide on, if it still is as it was seen.

    :param batch: public id that the moves of this decision share; of a repeat the first
        one's is told.
    :raises StaleComment: if it was moved or edited since.
    :raises ForbiddenMove: if the table of moves does not allow it.
    """
    if comment.version != seen_version:
        last = last_move(session, comment.id)
        if (
            last is not None
            and comment.status == decision
            and _is_repeat(comment, last, moderator.id, seen_version)
        ):
            return decided(comment, last)
        raise StaleComment("This comment was moved or edited since you saw it.")
    done = move_to(
        session,
        moderator.id,
        comment,
        decision,
        batch=batch,
        bulk_size=bulk_size,
        now=now,
    )
    return decided(comment, done)


def move_to(  # noqa: PLR0913  # each is a column of the log
    session: Session,
    moderator_id: int,
    comment: Comment,
    new: Status,
    *,
    batch: str,
    bulk_size: int,
    now: datetime,
    reason: str = "",
    undoes: Move | None = None,
) -> Move:
    """Move a comment for a moderator; what is published has its HTML then.

    :raises StaleComment: if it was moved since the caller read it.
    :raises ForbiddenMove: if the table of moves does not allow it.
    """
    may = may_move(Actor.MODERATOR, Status(comment.status), new)
    # Before a move that is refused nothing is changed.
    if may and new is Status.PUBLISHED and comment.html is None:
        lay_out(comment)
    return move(
        session,
        comment,
        new,
        actor=Actor.MODERATOR,
        moderator_id=moderator_id,
        batch=batch,
        bulk_size=bulk_size,
        reason=reason,
        undoes=undoes,
        now=now,
    )
