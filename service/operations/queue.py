"""What waits for a moderator, and what was decided, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Site
from service.domain.errors import Unknown
from service.domain.ids import is_public_id
from service.domain.status import Status
from service.operations.cards import Card, cards
from service.operations.finding import Asked, Found, find
from service.operations.floods import GROUPED, heads_of
from service.operations.moderators import ModeratorView
from service.operations.tabs import Tab, is_of
from service.operations.wanted import EVERYTHING, Wanted
from service.privacy.keyring import Keyring

__all__ = [
    "COUNTED_TO",
    "DECISIONS",
    "MAX_ROW_ID",
    "PAGE_SIZE",
    "QueuePage",
    "SiteName",
    "Tab",
    "comment_for",
    "find_comment",
    "ids_of",
    "one_card",
    "queue_page",
    "sites_of",
]

PAGE_SIZE = 25
COUNTED_TO = 1000
"""Nobody needs to know whether 1,000 or 40,000 wait, and counting them all is slow."""

DECISIONS = (Status.HELD, Status.SPAM, Status.PUBLISHED, Status.TRASHED)
"""What a moderator may decide."""


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
    previous: int | None
    """Where the page before ends; None on the first one."""
    is_cut: bool
    """True if there was too much to look through at once: the next page goes on."""
    counts: Mapping[Tab, int]
    """Comments by tab, counted to 1,000."""
    pending: int
    """Comments whose checks are not finished, counted to 1,000."""
    sites: list[SiteName]
    """All sites whose comments the moderator may see, by name."""


_S: Any = Site.__table__
_SITES = (
    select(_S.c.id, _S.c.key, _S.c.name)
    .where(_S.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_S.c.name, _S.c.key)
)


def sites_of(session: Session, moderator: ModeratorView) -> list[SiteName]:
    """The sites whose comments the moderator may see, by name."""
    given = {"ids": list(moderator.site_ids)}
    rows = session.connection().execute(_SITES, given)
    return [SiteName(id=row.id, key=row.key, name=row.name) for row in rows]


def _chosen(sites: Sequence[SiteName], key: str) -> list[int]:
    chosen = [site.id for site in sites if not key or site.key == key]
    if key and not chosen:
        raise Unknown("There is no such site.")
    return chosen


def _counted(part: Tab | Status) -> Any:
    """A query for how many comments are in a tab or a state, counted to a limit."""
    some = (
        select(Comment.id)
        .where(Comment.site_id.in_(bindparam("ids", expanding=True)), is_of(part))
        .limit(bindparam("most"))
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery().label(part.value)


# Put together once, and asked at once: that takes longer than the counting.
_COUNTS = select(*map(_counted, (*Tab, Status.PENDING)))


def counted(session: Session, site_ids: Sequence[int]) -> Mapping[str, int]:
    """Comments of these sites in each tab and ``pending``, counted to 1,000."""
    given = {"ids": list(site_ids), "most": COUNTED_TO}
    return session.connection().execute(_COUNTS, given).mappings().one()  # type: ignore[return-value]  # by their names


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
    asked = Asked(
        site_ids=site_ids,
        part=part,
        after=after,
        oldest_first=oldest_first,
        limit=limit,
    )
    return find(session, asked).ids


def queue_page(  # noqa: PLR0913  # each is a part of the view
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    *,
    tab: Tab = Tab.HELD,
    site_key: str = "",
    wanted: Wanted = EVERYTHING,
    after: int | None = None,
    before: int | None = None,
    now: datetime | None = None,
) -> QueuePage:
    """A page of 25 comments; those that wait oldest first, others newest first.

    Alike comments that are held, or spam, are one card (`service.operations.floods`).

    :param site_key: one of the moderator's sites; all of them when empty.
    :param wanted: which comments of the tab.
    :param after: `QueuePage.next` of the page before.
    :param before: `QueuePage.previous` of the page after.
    :param now: what ages are counted from; needed where ``wanted`` names one.
    :raises Unknown: if the moderator has no such site.
    """
    sites = sites_of(session, moderator)
    site_ids = _chosen(sites, site_key)
    asked = Asked(
        site_ids=site_ids,
        part=tab,
        wanted=wanted,
        oldest_first=tab.is_oldest_first,
        # One more than is shown, to see whether others follow.
        limit=PAGE_SIZE + 1,
        now=now,
    )
    shown = _shown(session, asked, after, before)
    counts = counted(session, site_ids)
    return QueuePage(
        cards=cards(session, keyring, moderator, shown.ids),
        next=shown.next,
        previous=shown.previous,
        is_cut=shown.is_cut,
        counts={tab: counts[tab.value] for tab in Tab},
        pending=counts[Status.PENDING.value],
        sites=sites,
    )


class _Shown(NamedTuple):
    """Row numbers of a page, and where its neighbours are."""

    ids: list[int]
    next: int | None
    previous: int | None
    is_cut: bool = False


def _heads(session: Session, asked: Asked, *, by_oldest: bool) -> Found:
    """Of alike comments one, where they are shown as one card.

    Under a filter each is shown by itself: what it asks for may be true of one and not
    of another.
    """
    if asked.wanted != EVERYTHING or asked.part.value not in GROUPED:
        return find(session, asked)
    ids = heads_of(
        *(session, asked.site_ids, Status(asked.part.value), asked.after),
        oldest_first=asked.oldest_first,
        limit=asked.limit,
        by_oldest=by_oldest,
    )
    return Found(ids=ids)


def _shown(
    session: Session, asked: Asked, after: int | None, before: int | None
) -> _Shown:
    if before is not None:
        shown = _shown_before(session, asked, before)
        if shown is not None:
            return shown
        after = None
    found = _heads(session, replace(asked, after=after), by_oldest=asked.oldest_first)
    ids = found.ids[:PAGE_SIZE]
    is_cut = found.looked_to is not None
    follows = found.looked_to if is_cut else None
    if len(found.ids) > PAGE_SIZE:
        follows = ids[-1]
    previous = ids[0] if ids and after is not None else None
    return _Shown(ids, follows, previous, is_cut)


def _shown_before(session: Session, asked: Asked, before: int) -> _Shown | None:
    """The page that ends before a row number; None if the first page is as good."""
    back = replace(asked, after=before, oldest_first=not asked.oldest_first)
    found = _heads(session, back, by_oldest=asked.oldest_first)
    if len(found.ids) < PAGE_SIZE and found.looked_to is None:
        return None
    ids = found.ids[:PAGE_SIZE][::-1]
    more = found.looked_to
    if len(found.ids) > PAGE_SIZE:
        more = ids[0]
    # The one that the page ends before follows, if nobody has moved it meanwhile.
    last = ids[-1] if ids else None
    return _Shown(ids, last, more, is_cut=found.looked_to is not None)


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
