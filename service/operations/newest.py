"""The newest published comments of a site or of one thread, for feeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session, aliased

from service.db.models import Comment, Site, Thread
from service.domain.status import Status
from service.operations.published import public_comment
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead

MAX_ENTRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A published comment, and where it was said."""

    comment: dict[str, Any]
    """As `service.operations.published.public_comment` gives it."""
    page: str
    title: str
    """Of the thread; its page where it has none."""
    replies: int
    """Published answers to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Published comments, newest first, at most 50."""

    entries: list[FeedEntry]
    since: datetime
    """When the site was added."""


def last_published(
    query: Any, site_id: int, most: int, *, thread_id: int | None = None
) -> Any:
    """The query, which names `Comment` and `Thread`, for what was published last."""
    # Written out, so that both databases see that the partial index covers it.
    published = Comment.status == literal_column("'published'")
    query = query.join(Thread, Thread.id == Comment.thread_id)
    query = query.where(Comment.site_id == site_id, published)
    if thread_id is not None:
        query = query.where(Comment.thread_id == thread_id)
    return query.order_by(Comment.published_at.desc(), Comment.id.desc()).limit(most)


def newest(session: Session, site: SiteView, head: ThreadHead | None = None) -> Feed:
    """What was published last on the site.

    :param head: of the one thread that is asked after.
    """
    parent = aliased(Comment)
    # A thread that is not there yet has no number.
    thread_id = (head.id or 0) if head else None
    query = select(Comment, Thread.page, Thread.title, parent.public_id)
    query = last_published(query, site.id, MAX_ENTRIES, thread_id=thread_id).outerjoin(
        parent, parent.id == Comment.parent_id
    )
    rows = session.execute(query).all()
    replies = _replies(session, [row[0] for row in rows])
    entries = [
        FeedEntry(
            comment=public_comment(comment, parent_id),
            page=page,
            title=title or page,
            replies=replies.get(comment.id, 0),
        )
        for comment, page, title, parent_id in rows
    ]
    since = session.execute(
        select(Site.created_at).where(Site.id == site.id)
    ).scalar_one()
    return Feed(entries=entries, since=since)


def _replies(session: Session, comments: Sequence[Comment]) -> dict[int, int]:
    """Published answers to these comments, by row number."""
    reply = aliased(Comment)
    # Counted one by one along an index: asked for all at once, PostgreSQL may rather
    # read everything that is published in their threads.
    count = (
        select(func.count())
        .where(
            reply.thread_id == Comment.thread_id,
            reply.parent_id == Comment.id,
            reply.status == Status.PUBLISHED.value,
        )
        .correlate(Comment)
        .scalar_subquery()
    )
    ids = [comment.id for comment in comments]
    rows = session.execute(select(Comment.id, count).where(Comment.id.in_(ids)))
    return {number: found for number, found in rows}  # noqa: C416  # rows are no pairs to dict()
