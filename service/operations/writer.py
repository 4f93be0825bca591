"""What a site knows of the writer of a comment: what else came from them.

By the blind index of the address, and by the keyed hash of the network. A claimed
address proves nothing, and people share networks; whoever looks is told so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, ListEntry, Moderator, Move, Thread
from service.domain.errors import Conflict
from service.domain.status import Status
from service.operations.audit import audit
from service.operations.cards import excerpt
from service.operations.decide import may_decide
from service.operations.known_address import indexes
from service.operations.listing import sealed_address
from service.operations.matcher import ORIGIN
from service.operations.moderators import ModeratorView, moderator_by_id
from service.operations.queue import comment_for
from service.privacy.address import BadAddress, parse_address
from service.privacy.keyring import Keyring

PAGE_SIZE = 25
COUNTED_TO = 1_000
"""Of more comments the newest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherComment:
    """A comment of the same address or network."""

    public_id: str
    name: str
    excerpt: str
    page: str
    status: Status
    created_at: datetime
    decided_by: str
    """Name of the moderator who moved it last; empty where that was nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What came from one address, or one network."""

    counts: Mapping[Status, int]
    """By state."""
    comments: Sequence[OtherComment]
    """Newest first."""
    next: int | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry of the site's lists that is about the writer."""

    id: int
    list_name: str
    field: str
    """address or origin."""
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterView:
    """What is known of a comment's writer."""

    public_id: str
    name: str
    address: str = field(repr=False)
    """Masked; empty where there is none any more."""
    by_address: Part | None
    """None where the address is not known any more."""
    by_network: Part | None
    standing: Sequence[Standing]
    may_decide: bool


def writer_of(  # each part has pages of its own
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    public_id: str,
    *,
    address_after: int | None = None,
    network_after: int | None = None,
) -> WriterView:
    """The writer of a comment, and the comments that share the address or network.

    :param address_after: `Part.next` of the page before, of those by the address.
    :param network_after: the same of those by the network.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    """
    comment = comment_for(session, moderator, public_id)
    contact = session.get(Contact, comment.id)
    address = sealed_address(keyring, comment, contact)
    known = _known(keyring, comment, contact, address)
    network = contact.network_index if contact is not None else None
    by_address = by_network = None
    if known:
        by_address = _part(
            session, comment, Contact.email_index.in_(known), address_after
        )
    if network is not None:
        by_network = _part(
            session, comment, Contact.network_index == network, network_after
        )
    return WriterView(
        public_id=comment.public_id,
        name=comment.name,
        address=_masked(address),
        by_address=by_address,
        by_network=by_network,
        standing=_standing(session, comment, [*known, network]),
        may_decide=moderator.may_decide(comment.site_id),
    )


def reveal_address(
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    public_id: str,
    *,
    now: datetime,
) -> str:
    """The writer's whole address, for this once; who asked for it is logged.

    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises Conflict: if there is no address any more.
    """
    moderator = moderator_by_id(session, moderator.id)
    comment = comment_for(session, moderator, public_id)
    may_decide(session, moderator, comment.site_id)
    address = sealed_address(keyring, comment, session.get(Contact, comment.id))
    if not address:
        raise Conflict("This comment has no address any more.")
    audit(
        session,
        "address-revealed",
        now=now,
        moderator_id=moderator.id,
        site_id=comment.site_id,
        detail={"comment": comment.public_id},
    )
    return address


def _masked(address: str) -> str:
    try:
        return parse_address(address).masked if address else ""
    except BadAddress:
        return ""


def _known(
    keyring: Keyring, comment: Comment, contact: Contact | None, address: str
) -> list[bytes]:
    """The blind indexes that the address may be stored under."""
    if contact is None or contact.email_index is None:
        return []
    known = {contact.email_index}
    if _masked(address):
        known |= {*indexes(keyring, comment.site_id, parse_address(address)).values()}
    return sorted(known)


def _part(
    session: Session, comment: Comment, same: ColumnElement[bool], after: int | None
) -> Part:
    newest = (
        select(Contact.comment_id.label("id"))
        .where(Contact.site_id == comment.site_id, same)
        .order_by(Contact.comment_id.desc())
    )
    some = newest.limit(COUNTED_TO).subquery()
    counts = session.execute(
        select(Comment.status, func.count())
        .join(some, some.c.id == Comment.id)
        .group_by(Comment.status)
    ).all()
    if after is not None:
        newest = newest.where(Contact.comment_id < after)
    ids = list(session.scalars(newest.limit(PAGE_SIZE + 1)))
    shown = ids[:PAGE_SIZE]
    return Part(
        counts={Status(status): number for status, number in counts},
        comments=_comments(session, shown),
        next=shown[-1] if len(ids) > PAGE_SIZE else None,
    )


def _comments(session: Session, ids: Sequence[int]) -> list[OtherComment]:
    last = (
        select(func.max(Move.id))
        .where(Move.comment_id == Comment.id)
        .correlate(Comment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Comment, Thread.page, Moderator.name)
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(Move, Move.id == last)
        .outerjoin(Moderator, Moderator.id == Move.moderator_id)
        .where(Comment.id.in_(ids))
        .order_by(Comment.id.desc())
    )
    return [
        OtherComment(
            public_id=row.public_id,
            name=row.name,
            excerpt=excerpt(row.text),
            page=page,
            status=Status(row.status),
            created_at=row.created_at,
            decided_by=who or "",
        )
        for row, page, who in rows
    ]


def _standing(
    session: Session, comment: Comment, marks: Sequence[bytes | None]
) -> list[Standing]:
    rows: Any = session.scalars(
        select(ListEntry)
        .where(
            ListEntry.site_id == comment.site_id,
            ListEntry.field.in_(("address", ORIGIN)),
            ListEntry.address_index.in_([mark for mark in marks if mark is not None]),
        )
        .order_by(ListEntry.id)
    )
    return [
        Standing(id=row.id, list_name=row.list_name, field=row.field, mode=row.mode)
        for row in rows
    ]
