"""Fetch what the site's past says about a comment: the `Evidence` for the checks.

The writer's address, IP and user agent are opened here, for lists and for the
address's domain, and go no further.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, CommentBand, CommentHost, Contact, Move
from service.domain.checking import Alike, Evidence, ListHit, Reading, Tally
from service.domain.status import Actor, Status
from service.operations.matching import Subject, matcher_for
from service.operations.sites import SiteView
from service.privacy.address import parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring
from service.privacy.sealing import unseal

SAME_KEPT = timedelta(days=30)
NEAR_KEPT = timedelta(days=7)
"""Near-duplicates count only while a flood lasts (SPAM.md 3.4)."""
NETWORK_KEPT = timedelta(days=30)
_MOST = 500
# Counting further tells a check nothing more, and keeps a flood from costing much.
_MOST_HOSTS = 20


@dataclass(frozen=True, slots=True)
class _Private:
    email: str = ""
    client_ip: str = ""
    agent: str = ""


def _opened(keyring: Keyring, comment: Comment, contact: Contact | None) -> _Private:
    if contact is None:
        return _Private()

    def text(sealed: bytes | None, what: str) -> str:
        if sealed is None:
            return ""
        return unseal(keyring, sealed, f"{what}|{comment.site_id}|{comment.public_id}")

    return _Private(
        email=text(contact.email_sealed, "email"),
        client_ip=text(contact.ip_sealed, "ip"),
        agent=text(contact.agent_sealed, "agent"),
    )


# Statements are put together once: that takes SQLAlchemy longer than to send them.
_C: Any = Comment.__table__
_K: Any = Contact.__table__
_H: Any = CommentHost.__table__
_B: Any = CommentBand.__table__

_SITE: Any = bindparam("site_id")
_OWN: Any = bindparam("own_id")
_SINCE: Any = bindparam("since")
# Only what a person decided counts: verdicts that feed on verdicts drift.
_DECIDED = exists().where(
    Move.comment_id == _C.c.id, Move.actor == Actor.MODERATOR.value
)
_CONTACTS = (
    select(_C.c.status)
    .join(_K, _K.c.comment_id == _C.c.id)
    .where(_K.c.site_id == _SITE, _C.c.id != _OWN, _DECIDED)
)


def _counted(few: Select[Any], *keys: str) -> Select[Any]:
    rows = few.limit(_MOST).subquery()
    columns = [rows.c[key] for key in keys]
    return select(*columns, func.count()).group_by(*columns)


_BY_ADDRESS = _counted(_CONTACTS.where(_K.c.email_index == bindparam("mark")), "status")
_BY_NETWORK = _counted(
    _CONTACTS.where(_K.c.network_index == bindparam("mark"), _C.c.created_at >= _SINCE),
    "status",
)
_BY_HOST = _counted(
    select(_C.c.status)
    .join(_H, _H.c.comment_id == _C.c.id)
    .where(
        _H.c.site_id == _SITE,
        _H.c.host == bindparam("host"),
        _C.c.id != _OWN,
        _DECIDED,
    ),
    "status",
)
_SAME = (
    select(_C.c.thread_id, _C.c.status)
    .where(
        _C.c.site_id == _SITE,
        _C.c.normal_hash == bindparam("normal_hash"),
        _C.c.created_at >= _SINCE,
        _C.c.id != _OWN,
    )
    .limit(_MOST)
)
_NEAR = (
    select(_C.c.id, _C.c.status)
    .distinct()
    .join(_B, _B.c.comment_id == _C.c.id)
    .where(
        _B.c.site_id == _SITE,
        _B.c.band.in_(bindparam("bands", expanding=True)),
        _C.c.normal_hash != bindparam("normal_hash"),
        _C.c.created_at >= _SINCE,
        _C.c.id != _OWN,
    )
    .limit(_MOST)
)
# By other writers: with another address, or with none.
_NEAR_OTHERS = _NEAR.where(
    ~exists().where(_K.c.comment_id == _C.c.id, _K.c.email_index == bindparam("mark"))
)


def _tally(rows: Iterable[Any]) -> Tally:
    by_status = {status: count for status, count in rows}  # noqa: C416  # rows are no pairs
    return Tally(
        published=by_status.get(Status.PUBLISHED, 0),
        spam=by_status.get(Status.SPAM, 0),
        trashed=by_status.get(Status.TRASHED, 0),
    )


def _host_tallies(
    session: Session, comment: Comment, reading: Reading
) -> dict[str, Tally]:
    hosts = {h for h in (*reading.hosts, reading.website_host) if h}
    ask = session.connection().execute
    own = {"site_id": comment.site_id, "own_id": comment.id}
    return {
        host: _tally(ask(_BY_HOST, own | {"host": host}))
        for host in sorted(hosts)[:_MOST_HOSTS]
    }


def _alike(
    session: Session, comment: Comment, contact: Contact | None, reading: Reading
) -> Alike:
    ask = session.connection().execute
    own = {
        "site_id": comment.site_id,
        "own_id": comment.id,
        "normal_hash": reading.normal_hash,
    }
    same: Sequence[Any] = ()
    if reading.normal_hash:
        since = comment.created_at - SAME_KEPT
        same = ask(_SAME, own | {"since": since}).all()
    near: Sequence[Any] = ()
    if reading.bands:
        since = comment.created_at - NEAR_KEPT
        own |= {"since": since, "bands": list(reading.bands)}
        mark = contact.email_index if contact is not None else None
        if mark is None:
            near = ask(_NEAR, own).all()
        else:
            near = ask(_NEAR_OTHERS, own | {"mark": mark}).all()
    return Alike(
        same=len(same),
        same_other_pages=sum(row.thread_id != comment.thread_id for row in same),
        near=len(near),
        spam=sum(row.status == Status.SPAM for row in (*same, *near)),
    )


def _list_hits(
    session: Session,
    keyring: Keyring,
    site: SiteView,
    reading: Reading,
    private: _Private,
) -> tuple[ListHit, ...]:
    matcher = matcher_for(session, site.id, site.list_version)
    address = parse_address(private.email) if private.email else None
    return matcher.match(
        Subject(
            name=reading.name,
            website=reading.website,
            website_host=reading.website_host,
            text=reading.text,
            hosts=reading.hosts,
            agent=private.agent,
            client_ip=private.client_ip,
            email_domain=address.domain if address else "",
            address_indexes={
                key: address_index(keyring, site.id, address.canonical, key)
                for key in keyring.ids
            }
            if address
            else {},
        )
    )


def _proven_published(
    session: Session, comment: Comment, contact: Contact | None
) -> int:
    if not comment.arrival.get("proven") or contact is None:
        return 0
    return session.execute(
        select(func.count())
        .select_from(Contact)
        .join(Comment, Comment.id == Contact.comment_id)
        .where(
            Contact.site_id == comment.site_id,
            Contact.email_index == contact.email_index,
            Comment.status == Status.PUBLISHED.value,
            Comment.id != comment.id,
        )
    ).scalar_one()


def gather(
    session: Session,
    keyring: Keyring,
    site: SiteView,
    comment: Comment,
    reading: Reading,
) -> Evidence:
    """The evidence for ``comment``, whose present text is ``reading``."""
    contact = session.get(Contact, comment.id)
    private = _opened(keyring, comment, contact)
    address_tally = network_tally = Tally()
    ask = session.connection().execute
    own = {"site_id": comment.site_id, "own_id": comment.id}
    if contact is not None and contact.email_index is not None:
        address_tally = _tally(ask(_BY_ADDRESS, own | {"mark": contact.email_index}))
    if contact is not None and contact.network_index is not None:
        since = comment.created_at - NETWORK_KEPT
        mark = {"mark": contact.network_index, "since": since}
        network_tally = _tally(ask(_BY_NETWORK, own | mark))
    return Evidence(
        policy=site.policy,
        list_hits=_list_hits(session, keyring, site, reading, private),
        alike=_alike(session, comment, contact, reading),
        proven_published=_proven_published(session, comment, contact),
        address_tally=address_tally,
        network_tally=network_tally,
        host_tallies=_host_tallies(session, comment, reading),
        email_domain=parse_address(private.email).domain if private.email else "",
    )
