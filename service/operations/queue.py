"""What waits for a moderator, and what was decided, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from service.db.models import Comment, Site
from service.domain.errors import Unknown
from service.domain.ids import is_public_id
from service.domain.status import Status
from service.operations.cards import Card, cards
from service.operations.floods import GROUPED, heads_of
from service.operations.moderators import ModeratorView
from service.privacy.keyring import Keyring

PAGE_SIZE = 25
COUNTED_TO = 1000
"""Nobody needs to know whether 1,000 or 40,000 wait, and counting them all is slow."""

DECISIONS = (Status.HELD, Status.SPAM, Status.PUBLISHED, Status.TRASHED)
"""What a moderator may decide."""


class Tab(StrEnum):
    """The parts of the queue, in order; pending comments only have a count."""

    HELD = "held"
    AUDIT = "audit"
    """What the checks settled, and a moderator is asked about."""
    SPAM = "spam"
    PUBLISHED = "published"
    TRASHED = "trashed"

    @property
    def is_oldest_first(self) -> bool:
        """True where somebody waits for an answer."""
        return self in {Tab.HELD, Tab.AUDIT}


MAX_ROW_ID = 2**53 - 1
"""Larger numbers than the store's whole numbers take never reach it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteName:
    """A site to choose from."""

    id: int
    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """One page of a tab."""

    cards: list[Card]
    next: int | None
    """Where the next page begins; None on the last one."""
    counts: Mapping[Tab, int]
    """Comments by tab, counted to 1,000."""
    pending: int
    """Comments whose checks are not finished, counted to 1,000."""
    sites: list[SiteName]
    """All sites whose comments the moderator may see, by name."""


def sites_of(session: Session, moderator: ModeratorView) -> list[SiteName]:
    """The sites whose comments the moderator may see, by name."""
    rows = session.execute(
        select(Site.id, Site.key, Site.name)
        .where(Site.id.in_(moderator.site_ids))
        .order_by(Site.name, Site.key)
    )
    return [SiteName(id=row.id, key=row.key, name=row.name) for row in rows]


def _chosen(sites: Sequence[SiteName], key: str) -> list[int]:
    chosen = [site.id for site in sites if not key or site.key == key]
    if key and not chosen:
        raise Unknown("There is no such site.")
    return chosen


def _is_of(part: Tab | Status) -> ColumnElement[Any]:
    """The condition for comments of a tab, or in a state."""
    if part is Tab.AUDIT:
        # As the partial index has it, or SQLite does not see that it may be used.
        return literal_column("comment.audit")
    return Comment.status == part.value


def _count(session: Session, site_ids: Sequence[int], part: Tab | Status) -> int:
    some = (
        select(Comment.id)
        .where(Comment.site_id.in_(site_ids), _is_of(part))
        .limit(COUNTED_TO)
        .subquery()
    )
    return session.execute(select(func.count()).select_from(some)).scalar_one()


def counts_of(session: Session, site_ids: Sequence[int]) -> dict[Tab, int]:
    """How many comments of these sites are in each tab, counted to 1,000."""
    return {tab: _count(session, site_ids, tab) for tab in Tab}


def ids_of(
    session: Session,
    site_ids: Sequence[int],
    part: Tab | Status,
    after: int | None = None,
    *,
    oldest_first: bool,
    limit: int,
) -> list[int]:
    """Row numbers of the first comments of these sites in a tab, or in a state.

    :param after: the row number that they come after, in their order.
    """
    if not site_ids:
        return []

    def of_site(site_id: int) -> Select[int]:
        query = select(Comment.id).where(Comment.site_id == site_id, _is_of(part))
        if after is not None:
            query = query.where(
                Comment.id > after if oldest_first else Comment.id < after
            )
        order = Comment.id if oldest_first else Comment.id.desc()
        return select(query.order_by(order).limit(limit).subquery())

    # Site by site each part reads a few rows of the index in their order; asked for all
    # sites at once, a database would sort everything that waits.
    parts = union_all(*(of_site(i) for i in site_ids)).subquery()
    order = parts.c.id if oldest_first else parts.c.id.desc()
    return list(session.scalars(select(parts.c.id).order_by(order).limit(limit)))


def _ids_on_page(
    session: Session, site_ids: Sequence[int], tab: Tab, after: int | None, limit: int
) -> list[int]:
    """Of alike comments one, where they are shown as one card."""
    oldest_first = tab.is_oldest_first
    if tab.value in GROUPED:
        return heads_of(
            *(session, site_ids, Status(tab.value), after),
            oldest_first=oldest_first,
            limit=limit,
        )
    return ids_of(session, site_ids, tab, after, oldest_first=oldest_first, limit=limit)


def queue_page(
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    *,
    tab: Tab = Tab.HELD,
    site_key: str = "",
    after: int | None = None,
) -> QueuePage:
    """A page of 25 comments; those that wait oldest first, others newest first.

    Alike comments that are held, or spam, are one card (`service.operations.floods`).

    :param site_key: one of the moderator's sites; all of them when empty.
    :param after: `QueuePage.next` of the page before.
    :raises Unknown: if the moderator has no such site.
    """
    sites = sites_of(session, moderator)
    site_ids = _chosen(sites, site_key)
    # One more than is shown, to see whether others follow.
    ids = _ids_on_page(session, site_ids, tab, after, PAGE_SIZE + 1)
    shown = ids[:PAGE_SIZE]
    return QueuePage(
        cards=cards(session, keyring, moderator, shown),
        next=shown[-1] if len(ids) > PAGE_SIZE else None,
        counts=counts_of(session, site_ids),
        pending=_count(session, site_ids, Status.PENDING),
        sites=sites,
    )


def find_comment(
    session: Session, moderator: ModeratorView, public_id: str
) -> Comment | None:
    """The stored comment, or None if it is not on one of the moderator's sites."""
    if not is_public_id(public_id):
        return None
    return session.execute(
        select(Comment).where(
            Comment.public_id == public_id, Comment.site_id.in_(moderator.site_ids)
        )
    ).scalar_one_or_none()


def comment_for(session: Session, moderator: ModeratorView, public_id: str) -> Comment:
    """The stored comment, if it is on one of the moderator's sites.

    :raises Unknown: if it is not, or there is none.
    """
    comment = find_comment(session, moderator, public_id)
    if comment is None:
        raise Unknown("There is no such comment on your sites.")
    return comment


def one_card(
    session: Session, keyring: Keyring, moderator: ModeratorView, public_id: str
) -> Card:
    """One comment in any state, as the moderator sees it.

    :raises Unknown: if it is not on one of the moderator's sites.
    """
    comment = comment_for(session, moderator, public_id)
    return cards(session, keyring, moderator, [comment.id])[0]
