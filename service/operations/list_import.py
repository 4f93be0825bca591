"""Many entries for a block list at once, one a line."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.db.models import Base, ListEntry
from service.domain.errors import InvalidInput
from service.operations.entry_form import EntryForm, entry_form
from service.operations.list_rows import begin_change, end_change, keys_of, values_of
from service.privacy.keyring import Keyring

_TABLE = Base.metadata.tables[ListEntry.__tablename__]
_INSERTED_AT_ONCE = 5_000


def import_entries(  # noqa: PLR0913, PLR0917  # an entry takes three
    session: Session,
    keyring: Keyring,
    site_id: int,
    list_name: str,
    field: str,
    lines: Iterable[str],
    now: datetime,
    *,
    moderator_id: int | None = None,
) -> tuple[int, int]:
    """Add many entries, one a line; blank lines do not count.

    :returns: how many were added, and how many were skipped: those that were there
        already, come twice, or cannot be entries of this field.
    :raises InvalidInput: naming ``list_name`` or ``field``.
    :raises Unknown: if there is no such site.
    """
    begin_change(session, site_id)
    known = _known(session, site_id, list_name)
    rows: list[dict[str, Any]] = []
    skipped = 0
    for form in _forms(list_name, field, lines):
        keys = keys_of(keyring, site_id, form) if form is not None else set()
        if form is None or not known.isdisjoint(keys):
            skipped += 1
            continue
        known |= keys
        rows.append(values_of(keyring, site_id, list_name, form, now))
    for start in range(0, len(rows), _INSERTED_AT_ONCE):
        # The table, not the model: nothing of it is in the session.
        session.execute(insert(_TABLE), rows[start : start + _INSERTED_AT_ONCE])
    if rows:
        detail = {"list": list_name, "field": field, "added": len(rows)}
        end_change(session, site_id, "list-imported", detail, now, moderator_id)
    return len(rows), skipped


def _known(session: Session, site_id: int, list_name: str) -> set[tuple[str, str]]:
    rows = session.execute(
        select(ListEntry.field, ListEntry.pattern).where(
            ListEntry.site_id == site_id, ListEntry.list_name == list_name
        )
    )
    return {(row.field, row.pattern) for row in rows}


def _forms(
    list_name: str, field: str, lines: Iterable[str]
) -> Iterator[EntryForm | None]:
    """The form of each line that is not blank; None for one that cannot be an entry."""
    for line in lines:
        if not line.strip():
            continue
        try:
            yield entry_form(list_name, field, line)
        except InvalidInput as err:
            if "text" not in err.errors:
                raise
            yield None
