"""All published threads of a site as plain values, for building static pages.

Only what readers get by the public API is in them, so never an address.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Thread
from service.domain.pages import page_address
from service.operations.published import MAX_LIMIT, Window, thread_value
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead, thread_head


def published_threads(
    session: Session, site: SiteView, base_url: str, now: datetime
) -> Iterator[dict[str, Any]]:
    """Each page with published comments, by page; replies nest in their comments.

    :param base_url: of this service, for the addresses at which one replies.
    """
    pages = session.scalars(
        select(Thread.page)
        .where(Thread.site_id == site.id, Thread.published_count > 0)
        .order_by(Thread.page)
    ).all()
    # Databases sort letters in ways of their own; an export is the same on all.
    for page in sorted(pages):
        head = thread_head(session, site, page, now)
        yield _thread(session, site, head, base_url)


def _thread(
    session: Session, site: SiteView, head: ThreadHead, base_url: str
) -> dict[str, Any]:
    comments = list(_comments(session, head))
    form = f"{base_url}/sites/{site.key}/reply?{urlencode({'page': head.page})}"
    for comment in comments:
        if head.open and not comment.get("removed"):
            comment["reply_url"] = f"{form}&replyto={comment['id']}"
    return {
        "page": head.page,
        "url": page_address(head.page, site.policy),
        "title": head.title,
        "open": head.open,
        "reply_url": form if head.open else None,
        "count": head.count,
        "comments": _nested(comments),
    }


def _comments(session: Session, head: ThreadHead) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        value = thread_value(session, head, Window(limit=MAX_LIMIT, after=after))
        yield from value["comments"]
        after = value["next"]


def _nested(comments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_id = {comment["id"]: comment | {"replies": []} for comment in comments}
    roots: list[dict[str, Any]] = []
    for comment in by_id.values():
        parent = by_id.get(comment.pop("parent") or "")
        (parent["replies"] if parent else roots).append(comment)
    return roots
