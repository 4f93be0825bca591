"""Drop what has been kept long enough, a bounded batch at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.db.models import (
    Allowance,
    ApiToken,
    AuditEntry,
    Base,
    CheckTally,
    DayTally,
    Heartbeat,
    Idempotency,
    RetentionGate,
    SignInLink,
    SignInSession,
    SignInStep,
    Ticket,
)
from service.domain.status import Status
from service.operations.day_tallies import is_now
from service.operations.inbound.keeping import forget_outside
from service.operations.open_audits import AT_ONCE, close_old_audits
from service.operations.outside.inquiries import forget_inquiries
from service.operations.sign_in import IDLE
from service.operations.site_retention import empty_discarded, forget_origins

BATCH = 500
"""Rows of a kind that are dropped at once, so that others can write in between."""
KEY_KEPT = timedelta(hours=24)
"""How long an ``Idempotency-Key`` is known."""
HEARTBEAT_KEPT = timedelta(days=1)
TOKEN_KEPT = timedelta(days=30)
"""How long an API token that is over is shown as such in its moderator's account."""
AUDIT_KEPT = timedelta(days=730)
"""How long the log of what moderators and operators did is kept: two years."""
TALLIES_KEPT = timedelta(days=400)
"""How long counters by day are kept: some weeks longer than the longest period that is
shown of them (`service.domain.periods`)."""
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
    steps: int
    tokens: int
    heartbeats: int

    @property
    def most(self) -> int:
        """The largest of the counts."""
        most: int = max(astuple(self))
        return most


def forget_stale(session: Session, now: datetime, limit: int = BATCH) -> Forgotten:
    """Delete what is over and has no further use.

    These are tickets, ``Idempotency-Key`` marks, unused allowances, sessions, sign-in
    links and steps, API tokens that are over, and heartbeats of workers that are gone.

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
        steps=drop(SignInStep.digest, SignInStep.expires_at <= now),
        tokens=drop(ApiToken.id, ApiToken.expires_at < now - TOKEN_KEPT),
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


def forget_tallies(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Delete counters of days that nobody is shown any more.

    Those of comments that are still held stay, whatever their age, as the backlog.

    :returns: how many rows, of either kind at most ``limit``.
    """
    first = (now - TALLIES_KEPT).date().isoformat()
    waits = (DayTally.what == is_now(Status.HELD)) & (DayTally.total != 0)
    return max(
        _delete_tallies(session, CheckTally, CheckTally.day < first, limit),
        _delete_tallies(session, DayTally, (DayTally.day < first) & ~waits, limit),
    )


def retain(session: Session, now: datetime) -> bool:
    """Drop one batch of everything that has been kept long enough, and of old audits.

    :returns: True if there may be more to drop.
    """
    most = max(
        forget_origins(session, now),
        empty_discarded(session, now),
        forget_outside(session, now, BATCH),
        forget_stale(session, now).most,
        forget_audit(session, now - AUDIT_KEPT),
        forget_tallies(session, now),
        forget_inquiries(session, now, BATCH),
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


def _delete_tallies(
    session: Session, model: type[Base], which: ColumnElement[bool], limit: int
) -> int:
    table: Any = model.__table__
    key = list(table.primary_key.columns)
    # Looked up first, oldest day first, and deleted one by one: told to delete rows
    # that a subquery names by several columns, a database reads the whole table.
    some = select(*key).where(which).order_by(table.c.day).limit(limit)
    rows = [row._asdict() for row in session.execute(some)]
    if rows:
        own = and_(*(column == bindparam(f"own_{column.name}") for column in key))
        given = [{f"own_{name}": value for name, value in row.items()} for row in rows]
        session.connection().execute(delete(table).where(own), given)
    return len(rows)
