"""Entries of block lists as rows, and what every change of them brings with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from service.db.models import ListEntry, Site
from service.domain.errors import Unknown
from service.operations.audit import audit
from service.operations.entry_form import EntryForm
from service.operations.known_address import indexes
from service.privacy.keyring import Keyring
from service.privacy.sealing import seal


def begin_change(session: Session, site_id: int) -> None:
    """Wait for the turn to change the site's lists; what is looked up then stays true.

    :raises Unknown: if there is no such site.
    """
    # Submissions go on: they only need the site's key to stay (FOR KEY SHARE).
    row = select(Site.id).where(Site.id == site_id).with_for_update(key_share=True)
    if session.execute(row).scalar_one_or_none() is None:
        raise Unknown("There is no such site.")


def end_change(
    session: Session,
    site_id: int,
    action: str,
    detail: dict[str, Any],
    now: datetime,
    moderator_id: int | None,
) -> None:
    """Log a change, and make it hold for the next comment."""
    touch_lists(session, site_id)
    audit(
        session,
        action,
        now=now,
        moderator_id=moderator_id,
        site_id=site_id,
        detail=detail,
    )


def touch_lists(session: Session, site_id: int) -> None:
    """Raise the site's list version: compiled lists of older versions are not used."""
    session.execute(
        update(Site)
        .where(Site.id == site_id)
        .values(list_version=Site.list_version + 1)
    )


_ENTRY: Any = ListEntry.__table__
_FOUND = (
    update(_ENTRY)
    .where(_ENTRY.c.id == bindparam("entry_id"))
    .values(
        fired=_ENTRY.c.fired + bindparam("more"),
        fired_at=bindparam("at", type_=_ENTRY.c.fired_at.type),
    )
)


def count_found(session: Session, found: Mapping[int, int], now: datetime) -> None:
    """Count in how many comments entries were found, by row number."""
    if found:
        # In one order everywhere, so that two who count do not wait for each other.
        session.connection().execute(
            _FOUND,
            [{"entry_id": n, "more": found[n], "at": now} for n in sorted(found)],
        )


def place_of_address(site_id: int, index: bytes) -> str:
    """What the sealed address of an entry is bound to."""
    return f"list|{site_id}|{index.hex()}"


def keys_of(keyring: Keyring, site_id: int, form: EntryForm) -> set[tuple[str, str]]:
    """Field and pattern by which the entry is known within a list.

    An address has several, one for each key it may be stored with.
    """
    return {(form.field, pattern) for pattern in _patterns(keyring, site_id, form)}


def is_entry(
    keyring: Keyring, site_id: int, list_name: str, form: EntryForm
) -> ColumnElement[bool]:
    """The condition that a row is this entry."""
    return (
        (ListEntry.site_id == site_id)
        & (ListEntry.list_name == list_name)
        & (ListEntry.field == form.field)
        & ListEntry.pattern.in_(_patterns(keyring, site_id, form))
    )


def values_of(  # an entry takes three
    keyring: Keyring,
    site_id: int,
    list_name: str,
    form: EntryForm,
    now: datetime,
    mode: str = "on",
) -> dict[str, Any]:
    """The values of a new row."""
    values: dict[str, Any] = {
        "site_id": site_id,
        "list_name": list_name,
        "field": form.field,
        "pattern": form.pattern,
        "shown": form.shown,
        "address_index": None,
        "address_key": None,
        "address_sealed": None,
        "mode": mode,
        "created_at": now,
    }
    if form.address is None:
        return values
    index = indexes(keyring, site_id, form.address)[keyring.newest]
    return values | {
        "pattern": index.hex(),
        "address_index": index,
        "address_key": keyring.newest,
        "address_sealed": seal(
            keyring, form.address.normal, place_of_address(site_id, index)
        ),
    }


def _patterns(keyring: Keyring, site_id: int, form: EntryForm) -> list[str]:
    """The pattern, for an address under each key that it may be stored with."""
    if form.address is None:
        return [form.pattern]
    return [index.hex() for index in indexes(keyring, site_id, form.address).values()]
