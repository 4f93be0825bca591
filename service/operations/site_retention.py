"""What each site has decided not to keep: origins, and comments that were discarded.

To empty a comment is to erase its writer and its text, as for a person who asks for it;
its place, its moves and what was counted of it stay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.db.models import Comment, Contact, Move, Site
from service.domain.policy import MAX_ORIGIN_DAYS, SitePolicy
from service.domain.status import Status
from service.operations.audit import audit
from service.operations.erasing import BATCH, erase_comments
from service.operations.sites import SiteView, all_sites


@dataclass(frozen=True, slots=True)
class _Discarded:
    status: Status
    mark: InstrumentedAttribute[int]


_SPAM = _Discarded(Status.SPAM, Site.spam_emptied_to)
_TRASH = _Discarded(Status.TRASHED, Site.trash_emptied_to)


def kept_less(policy: SitePolicy) -> timedelta:
    """By how much sooner than `Contact.origin_until` the site drops origins.

    That is the latest time for any site. The site's own is reckoned from it, so that a
    change of its policy counts for what is there already.
    """
    return timedelta(days=MAX_ORIGIN_DAYS - policy.origin_days)


def forget_origins(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Drop IP address and user agent of comments whose time to keep them is over.

    The e-mail address and the index of the network stay.

    :returns: of how many comments, at most ``limit``.
    """
    dropped = 0
    for site in all_sites(session):
        if dropped < limit:
            dropped += _forget_origins(session, site, now, limit - dropped)
    return dropped


def _forget_origins(
    session: Session, site: SiteView, now: datetime, limit: int = BATCH
) -> int:
    over = Contact.origin_until <= now + kept_less(site.policy)
    due = (
        select(Contact.comment_id)
        .where(Contact.site_id == site.id, over)
        .order_by(Contact.origin_until)
        .limit(limit)
    )
    gone = session.execute(
        update(Contact)
        .where(Contact.comment_id.in_(due))
        .values(ip_sealed=None, agent_sealed=None, origin_until=None)
        .returning(Contact.comment_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def empties_discarded(session: Session) -> bool:
    """True if a site lets comments be emptied that were discarded long ago."""
    return any(
        site.policy.spam_days or site.policy.trash_days for site in all_sites(session)
    )


def empty_discarded(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Empty comments that were called spam, or trashed, as long ago as the site says.

    :returns: how many moves were looked at, at most ``limit``.
    """
    seen = 0
    for site in all_sites(session):
        for kind, days in (
            (_SPAM, site.policy.spam_days),
            (_TRASH, site.policy.trash_days),
        ):
            if days and seen < limit:
                before = now - timedelta(days=days)
                seen += _empty(session, site.id, kind, before, limit - seen, now)
    return seen


def _empty(
    session: Session,
    site_id: int,
    kind: _Discarded,
    before: datetime,
    limit: int,
    now: datetime,
) -> int:
    mark = select(kind.mark).where(Site.id == site_id).scalar_subquery()
    found = session.execute(
        select(Move.id, Move.comment_id, Move.created_at)
        .where(
            Move.site_id == site_id,
            Move.new == kind.status.value,
            # As the partial index has it, or SQLite does not see that it may be used.
            literal_column("move.new IN ('spam', 'trashed')"),
            Move.id > mark,
        )
        .order_by(Move.id)
        .limit(limit)
    ).all()
    due = list(takewhile(lambda row: row.created_at <= before, found))
    if not due:
        return 0
    ids = _still_there(session, kind.status, {row.comment_id: row.id for row in due})
    if ids:
        erase_comments(session, ids, with_text=True, now=now)
        detail = {"state": kind.status.value, "comments": len(ids)}
        audit(session, "emptied", now=now, site_id=site_id, detail=detail)
    session.execute(
        update(Site)
        .where(Site.id == site_id)
        .values({kind.mark: max(row.id for row in due)})
        .execution_options(synchronize_session=False)
    )
    return len(due)


def _still_there(session: Session, status: Status, moves: dict[Any, int]) -> list[int]:
    """Which of these comments are in this state since these moves, and not empty."""
    later = (
        select(Move.id)
        .where(Move.comment_id == Comment.id)
        .order_by(Move.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Comment.id, later.label("last")).where(
            Comment.id.in_(moves),
            Comment.status == status.value,
            Comment.text != "",
        )
    )
    return [row.id for row in rows if row.last == moves[row.id]]
