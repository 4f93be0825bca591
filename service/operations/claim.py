"""Claim due jobs under a lease, and give them back.

While a job is leased its ``due_at`` is the lease's end, so one index finds both the
jobs that are due and those whose worker died.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from service.db.models import Job
from service.db.models.jobs import IS_OUTSIDE
from service.jobs import Kind
from service.privacy.tokens import public_id

LEASE = timedelta(seconds=15)
"""No check takes nearly as long; a killed worker's jobs come free after it."""
OUTSIDE_LEASE = timedelta(seconds=60)
"""The same for what is asked outside: looking a name up may take half of it."""
MAX_ATTEMPTS = 5
"""After so many the comment is held for a person (RELIABILITY B8)."""
FURTHEST = timedelta(minutes=5)
"""No check is ever due later than this, unless a clock jumped."""
RETENTION_PAUSE = timedelta(hours=1)
"""How long after it was done the next retention is due."""
UPKEEP_PAUSE = timedelta(hours=1)
"""How long after it was done the next look at all models is due."""
WORDS_PAUSE = timedelta(minutes=5)
"""How long the words of older comments wait when they could not be made."""

_KNOWN = [kind.value for kind in Kind]
# Jobs of other kinds are left for the newer version that knows them.
_OUTSIDE = [Kind.ASK.value, Kind.REPORT.value]
# These wait for others, so they are never claimed together with what does not.
_INSIDE = [kind for kind in _KNOWN if kind not in _OUTSIDE]


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


_J: Any = Job.__table__
_IDS: Any = bindparam("ids", expanding=True)
_FIRST = (
    select(_J.c.id, _J.c.kind, _J.c.subject, _J.c.attempts)
    .where(_J.c.due_at <= bindparam("now"))
    .order_by(_J.c.due_at, _J.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # SQLite leaves it out: it has one writer
)
_DUE = _FIRST.where(_J.c.kind.in_(_INSIDE))
_DUE_OUTSIDE = _FIRST.where(IS_OUTSIDE)
_LEASED = (
    update(_J)
    .where(_J.c.id.in_(_IDS))
    .values(
        lease_token=bindparam("token"),
        due_at=bindparam("until"),
        attempts=_J.c.attempts + 1,
    )
)
_MINE = _J.c.id.in_(_IDS) & (_J.c.lease_token == bindparam("token"))
_HELD = select(_J.c.id).where(_MINE).order_by(_J.c.id).with_for_update()
_FINISHED = delete(_J).where(_MINE)
_RELEASED = (
    update(_J)
    .where(_MINE)
    .values(lease_token=None, due_at=bindparam("now"), attempts=_J.c.attempts - 1)
)


def claim(session: Session, now: datetime, limit: int = 1) -> list[Lease]:
    """Up to ``limit`` due jobs, the longest due first; nobody else gets them then.

    Questions to services outside are not among them: `claim_outside`. A job that was
    tried before comes alone: should it be the one that kills every worker, it takes no
    attempt of others with it again.
    """
    return _claim(session, _DUE, now, limit, LEASE)


def claim_outside(session: Session, now: datetime, limit: int) -> list[Lease]:
    """The same for what is asked of services outside, under a longer lease."""
    return _claim(session, _DUE_OUTSIDE, now, limit, OUTSIDE_LEASE)


def _claim(
    session: Session, wanted: Any, now: datetime, limit: int, lease: timedelta
) -> list[Lease]:
    ask = session.connection().execute
    due = ask(wanted, {"now": now, "most": limit}).all()
    untried = list(takewhile(lambda row: row.attempts == 0, due))
    chosen = untried or due[:1]
    if not chosen:
        return []
    token = public_id()
    ids = [row.id for row in chosen]
    ask(_LEASED, {"ids": ids, "token": token, "until": now + lease})
    return [
        Lease(
            job_id=row.id,
            kind=row.kind,
            subject=row.subject,
            token=token,
            attempts=row.attempts + 1,
        )
        for row in chosen
    ]


def holding(session: Session, leases: Sequence[Lease]) -> set[int]:
    """Those of the jobs, claimed together, whose leases still are the caller's.

    They stay so until the transaction ends.
    """
    rows = session.connection().execute(_HELD, _given(leases))
    return set(rows.scalars())


def finish_all(session: Session, leases: Sequence[Lease]) -> None:
    """Strike jobs off that were claimed together and are held (`holding`)."""
    if leases:
        session.connection().execute(_FINISHED, _given(leases))


def _given(leases: Sequence[Lease]) -> dict[str, Any]:
    return {"ids": [lease.job_id for lease in leases], "token": leases[0].token}


def finish(session: Session, lease: Lease) -> None:
    """Strike the job off, in the transaction that stores what it led to.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    if not holding(session, [lease]):
        raise LeaseLost
    finish_all(session, [lease])


def release(session: Session, leases: Sequence[Lease], now: datetime) -> None:
    """Give back jobs, claimed together, that were not begun: no attempt counts."""
    if leases:
        session.connection().execute(_RELEASED, _given(leases) | {"now": now})


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
    return _is_due(session, now, Job.kind.in_(_KNOWN))


def anything_due_outside(session: Session, now: datetime) -> bool:
    """True if there is something to ask of services outside now."""
    return _is_due(session, now, IS_OUTSIDE)


def _is_due(session: Session, now: datetime, wanted: Any) -> bool:
    due = select(Job.id).where(Job.due_at <= now, wanted)
    # In the order of the index, or PostgreSQL reads the table when much is due.
    due = due.order_by(Job.due_at, Job.id).limit(1)
    return session.execute(due).first() is not None


def mend_clock(session: Session, now: datetime) -> None:
    """Make jobs due that lie impossibly far ahead: a clock was wrong back then."""
    is_other = Job.kind.not_in((Kind.RETENTION.value, Kind.MODELS.value, *_OUTSIDE))
    too_far = or_(
        and_(is_other, Job.due_at > now + FURTHEST),
        Job.due_at > now + max(RETENTION_PAUSE, UPKEEP_PAUSE) + FURTHEST,
    )
    session.execute(update(Job).where(too_far).values(due_at=now, lease_token=None))
