"""A moderator decides on a comment."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Move
from service.domain.errors import Forbidden, StaleComment
from service.domain.status import Actor, Status, may_move
from service.operations.cards import excerpt
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.move import move
from service.operations.queue import comment_for, find_comment
from service.text.render import RENDER_VERSION, render, render_plain

log = logging.getLogger(__name__)

_FIRST_WORDS_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision led to."""

    public_id: str
    first_words: str
    old: Status
    new: Status
    version: int
    """The comment's version now; the reverse decision names it."""
    may_undo: bool
    """False when the table of moves has no way back."""


def _html(comment: Comment) -> str:
    try:
        return render(comment.text)
    except Exception as err:  # noqa: BLE001  # nothing in a text may stop a decision
        log.warning("comment %s shown plain: %s", comment.id, type(err).__name__)
        return render_plain(comment.text)


def _last_move(session: Session, comment: Comment) -> Move | None:
    return session.scalars(
        select(Move)
        .where(Move.comment_id == comment.id)
        .order_by(Move.id.desc())
        .limit(1)
    ).first()


def _decided(comment: Comment, last: Move) -> Decided:
    old, new = Status(last.old), Status(last.new)
    return Decided(
        public_id=comment.public_id,
        first_words=excerpt(comment.text, _FIRST_WORDS_CHARS),
        old=old,
        new=new,
        version=comment.version,
        may_undo=may_move(Actor.MODERATOR, new, old),
    )


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


def decide(  # noqa: PLR0913  # what is decided, and how it was seen
    session: Session,
    moderator: ModeratorView,
    public_id: str,
    *,
    seen_version: int,
    decision: Status,
    now: datetime,
    bulk_size: int = 1,
) -> Decided:
    """Move a comment as the moderator says; the same decision again changes nothing.

    :param seen_version: version of the comment that the moderator saw.
    :param bulk_size: how many comments are decided at once.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises StaleComment: if it was moved or edited since.
    :raises ForbiddenMove: if the table of moves does not allow it.
    """
    # What the moderator may do is asked again here, where the answer cannot grow old.
    moderator = moderator_by_id(session, moderator.id)
    comment = comment_for(session, moderator, public_id)
    if moderator.disabled or not moderator.may_decide(comment.site_id):
        raise Forbidden("You may look at the comments of this site, but not decide.")
    if comment.version != seen_version:
        last = _last_move(session, comment)
        if (
            last is not None
            and comment.status == decision
            and _is_repeat(comment, last, moderator.id, seen_version)
        ):
            return _decided(comment, last)
        raise StaleComment("This comment was moved or edited since you saw it.")
    if decision is Status.PUBLISHED and comment.html is None:
        comment.html = _html(comment)
        comment.render_version = RENDER_VERSION
    done = move(
        session,
        comment,
        decision,
        actor=Actor.MODERATOR,
        moderator_id=moderator.id,
        now=now,
        bulk_size=bulk_size,
    )
    return _decided(comment, done)


def last_decision(
    session: Session, moderator: ModeratorView, public_id: str
) -> Decided | None:
    """The moderator's own decision, if it is the last thing that happened to a comment.

    None also for a comment that is not on one of the moderator's sites.
    """
    comment = find_comment(session, moderator, public_id)
    last = None if comment is None else _last_move(session, comment)
    if comment is None or last is None or last.moderator_id != moderator.id:
        return None
    return _decided(comment, last) if last.new == comment.status else None
