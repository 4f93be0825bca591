"""A site's block lists: their entries, and the acts that change them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from service.db.models import ListEntry
from service.operations.entry_form import entry_form
from service.operations.list_import import import_entries
from service.operations.list_rows import begin_change, end_change, is_entry, values_of
from service.privacy.keyring import Keyring

__all__ = [
    "EntryView",
    "add_entry",
    "drop_entry",
    "entries",
    "import_entries",
    "remove_entry",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry as people see it."""

    id: int
    list_name: str
    """``hold``, ``spam`` or ``trust``."""
    field: str
    """any, name, address, website, text, host, network, agent or origin."""
    shown: str
    """As it was written; an address masked, and ``erased`` once its owner was."""
    mode: str
    """``on``, or ``log`` for a rule on trial."""
    created_at: datetime


def entries(session: Session, site_id: int) -> list[EntryView]:
    """Every entry of the site's lists, in the order of list, field and text."""
    rows = session.execute(
        select(
            ListEntry.id,
            ListEntry.list_name,
            ListEntry.field,
            ListEntry.shown,
            ListEntry.mode,
            ListEntry.created_at,
        )
        .where(ListEntry.site_id == site_id)
        .order_by(ListEntry.list_name, ListEntry.field, ListEntry.shown, ListEntry.id)
    )
    return [EntryView(**row._asdict()) for row in rows]


def add_entry(  # noqa: PLR0913, PLR0917  # an entry takes three
    session: Session,
    keyring: Keyring,
    site_id: int,
    list_name: str,
    field: str,
    text: str,
    now: datetime,
    *,
    moderator_id: int | None = None,
    mode: str = "on",
) -> bool:
    """Add an entry to a list; False if it was there.

    :param list_name: ``hold``, ``spam`` or ``trust``; the last takes whole addresses.
    :param field: any, name, address, website, text, host, network or agent.
    :param moderator_id: who does it; the operator by default.
    :param mode: ``log`` for an entry on trial, which only says what it would do.
    :raises InvalidInput: naming ``list_name``, ``field`` or ``text``, and the mend.
    :raises Unknown: if there is no such site.
    """
    form = entry_form(list_name, field, text)
    begin_change(session, site_id)
    there = select(ListEntry.id).where(is_entry(keyring, site_id, list_name, form))
    if session.execute(there).first() is not None:
        return False
    values = values_of(keyring, site_id, list_name, form, now, mode)
    session.execute(insert(ListEntry).values(values))
    detail = {"list": list_name, "field": form.field, "entry": form.shown}
    if mode != "on":
        detail["mode"] = mode
    end_change(session, site_id, "list-added", detail, now, moderator_id)
    return True


def remove_entry(  # noqa: PLR0913, PLR0917  # an entry takes three
    session: Session,
    keyring: Keyring,
    site_id: int,
    list_name: str,
    field: str,
    text: str,
    now: datetime,
    *,
    moderator_id: int | None = None,
) -> bool:
    """Remove an entry, written as for `add_entry`; False if it was not there.

    :raises InvalidInput: as `add_entry`.
    :raises Unknown: if there is no such site.
    """
    form = entry_form(list_name, field, text)
    begin_change(session, site_id)
    which = is_entry(keyring, site_id, list_name, form)
    return _remove(session, site_id, which, now, moderator_id)


def drop_entry(
    session: Session,
    site_id: int,
    entry_id: int,
    now: datetime,
    *,
    moderator_id: int | None = None,
) -> bool:
    """Remove the entry with this row number; False if the site has none such.

    :raises Unknown: if there is no such site.
    """
    begin_change(session, site_id)
    which = (ListEntry.site_id == site_id) & (ListEntry.id == entry_id)
    return _remove(session, site_id, which, now, moderator_id)


def _remove(
    session: Session,
    site_id: int,
    which: ColumnElement[bool],
    now: datetime,
    moderator_id: int | None,
) -> bool:
    gone = session.execute(
        delete(ListEntry)
        .where(which)
        .returning(ListEntry.list_name, ListEntry.field, ListEntry.shown)
        .execution_options(synchronize_session=False)
    ).all()
    for row in gone:
        detail = {"list": row.list_name, "field": row.field, "entry": row.shown}
        end_change(session, site_id, "list-removed", detail, now, moderator_id)
    return bool(gone)
