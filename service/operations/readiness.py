"""What the store says of how the whole service is doing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Heartbeat, Job
from service.db.revision import HEAD, revision_of
from service.jobs import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Facts for the readiness route."""

    is_migrated: bool
    worker_seen_at: datetime | None = None
    """The last sign of life of any worker."""
    oldest_due_at: datetime | None = None
    """When the check that waits longest became due."""


def readiness(session: Session) -> Readiness:
    """How the service is doing, in a few cheap questions."""
    if revision_of(session.connection()) != HEAD:
        return Readiness(is_migrated=False)
    return Readiness(
        is_migrated=True,
        worker_seen_at=session.execute(
            select(func.max(Heartbeat.seen_at))
        ).scalar_one(),
        oldest_due_at=session.execute(
            select(func.min(Job.due_at)).where(Job.kind != Kind.RETENTION.value)
        ).scalar_one(),
    )
