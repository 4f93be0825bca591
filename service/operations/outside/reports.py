"""Telling a service outside what people decided, where it was wrong.

Only what somebody has decided is told, never what checks did. A service that said the
same is not told; one that was told, and whose report was taken back, is told the
opposite. Between the decision and the report lies a minute, so that an undo tells
nothing.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Inquiry
from service.domain.outside import AKISMET, GIVEN_UP, PAUSE
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import Lease, LeaseLost, carry_on, finish, holding
from service.operations.outside.inquiries import ANSWERED
from service.operations.owe import owe

GOOD: Final = "good"
SPAM: Final = "spam"

WAIT: Final = timedelta(minutes=1)
"""How long an undo may take for nothing to be told."""

_MEANING = {Status.PUBLISHED: GOOD, Status.SPAM: SPAM}
# What is held says neither, and takes back what was reported; the trash says nothing.


def want_report(
    session: Session, comment_id: int, new: Status, *, now: datetime
) -> None:
    """Note what a person's move says, and owe a report where the service must know."""
    if new is Status.TRASHED:
        return
    inquiries = session.scalars(
        select(Inquiry)
        .where(
            Inquiry.comment_id == comment_id,
            Inquiry.check == AKISMET,
            Inquiry.state == ANSWERED,
            Inquiry.asked_at > now - GIVEN_UP,
        )
        .with_for_update()
    ).all()
    for inquiry in inquiries:
        answered = _answered(inquiry)
        inquiry.wanted = _MEANING.get(new, answered)
        if inquiry.wanted != (inquiry.reported or answered):
            owe(
                session,
                Kind.REPORT,
                inquiry.id,
                now=now,
                due_at=now + WAIT,
                dedupe_key=f"{Kind.REPORT}-{inquiry.id}",
            )
    session.flush()


def _answered(inquiry: Inquiry) -> str:
    return GOOD if inquiry.answer.get("said") == "good" else SPAM


def is_to_be_told(session: Session, inquiry_id: int) -> bool:
    """True if the service still believes something else than people say."""
    inquiry = session.get(Inquiry, inquiry_id)
    if inquiry is None or not inquiry.wanted:
        return False
    return inquiry.wanted != (inquiry.reported or _answered(inquiry))


def store_report(session: Session, lease: Lease, told: str, now: datetime) -> None:
    """Note what the service was told; what was decided meanwhile is told next.

    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    inquiry = _mine(session, lease)
    if inquiry is not None and inquiry.wanted:
        inquiry.reported = told
        session.flush()
        if inquiry.wanted != told:
            carry_on(session, lease, now + WAIT)
            return
    finish(session, lease)


def put_off_report(session: Session, lease: Lease, now: datetime) -> None:
    """Try again later, as long as the service may be told at all.

    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    inquiry = _mine(session, lease)
    if inquiry is None or now + PAUSE >= inquiry.asked_at + GIVEN_UP:
        finish(session, lease)
    else:
        carry_on(session, lease, now + PAUSE)


def _mine(session: Session, lease: Lease) -> Inquiry | None:
    if not holding(session, [lease]):
        raise LeaseLost
    return session.get(Inquiry, lease.subject, with_for_update=True)
