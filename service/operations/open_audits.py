"""How many audits may be open: a site that nobody moderates does not collect for ever.

What the checks settled long ago tells little of how they do today, and a tab with
thousands of cards is never begun. So the newest stay to be asked about, and the oldest
are no longer: their comments stay what they are, and teach nothing.
"""

from sqlalchemy import ColumnElement, Select, literal_column, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Site

MOST_OPEN = 200
"""Audits that stay open on a site. So many answers tell how often the checks are wrong
to within five in a hundred, which is all that audits are for."""

AT_ONCE = 50
"""Audits of a site that are closed at once, so that others can write in between."""


def close_old_audits(session: Session, limit: int = AT_ONCE) -> int:
    """Ask no more about all but the newest 200 of each site's open audits.

    Between two calls there may be more.

    :param limit: how many of a site to close at most, the oldest first.
    :returns: how many were closed on the site where these were most.
    """
    sites = session.scalars(select(Site.id)).all()
    return max((_close(session, site_id, limit) for site_id in sites), default=0)


def _close(session: Session, site_id: int, limit: int) -> int:
    newest = _open(site_id).order_by(Comment.id.desc())
    oldest_kept = session.scalar(newest.offset(MOST_OPEN - 1).limit(1))
    if oldest_kept is None:
        return 0
    surplus = session.scalars(
        _open(site_id)
        .where(Comment.id < oldest_kept)
        .order_by(Comment.id)
        .limit(limit)
        # What a moderator is deciding on now needs no closing, nor waiting for.
        .with_for_update(skip_locked=True)
    ).all()
    if surplus:
        session.execute(
            update(Comment)
            .where(Comment.id.in_(surplus))
            .values(audit=False)
            .execution_options(synchronize_session=False)
        )
    return len(surplus)


def _open(site_id: int) -> Select[int]:
    # As the partial index has it, or SQLite does not see that it may be used.
    is_open: ColumnElement[bool] = literal_column("comment.audit")
    return select(Comment.id).where(Comment.site_id == site_id, is_open)
