"""Owe a piece of work: a job row, born in the transaction that causes it."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.db.models import Job
from service.db.upsert import insert_row
from service.jobs import Kind


def owe(
    session: Session,
    kind: Kind,
    subject: int,
    *,
    now: datetime,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Add a job, unless one with the same ``dedupe_key`` is owed already.

    :param subject: row number of what the job is about.
    :param due_at: when it may be done; at once by default.
    """
    values = {
        "kind": kind.value,
        "subject": subject,
        "dedupe_key": dedupe_key,
        "due_at": due_at or now,
        "created_at": now,
    }
    # Two processes may owe the same at once; no key at all is like no other.
    insert_row(session, Job, values, unique=("dedupe_key",))
