"""The only writer of a comment's status, and of what follows from it for readers."""

from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Move, Thread
from service.domain.errors import ForbiddenMove, StaleComment
from service.domain.status import Actor, Status, may_move


def touch_thread(session: Session, thread_id: int) -> None:
    """Raise the thread's version: its readers must be told something new."""
    session.execute(
        update(Thread).where(Thread.id == thread_id).values(version=Thread.version + 1)
    )


def _set_status(session: Session, comment: Comment, new: Status, now: datetime) -> None:
    values: dict[str, object] = {"status": new.value, "version": comment.version + 1}
    if new is Status.PUBLISHED and comment.published_at is None:
        values["published_at"] = now
    # Ask and set in one statement: whoever comes second finds no row.
    done = session.execute(
        update(Comment)
        .where(
            Comment.id == comment.id,
            Comment.version == comment.version,
            Comment.status == comment.status,
        )
        .values(**values)
        .returning(Comment.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if done is None:
        raise StaleComment("Somebody else moved this comment meanwhile.")


def _tell_readers(session: Session, comment: Comment, old: Status, new: Status) -> None:
    change = (new is Status.PUBLISHED) - (old is Status.PUBLISHED)
    if not change:
        return
    values: dict[str, object] = {
        "version": Thread.version + 1,
        "published_count": Thread.published_count + change,
    }
    if change > 0 and comment.title:
        # A title from a visitor counts only once its comment is published.
        values["title"] = case((Thread.title == "", comment.title), else_=Thread.title)
    session.execute(
        update(Thread).where(Thread.id == comment.thread_id).values(**values)
    )


def move(  # noqa: PLR0913  # each is a column of the log
    session: Session,
    comment: Comment,
    new: Status,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    moderator_id: int | None = None,
    bulk_size: int = 1,
) -> Move:
    """Move ``comment`` to ``new``, log it, and bump the thread where readers see it.

    :param comment: as the caller saw it; its ``version`` must still be the stored one.
    :param reason: why, in words; never holds anything private.
    :raises ForbiddenMove: if the table of moves does not allow it.
    :raises StaleComment: if the comment was moved since the caller read it.
    """
    old = Status(comment.status)
    if not may_move(actor, old, new):
        raise ForbiddenMove(f"A {old} comment cannot be moved to {new} by {actor}.")
    _set_status(session, comment, new, now)
    _tell_readers(session, comment, old, new)
    logged = Move(
        comment_id=comment.id,
        site_id=comment.site_id,
        old=old.value,
        new=new.value,
        actor=actor.value,
        moderator_id=moderator_id,
        reason=reason,
        score=comment.score,
        bulk_size=bulk_size,
        created_at=now,
    )
    session.add(logged)
    session.flush()
    session.refresh(comment)
    return logged
