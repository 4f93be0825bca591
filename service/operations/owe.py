"""Owe a piece of work: a job row, born in the transaction that causes it."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
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


_J: Any = Job.__table__


def owe_training(session: Session, site_id: int, *, now: datetime) -> None:
    """Owe the learning of what was labelled on a site in this transaction.

    If it is owed already, the job is kept from being struck off until the labels can be
    seen: whoever does it locks its row first and looks for labels then.
    """
    values = {
        "kind": Kind.TRAIN.value,
        "subject": site_id,
        "dedupe_key": f"{Kind.TRAIN}-{site_id}",
        "attempts": 0,
        "due_at": now,
        "last_error": "",
        "created_at": now,
    }
    connection = session.connection()
    make: Any = (
        sqlite.insert if connection.dialect.name == "sqlite" else (postgresql.insert)
    )
    connection.execute(
        make(_J)
        .values(values)
        .on_conflict_do_update(
            index_elements=["dedupe_key"], set_={"subject": _J.c.subject}
        )
    )
