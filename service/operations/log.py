"""The log: every move of comments, and what people did besides, newest first.

Both lie in tables of their own and are merged by time. A page costs the same however
much there is: each table is read along an index from where the page begins, at most
`LOOKED_THROUGH` rows of it, and a page that ends there says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from service.domain.errors import Unknown
from service.operations.log_entries import LogEntry, entries
from service.operations.log_rows import (
    LOOKED_THROUGH,
    Found,
    Place,
    Sought,
    Source,
    sources,
)
from service.operations.moderators import ModeratorView
from service.operations.queue import SiteName, find_comment, sites_of

__all__ = [
    "LOOKED_THROUGH",
    "PAGE_SIZE",
    "LogEntry",
    "LogPage",
    "LogQuery",
    "Place",
    "log_page",
]

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which part of the log is wanted; empty means all."""

    site: str = ""
    """Key of a site."""
    who: str = ""
    """``checks``, ``people`` (anyone else), ``writer``, ``operator``, or the row number
    of a moderator."""
    old: str = ""
    """The state that a comment was moved from."""
    new: str = ""
    """The state that it was moved to."""
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is not wanted any more."""
    comment: str = ""
    """Public id of the comment that is asked about."""
    kind: str = ""
    """``moves`` or ``acts``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A page of the log."""

    entries: list[LogEntry]
    next: Place | None
    """Where the next page begins; None on the last one."""
    is_cut: bool
    """True if it ends because so much was looked through, not because it is full."""
    looked_back_to: datetime | None
    """How far it was looked through then."""
    sites: list[SiteName]
    """All sites that the moderator may choose from, by name."""


class _Window(NamedTuple):
    """Rows of all sources in their order, as far as all were read."""

    rows: list[Found]
    horizon: Place | None
    """Where reading stopped; None if there was nothing more."""


def _window(session: Session, all_of: Iterable[Source], count: int) -> _Window:
    read = [source.read(session, count) for source in all_of]
    # Beyond where one source stopped looking, the others' rows may lack neighbours.
    stops = [part.horizon for part in read if part.horizon is not None]
    horizon = max(stops, default=None)
    found: Iterator[Found] = merge(
        *(part.rows for part in read), key=lambda row: row.place, reverse=True
    )
    if horizon is not None:
        found = (row for row in found if row.place >= horizon)
    return _Window(list(islice(found, count)), horizon)


def log_page(
    session: Session,
    moderator: ModeratorView,
    query: LogQuery,
    *,
    after: Place | None = None,
    size: int = PAGE_SIZE,
) -> LogPage:
    """A page of the log of the moderator's sites.

    :param after: `LogPage.next` of the page before.
    :param size: most entries of it.
    :raises Unknown: if the moderator has no such site, or no such comment.
    """
    sites = sites_of(session, moderator)
    chosen = [site.id for site in sites if query.site in {"", site.key}]
    if query.site and not chosen:
        raise Unknown("There is no such site.")
    sought = _sought(session, moderator, query, chosen)
    if after is not None:
        sought = replace(sought, after=after)
    # One more than is shown, to see whether others follow.
    window = _window(session, sources(session, moderator, sought), size + 1)
    shown = window.rows[:size]
    is_full = len(window.rows) > size
    horizon = None if is_full else window.horizon
    return LogPage(
        entries=entries(session, moderator, shown),
        next=shown[-1].place if is_full else horizon,
        is_cut=horizon is not None,
        looked_back_to=horizon and horizon.at,
        sites=sites,
    )


def _sought(
    session: Session, moderator: ModeratorView, query: LogQuery, site_ids: list[int]
) -> Sought:
    comment_id = None
    if query.comment:
        comment = find_comment(session, moderator, query.comment)
        if comment is None or comment.site_id not in site_ids:
            raise Unknown("There is no such comment on your sites.")
        comment_id = comment.id
    return Sought(
        site_ids=tuple(site_ids),
        # What belongs to no site is left out where one was chosen.
        of_accounts=not query.site,
        who=query.who,
        old=query.old,
        new=query.new,
        since=query.since,
        until=query.until,
        comment_id=comment_id,
        kind=query.kind,
    )
