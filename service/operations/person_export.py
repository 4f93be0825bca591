"""The rights of a person: to have everything that a site holds about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    Contact,
    FindingRow,
    Inquiry,
    Label,
    ListEntry,
    Move,
    Revision,
    Site,
    Thread,
    VerdictRow,
)
from service.domain.errors import Unknown
from service.operations.inbound.keeping import UNREADABLE, export_outside
from service.operations.known_address import indexes, parsed
from service.operations.site_retention import kept_less
from service.operations.sites import consents, site_by_id
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, unseal


def export_person(
    session: Session, keyring: Keyring, site_id: int, email: str
) -> dict[str, Any]:
    """Every record of the site about the person behind an address, as JSON values.

    Moderators are not named. Times are ISO 8601 in UTC.

    :raises InvalidInput: naming ``email``, if it is not an address.
    :raises Unknown: if there is no such site.
    """
    site = session.get(Site, site_id)
    if site is None:
        raise Unknown("There is no such site.")
    address = parsed(email)
    known = list(indexes(keyring, site_id, address).values())
    found = session.execute(
        select(Comment, Contact, Thread.page)
        .join(Contact, Contact.comment_id == Comment.id)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Contact.site_id == site_id, Contact.email_index.in_(known))
        .order_by(Comment.id)
    )
    less = kept_less(site_by_id(session, site_id).policy)
    asked = consents(session, site_id)
    return {
        "site": site.key,
        "email": address.normal,
        "comments": [
            _comment(session, keyring, comment, contact, page)
            | {
                "agreed_to": _asked_at(asked, comment.created_at),
                "ip_and_user_agent_until": _sooner(contact.origin_until, less),
            }
            for comment, contact, page in found
        ],
        "asked_from_outside": export_outside(session, keyring, site_id, known),
        "lists": _listed(session, site_id, known),
    }


def _asked_at(asked: Sequence[tuple[datetime, str]], at: datetime) -> str | None:
    """What writers had to agree to at that time; no comment came in without."""
    return next((text for since, text in reversed(asked) if since <= at), "") or None


def _comment(
    session: Session, keyring: Keyring, comment: Comment, contact: Contact, page: str
) -> dict[str, Any]:
    return {
        "id": comment.public_id,
        "page": page,
        "page_title": comment.title,
        "status": comment.status,
        "name": comment.name,
        "website": comment.website,
        "text": comment.text,
        "wants_replies_by_mail": comment.notify,
        "arrival": comment.arrival,
        "score": comment.score,
        "created_at": _time(comment.created_at),
        "published_at": _time(comment.published_at),
        "edited_at": _time(comment.edited_at),
        **_private(keyring, comment, contact),
        "edits": _edits(session, comment.id),
        "findings": _findings(session, comment.id),
        "moves": _moves(session, comment.id),
        "labels": _labels(session, comment.id),
        "asked_outside": _inquiries(session, comment.id),
    }


def _inquiries(session: Session, comment_id: int) -> list[dict[str, Any]]:
    """Which services outside were asked about the comment, and what they said."""
    rows = session.scalars(
        select(Inquiry).where(Inquiry.comment_id == comment_id).order_by(Inquiry.id)
    )
    return [
        {
            "check": row.check,
            "asked_at": _time(row.asked_at),
            "state": row.state,
            "answer": row.answer,
            "told_later": row.reported or None,
        }
        for row in rows
    ]


def _private(keyring: Keyring, comment: Comment, contact: Contact) -> dict[str, Any]:
    def text(sealed: bytes | None, what: str) -> str | None:
        if sealed is None:
            return None
        place = f"{what}|{comment.site_id}|{comment.public_id}"
        try:
            return unseal(keyring, sealed, place)
        except SealBroken:
            return UNREADABLE

    return {
        "email": text(contact.email_sealed, "email"),
        "ip": text(contact.ip_sealed, "ip"),
        "user_agent": text(contact.agent_sealed, "agent"),
    }


def _edits(session: Session, comment_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Revision)
        .where(Revision.comment_id == comment_id)
        .order_by(Revision.number)
    )
    return [
        {
            "number": row.number,
            "text": row.text,
            "state": row.state,
            "by": "writer" if row.moderator_id is None else "moderator",
            "created_at": _time(row.created_at),
        }
        for row in rows
    ]


def _findings(session: Session, comment_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(FindingRow, VerdictRow.revision)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .where(FindingRow.comment_id == comment_id)
        .order_by(FindingRow.id)
    )
    return [
        {
            "edit": revision or None,
            "check": row.check,
            "log_odds": row.log_odds,
            "reason": row.reason,
            "acts": row.mode == "on",
        }
        for row, revision in rows
    ]


def _moves(session: Session, comment_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Move).where(Move.comment_id == comment_id).order_by(Move.id)
    )
    return [
        {
            "from": row.old,
            "to": row.new,
            "by": row.actor,
            "reason": row.reason,
            "at": _time(row.created_at),
        }
        for row in rows
    ]


def _labels(session: Session, comment_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Label).where(Label.comment_id == comment_id).order_by(Label.id)
    )
    return [
        {
            "is_spam": row.is_spam,
            "source": row.source,
            "learned": bool(row.weight),
            "at": _time(row.created_at),
        }
        for row in rows
    ]


def _listed(
    session: Session, site_id: int, known: Sequence[bytes]
) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ListEntry)
        .where(ListEntry.site_id == site_id, ListEntry.address_index.in_(known))
        .order_by(ListEntry.id)
    )
    return [
        {"list": row.list_name, "created_at": _time(row.created_at)} for row in rows
    ]


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _sooner(until: datetime | None, less: timedelta) -> str | None:
    return _time(until - less) if until is not None else None
