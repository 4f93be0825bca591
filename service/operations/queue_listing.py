"""The queue for programs: as the page has it, in pages of any size."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.domain.errors import Unknown
from service.domain.status import Status
from service.operations.cards import Card, cards
from service.operations.moderators import ModeratorView
from service.operations.queue import Tab, counted, ids_of, sites_of
from service.privacy.keyring import Keyring

MAX_LIMIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Some comments of a tab."""

    cards: list[Card]
    next: int | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is, each counted to 1,000."""

    tabs: Mapping[Tab, int]
    pending: int


def _chosen(session: Session, moderator: ModeratorView, site_key: str) -> list[int]:
    if not site_key:
        return list(moderator.site_ids)
    chosen = [s.id for s in sites_of(session, moderator) if s.key == site_key]
    if not chosen:
        raise Unknown("There is no such site.")
    return chosen


def listing(  # noqa: PLR0913  # each narrows what is listed
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    *,
    tab: Tab,
    site_key: str,
    after: int | None,
    limit: int,
) -> Listing:
    """Comments of a tab; those that wait oldest first, others newest first.

    :param site_key: one of the moderator's sites; all of them when empty.
    :param after: `Listing.next` of the page before.
    :param limit: 1-100.
    :raises Unknown: if the moderator has no such site.
    """
    # One more than is given, to see whether others follow.
    ids = ids_of(
        session,
        _chosen(session, moderator, site_key),
        tab,
        after,
        oldest_first=tab.is_oldest_first,
        limit=limit + 1,
    )
    shown = ids[:limit]
    return Listing(
        cards=cards(session, keyring, moderator, shown),
        next=shown[-1] if len(ids) > limit else None,
    )


def counts(session: Session, moderator: ModeratorView, *, site_key: str) -> Counts:
    """How many comments each tab has, and how many are being checked.

    :param site_key: one of the moderator's sites; all of them when empty.
    :raises Unknown: if the moderator has no such site.
    """
    chosen = _chosen(session, moderator, site_key)
    found = counted(session, chosen)
    return Counts(
        tabs={tab: found[tab.value] for tab in Tab},
        pending=found[Status.PENDING.value],
    )
