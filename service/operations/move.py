"""The only writer of a comment's status, and of what follows from it for readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Move, Thread
from service.db.upsert import insert_rows
from service.domain.errors import ForbiddenMove, StaleComment
from service.domain.status import Actor, Status, may_move
from service.operations import floods
from service.operations.day_tallies import Moved, tally_moves
from service.operations.labels import label_move
from service.operations.outside.reports import want_report


def touch_thread(session: Session, thread_id: int) -> None:
    """Raise the thread's version: its readers must be told something new."""
    session.execute(
        update(Thread).where(Thread.id == thread_id).values(version=Thread.version + 1)
    )


def _set_status(session: Session, comment: Comment, new: Status, now: datetime) -> str:
    """The comment's flood as it is stored, which others may have made it join."""
    # Whether the checks were right needs no asking once somebody has moved it.
    values: dict[str, object] = {
        "status": new.value,
        "version": comment.version + 1,
        "audit": False,
    }
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
        .returning(Comment.flood_key)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if done is None:
        raise StaleComment("Somebody else moved this comment meanwhile.")
    return str(done.flood_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A move to be made together with others."""

    comment: Any
    """Its columns as the caller saw them."""
    new: Status
    reason: str
    """Why, in words; never holds anything private."""
    score: float | None
    model_version: int | None = None
    """The version of the site's model that was asked."""


_COMMENT: Any = Comment.__table__
_THREAD: Any = Thread.__table__
_MOVED = (
    update(_COMMENT)
    .where(
        _COMMENT.c.id.in_(bindparam("ids", expanding=True)),
        _COMMENT.c.status == bindparam("old"),
    )
    .values(status=bindparam("new"), version=_COMMENT.c.version + 1)
    .returning(_COMMENT.c.id, _COMMENT.c.version, _COMMENT.c.flood_key)
)
_PUBLISHED = _MOVED.values(
    published_at=func.coalesce(
        _COMMENT.c.published_at, bindparam("now", type_=_COMMENT.c.published_at.type)
    )
)
_TOLD = (
    update(_THREAD)
    .where(_THREAD.c.id == bindparam("thread_id"))
    .values(
        version=_THREAD.c.version + 1,
        published_count=_THREAD.c.published_count + bindparam("more"),
        # A title from a visitor counts only once its comment is published.
        title=case(
            (_THREAD.c.title == "", bindparam("first_title")), else_=_THREAD.c.title
        ),
    )
)


def _tell_readers(session: Session, due: Sequence[Due]) -> None:
    """Bump each thread whose readers see one of the moves, once."""
    told: dict[int, dict[str, Any]] = {}
    for each in due:
        change = (each.new is Status.PUBLISHED) - (
            each.comment.status == Status.PUBLISHED
        )
        if change:
            thread_id = each.comment.thread_id
            thread = told.setdefault(
                thread_id, {"thread_id": thread_id, "more": 0, "first_title": ""}
            )
            thread["more"] += change
            if change > 0:
                thread["first_title"] = thread["first_title"] or each.comment.title
    if told:
        # In one order everywhere, so that two who move do not wait for each other.
        rows = [told[thread_id] for thread_id in sorted(told)]
        session.connection().execute(_TOLD, rows)


def move_all(
    session: Session, due: Sequence[Due], *, actor: Actor, now: datetime
) -> None:
    """Make several moves at once, as `move` makes one.

    :raises ForbiddenMove: if the table of moves does not allow one of them.
    :raises StaleComment: if one of the comments was moved since the caller read it.
        Then undo all.
    """
    for each in due:
        old = Status(each.comment.status)
        if not may_move(actor, old, each.new):
            raise _forbidden(actor, old, each.new)
    keys = _set_all(session, due, now)
    _tell_readers(session, due)
    _tally(session, due, actor, now)
    moved = [
        floods.Moved(
            each.comment.site_id, keys[each.comment.id], each.comment.status, each.new
        )
        for each in due
    ]
    floods.count_moved(session, moved)
    insert_rows(
        session,
        Move,
        [
            {
                "comment_id": each.comment.id,
                "site_id": each.comment.site_id,
                "old": each.comment.status,
                "new": each.new.value,
                "actor": actor.value,
                "reason": each.reason,
                "score": each.score,
                "model_version": each.model_version,
                "created_at": now,
            }
            for each in due
        ],
    )


def _set_all(session: Session, due: Sequence[Due], now: datetime) -> dict[int, str]:
    """The floods of the comments as they are stored, by row number."""
    keys: dict[int, str] = {}
    alike: dict[tuple[str, Status], list[Due]] = {}
    for each in due:
        alike.setdefault((each.comment.status, each.new), []).append(each)
    for (old, new), some in alike.items():
        given: dict[str, Any] = {"old": old, "new": new.value}
        statement = _MOVED
        if new is Status.PUBLISHED:
            statement, given["now"] = _PUBLISHED, now
        expected = {each.comment.id: each.comment.version + 1 for each in some}
        rows = (
            session.connection().execute(statement, given | {"ids": list(expected)})
        ).all()
        # Ask and set in one statement: whoever comes second finds another version.
        if {row.id: row.version for row in rows} != expected:
            raise StaleComment("Somebody else moved one of these comments meanwhile.")
        keys |= {row.id: row.flood_key for row in rows}
    return keys


def _tally(session: Session, due: Sequence[Due], actor: Actor, now: datetime) -> None:
    moved = [
        Moved(
            comment_id=each.comment.id,
            site_id=each.comment.site_id,
            sent_at=each.comment.created_at,
            old=Status(each.comment.status),
            new=each.new,
            # Checks move readers' comments alone, and ask for less of them.
            by_moderator=actor is not Actor.CHECKS and each.comment.by_moderator,
        )
        for each in due
    ]
    tally_moves(session, moved, actor=actor, now=now)


def _forbidden(actor: Actor, old: Status, new: Status) -> ForbiddenMove:
    return ForbiddenMove(f"A {old} comment cannot be moved to {new} by {actor}.")


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
    batch: str | None = None,
    undoes: Move | None = None,
) -> Move:
    """Move ``comment`` to ``new``, log it, and bump the thread where readers see it.

    What a person moves is labelled, too, for the filter to learn from, and services
    outside that were wrong about it are to be told.

    :param comment: as the caller saw it; its ``version`` must still be the stored one.
    :param reason: why, in words; never holds anything private.
    :param batch: public id of the decision that it is part of.
    :param undoes: the comment's last move, if this takes it back; what had been said of
        the comment before that one holds again.
    :raises ForbiddenMove: if the table of moves does not allow it.
    :raises StaleComment: if the comment was moved since the caller read it.
    """
    old = Status(comment.status)
    if not may_move(actor, old, new):
        raise _forbidden(actor, old, new)
    due = Due(comment=comment, new=new, reason=reason, score=comment.score)
    flood_key = _set_status(session, comment, new, now)
    _tell_readers(session, [due])
    _tally(session, [due], actor, now)
    moved = floods.Moved(comment.site_id, flood_key, old, new)
    floods.count_moved(session, [moved])
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
        batch=batch,
        created_at=now,
    )
    session.add(logged)
    session.flush()
    label_move(
        session,
        comment,
        new,
        actor=actor,
        moderator_id=moderator_id,
        bulk_size=bulk_size,
        undoes=undoes,
        now=now,
    )
    if actor in {Actor.MODERATOR, Actor.OPERATOR}:
        want_report(session, comment.id, new, now=now)
    session.refresh(comment)
    return logged
