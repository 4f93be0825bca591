"""Questions to services outside: when they come up, and when they are over.

A question is about one text of one comment. Asking is a job of its own; once each
question about the text was tried, the checks are owed again, and judge by what is known
then. So a kill anywhere leaves either the question or the checks to be done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Inquiry, Job, Move, Revision
from service.db.upsert import insert_rows
from service.domain.outside import GIVEN_UP, PAUSE
from service.domain.status import Actor, Status
from service.jobs import Kind
from service.operations.claim import Lease, finish_all, holding
from service.operations.owe import owe

OWED, ANSWERED, FORLORN = "owed", "answered", "given-up"
"""States of an `Inquiry`."""

_I: Any = Inquiry.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Questions that came up when a comment was checked."""

    lease: Lease
    """Of the checks, which are put off until the questions were tried."""
    site_id: int
    comment_id: int
    revision: int
    checks: tuple[str, ...]
    digest: bytes


def inquiries_of(
    session: Session, comment_ids: Sequence[int], revision: int = 0
) -> dict[int, dict[str, Any]]:
    """The questions about these comments, by row number and check."""
    rows = session.connection().execute(
        select(_I).where(_I.c.comment_id.in_(comment_ids), _I.c.revision == revision)
    )
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.comment_id, {})[row.check] = row
    return found


def ask_all(session: Session, asked: Sequence[Asking], now: datetime) -> list[Lease]:
    """Owe the questions, and strike off the checks that brought them up.

    :param asked: of jobs that were claimed together.
    :returns: the leases that were lost meanwhile; for those nothing is written.
    """
    held = holding(session, [each.lease for each in asked])
    mine = [each for each in asked if each.lease.job_id in held]
    for each in mine:
        _ask(session, each, now)
    finish_all(session, [each.lease for each in mine])
    return [each.lease for each in asked if each.lease.job_id not in held]


def _ask(session: Session, asking: Asking, now: datetime) -> None:
    fresh: dict[str, Any] = {
        "digest": asking.digest,
        "state": OWED,
        "tries": 0,
        "trouble": "",
        "answer": {},
        "settled": False,
        "wanted": "",
        "reported": "",
        "asked_at": now,
    }
    own = {
        "site_id": asking.site_id,
        "comment_id": asking.comment_id,
        "revision": asking.revision,
    }
    insert_rows(
        session,
        Inquiry,
        [own | {"check": check} | fresh for check in asking.checks],
        unique=("comment_id", "revision", "check"),
    )
    which = (
        (Inquiry.comment_id == asking.comment_id)
        & (Inquiry.revision == asking.revision)
        & Inquiry.check.in_(asking.checks)
    )
    # Those that were there are about a text that is no more.
    session.execute(
        update(Inquiry)
        .where(which, Inquiry.digest != asking.digest)
        .values(**fresh)
        .execution_options(synchronize_session=False)
    )
    for number in session.scalars(select(Inquiry.id).where(which).order_by(Inquiry.id)):
        owe(session, Kind.ASK, number, now=now, dedupe_key=f"{Kind.ASK}-{number}")


def awaiting(session: Session, comment_ids: Sequence[int]) -> set[int]:
    """Those of the comments that only wait for an answer from outside.

    The checks hold them, nobody has moved or mended them since, and nothing else has
    been judged of them.
    """
    later = select(Move.id).where(
        Move.comment_id == Comment.id, Move.actor != Actor.CHECKS.value
    )
    mended = select(Revision.id).where(
        Revision.comment_id == Comment.id, Revision.moderator_id.is_not(None)
    )
    rows = session.scalars(
        select(Comment.id).where(
            Comment.id.in_(comment_ids),
            Comment.status == Status.HELD.value,
            Comment.erased_at.is_(None),
            exists().where(
                Inquiry.comment_id == Comment.id,
                Inquiry.revision == 0,
                Inquiry.settled.is_(False),
            ),
            ~later.exists(),
            ~mended.exists(),
        )
    )
    return set(rows)


def settle(
    session: Session, comment_ids: Sequence[int], waits: Mapping[int, bool]
) -> None:
    """Note that a verdict was stored on these comments.

    :param waits: True for each whose verdict an answer may still change.
    """
    done = [number for number in comment_ids if not waits.get(number, False)]
    session.execute(
        update(Inquiry)
        .where(
            Inquiry.comment_id.in_(done),
            Inquiry.revision == 0,
            Inquiry.settled.is_(False),
        )
        .values(settled=True)
        .execution_options(synchronize_session=False)
    )


def forget_inquiries(session: Session, now: datetime, limit: int) -> int:
    """Delete questions that are over, and of which no service is told any more.

    :returns: how many, at most ``limit``.
    """
    old = (
        select(Inquiry.id)
        .where(
            Inquiry.asked_at < now - GIVEN_UP - PAUSE,
            Inquiry.state != OWED,
        )
        .order_by(Inquiry.asked_at)
        .limit(limit)
    )
    gone = session.execute(
        delete(Inquiry)
        .where(Inquiry.id.in_(old))
        .returning(Inquiry.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def blank_inquiries(session: Session, comment_ids: Sequence[int]) -> None:
    """Forget what services said of an erased person's comments, and tell them nothing.

    The rows stay as long as a job may be about them.
    """
    session.execute(
        update(Inquiry)
        .where(Inquiry.comment_id.in_(comment_ids))
        .values(answer={}, digest=b"", wanted="", reported="")
        .execution_options(synchronize_session=False)
    )


def owed_count(session: Session, site_id: int) -> dict[str, int]:
    """How many questions of a site have no answer yet, by check."""
    rows = session.execute(
        select(Inquiry.check, func.count())
        .join(Job, Job.subject == Inquiry.id)
        .where(Job.kind == Kind.ASK.value, Inquiry.site_id == site_id)
        .group_by(Inquiry.check)
    )
    return {row[0]: row[1] for row in rows}
