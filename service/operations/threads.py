"""Threads: the comments of one page of a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from service.db.models import SitePolicyRow, Thread
from service.db.upsert import insert_row
from service.domain.errors import InvalidInput
from service.domain.pages import page_key
from service.operations.audit import audit
from service.operations.sites import SiteView
from service.text.border import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadHead:
    """What identifies the present state of a thread for its readers."""

    id: int | None
    """None for a page nobody has commented on."""
    page: str
    title: str = ""
    version: int = 0
    open: bool = True
    closes_at: datetime | None = None
    """When it will close by its age; None if it is closed, or never will."""
    count: int = 0


_MOST_AT_ONCE = 500
MAX_TITLE_CHARS = 300

_TABLE: Any = Thread.__table__
_BY_PAGE = select(_TABLE).where(
    _TABLE.c.site_id == bindparam("site_id"), _TABLE.c.page == bindparam("key")
)


def is_open(thread: Any, site: SiteView, now: datetime) -> bool:
    """True if the thread takes comments: not closed by hand, and not too old.

    :param thread: its columns.
    """
    closes_at = closes_at_of(thread, site)
    return bool(thread.open) and (closes_at is None or now < closes_at)


def closes_at_of(thread: Any, site: SiteView) -> datetime | None:
    """When the thread closes by its age; None if it never does.

    :param thread: its columns.
    """
    days = site.policy.close_after_days
    closes_at: datetime = thread.created_at + timedelta(days=days)
    return closes_at if days else None


def thread_head(
    session: Session, site: SiteView, page: str, now: datetime
) -> ThreadHead:
    """The head of the thread that belongs to ``page``; an empty one for a new page.

    :raises InvalidInput: naming ``page``, if it cannot be a page of this site.
    """
    key = page_key(page, site.policy)
    thread = _row(session, site.id, key)
    if thread is None:
        return ThreadHead(id=None, page=key)
    return ThreadHead(
        id=thread.id,
        page=key,
        title=thread.title,
        version=thread.version,
        open=(takes_more := is_open(thread, site, now)),
        closes_at=closes_at_of(thread, site) if takes_more else None,
        count=thread.published_count,
    )


def _row(session: Session, site_id: int, key: str) -> Any:
    given = {"site_id": site_id, "key": key}
    return session.connection().execute(_BY_PAGE, given).one_or_none()


def get_thread(session: Session, site: SiteView, key: str, now: datetime) -> Any:
    """The columns of the thread with this key, which is made if it is not there yet."""
    found = _row(session, site.id, key)
    if found is not None:
        return found
    values = {"site_id": site.id, "page": key, "created_at": now}
    insert_row(session, Thread, values, unique=("site_id", "page"))
    return _row(session, site.id, key)


def open_thread(
    session: Session,
    site: SiteView,
    page: str,
    *,
    is_open: bool,
    now: datetime,
    moderator_id: int | None = None,
) -> None:
    """Open or close the thread of ``page`` for new comments; it need not exist yet.

    :param moderator_id: who does it; the operator by default.
    :raises InvalidInput: naming ``page``, if it cannot be a page of this site.
    """
    thread = get_thread(session, site, page_key(page, site.policy), now)
    session.execute(
        update(Thread)
        .where(Thread.id == thread.id)
        .values(open=is_open, version=Thread.version + 1)
    )
    if thread.open != is_open:
        audit(
            session,
            "thread-opened" if is_open else "thread-closed",
            now=now,
            moderator_id=moderator_id,
            site_id=site.id,
            detail={"page": thread.page},
        )


def title_thread(
    session: Session,
    site: SiteView,
    page: str,
    title: str,
    *,
    now: datetime,
    moderator_id: int | None = None,
) -> None:
    """Give the thread of ``page`` a title; an empty one lets the next comment give it.

    :param moderator_id: who does it; the operator by default.
    :raises InvalidInput: naming ``page`` or ``title``.
    """
    title = clean_line(title)
    if len(title) > MAX_TITLE_CHARS:
        wrong = f"A title has at most {MAX_TITLE_CHARS} characters."
        raise InvalidInput({"title": [wrong]})
    thread = get_thread(session, site, page_key(page, site.policy), now)
    if thread.title == title:
        return
    session.execute(
        update(Thread)
        .where(Thread.id == thread.id)
        .values(title=title, version=Thread.version + 1)
    )
    audit(
        session,
        "thread-titled",
        now=now,
        moderator_id=moderator_id,
        site_id=site.id,
        detail={"page": thread.page, "from": thread.title, "to": title},
    )


_MARKS = select(
    _TABLE.c.id,
    _TABLE.c.version,
    select(func.max(SitePolicyRow.version))
    .where(SitePolicyRow.site_id == _TABLE.c.site_id)
    .scalar_subquery(),
).where(_TABLE.c.id.in_(bindparam("threads", expanding=True)))


def thread_versions(
    session: Session, threads: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """How far these threads have come, by row number: version, and policy's version.

    What readers see of a thread changes only when one of the two grows, or when it
    closes by its age. A thread that is gone is left out.
    """
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(threads), _MOST_AT_ONCE):
        given = {"threads": list(threads[start : start + _MOST_AT_ONCE])}
        rows = session.connection().execute(_MARKS, given)
        found |= {row[0]: (row[1], row[2]) for row in rows}
    return found


def counts(session: Session, site: SiteView, pages: Sequence[str]) -> dict[str, int]:
    """Published comments by page as asked; 0 for a page nobody has commented on.

    :raises InvalidInput: naming ``page``, if one cannot be a page of this site.
    """
    keys = {page: page_key(page, site.policy) for page in pages}
    rows = session.execute(
        select(Thread.page, Thread.published_count).where(
            Thread.site_id == site.id, Thread.page.in_(set(keys.values()))
        )
    )
    known = {page: count for page, count in rows}  # noqa: C416  # rows are not pairs to dict()
    return {page: known.get(key, 0) for page, key in keys.items()}
