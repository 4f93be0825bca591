"""What moderators put on a site's lists by what a comment shows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, ListEntry
from service.db.upsert import insert_row
from service.domain.errors import Conflict, Unknown
from service.operations.decide import may_decide
from service.operations.entry_form import TRUST, entry_form
from service.operations.list_rows import begin_change, end_change, is_entry
from service.operations.lists import add_entry, drop_entry
from service.operations.matcher import ORIGIN
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.queue import comment_for
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An entry that a moderator wants."""

    what: str
    """address, network, host or text; the last two are given in words."""
    list_name: str
    """``hold``, ``spam`` or ``trust``."""
    text: str = ""
    """The host, or the words to look for."""
    mode: str = "on"
    """``log`` for a rule on trial."""


def sealed_address(keyring: Keyring, comment: Comment, contact: Contact | None) -> str:
    """The writer's address of a comment; empty where there is none any more."""
    if contact is None or contact.email_sealed is None:
        return ""
    bound_to = f"email|{comment.site_id}|{comment.public_id}"
    try:
        return unseal(keyring, contact.email_sealed, bound_to)
    except SealBroken:
        return ""


def list_by_comment(
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    public_id: str,
    wanted: Wanted,
    *,
    now: datetime,
) -> int:
    """Put something of a comment on a list of its site; the same again changes nothing.

    The address stays sealed, and a network is known by its keyed hash alone.

    :returns: the row number of the entry.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises Conflict: if the comment has no such address or network any more.
    :raises InvalidInput: naming ``text``, if that cannot be listed.
    """
    moderator = moderator_by_id(session, moderator.id)
    comment = comment_for(session, moderator, public_id)
    may_decide(session, moderator, comment.site_id)
    contact = session.get(Contact, comment.id)
    if wanted.what == "network":
        return _add_origin(session, contact, wanted, now, moderator.id)
    text, site_id = wanted.text, comment.site_id
    if wanted.what == "address":
        text = sealed_address(keyring, comment, contact)
        if not text:
            raise Conflict("This comment has no address any more.")
    add_entry(
        *(session, keyring, site_id, wanted.list_name, wanted.what, text, now),
        moderator_id=moderator.id,
        mode=wanted.mode,
    )
    form = entry_form(wanted.list_name, wanted.what, text)
    which = is_entry(keyring, site_id, wanted.list_name, form)
    return session.scalars(select(ListEntry.id).where(which).limit(1)).one()


def _add_origin(
    session: Session,
    contact: Contact | None,
    wanted: Wanted,
    now: datetime,
    moderator_id: int,
) -> int:
    if contact is None or contact.network_index is None:
        raise Conflict("Nothing is known of this comment's network any more.")
    if wanted.list_name == TRUST:
        raise Conflict("A network cannot be trusted: people share it.")
    begin_change(session, contact.site_id)
    hashed = contact.network_index.hex()
    there = session.scalars(
        select(ListEntry.id).where(
            ListEntry.site_id == contact.site_id,
            ListEntry.list_name == wanted.list_name,
            ListEntry.field == ORIGIN,
            ListEntry.pattern == hashed,
        )
    ).one_or_none()
    if there is not None:
        return there
    row = {
        "site_id": contact.site_id,
        "list_name": wanted.list_name,
        "field": ORIGIN,
        "pattern": hashed,
        # Enough to tell one network from another, and nothing to find it by.
        "shown": f"network {hashed[:6]}",
        "address_index": contact.network_index,
        "address_key": contact.index_key,
        "mode": wanted.mode,
        "created_at": now,
    }
    number: int = insert_row(session, ListEntry, row, returning=ListEntry.id)
    detail = {"list": wanted.list_name, "field": ORIGIN, "entry": row["shown"]}
    if wanted.mode != "on":
        detail["mode"] = wanted.mode
    end_change(session, contact.site_id, "list-added", detail, now, moderator_id)
    return number


def unlist(
    session: Session, moderator: ModeratorView, entry_id: int, *, now: datetime
) -> None:
    """Take an entry off its list; one that is gone is no mistake.

    :raises Unknown: if it is of none of the moderator's sites.
    :raises Forbidden: if the moderator may only look at its site.
    """
    moderator = moderator_by_id(session, moderator.id)
    row = session.get(ListEntry, entry_id)
    if row is None:
        return
    if row.site_id not in moderator.site_ids:
        raise Unknown("There is no such rule on your sites.")
    may_decide(session, moderator, row.site_id)
    drop_entry(session, row.site_id, entry_id, now, moderator_id=moderator.id)
