"""What stands for good comments on a site: those that were published lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Label
from service.domain.status import Status

LATELY = 300
"""So many of the last published comments stand for what is good on a site (SPAM.md
3.7)."""

_L: Any = Label.__table__
_C: Any = Comment.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment as far as the filter reads it."""

    comment_id: int
    name: str
    website: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """The last published comments of a site, the newest first."""

    log_odds: tuple[float | None, ...]
    """Of spam, as told before anything was learned from them; None where unknown."""
    unlabelled: tuple[int, ...]
    """Row numbers of those that only the checks have passed."""


def published_lately(session: Session, site_id: int) -> Lately:
    """What stands for good comments: the last published ones that readers wrote."""
    rows = session.execute(
        select(_C.c.id, _C.c.score)
        .where(_C.c.site_id == site_id, _C.c.status == Status.PUBLISHED.value)
        .order_by(_C.c.id.desc())
        .limit(LATELY)
    ).all()
    labels = session.execute(
        select(_L.c.comment_id, _L.c.log_odds)
        .where(_L.c.comment_id.in_([row.id for row in rows]))
        .order_by(_L.c.id)
    )
    labelled = {row.comment_id: row.log_odds for row in labels}
    return Lately(
        log_odds=tuple(
            _logit(row.score) if row.score is not None else labelled.get(row.id)
            for row in rows
        ),
        unlabelled=tuple(
            row.id for row in rows if row.id not in labelled and row.score is not None
        ),
    )


def said(session: Session, comment_ids: Iterable[int]) -> list[Said]:
    """The comments as the filter reads them, by row number."""
    rows = session.execute(
        select(_C.c.id, _C.c.name, _C.c.website, _C.c.text)
        .where(_C.c.id.in_(sorted(set(comment_ids))))
        .order_by(_C.c.id)
    )
    return [
        Said(comment_id=row.id, name=row.name, website=row.website, text=row.text)
        for row in rows
    ]


def _logit(score: float) -> float:
    bounded = min(max(score, 1e-9), 1 - 1e-9)
    return log(bounded / (1 - bounded))
