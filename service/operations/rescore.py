"""Look again at held comments once the filter has learned something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, VerdictRow
from service.domain.status import Status
from service.operations.lessons import findings_shown, verdicts_shown

HELD_LATELY = 50
"""So many held comments are looked at again, the newest; the others stay as they are
until they are decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A held comment and what the checks said of it."""

    comment_id: int
    version: int
    name: str
    website: str
    text: str
    score: float
    findings: tuple[tuple[str, float], ...]
    """``(check, log-odds)`` of the checks that acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """What a held comment scores now, and by which decision."""

    comment_id: int
    seen_version: int
    score: float
    """0.0-1.0."""
    was: float
    model_version: int
    decision: str
    """Public id of the comment whose decision was learned last; empty for what another
    program said of a comment of its own."""
    is_spam: bool | None
    """What was decided; None for a decision that was taken back."""


_C: Any = Comment.__table__
_V: Any = VerdictRow.__table__
_SCORED = (
    update(_C)
    .where(
        _C.c.id == bindparam("own_id"),
        _C.c.version == bindparam("seen_version"),
        _C.c.status == Status.HELD.value,
    )
    .values(score=bindparam("new_score"))
)
_NOTED = (
    update(_V)
    .where(_V.c.id == bindparam("own_id"))
    .values(rescored=bindparam("new_rescored", type_=_V.c.rescored.type))
)


def held_lately(session: Session, site_id: int) -> list[Waiting]:
    """The newest held comments of a site that the checks have scored."""
    # The index alone tells which: to read the rows by it seems dear to PostgreSQL,
    # which would rather look through all comments from the newest on.
    ids = session.scalars(
        select(_C.c.id)
        .where(_C.c.site_id == site_id, _C.c.status == Status.HELD.value)
        .order_by(_C.c.id.desc())
        .limit(HELD_LATELY)
    ).all()
    rows = session.execute(
        select(
            *(_C.c.id, _C.c.version, _C.c.name, _C.c.website, _C.c.text, _C.c.score)
        ).where(_C.c.id.in_(ids))
    ).all()
    findings = findings_shown(session, ids)
    return [
        Waiting(
            comment_id=row.id,
            version=row.version,
            name=row.name,
            website=row.website,
            text=row.text,
            score=row.score,
            findings=findings.get(row.id, ()),
        )
        for row in rows
        if row.score is not None
    ]


def note_rescored(session: Session, found: Sequence[Rescored], now: datetime) -> None:
    """Store what held comments score now, and why, for the queue to show.

    A comment that was moved or edited since it was read keeps its score.
    """
    if not found:
        return
    # In one order everywhere, so that two who write do not wait for each other.
    ordered = sorted(found, key=lambda each: each.comment_id)
    session.connection().execute(
        _SCORED,
        [
            {
                "own_id": each.comment_id,
                "seen_version": each.seen_version,
                "new_score": each.score,
            }
            for each in ordered
        ],
    )
    by_comment = {each.comment_id: each for each in ordered}
    last = verdicts_shown(session, sorted(by_comment))
    session.connection().execute(
        _NOTED,
        [
            {
                "own_id": last[comment_id],
                "new_rescored": {
                    "score": each.score,
                    "was": each.was,
                    "model_version": each.model_version,
                    "decision": each.decision,
                    "is_spam": each.is_spam,
                    "at": now.isoformat(),
                },
            }
            for comment_id, each in by_comment.items()
            if comment_id in last
        ],
    )
