"""A site's block lists as people look through them in the settings, and change them.

Whoever may decide on a site's comments may add and remove single entries of its lists,
on every page alike (`service.operations.decide.may_decide` holds the rule): to block
and to trust is part of moderating. Owners alone add many at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from service.db.models import ListEntry
from service.domain.errors import InvalidInput
from service.operations.decide import may_decide
from service.operations.known_address import indexes
from service.operations.lists import EntryView, add_entry, drop_entry, import_entries
from service.operations.moderators import ModeratorView
from service.operations.own_sites import own_site, seen_site
from service.operations.sites import SiteView, site_by_key, wait_for_site
from service.privacy.address import BadAddress, parse_address
from service.privacy.keyring import Keyring
from service.text.words_matching import pattern_of

PAGE_SIZE = 50
MAX_ENTRY_ID = 2**31 - 1
"""No store can be asked for a larger number of an entry."""
MAX_IMPORTED = 5_000
"""Lines that are taken at once from a page; an import keeps other writers waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """One page of the entries, the newest first."""

    entries: list[EntryView]
    next: int | None
    """Where the next page begins; None on the last one."""


def entry_page(
    session: Session,
    keyring: Keyring,
    site_id: int,
    *,
    list_name: str = "",
    search: str = "",
    before: int | None = None,
) -> EntryPage:
    """A page of 50 entries.

    It reads no more than the site's own entries, which the checks keep whole anyway.

    :param list_name: ``hold`` or ``spam``; both when empty.
    :param search: a part of an entry in any spelling, or a whole address.
    :param before: `EntryPage.next` of the page before.
    """
    query = (
        select(
            *(ListEntry.id, ListEntry.list_name, ListEntry.field),
            *(ListEntry.shown, ListEntry.mode, ListEntry.created_at),
        )
        .where(ListEntry.site_id == site_id)
        .order_by(ListEntry.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if list_name:
        query = query.where(ListEntry.list_name == list_name)
    if before is not None:
        query = query.where(ListEntry.id < before)
    if search.strip():
        query = query.where(_found(keyring, site_id, search))
    rows = session.execute(query).all()
    shown = [EntryView(**row._asdict()) for row in rows[:PAGE_SIZE]]
    return EntryPage(
        entries=shown, next=shown[-1].id if len(rows) > PAGE_SIZE else None
    )


def _found(keyring: Keyring, site_id: int, search: str) -> ColumnElement[bool]:
    # What is stored of an address is no pattern, so only what is shown of it is read.
    ways = [
        ListEntry.address_index.is_(None)
        & ListEntry.pattern.contains(pattern_of(search), autoescape=True),
        ListEntry.shown.icontains(search.strip(), autoescape=True),
    ]
    try:
        address = parse_address(search.strip())
    except BadAddress:
        return or_(*ways)
    known = list(indexes(keyring, site_id, address).values())
    return or_(*ways, ListEntry.address_index.in_(known))


def _listing_site(session: Session, who: ModeratorView, key: str) -> SiteView:
    # After the turn has come, the role is that of this moment, as for an owner.
    wait_for_site(session, site_by_key(session, key).id)
    site = seen_site(session, who, key)
    may_decide(session, who, site.id)
    return site


def list_entry(  # noqa: PLR0913, PLR0917  # an entry takes three
    session: Session,
    keyring: Keyring,
    who: ModeratorView,
    key: str,
    list_name: str,
    field: str,
    text: str,
    now: datetime,
) -> bool:
    """Add an entry to a list of a site; False if it was there.

    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person may only look there.
    :raises InvalidInput: as `service.operations.lists.add_entry`.
    """
    site = _listing_site(session, who, key)
    return add_entry(
        session, keyring, site.id, list_name, field, text, now, moderator_id=who.id
    )


def unlist_entry(
    session: Session, who: ModeratorView, key: str, entry_id: int, now: datetime
) -> bool:
    """Remove an entry from a list of a site; False if it was not there.

    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person may only look there.
    """
    site = _listing_site(session, who, key)
    return drop_entry(session, site.id, entry_id, now, moderator_id=who.id)


def list_lines(  # noqa: PLR0913, PLR0917  # an entry takes three
    session: Session,
    keyring: Keyring,
    who: ModeratorView,
    key: str,
    list_name: str,
    field: str,
    lines: Sequence[str],
    now: datetime,
) -> tuple[int, int]:
    """Add many entries to a list of one's own site, one a line.

    :returns: how many were added, and how many were skipped.
    :raises Unknown: if there is no such site for this person.
    :raises Forbidden: if this person does not own it.
    :raises InvalidInput: naming ``list_name``, ``field``, or ``lines`` if these are
        too many.
    """
    site = own_site(session, who, key)
    if len(lines) > MAX_IMPORTED:
        raise InvalidInput({"lines": [f"At most {MAX_IMPORTED} lines at once."]})
    return import_entries(
        session, keyring, site.id, list_name, field, lines, now, moderator_id=who.id
    )
