"""Drop what has been kept long enough, a bounded batch at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.db.models import (
    Allowance,
    AuditEntry,
    Contact,
    Heartbeat,
    Idempotency,
    RetentionGate,
    SignInLink,
    SignInSession,
    Ticket,
)
from service.operations.open_audits import AT_ONCE, close_old_audits
from service.operations.sign_in import IDLE

BATCH = 500
"""Rows of a kind that are dropped at once, so that others can write in between."""
KEY_KEPT = timedelta(hours=24)
"""How long an ``Idempotency-Key`` is known."""
HEARTBEAT_KEPT = timedelta(days=1)
AUDIT_KEPT = timedelta(days=730)
"""How long the log of what moderators and operators did is kept: two years."""
_ALLOWANCE_KEPT = timedelta(hours=1)
# Once its time is past an allowance is unused, and its row tells nothing.


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many rows of each kind were deleted."""

    tickets: int
    idempotency_keys: int
    allowances: int
    sessions: int
    links: int
    heartbeats: int

    @property
    def most(self) -> int:
        """The largest of the counts."""
        most: int = max(astuple(self))
        return most


def forget_origins(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Drop IP address and user agent of comments whose time to keep them is over.

    The e-mail address and the index of the network stay.

    :returns: of how many comments, at most ``limit``.
    """
    due = (
        select(Contact.comment_id)
        .where(Contact.origin_until <= now)
        .order_by(Contact.origin_until)
        .limit(limit)
    )
    dropped = session.execute(
        update(Contact)
        .where(Contact.comment_id.in_(due))
        .values(ip_sealed=None, agent_sealed=None, origin_until=None)
        .returning(Contact.comment_id)
        .execution_options(synchronize_session=False)
    )
    return len(dropped.all())


def forget_stale(session: Session, now: datetime, limit: int = BATCH) -> Forgotten:
    """Delete what is over and has no further use.

    These are tickets, ``Idempotency-Key`` marks, unused allowances, sessions, sign-in
    links, and heartbeats of workers that are gone.

    :param limit: how many rows of each kind at most.
    """
    unused = (now - _ALLOWANCE_KEPT).timestamp()
    over = or_(SignInSession.expires_at <= now, SignInSession.seen_at <= now - IDLE)
    silent = Heartbeat.seen_at < now - HEARTBEAT_KEPT

    def drop(key: InstrumentedAttribute[Any], which: ColumnElement[bool]) -> int:
        return _delete(session, key, which, limit)

    return Forgotten(
        tickets=drop(Ticket.digest, Ticket.expires_at <= now),
        idempotency_keys=drop(Idempotency.id, Idempotency.created_at < now - KEY_KEPT),
        allowances=drop(Allowance.key, Allowance.arrival_time < unused),
        sessions=drop(SignInSession.digest, over),
        links=drop(SignInLink.digest, SignInLink.expires_at <= now),
        heartbeats=drop(Heartbeat.worker, silent),
    )


@contextmanager
def open_gate(session: Session) -> Iterator[None]:
    """Allow the deletion of audit rows within the block, in this transaction only.

    Whatever is raised within undoes all that was done in it, and shuts the gate.
    """
    with session.begin_nested():
        _set_gate(session, 1)
        yield
        session.flush()
        _set_gate(session, 0)


def forget_audit(session: Session, before: datetime, limit: int = BATCH) -> int:
    """Delete the log of what people did, older than ``before``; moves stay.

    :returns: how many rows, at most ``limit``.
    """
    old = AuditEntry.created_at < before
    if session.execute(select(AuditEntry.id).where(old).limit(1)).first() is None:
        return 0
    with open_gate(session):
        return _delete(session, AuditEntry.id, old, limit)


def retain(session: Session, now: datetime) -> bool:
    """Drop one batch of everything that has been kept long enough, and of old audits.

    :returns: True if there may be more to drop.
    """
    most = max(
        forget_origins(session, now),
        forget_stale(session, now).most,
        forget_audit(session, now - AUDIT_KEPT),
    )
    closed = close_old_audits(session)
    return most >= BATCH or closed >= AT_ONCE


def _set_gate(session: Session, is_open: int) -> None:
    session.execute(update(RetentionGate).values(is_open=is_open))


def _delete(
    session: Session,
    key: InstrumentedAttribute[Any],
    which: ColumnElement[bool],
    limit: int,
) -> int:
    some = select(key).where(which).limit(limit)
    gone = session.execute(
        delete(key.class_)
        .where(key.in_(some))
        .returning(key)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
