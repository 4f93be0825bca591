"""A site's threads as its owners look through them, and open, close and name them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Thread
from service.domain.errors import StaleSettings
from service.domain.pages import page_key
from service.operations.moderators import ModeratorView
from service.operations.own_sites import own_site
from service.operations.sites import SiteView
from service.operations.threads import (
    closes_at_of,
    open_thread,
    thread_head,
    title_thread,
)
from service.text.border import clean_line

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLine:
    """A thread in the list."""

    page: str
    title: str
    open: bool
    """False if it was closed by hand."""
    closes_at: datetime | None
    """When it closes, or has closed, by its age; None if it never does."""
    count: int
    """Published comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One page of the threads, by the id of their page."""

    threads: list[ThreadLine]
    next: str | None
    """Where the next page begins; None on the last one."""


def thread_page(
    session: Session, site: SiteView, *, start: str = "", after: str = ""
) -> ThreadPage:
    """Up to 50 threads.

    :param start: the first page, or how it begins: the list goes on from there.
    :param after: `ThreadPage.next` of the page before.
    """
    query = (
        select(Thread)
        .where(Thread.site_id == site.id)
        .order_by(Thread.page)
        .limit(PAGE_SIZE + 1)
    )
    if after:
        query = query.where(Thread.page > after)
    elif start:
        query = query.where(Thread.page >= start)
    rows = session.scalars(query).all()
    shown = [
        ThreadLine(
            page=row.page,
            title=row.title,
            open=row.open,
            closes_at=closes_at_of(row, site),
            count=row.published_count,
        )
        for row in rows[:PAGE_SIZE]
    ]
    return ThreadPage(
        threads=shown, next=shown[-1].page if len(rows) > PAGE_SIZE else None
    )


def set_open(
    session: Session,
    who: ModeratorView,
    key: str,
    page: str,
    *,
    is_open: bool,
    now: datetime,
) -> None:
    """Open or close a thread of one's own site; it need not exist yet.

    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming ``page``, if it cannot be a page of this site.
    """
    site = own_site(session, who, key)
    open_thread(session, site, page, is_open=is_open, now=now, moderator_id=who.id)


def set_title(  # noqa: PLR0913  # who, which, and as of when
    session: Session,
    who: ModeratorView,
    key: str,
    page: str,
    title: str,
    *,
    seen: str,
    now: datetime,
) -> None:
    """Give a thread of one's own site a title.

    :param seen: the title it had for this person.
    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming ``page`` or ``title``.
    :raises StaleSettings: if it has got another title meanwhile.
    """
    site = own_site(session, who, key)
    present = thread_head(session, site, page_key(page, site.policy), now).title
    if present not in {seen, clean_line(title)}:
        raise StaleSettings(["title"])
    title_thread(session, site, page, title, now=now, moderator_id=who.id)
