"""How a comment stands, and who moved it last."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Moderator, Move
from service.domain.status import Actor, Status
from service.operations.moderators import ModeratorView
from service.operations.queue import comment_for


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMove:
    """A comment as it is now."""

    public_id: str
    version: int
    status: Status
    actor: Actor | None
    """Who moved it last; None if nobody did yet."""
    who: str
    """The moderator's name; empty for anyone else."""


def last_move(session: Session, moderator: ModeratorView, public_id: str) -> LastMove:
    """The comment as it is now, and who moved it last.

    :raises Unknown: if it is not on one of the moderator's sites.
    """
    comment = comment_for(session, moderator, public_id)
    session.refresh(comment)
    row = session.execute(
        select(Move.actor, Moderator.name)
        .outerjoin(Moderator, Moderator.id == Move.moderator_id)
        .where(Move.comment_id == comment.id)
        .order_by(Move.id.desc())
        .limit(1)
    ).one_or_none()
    return LastMove(
        public_id=comment.public_id,
        version=comment.version,
        status=Status(comment.status),
        actor=Actor(row.actor) if row else None,
        who=(row.name if row else "") or "",
    )
