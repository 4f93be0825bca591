"""Erase again whom a restored backup brought back."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Erasure, ListEntry
from service.operations.audit import audit
from service.operations.erasing import BATCH, blank_entries, erase_comments
from service.operations.inbound.keeping import erase_outside_again
from service.privacy.address import BadAddress, parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, unseal

log = logging.getLogger(__name__)


class _Stone(NamedTuple):
    """When a person was erased, and whether with the texts."""

    at: datetime
    with_text: bool


_Stones = dict[tuple[int, bytes], _Stone]
# Erasures by key and index.


class _Sealed(NamedTuple):
    comment_id: int
    email: bytes | None
    public_id: str
    created_at: datetime


def reapply_erasures(session: Session, keyring: Keyring, now: datetime) -> int:
    """Erase again, as it was asked for then, whom a restored backup brought back.

    The backup's database must hold the erasures made since. What a person wrote after
    their erasure stays. Harmless to repeat.

    :returns: how many comments were erased.
    """
    again = session.execute(
        select(Contact.comment_id, Erasure.with_text)
        .join(Comment, Comment.id == Contact.comment_id)
        .join(Erasure, Erasure.email_index == Contact.email_index)
        .where(
            Erasure.site_id == Contact.site_id,
            Comment.created_at <= Erasure.created_at,
        )
    ).all()
    found = [(row.comment_id, row.with_text) for row in again]
    found += _under_other_keys(session, keyring)
    count = 0
    for with_text in (True, False):
        ids = [comment_id for comment_id, texts in found if texts is with_text]
        count += erase_comments(session, ids, with_text=with_text, now=now)
    stone = select(Erasure.id).where(
        Erasure.site_id == ListEntry.site_id,
        Erasure.email_index == ListEntry.address_index,
        ListEntry.created_at <= Erasure.created_at,
    )
    listed = blank_entries(session, stone.exists())
    outside = erase_outside_again(session, now)
    if count or listed or outside:
        audit(session, "erasures-reapplied", now=now, detail={"comments": count})
    return count


def _under_other_keys(session: Session, keyring: Keyring) -> Iterator[tuple[int, bool]]:
    """Comments of erased persons whose index was made anew since, and if with texts.

    They are found by opening every address that an erasure under another key may mean,
    for no erasure knows an address that its index could be made anew from. Without a
    rotation of keys there is none.
    """
    for site_id, stones in _stones(session, keyring).items():
        keys = {key_id for key_id, _ in stones}
        for sealed in _addresses(session, site_id, keys):
            later = [
                stones[index]
                for index in _indexes(keyring, site_id, sealed, keys)
                if index in stones and sealed.created_at <= stones[index].at
            ]
            if later:
                yield sealed.comment_id, any(stone.with_text for stone in later)


def _stones(session: Session, keyring: Keyring) -> dict[int, _Stones]:
    """The erasures of each site, under keys that are still there."""
    by_site: dict[int, _Stones] = {}
    for row in session.scalars(
        select(Erasure).where(Erasure.index_key.in_(keyring.ids))
    ):
        stones = by_site.setdefault(row.site_id, {})
        stone = _Stone(row.created_at, row.with_text)
        stones[row.index_key, row.email_index] = stone
    return by_site


def _addresses(session: Session, site_id: int, keys: set[int]) -> Iterator[_Sealed]:
    """Sealed addresses whose index is under another key than one of these."""
    query = (
        select(
            Contact.comment_id,
            Contact.email_sealed,
            Comment.public_id,
            Comment.created_at,
        )
        .join(Comment, Comment.id == Contact.comment_id)
        .where(
            Contact.site_id == site_id,
            Contact.email_sealed.is_not(None),
            or_(*(Contact.index_key != key_id for key_id in keys)),
        )
        .order_by(Contact.comment_id)
        .limit(BATCH)
    )
    last = 0
    while rows := session.execute(query.where(Contact.comment_id > last)).all():
        yield from (_Sealed(*row) for row in rows)
        last = rows[-1].comment_id


def _indexes(
    keyring: Keyring, site_id: int, sealed: _Sealed, keys: set[int]
) -> Iterator[tuple[int, bytes]]:
    """The address's index under each of the keys, with the key's id."""
    place = f"email|{site_id}|{sealed.public_id}"
    try:
        plain = unseal(keyring, sealed.email or b"", place)
        canonical = parse_address(plain).canonical
    except (SealBroken, BadAddress):
        log.warning("the address of comment %d cannot be opened", sealed.comment_id)
        return
    for key_id in keys:
        yield key_id, address_index(keyring, site_id, canonical, key_id)
