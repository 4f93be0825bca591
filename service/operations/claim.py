"""Claim due jobs under a lease, and give them back.

While a job is leased its ``due_at`` is the lease's end, so one index finds both the
jobs that are due and those whose worker died.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from service.db.models import Job
from service.jobs import Kind
from service.privacy.tokens import public_id

LEASE = timedelta(seconds=15)
"""No check takes nearly as long; a killed worker's jobs come free after it."""
MAX_ATTEMPTS = 5
"""After so many the comment is held for a person (RELIABILITY B8)."""
FURTHEST = timedelta(minutes=5)
"""No check is ever due later than this, unless a clock jumped."""
RETENTION_PAUSE = timedelta(hours=1)
"""How long after it was done the next retention is due."""

_KNOWN = [kind.value for kind in Kind]
# Jobs of other kinds are left for the newer version that knows them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A claimed job."""

    job_id: int
    kind: str
    subject: int
    token: str
    attempts: int
    """Claims so far, this one included."""


class LeaseLost(Exception):
    """The lease ended, or was never this caller's; nothing may be written under it."""


class TextChanged(LeaseLost):
    """The lease holds, but what was read under it has changed since."""


def claim(session: Session, now: datetime, limit: int = 1) -> list[Lease]:
    """Up to ``limit`` due jobs, the longest due first; nobody else gets them then."""
    due = (
        select(Job.id)
        .where(Job.due_at <= now, Job.kind.in_(_KNOWN))
        .order_by(Job.due_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: it has one writer
    )
    token = public_id()
    rows = session.execute(
        update(Job)
        .where(Job.id.in_(due.scalar_subquery()))
        .values(lease_token=token, due_at=now + LEASE, attempts=Job.attempts + 1)
        .returning(Job.id, Job.kind, Job.subject, Job.attempts)
        .execution_options(synchronize_session=False)
    )
    return [
        Lease(
            job_id=r.id,
            kind=r.kind,
            subject=r.subject,
            token=token,
            attempts=r.attempts,
        )
        for r in rows
    ]


def finish(session: Session, lease: Lease) -> None:
    """Strike the job off, in the transaction that stores what it led to.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    done = session.execute(
        delete(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .returning(Job.id)
    ).scalar_one_or_none()
    if done is None:
        raise LeaseLost


def put_back(session: Session, lease: Lease, error: str, due_at: datetime) -> None:
    """Give the job back, to be tried again at ``due_at``.

    :param error: class of what went wrong; never its text, which may quote a person.
    """
    session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .values(lease_token=None, due_at=due_at, last_error=error[:200])
    )


def carry_on(session: Session, lease: Lease, due_at: datetime) -> None:
    """Give back a job that did not fail, so that no attempt counts against it."""
    session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .values(lease_token=None, due_at=due_at, attempts=0, last_error="")
    )


def anything_due(session: Session, now: datetime) -> bool:
    """True if a job could be claimed now."""
    due = select(Job.id).where(Job.due_at <= now, Job.kind.in_(_KNOWN)).limit(1)
    return session.execute(due).first() is not None


def mend_clock(session: Session, now: datetime) -> None:
    """Make jobs due that lie impossibly far ahead: a clock was wrong back then."""
    is_other = Job.kind != Kind.RETENTION.value
    too_far = or_(
        and_(is_other, Job.due_at > now + FURTHEST),
        Job.due_at > now + RETENTION_PAUSE + FURTHEST,
    )
    session.execute(update(Job).where(too_far).values(due_at=now, lease_token=None))
