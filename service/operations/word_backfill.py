"""Make words and reasons for comments that were there before these were kept.

It is a job of the workers, batch by batch and the newest first: where there are a
million comments it takes minutes, and nobody waits for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, FindingRow, Job
from service.db.word_table import empty_words
from service.domain.check_names import reasons_of
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import Lease, LeaseLost, carry_on, finish_all, holding
from service.operations.lessons import verdicts_shown
from service.operations.owe import owe
from service.operations.word_index import index_words

BATCH = 200
"""Comments that are filled in at once, so that others can write in between."""

_C: Any = Comment.__table__
_F: Any = FindingRow.__table__
_REASONS = (
    update(_C)
    .where(_C.c.id == bindparam("own_id"), _C.c.reasons != bindparam("new_reasons"))
    .values(reasons=bindparam("new_reasons"))
)


def owe_words(session: Session, now: datetime) -> None:
    """Forget all words, and owe those of all comments anew."""
    empty_words(session.connection())
    session.execute(delete(Job).where(Job.kind == Kind.WORDS.value))
    last = session.execute(select(func.max(Comment.id))).scalar_one()
    if last is not None:
        owe(session, Kind.WORDS, last + 1, now=now, dedupe_key="words")


def make_words(
    session: Session, lease: Lease, now: datetime, limit: int = BATCH
) -> None:
    """Make words and reasons for the newest comments that have none yet.

    The job's subject is the row number below which they lie. It is carried on with the
    next ones, and struck off after the last.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    if not holding(session, [lease]):
        raise LeaseLost
    ids = session.scalars(
        select(_C.c.id)
        .where(_C.c.id < lease.subject)
        .order_by(_C.c.id.desc())
        .limit(limit)
    ).all()
    # Locked, so that nothing is judged or erased between reading and writing.
    done = session.scalars(
        select(_C.c.id)
        .where(_C.c.id.in_(ids), _C.c.status != Status.PENDING.value)
        .order_by(_C.c.id)
        .with_for_update()
    ).all()
    index_words(session, done)
    _set_reasons(session, done)
    if len(ids) < limit:
        finish_all(session, [lease])
        return
    session.execute(update(Job).where(Job.id == lease.job_id).values(subject=ids[-1]))
    carry_on(session, lease, now)


def _set_reasons(session: Session, ids: Sequence[int]) -> None:
    shown = verdicts_shown(session, ids)
    names: dict[int, list[str]] = {number: [] for number in shown.values()}
    rows = session.execute(
        select(_F.c.verdict_id, _F.c.check).where(_F.c.verdict_id.in_(names))
    )
    for row in rows:
        names[row.verdict_id].append(row.check)
    _write_reasons(session, {i: reasons_of(names[v]) for i, v in shown.items()})


def _write_reasons(session: Session, reasons: Mapping[int, int]) -> None:
    if reasons:
        session.connection().execute(
            _REASONS,
            [{"own_id": i, "new_reasons": reasons[i]} for i in sorted(reasons)],
        )
