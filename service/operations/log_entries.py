"""Rows of the log as moderators see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import AuditEntry, Comment, Moderator, Move, Site
from service.domain.status import Actor, Status
from service.operations.batches import way_back
from service.operations.cards import excerpt
from service.operations.log_rows import Found
from service.operations.moderators import ModeratorView

_FIRST_WORDS_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What is known of a move alone."""

    comment: str
    """Public id."""
    first_words: str
    writer: str
    """Name of who wrote the comment; may be empty."""
    old: Status
    new: Status
    reason: str
    score: float | None
    """Probability of spam as it was known then, 0.0-1.0."""
    bulk_size: int
    """How many comments were decided at once."""
    batch: str
    """Public id of the decision that it was part of; empty for none."""
    undo_version: int | None
    """The comment's version, which taking the move back must name; None where it cannot
    be taken back: it was not the last, has no way back, or is not the moderator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A line of the log."""

    at: datetime
    actor: Actor
    who: str
    """Name of the moderator; empty for anyone else."""
    site_key: str
    """Empty for what concerns no site."""
    site_name: str
    move: Moved | None
    """None for what people did besides moving comments."""
    action: str
    """A constant word for that, such as ``list-added``; empty for a move."""
    detail: Mapping[str, Any]
    """What the act was about, in JSON values; people by their names."""


def entries(
    session: Session, moderator: ModeratorView, found: Sequence[Found]
) -> list[LogEntry]:
    """The rows made ready, in their order.

    The caller has made sure that the moderator may see them.
    """
    rows = [each.row for each in found]
    moves = [row for row in rows if isinstance(row, Move)]
    known = _Known(
        names=_names(session, rows),
        sites=_sites(session, {row.site_id for row in rows if row.site_id}),
        comments=_comments(session, {move.comment_id for move in moves}),
        last=_last_moves(session, {move.comment_id for move in moves}),
    )
    return [_entry(known, moderator, row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the rows of a page refer to, by row number."""

    names: Mapping[int, str]
    sites: Mapping[int, tuple[str, str]]
    comments: Mapping[int, Any]
    last: set[int]


def _entry(known: _Known, moderator: ModeratorView, row: Move | AuditEntry) -> LogEntry:
    key, name = known.sites.get(row.site_id or 0, ("", ""))
    act = row if isinstance(row, AuditEntry) else None
    return LogEntry(
        at=row.created_at,
        actor=Actor(row.actor),
        who=known.names.get(row.moderator_id or 0, ""),
        site_key=key,
        site_name=name,
        move=_moved(known, moderator, row) if isinstance(row, Move) else None,
        action="" if act is None else act.action,
        detail={} if act is None else _named(known, act),
    )


def _moved(known: _Known, moderator: ModeratorView, row: Move) -> Moved:
    comment = known.comments[row.comment_id]
    old, new = Status(row.old), Status(row.new)
    may_undo = (
        row.id in known.last
        and comment.status == row.new
        and way_back(old, new) is not None
        and moderator.may_decide(row.site_id)
    )
    return Moved(
        comment=comment.public_id,
        first_words=excerpt(comment.text, _FIRST_WORDS_CHARS),
        writer=comment.name,
        old=old,
        new=new,
        reason=row.reason,
        score=row.score,
        bulk_size=row.bulk_size,
        batch=row.batch or "",
        undo_version=comment.version if may_undo else None,
    )


def _named(known: _Known, act: AuditEntry) -> dict[str, Any]:
    """The detail with the name of the moderator it is about in place of the number.

    It need not be said of who did it to oneself.
    """
    detail = dict(act.detail)
    number = detail.get("moderator")
    if number is not None and number == act.moderator_id:
        del detail["moderator"]
        return detail
    if not isinstance(number, int) or number not in known.names:
        return detail
    return {**detail, "moderator": known.names[number]}


def _names(session: Session, rows: Iterable[Move | AuditEntry]) -> dict[int, str]:
    ids = set()
    for row in rows:
        ids.add(row.moderator_id)
        about = row.detail.get("moderator") if isinstance(row, AuditEntry) else None
        ids.add(about if isinstance(about, int) else None)
    found = session.execute(
        select(Moderator.id, Moderator.name).where(Moderator.id.in_(ids - {None}))
    )
    return {row.id: row.name for row in found}


def _sites(session: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(select(Site.id, Site.key, Site.name).where(Site.id.in_(ids)))
    return {row.id: (row.key, row.name or row.key) for row in rows}


def _comments(session: Session, ids: set[int]) -> dict[int, Any]:
    rows = session.execute(
        select(
            *(Comment.id, Comment.public_id, Comment.name, Comment.text),
            *(Comment.status, Comment.version),
        ).where(Comment.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _last_moves(session: Session, comment_ids: set[int]) -> set[int]:
    """Row numbers of the last move of each of these comments."""
    return set(
        session.scalars(
            select(func.max(Move.id))
            .where(Move.comment_id.in_(comment_ids))
            .group_by(Move.comment_id)
        )
    )
