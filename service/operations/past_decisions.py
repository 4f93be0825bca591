"""What people decided on a site, with the scores that the comments had before."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Label, SiteModelRow, TrainedModel
from service.domain.findings import sigmoid
from service.domain.what_if import Decisions

LAST = 1_000
"""So many of the last decisions are looked at."""
_AT_ONCE = 100
# Asked for many comments at once, PostgreSQL would rather read all labels there are.

_L: Any = Label.__table__
_S: Any = SiteModelRow.__table__
_T: Any = TrainedModel.__table__


def past_decisions(session: Session, site_id: int) -> Decisions:
    """The last decisions that the filter has taken in, each comment once.

    The last thing that was said of a comment counts, with the score that it had before
    anything was learned of it. What was taken back or written off is left out, and so
    is what never got a score.
    """
    ids = session.scalars(
        select(_L.c.comment_id)
        .where(
            _L.c.site_id == site_id,
            _L.c.taken_number.is_not(None),
            # What other programs asked about is none of the site's own comments.
            _L.c.comment_id.is_not(None),
        )
        .order_by(_L.c.taken_number.desc())
        .limit(LAST)
    ).all()
    comments = sorted(set(ids))
    first: dict[int, float] = {}
    last: dict[int, bool | None] = {}
    for start in range(0, len(comments), _AT_ONCE):
        labels = session.execute(
            select(_L.c.comment_id, _L.c.is_spam, _L.c.written_off, _L.c.log_odds)
            .where(_L.c.comment_id.in_(comments[start : start + _AT_ONCE]))
            .order_by(_L.c.id)
        )
        for row in labels:
            if row.log_odds is not None:
                first.setdefault(row.comment_id, row.log_odds)
            last[row.comment_id] = None if row.written_off else row.is_spam
    return Decisions.of(
        (sigmoid(first[comment_id]), is_spam)
        for comment_id, is_spam in last.items()
        if is_spam is not None and comment_id in first
    )


def good_scores(session: Session, site_id: int) -> tuple[float, ...]:
    """Log-odds of the good comments that the site's line is drawn from, oldest first.

    None of them before anything was learned.
    """
    found = session.execute(
        select(_T.c.ham_scores)
        .join(
            _S,
            (_S.c.site_id == _T.c.site_id) & (_S.c.active_version == _T.c.version),
        )
        .where(_S.c.site_id == site_id)
    ).scalar_one_or_none()
    return tuple(map(float, found or ()))
