"""How long questions from outside are kept, and the rights of whom they are about."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from service.db.models import Erasure, Label, OutsideQuestion
from service.operations.sites import all_sites
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, unseal

OUTSIDE_KEPT = timedelta(days=15)
"""How long anything is known of a question: as long as programs report mistakes."""
UNREADABLE = "(sealed with a key that is not here)"
"""What stands for a value that this keyring cannot open."""

_Q = OutsideQuestion
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("name", "website", "text"), ""),
    **dict.fromkeys(("email_sealed", "ip_sealed", "agent_sealed")),
    **dict.fromkeys(("email_index", "network_index", "fingerprint", "thread_id")),
    "findings": [],
}
_IS_TAUGHT = select(Label.id).where(Label.question_id == _Q.id).exists()


def forget_outside(session: Session, now: datetime, limit: int) -> int:
    """Drop questions whose time is over, and origins that a site keeps more shortly.

    :returns: how many, of either kind at most ``limit``.
    """
    most = 0
    for site in all_sites(session):
        kept = (_Q.site_id == site.id) & _Q.emptied_at.is_(None)
        old = _ids(session, kept & (_Q.created_at <= now - OUTSIDE_KEPT), limit)
        _drop(session, old, now)
        before = now - timedelta(days=site.policy.origin_days)
        has_origin = or_(_Q.ip_sealed.is_not(None), _Q.agent_sealed.is_not(None))
        shown = _ids(session, kept & (_Q.created_at <= before) & has_origin, limit)
        _set(session, shown, {"ip_sealed": None, "agent_sealed": None})
        most = max(most, len(old), len(shown))
    return most


def erase_outside(
    session: Session, site_id: int, known: Sequence[bytes], now: datetime
) -> int:
    """Drop all that other programs told of a person; how many questions it was.

    :param known: the blind indexes of the person's address.
    """
    mine = (_Q.site_id == site_id) & _Q.email_index.in_(known)
    found = _ids(session, mine, None)
    _drop(session, found, now)
    return len(found)


def erase_outside_again(session: Session, now: datetime) -> int:
    """Drop what a restored backup brought back of erased persons; how many it was.

    A question whose index is under a key that the site's erasures do not know cannot be
    compared with them. It is dropped, too, if an erasure came after it.
    """
    later = (Erasure.site_id == _Q.site_id) & (Erasure.created_at >= _Q.created_at)
    same = select(Erasure.id).where(later, Erasure.email_index == _Q.email_index)
    any_later = select(Erasure.id).where(later).exists()
    known = select(Erasure.id).where(later, Erasure.index_key == _Q.index_key).exists()
    back = and_(
        _Q.email_index.is_not(None), or_(same.exists(), and_(any_later, ~known))
    )
    found = _ids(session, back, None)
    _drop(session, found, now)
    return len(found)


def export_outside(
    session: Session, keyring: Keyring, site_id: int, known: Sequence[bytes]
) -> list[dict[str, Any]]:
    """All that other programs told of a person, as JSON values.

    :param known: the blind indexes of the person's address.
    """
    rows = session.scalars(
        select(_Q)
        .where(_Q.site_id == site_id, _Q.email_index.in_(known))
        .order_by(_Q.id)
    ).all()
    return [
        {
            "id": row.public_id,
            "name": row.name,
            "website": row.website,
            "text": row.text,
            **dict(_opened(keyring, row)),
            "answer": row.state,
            "score": row.score,
            "created_at": row.created_at.isoformat(),
            "labels": _labels(session, row.id),
        }
        for row in rows
    ]


def _opened(keyring: Keyring, row: OutsideQuestion) -> Iterator[tuple[str, str | None]]:
    for name, what in (("email", "email"), ("ip", "ip"), ("user_agent", "agent")):
        sealed = getattr(row, f"{what}_sealed")
        try:
            place = f"{what}|{row.site_id}|{row.public_id}"
            yield name, None if sealed is None else unseal(keyring, sealed, place)
        except SealBroken:
            yield name, UNREADABLE


def _labels(session: Session, question_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Label).where(Label.question_id == question_id).order_by(Label.id)
    )
    return [
        {
            "is_spam": row.is_spam,
            "learned": bool(row.weight),
            "at": row.created_at.isoformat(),
        }
        for row in rows
    ]


def _ids(
    session: Session, which: ColumnElement[bool], limit: int | None
) -> Sequence[int]:
    return session.scalars(
        select(_Q.id).where(which).order_by(_Q.created_at).limit(limit)
    ).all()


def _drop(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Delete questions, but for an empty row where a label hangs on one."""
    if ids:
        session.execute(
            delete(_Q)
            .where(_Q.id.in_(ids), ~_IS_TAUGHT)
            .execution_options(synchronize_session="fetch")
        )
        _set(session, ids, _EMPTY | {"emptied_at": now})


def _set(session: Session, ids: Sequence[int], values: dict[str, Any]) -> None:
    if ids:
        session.execute(
            update(_Q)
            .where(_Q.id.in_(ids))
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )
