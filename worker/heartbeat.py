"""The worker's sign of life: written by the task itself, it proves that tasks run."""

import time
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.models import Heartbeat
from service.db.upsert import insert_row
from service.domain.errors import Unavailable
from worker.pipeline import Doors

BEAT_SECONDS = 10.0
"""How often the sign is written, at most."""

_last_beat = -BEAT_SECONDS


def _write(session: Session, worker: str, now: datetime) -> None:
    values = {"worker": worker, "seen_at": now}
    insert_row(session, Heartbeat, values, unique=("worker",))
    session.execute(
        update(Heartbeat).where(Heartbeat.worker == worker).values(seen_at=now)
    )


def beat(doors: Doors, worker: str) -> None:
    """Write the sign of life, unless that was done moments ago."""
    global _last_beat  # noqa: PLW0603  # one process, one heart
    if time.monotonic() - _last_beat < BEAT_SECONDS:
        return
    try:
        doors.store.write(lambda s: _write(s, worker, doors.clock()))
    except Unavailable:
        return
    _last_beat = time.monotonic()


def seen_at(session: Session, worker: str) -> datetime | None:
    """When this worker last gave a sign of life."""
    return session.execute(
        select(Heartbeat.seen_at).where(Heartbeat.worker == worker)
    ).scalar_one_or_none()
