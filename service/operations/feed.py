"""What a moderator's private feed holds: the newest comments that wait."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Moderator, Site, Thread
from service.domain.errors import Unknown
from service.domain.status import Status
from service.operations.cards import excerpt
from service.operations.moderators import moderator_by_id
from service.operations.queue import ids_of
from service.privacy.keyring import Keyring
from service.privacy.tokens import is_feed_token

MAX_ENTRIES = 50
SUMMARY_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEntry:
    """A comment that waits."""

    public_id: str
    name: str
    page: str
    """The page's title, or its path."""
    site_name: str
    summary: str
    """The beginning of the text, plain."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFeed:
    """What waits on a moderator's sites, newest first, at most 50."""

    entries: list[WaitingEntry]
    updated_at: datetime


def waiting_feed(
    session: Session, keyring: Keyring, *, moderator_id: int, token: str
) -> WaitingFeed:
    """What waits, for whoever holds the moderator's feed token.

    :raises Unknown: if the token does not open this feed.
    """
    row = session.get(Moderator, moderator_id)
    epoch = row.feed_epoch if row is not None else 0
    opens = is_feed_token(keyring, moderator_id, epoch, token)
    if row is None or row.disabled_at is not None or not opens:
        raise Unknown("There is no such feed.")
    moderator = moderator_by_id(session, moderator_id)
    ids = ids_of(
        session,
        moderator.site_ids,
        Status.HELD,
        oldest_first=False,
        limit=MAX_ENTRIES,
    )
    rows = session.execute(
        select(Comment, Thread, Site.name)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Site, Site.id == Comment.site_id)
        .where(Comment.id.in_(ids))
        .order_by(Comment.id.desc())
    )
    entries = [
        WaitingEntry(
            public_id=comment.public_id,
            name=comment.name,
            page=thread.title or comment.title or thread.page,
            site_name=site_name,
            summary=excerpt(comment.text, SUMMARY_CHARS),
            created_at=comment.created_at,
        )
        for comment, thread, site_name in rows
    ]
    newest = max((entry.created_at for entry in entries), default=row.created_at)
    return WaitingFeed(entries=entries, updated_at=newest)
