"""What a trainer notes on labels: their numbers, and how much each counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from service.db.models import Label

_L: Any = Label.__table__


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the trainer notes on a label as it takes it."""

    label_id: int
    number: int
    weight: float
    log_odds: float | None


_TAKEN = (
    update(_L)
    .where(_L.c.id == bindparam("own_id"), _L.c.taken_number.is_(None))
    .values(
        taken_number=bindparam("new_number"),
        weight=bindparam("new_weight"),
        log_odds=bindparam("new_log_odds"),
    )
)


def note_taken(session: Session, notes: Sequence[Note]) -> None:
    """Number labels that were taken, and note how much each counted.

    Whoever does so has made sure that nobody else trains the site (`switch`).
    """
    if notes:
        session.connection().execute(
            _TAKEN,
            [
                {
                    "own_id": note.label_id,
                    "new_number": note.number,
                    "new_weight": note.weight,
                    "new_log_odds": note.log_odds,
                }
                for note in notes
            ],
        )


def note_confirmed(session: Session, label_ids: Iterable[int]) -> None:
    """Note that labels count fully which were doubted when they were taken."""
    session.execute(
        update(_L).where(_L.c.id.in_(sorted(set(label_ids)))).values(weight=1.0)
    )


def hasten(session: Session, label_ids: Iterable[int], now: datetime) -> None:
    """Have labels learned now that waited for a second sight."""
    session.execute(
        update(_L)
        .where(
            _L.c.id.in_(sorted(set(label_ids))),
            _L.c.taken_number.is_(None),
            _L.c.due_at > now,
        )
        .values(due_at=now)
    )
