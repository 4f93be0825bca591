"""Numbers of posts, by which WordPress's form and REST API name pages.

A page has the numbers that `map_posts` was given for it; the lowest is told. A page
without one, but with a thread, has a number made from the thread's: above all that
WordPress gives, so that the two cannot meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.db.models import PostNumber, Thread
from service.operations.audit import audit
from service.operations.sites import SiteView, wait_for_site

FIRST_MADE = 10**12
"""From here on numbers are made from threads; no blog has so many posts."""
MAX_NUMBER = FIRST_MADE - 1
"""The largest number that a post can be mapped by."""

_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What became of numbers that were mapped."""

    added: int = 0
    changed: int = 0
    """Numbers that named another page before."""
    same: int = 0


def map_posts(
    session: Session,
    site: SiteView,
    pages: Mapping[int, str],
    *,
    now: datetime,
    is_trial: bool = False,
) -> Mapped:
    """Let these numbers name these pages; numbers that are not given stay.

    :param pages: key of the page by number, 1 to `MAX_NUMBER`.
    :param is_trial: only say what would become of them.
    """
    wait_for_site(session, site.id)
    known = _known(session, site.id)
    changed = sum(1 for n, page in pages.items() if known.get(n, page) != page)
    fresh = {n: page for n, page in pages.items() if known.get(n) != page}
    mapped = Mapped(
        added=len(fresh) - changed, changed=changed, same=len(pages) - len(fresh)
    )
    if fresh and not is_trial:
        _store(session, site.id, fresh)
        detail = {"added": mapped.added, "changed": mapped.changed}
        audit(session, "posts-mapped", now=now, site_id=site.id, detail=detail)
    return mapped


def _known(session: Session, site_id: int) -> dict[int, str]:
    rows = session.execute(
        select(PostNumber.number, PostNumber.page).where(PostNumber.site_id == site_id)
    )
    return {row.number: row.page for row in rows}


def _store(session: Session, site_id: int, pages: Mapping[int, str]) -> None:
    connection = session.connection()
    make: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    table: Any = PostNumber.__table__
    statement = make.insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.site_id, table.c.number],
        set_={"page": statement.excluded.page},
    )
    rows = [
        {"site_id": site_id, "number": number, "page": page}
        for number, page in sorted(pages.items())
    ]
    for start in range(0, len(rows), _MOST_AT_ONCE):
        connection.execute(statement, rows[start : start + _MOST_AT_ONCE])


def page_of_post(session: Session, site_id: int, number: int) -> str | None:
    """The page that the number names; None if it names none."""
    if number >= FIRST_MADE:
        query = select(Thread.page).where(
            Thread.id == number - FIRST_MADE, Thread.site_id == site_id
        )
    else:
        query = select(PostNumber.page).where(
            PostNumber.site_id == site_id, PostNumber.number == number
        )
    return session.execute(query).scalar_one_or_none()


def threads_of_posts(
    session: Session, site_id: int, numbers: Iterable[int]
) -> list[int]:
    """Row numbers of the threads of these posts, as far as they have one."""
    wanted = sorted(set(numbers))
    made = [n - FIRST_MADE for n in wanted if n >= FIRST_MADE]
    mapped = select(PostNumber.page).where(
        PostNumber.site_id == site_id,
        PostNumber.number.in_([n for n in wanted if n < FIRST_MADE]),
    )
    found = session.scalars(
        select(Thread.id).where(
            Thread.site_id == site_id, Thread.id.in_(made) | Thread.page.in_(mapped)
        )
    )
    return sorted(set(found))


def posts_of_pages(
    session: Session, site_id: int, pages: Mapping[int, str]
) -> dict[int, int]:
    """The number of each thread's post, by the thread's row number.

    :param pages: the threads' pages.
    """
    mapped = _lowest(session, site_id, sorted(set(pages.values())))
    return {
        thread: mapped.get(page, FIRST_MADE + thread) for thread, page in pages.items()
    }


def _lowest(session: Session, site_id: int, pages: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(PostNumber.page, func.min(PostNumber.number).label("number"))
        .where(PostNumber.site_id == site_id, PostNumber.page.in_(pages))
        .group_by(PostNumber.page)
    )
    return {row.page: row.number for row in rows}
