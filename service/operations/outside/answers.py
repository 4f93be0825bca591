"""What becomes of a question to a service outside: an answer, silence, or the end.

Each is stored together with the end of its job, or its next time, and with the checks
that are owed then.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Inquiry, Revision
from service.domain.outside import FINAL_TROUBLES, GIVEN_UP, PAUSE, OutsideAnswer
from service.jobs import Kind
from service.operations.claim import Lease, LeaseLost, carry_on, finish, holding
from service.operations.outside.inquiries import ANSWERED, FORLORN, OWED
from service.operations.owe import owe


def store_answer(
    session: Session,
    lease: Lease,
    digest: bytes,
    answer: OutsideAnswer,
    now: datetime,
) -> None:
    """Keep what a service has said, and owe the checks.

    :param digest: of what it was asked about. If that is no longer the question, it is
        asked again at once.
    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    inquiry = _mine(session, lease)
    if inquiry is not None and inquiry.digest != digest:
        carry_on(session, lease, now)
        return
    finish(session, lease)
    if inquiry is not None:
        inquiry.state = ANSWERED
        inquiry.trouble = ""
        inquiry.answer = answer.to_json()
        session.flush()
        _owe_checks(session, inquiry, now)


def store_silence(
    session: Session,
    lease: Lease,
    trouble: str,
    now: datetime,
    pause: timedelta = PAUSE,
) -> None:
    """Note that a service gave no answer; it is asked again later, or no more.

    The checks are owed after the first try, so that the comment is held, and when the
    service is given up.

    :param trouble: one of `service.domain.outside.TROUBLES`.
    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    inquiry = _mine(session, lease)
    if inquiry is None:
        finish(session, lease)
        return
    is_first = inquiry.tries == 0
    is_over = trouble in FINAL_TROUBLES or now + pause >= inquiry.asked_at + GIVEN_UP
    inquiry.tries += 1
    inquiry.trouble = trouble
    if is_over:
        inquiry.state = FORLORN
        finish(session, lease)
    else:
        carry_on(session, lease, now + pause)
    session.flush()
    if is_first or is_over:
        _owe_checks(session, inquiry, now)


def drop_inquiry(session: Session, lease: Lease, now: datetime) -> None:
    """Ask no more, since nobody wants to know; the checks go on without an answer.

    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    inquiry = _mine(session, lease)
    finish(session, lease)
    if inquiry is not None:
        inquiry.state = FORLORN
        inquiry.tries += 1
        session.flush()
        _owe_checks(session, inquiry, now)


def _mine(session: Session, lease: Lease) -> Inquiry | None:
    """The question of a job, locked with all others about the same text."""
    if not holding(session, [lease]):
        raise LeaseLost
    found = session.get(Inquiry, lease.subject)
    if found is None:
        return None
    # Of two that are answered at once, the second one sees the first.
    session.execute(
        select(Inquiry.id)
        .where(
            Inquiry.comment_id == found.comment_id, Inquiry.revision == found.revision
        )
        .order_by(Inquiry.id)
        .with_for_update()
    ).all()
    session.refresh(found)
    return found


def _owe_checks(session: Session, inquiry: Inquiry, now: datetime) -> None:
    untried = session.execute(
        select(Inquiry.id)
        .where(
            Inquiry.comment_id == inquiry.comment_id,
            Inquiry.revision == inquiry.revision,
            Inquiry.state == OWED,
            Inquiry.tries == 0,
        )
        .limit(1)
    ).first()
    if untried is not None:
        return
    if inquiry.revision == 0:
        owe(session, Kind.CHECK, inquiry.comment_id, now=now)
        return
    number = session.execute(
        select(Revision.id).where(
            Revision.comment_id == inquiry.comment_id,
            Revision.number == inquiry.revision,
        )
    ).scalar_one_or_none()
    if number is not None:
        owe(session, Kind.CHECK_REVISION, number, now=now)
