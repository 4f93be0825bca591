"""Take in a submission: comment, private contact and owed check, all in one act."""

import hmac
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Idempotency
from service.db.upsert import insert_row
from service.domain.errors import (
    DuplicateComment,
    InvalidInput,
    KeyReused,
    ThreadClosed,
)
from service.domain.network import network_of
from service.domain.status import Status
from service.domain.submission import Arrival, Receipt, Submission
from service.jobs import Kind
from service.operations.owe import owe
from service.operations.sites import SiteView
from service.operations.threads import get_thread, is_open
from service.operations.writers import is_proven
from service.privacy.address import Address, parse_address
from service.privacy.blind_index import address_index, network_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import seal
from service.privacy.tokens import public_id

REPEAT_WINDOW = timedelta(minutes=10)
"""A repeat within it is a double click: it gets the first answer again."""
ORIGIN_KEPT = timedelta(days=30)
"""How long IP address and user agent are kept, encrypted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment belongs."""

    thread_id: int
    parent_id: int | None = None
    root_id: int | None = None
    depth: int = 0

    def columns(self) -> dict[str, object]:
        """The columns of a new comment that say so."""
        return asdict(self)


def fingerprint(
    keyring: Keyring, site_id: int, submission: Submission, canonical: str
) -> bytes:
    """16 bytes, equal for the same writer, thread, parent and text.

    Keyed, since it is stored beside the comment and covers the address.

    :param canonical: the address in the form in which addresses are compared.
    """
    parts = (
        str(site_id),
        submission.page,
        submission.parent or "",
        submission.name,
        canonical,
        submission.text,
    )
    message = b"\0".join(part.encode() for part in parts)
    # Always the oldest key: after a rotation a repeat must still be known as one.
    key = keyring.subkey("fingerprint", min(keyring.ids))
    return hmac.digest(key, message, "sha256")[:16]


_MARKED = select(Comment.public_id, Comment.created_at).where(
    Comment.site_id == bindparam("site_id"), Comment.fingerprint == bindparam("mark")
)
_KEYED = (
    select(Idempotency.fingerprint, Comment.public_id, Comment.created_at)
    .join(Comment, Comment.id == Idempotency.comment_id)
    .where(
        Idempotency.site_id == bindparam("site_id"),
        Idempotency.key_digest == bindparam("digest"),
    )
)


def _by_key(
    session: Session, site_id: int, digest: bytes, mark: bytes
) -> Receipt | None:
    """The answer to what came before under the same key.

    :raises KeyReused: if that was something else.
    """
    given = {"site_id": site_id, "digest": digest}
    first = session.connection().execute(_KEYED, given).one_or_none()
    if first is None:
        return None
    if first.fingerprint != mark:
        raise KeyReused
    # Whoever knows the key sent it the first time: it gets the very same answer.
    return Receipt(
        comment_id=first.public_id, submitted_at=first.created_at, replayed=True
    )


def _repeat(
    session: Session, site_id: int, mark: bytes, now: datetime
) -> Receipt | None:
    """The answer to a repeat without a key; None if it is not one.

    :raises DuplicateComment: when the first one is too long ago for a double click.
    """
    given = {"site_id": site_id, "mark": mark}
    first = session.connection().execute(_MARKED, given).one_or_none()
    if first is None:
        return None
    if now - first.created_at > REPEAT_WINDOW:
        raise DuplicateComment("You have said that here already.")
    return Receipt(
        comment_id=first.public_id,
        submitted_at=first.created_at,
        replayed=True,
        proven=False,
    )


def _place(
    session: Session, site: SiteView, submission: Submission, now: datetime
) -> Place:
    """Where the comment belongs.

    :raises ThreadClosed: if the thread takes no more comments.
    :raises InvalidInput: naming ``parent``, if that comment is not published here.
    """
    thread = get_thread(session, site, submission.page, now)
    if not is_open(thread, site, now):
        raise ThreadClosed("This page takes no more comments.")
    if submission.parent is None:
        return Place(thread.id)
    found = session.execute(
        select(Comment).where(
            Comment.public_id == submission.parent,
            Comment.thread_id == thread.id,
            Comment.status == Status.PUBLISHED.value,
        )
    ).scalar_one_or_none()
    if found is None:
        raise InvalidInput(
            {"parent": ["The comment you answer is not there. Send yours without it."]}
        )
    return place_below(session, site, found)


def place_below(session: Session, site: SiteView, answered: Comment) -> Place:
    """Where an answer to a comment belongs, as deep as the site lets answers nest."""
    thread_id = answered.thread_id
    root_id, max_depth = answered.root_id or answered.id, site.policy.max_depth
    if max_depth == 0:
        return Place(thread_id)
    # Deeper replies hang on the last level, beside the comment they answer.
    while answered.depth + 1 > max_depth and answered.parent_id is not None:
        answered = session.get_one(Comment, answered.parent_id)
    return Place(thread_id, answered.id, root_id, answered.depth + 1)


def comment_row(  # noqa: PLR0913  # all that makes one up
    name: str,
    site: SiteView,
    submission: Submission,
    arrival: Arrival,
    mark: bytes,
    *,
    proven: bool,
    now: datetime,
) -> dict[str, object]:
    """The columns of a new comment with the public id ``name``, but for its place."""
    return {
        "public_id": name,
        "site_id": site.id,
        "status": Status.PENDING.value,
        "name": submission.name,
        "website": submission.website,
        "text": submission.text,
        "title": submission.title,
        "notify": submission.notify,
        "arrival": arrival.facts() | {"proven": proven},
        "fingerprint": mark,
        "created_at": now,
    }


def contact_row(
    keyring: Keyring,
    site_id: int,
    name: str,
    address: Address | None,
    arrival: Arrival,
    now: datetime,
) -> dict[str, object]:
    """The private columns of the comment with the public id ``name``, sealed to it."""
    place = f"{site_id}|{name}"
    return {
        "site_id": site_id,
        "email_sealed": address and seal(keyring, address.normal, f"email|{place}"),
        "email_index": address and address_index(keyring, site_id, address.canonical),
        "network_index": network_index(keyring, site_id, network_of(arrival.client_ip)),
        "index_key": keyring.newest,
        "ip_sealed": seal(keyring, arrival.client_ip, f"ip|{place}"),
        "agent_sealed": seal(keyring, arrival.agent, f"agent|{place}"),
        "origin_until": now + ORIGIN_KEPT,
    }


def key_digest(keyring: Keyring, idempotency_key: str) -> bytes:
    """What is stored of an ``Idempotency-Key``; nothing of none."""
    if not idempotency_key:
        return b""
    # Keyed, since a client may take anything for its key, even an address.
    key = keyring.subkey("idempotency", min(keyring.ids))
    return hmac.digest(key, idempotency_key.encode(), "sha256")


def submit(  # noqa: PLR0913  # the doors, what came, and how
    session: Session,
    keyring: Keyring,
    site: SiteView,
    submission: Submission,
    arrival: Arrival,
    *,
    now: datetime,
    idempotency_key: str = "",
) -> Receipt:
    """Store a pending comment and owe its check; what comes again is not stored twice.

    :param idempotency_key: what the client calls this submission; empty for none.
    :raises InvalidInput: naming ``parent``, if that comment is not published here.
    :raises KeyReused: if the key came before with other content.
    :raises ThreadClosed: if the thread takes no more comments.
    :raises DuplicateComment: if the same was said more than ten minutes ago.
    """
    address = parse_address(submission.email) if submission.email else None
    canonical = address.canonical if address else ""
    mark = fingerprint(keyring, site.id, submission, canonical)
    digest = key_digest(keyring, idempotency_key)
    if digest and (known := _by_key(session, site.id, digest, mark)):
        return known
    try:
        place = _place(session, site, submission, now)
    except (ThreadClosed, InvalidInput):
        # What was taken in before stays so, whatever has happened to the page since.
        if known := _repeat(session, site.id, mark, now):
            return known
        raise
    name = public_id()
    proven = is_proven(session, keyring, site.id, submission)
    row = comment_row(name, site, submission, arrival, mark, proven=proven, now=now)
    row |= place.columns()
    row_id = insert_row(
        session, Comment, row, unique=("site_id", "fingerprint"), returning=Comment.id
    )
    if row_id is None:
        # Said before; with a key, maybe by another process a moment ago.
        known = _by_key(session, site.id, digest, mark) if digest else None
        known = known or _repeat(session, site.id, mark, now)
        if known is None:
            raise DuplicateComment("You have said that here already.")
        return known
    contact = contact_row(keyring, site.id, name, address, arrival, now)
    insert_row(session, Contact, contact | {"comment_id": row_id})
    owe(session, Kind.CHECK, row_id, now=now)
    if digest:
        _keep_key(session, site.id, row_id, digest, mark, now)
    return Receipt(comment_id=name, submitted_at=now)


def _keep_key(
    session: Session,
    site_id: int,
    comment_id: int,
    digest: bytes,
    mark: bytes,
    now: datetime,
) -> None:
    row = {
        "site_id": site_id,
        "key_digest": digest,
        "fingerprint": mark,
        "comment_id": comment_id,
        "created_at": now,
    }
    unique = ("site_id", "key_digest")
    if insert_row(session, Idempotency, row, unique=unique, returning=Idempotency.id):
        return
    raise KeyReused
