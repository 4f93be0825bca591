"""Decisions on more comments than one transaction should move: a step at a time.

The first step is made where the decision is; a job makes the others, each in a
transaction of its own, so that others can write in between and nothing is lost.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Bulk, Comment, Move
from service.domain.errors import ForbiddenMove, FoyerError, StaleComment
from service.domain.status import Status
from service.jobs import Kind
from service.operations.batches import (
    UNDONE,
    Decided,
    Left,
    decided,
    last_move,
    left_alone,
    to_come,
    way_back,
)
from service.operations.claim import Lease, LeaseLost, carry_on, finish, holding
from service.operations.decide import may_decide, move_to
from service.operations.moderators import moderator_by_id
from service.operations.owe import owe

STEP = 100
"""Comments that one transaction moves."""


class Step(NamedTuple):
    """What one step has done."""

    decided: tuple[Decided, ...]
    stale: tuple[Left, ...]
    to_come: int
    """How many a worker goes on with."""


def begin(session: Session, bulk: Bulk, *, now: datetime) -> Step:
    """Make the first step; what is left is owed as a job."""
    done = _step(session, bulk, now)
    if bulk.finished_at is None:
        session.add(bulk)
        session.flush()
        owe(session, Kind.BULK, bulk.id, now=now, dedupe_key=f"{Kind.BULK}-{bulk.id}")
    return Step(done.decided, done.stale, to_come(bulk))


def go_on(session: Session, lease: Lease, *, now: datetime) -> None:
    """Make the next step of what the job is about, and give the job back or end it.

    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    if not holding(session, [lease]):
        raise LeaseLost
    bulk = session.get(Bulk, lease.subject, with_for_update=True)
    if bulk is None or bulk.finished_at is not None:
        finish(session, lease)
        return
    try:
        _step(session, bulk, now)
    except FoyerError:
        # Whoever may not decide any more has not decided on the rest.
        _end(bulk, now)
    if to_come(bulk):
        carry_on(session, lease, now)
    else:
        finish(session, lease)


def give_up_bulk(session: Session, lease: Lease, *, now: datetime) -> None:
    """End what cannot be gone on with; what it has not reached stays as it is.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    finish(session, lease)
    bulk = session.get(Bulk, lease.subject, with_for_update=True)
    if bulk is not None:
        _end(bulk, now)


def stop_bulk(session: Session, batch: str, now: datetime) -> None:
    """Let a worker do nothing more of this batch; it waits for a step under way."""
    bulk = session.scalars(
        select(Bulk).where(Bulk.batch == batch).with_for_update()
    ).one_or_none()
    if bulk is not None and bulk.finished_at is None:
        _end(bulk, now)


def _end(bulk: Bulk, now: datetime) -> None:
    bulk.finished_at = now
    # It may name what somebody has written, who may be erased one day.
    bulk.flood_key = ""


def _step(session: Session, bulk: Bulk, now: datetime) -> Step:
    done = _undo_some(session, bulk) if bulk.undoes else _decide_some(session, bulk)
    bulk.done += len(done.decided)
    if bulk.after >= bulk.upto:
        _end(bulk, now)
    return done


def _moved_since(session: Session, bulk: Bulk, ids: Sequence[int]) -> set[int]:
    """Which of these came to be as they are after they were seen.

    The checks were done later, or somebody has moved it here.
    """
    found = session.scalars(
        select(Move.comment_id).where(
            Move.comment_id.in_(ids), Move.created_at > bulk.seen_at
        )
    )
    return set(found)


def _decide_some(session: Session, bulk: Bulk) -> Step:
    comments = session.scalars(
        select(Comment)
        .where(
            Comment.site_id == bulk.site_id,
            Comment.status == bulk.old,
            Comment.flood_key == bulk.flood_key,
            Comment.id > bulk.after,
            Comment.id <= bulk.upto,
        )
        .order_by(Comment.id)
        .limit(STEP)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    may_decide(session, moderator_by_id(session, bulk.moderator_id), bulk.site_id)
    bulk.after = comments[-1].id if len(comments) == STEP else bulk.upto
    done, stale = list[Decided](), list[Left]()
    unseen = _moved_since(session, bulk, [comment.id for comment in comments])
    for comment in comments:
        is_edited = comment.edited_at is not None and comment.edited_at > bulk.seen_at
        if is_edited or comment.id in unseen:
            stale.append(left_alone(session, comment))
            continue
        _move_one(session, bulk, comment, Status(bulk.new), None, done, stale)
    return Step(tuple(done), tuple(stale), 0)


def _undo_some(session: Session, bulk: Bulk) -> Step:
    moderator = moderator_by_id(session, bulk.moderator_id)
    moves = session.scalars(
        select(Move)
        .where(
            Move.batch == bulk.undoes,
            Move.site_id.in_(moderator.site_ids),
            Move.id > bulk.after,
            Move.id <= bulk.upto,
        )
        .order_by(Move.id)
        .limit(STEP)
    ).all()
    for site_id in sorted({move.site_id for move in moves}):
        may_decide(session, moderator, site_id)
    bulk.after = moves[-1].id if len(moves) == STEP else bulk.upto
    comments = _locked(session, [move.comment_id for move in moves])
    done, stale = list[Decided](), list[Left]()
    for move in moves:
        comment = comments[move.comment_id]
        last = last_move(session, comment.id)
        back = way_back(Status(move.old), Status(move.new))
        if last is None or last.id != move.id or back is None:
            stale.append(left_alone(session, comment))
            continue
        _move_one(session, bulk, comment, back, move, done, stale)
    return Step(tuple(done), tuple(stale), 0)


def _locked(session: Session, ids: Sequence[int]) -> dict[int, Comment]:
    # Locked in one order, so that two who decide do not wait for each other; read anew,
    # for what was known of them before the lock may have changed.
    rows = session.scalars(
        select(Comment)
        .where(Comment.id.in_(ids))
        .order_by(Comment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {comment.id: comment for comment in rows}


def _move_one(  # noqa: PLR0913, PLR0917  # the lists are what the step has done so far
    session: Session,
    bulk: Bulk,
    comment: Comment,
    new: Status,
    undoes: Move | None,
    done: list[Decided],
    stale: list[Left],
) -> None:
    try:
        made = move_to(
            session,
            bulk.moderator_id,
            comment,
            new,
            batch=bulk.batch,
            bulk_size=bulk.size,
            reason=UNDONE if undoes is not None else "",
            undoes=undoes,
            now=bulk.created_at,
        )
    except (StaleComment, ForbiddenMove):
        stale.append(left_alone(session, comment))
    else:
        done.append(decided(comment, made))
