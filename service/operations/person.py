"""The rights of a person in a site: to have what it holds, and to be erased from it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db.models import Contact, Erasure, ListEntry
from service.operations.audit import audit
from service.operations.erasing import blank_entries, erase_comments
from service.operations.inbound.keeping import erase_outside
from service.operations.known_address import indexes, parsed
from service.operations.person_export import export_person
from service.operations.reapply import reapply_erasures
from service.privacy.keyring import Keyring

__all__ = ["erase_person", "export_person", "reapply_erasures"]


def erase_person(
    session: Session,
    keyring: Keyring,
    site_id: int,
    email: str,
    *,
    with_text: bool,
    now: datetime,
) -> int:
    """Erase the person behind an address from the site; harmless to repeat.

    Name, website, address, IP address, user agent and their indexes go from all
    comments, and so do texts of edits. Afterwards nothing leads from the address to
    the comments, so whether their text goes is to be decided the first time.

    An entry of a block list for this address stays, since it is the site's own record:
    it goes on to work, but what it holds can no longer be read. It is lost when the
    key of its index is retired. What other programs asked about the person goes whole.

    :param with_text: the text of the comments goes, too.
    :returns: how many comments there were; 0 when repeated.
    :raises InvalidInput: naming ``email``, if it is not an address.
    """
    known = indexes(keyring, site_id, parsed(email))
    mine = (Contact.site_id == site_id) & Contact.email_index.in_(known.values())
    found = session.scalars(select(Contact.comment_id).where(mine)).all()
    count = erase_comments(session, found, with_text=with_text, now=now)
    outside = erase_outside(session, site_id, list(known.values()), now)
    renew = count + outside > 0
    is_new = _lay_stones(session, site_id, known, now, with_text=with_text, renew=renew)
    listed = blank_entries(
        session,
        (ListEntry.site_id == site_id) & ListEntry.address_index.in_(known.values()),
    )
    if count or is_new or listed:
        detail = {"comments": count, "with_text": with_text}
        audit(session, "person-erased", now=now, site_id=site_id, detail=detail)
    return count


def _lay_stones(
    session: Session,
    site_id: int,
    known: dict[int, bytes],
    now: datetime,
    *,
    with_text: bool,
    renew: bool,
) -> bool:
    """Remember the erasure under each key; False if that was so already.

    A backup may be older than the newest key.
    """
    mine = (Erasure.site_id == site_id) & Erasure.email_index.in_(known.values())
    there = dict(
        session.execute(
            select(Erasure.email_index, Erasure.with_text).where(mine)
        ).all()
    )
    # Texts that were erased once stay so.
    with_text = with_text or any(there.values())
    if not renew and there == dict.fromkeys(known.values(), with_text):
        return False
    session.execute(delete(Erasure).where(mine))
    session.add_all(
        Erasure(
            site_id=site_id,
            email_index=index,
            index_key=key_id,
            with_text=with_text,
            created_at=now,
        )
        for key_id, index in known.items()
    )
    session.flush()
    return True
