"""Decisions as batches: the moves that were made at once, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Bulk, Comment, Moderator, Move
from service.domain.ids import is_public_id
from service.domain.status import Actor, Status, may_move
from service.operations.cards import excerpt
from service.operations.moderators import ModeratorView

FIRST_WORDS_CHARS = 60
COUNTED_TO = 10_000
"""Nobody decides so many at once; counting stops there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision led to for one comment."""

    public_id: str
    first_words: str
    old: Status
    new: Status
    version: int
    """The comment's version now."""
    batch: str
    """Public id of the decision; it can be taken back by it."""
    may_undo: bool
    """False when there is no way back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A comment that a decision left alone, since it is not as it was seen."""

    public_id: str
    first_words: str
    status: Status
    version: int
    who: str
    """Name of the moderator who moved it last; empty for anybody else."""
    actor: str
    """checks, moderator, writer or operator; empty where it was never moved."""
    is_edited: bool
    """True if its text was changed after its last move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a decision on several comments led to."""

    batch: str
    """Empty where nothing was moved."""
    decided: tuple[Decided, ...] = ()
    """Those that were moved at once."""
    stale: tuple[Left, ...] = ()
    to_come: int = 0
    """How many more a worker goes on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A batch, as it is confirmed after it."""

    batch: str
    new: Status
    """Where its comments were moved; of an undo of different ones, the first's."""
    count: int
    """How many it has moved."""
    first: Decided
    is_undo: bool
    may_undo: bool
    to_come: int
    """How many more a worker goes on with."""


def way_back(old: Status, new: Status) -> Status | None:
    """Where an undo moves what was moved from ``old`` to ``new``; None for nowhere.

    Nobody but the checks moves a comment to pending: one that was decided before they
    were done goes back to held, so that a person looks.
    """
    back = Status.HELD if old is Status.PENDING else old
    return back if may_move(Actor.MODERATOR, new, back) else None


def last_move(session: Session, comment_id: int) -> Move | None:
    """The last move of a comment; None if it was never moved."""
    return session.scalars(
        select(Move)
        .where(Move.comment_id == comment_id)
        .order_by(Move.id.desc())
        .limit(1)
    ).first()


def decided(comment: Comment, last: Move) -> Decided:
    """What the last move of a comment led to."""
    old, new = Status(last.old), Status(last.new)
    return Decided(
        public_id=comment.public_id,
        first_words=excerpt(comment.text, FIRST_WORDS_CHARS),
        old=old,
        new=new,
        version=comment.version,
        batch=last.batch or "",
        may_undo=bool(last.batch) and way_back(old, new) is not None,
    )


def left_alone(session: Session, comment: Comment) -> Left:
    """How a comment is now, and who made it so."""
    last = last_move(session, comment.id)
    who = last and last.moderator_id and session.get(Moderator, last.moderator_id)
    return Left(
        public_id=comment.public_id,
        first_words=excerpt(comment.text, FIRST_WORDS_CHARS),
        status=Status(comment.status),
        version=comment.version,
        who=who.name if who else "",
        actor=last.actor if last else "",
        is_edited=comment.edited_at is not None
        and (last is None or comment.edited_at > last.created_at),
    )


def left_of(
    session: Session, moderator: ModeratorView, public_ids: Sequence[str]
) -> list[Left]:
    """How comments of the moderator's sites are now; others are left out."""
    wanted = [each for each in public_ids if is_public_id(each)]
    if not wanted:
        return []
    # The site is compared here, or SQLite reads all comments of the sites.
    rows = session.scalars(
        select(Comment).where(Comment.public_id.in_(wanted)).order_by(Comment.id)
    ).all()
    mine = [comment for comment in rows if comment.site_id in moderator.site_ids]
    return [left_alone(session, comment) for comment in mine]


def batch_done(session: Session, moderator: ModeratorView, batch: str) -> Done | None:
    """The batch, if the moderator made it and may still see its site.

    It stays told when somebody has moved one of its comments since; the undo leaves
    those alone.
    """
    if not is_public_id(batch):
        return None
    first = session.execute(
        select(Move, Comment)
        .join(Comment, Comment.id == Move.comment_id)
        .where(Move.batch == batch)
        .order_by(Move.id)
        .limit(1)
    ).one_or_none()
    if first is None:
        return None
    move, comment = first
    # Compared here, or PostgreSQL reads all that the moderator ever moved.
    if move.moderator_id != moderator.id or move.site_id not in moderator.site_ids:
        return None
    bulk = session.scalars(select(Bulk).where(Bulk.batch == batch)).one_or_none()
    mine = select(Move.id).where(Move.batch == batch).limit(COUNTED_TO).subquery()
    count = session.execute(select(func.count()).select_from(mine)).scalar_one()
    told = replace(decided(comment, move), version=comment.version)
    return Done(
        batch=batch,
        new=told.new,
        count=count,
        first=told,
        is_undo=move.reason == UNDONE,
        may_undo=told.may_undo and (count > 1 or _is_last(session, move)),
        to_come=to_come(bulk),
    )


UNDONE = "A decision was taken back."
"""Why a move was made that undoes another."""


def to_come(bulk: Any) -> int:
    """How many comments of a bulk decision a worker has still to look at."""
    if bulk is None or bulk.finished_at is not None:
        return 0
    return max(1, int(bulk.size - bulk.done))


def _is_last(session: Session, move: Move) -> bool:
    last = last_move(session, move.comment_id)
    return last is not None and last.id == move.id
