"""What the checks need of a question from outside, and what they lead to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.db.models import OutsideQuestion
from service.domain.findings import Verdict
from service.operations.claim import Lease, finish


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A question in the shape of a comment and of its contact, as `gather` asks."""

    id: int
    """The row number with a minus sign, so that it is taken for no comment's."""
    public_id: str
    site_id: int
    thread_id: int
    """0 where the site has no such page."""
    name: str
    website: str
    text: str
    is_reply: bool
    trap_filled: bool
    created_at: datetime
    email_sealed: bytes | None = field(repr=False)
    email_index: bytes | None = field(repr=False)
    network_index: bytes | None = field(repr=False)
    ip_sealed: bytes | None = field(repr=False)
    agent_sealed: bytes | None = field(repr=False)
    status: str = "pending"
    arrival: Mapping[str, Any] = field(default_factory=dict)
    """Empty: nobody has proven who wrote it."""


def outside_by_id(session: Session, number: int) -> Outside | None:
    """The question that waits for its checks; None for any other."""
    row = session.get(OutsideQuestion, number)
    if row is None or row.state != "waiting" or row.emptied_at is not None:
        return None
    return Outside(
        id=-row.id,
        public_id=row.public_id,
        site_id=row.site_id,
        thread_id=row.thread_id or 0,
        name=row.name,
        website=row.website,
        text=row.text,
        is_reply=row.is_reply,
        trap_filled=row.trap_filled,
        created_at=row.created_at,
        email_sealed=row.email_sealed,
        email_index=row.email_index,
        network_index=row.network_index,
        ip_sealed=row.ip_sealed,
        agent_sealed=row.agent_sealed,
    )


def store_answer(session: Session, lease: Lease, verdict: Verdict) -> None:
    """Store what the checks led to, and nothing that quotes the comment.

    :raises LeaseLost: if the lease is no longer the caller's; then nothing is written.
    """
    finish(session, lease)
    row = session.get(OutsideQuestion, lease.subject)
    if row is not None and row.emptied_at is None:
        row.state = verdict.status.value
        row.score = verdict.score
        row.findings = [
            [each.check, each.log_odds]
            for each in verdict.findings
            if each.mode == "on"
        ]


def leave_unanswered(session: Session, lease: Lease) -> None:
    """Note that the checks did not finish: it may be asked again.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    finish(session, lease)
    row = session.get(OutsideQuestion, lease.subject)
    if row is not None and row.state == "waiting":
        row.state = "failed"
