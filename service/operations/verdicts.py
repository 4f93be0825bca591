"""Store what the checks said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from service.db.models import FindingRow, VerdictRow
from service.db.upsert import insert_rows
from service.domain.findings import Verdict
from service.operations.list_rows import count_found
from service.operations.tallies import Fired, tally_fired

_OF_LISTS = frozenset({"lists", "rules"})
_V: Any = VerdictRow.__table__
_ADD_VERDICTS = insert(_V).returning(_V.c.id, _V.c.comment_id)


class Said(NamedTuple):
    """A verdict, and what it is about."""

    comment: Any
    """Its columns."""
    verdict: Verdict
    revision: int = 0
    """Number of the edit that it is about; 0 for the first text."""
    is_finished: bool = True
    """False if it stands for checks that did not finish: then there is no score."""


_CHANGED = ("status", "score", "would_be", "thresholds", "model_version")
_F: Any = FindingRow.__table__


def store_verdicts(session: Session, verdicts: Sequence[Said], now: datetime) -> None:
    """Store verdicts on different comments with their findings, and count those."""
    if not verdicts:
        return
    rows = session.connection().execute(_ADD_VERDICTS, [_row(v, now) for v in verdicts])
    _add_findings(session, verdicts, {row.comment_id: row.id for row in rows})
    _count(session, verdicts, now)


def judged_before(session: Session, comment_ids: Sequence[int]) -> set[int]:
    """Those of the comments that have a verdict on their own text."""
    rows = session.scalars(
        select(VerdictRow.comment_id).where(
            VerdictRow.comment_id.in_(comment_ids), VerdictRow.revision == 0
        )
    )
    return set(rows)


def replace_verdicts(session: Session, verdicts: Sequence[Said]) -> None:
    """Put other verdicts in the place of those there are, on comments' own texts.

    Only what did not speak before is counted, on the day of the first verdict.
    """
    if not verdicts:
        return
    ids = [said.comment.id for said in verdicts]
    before = {
        row.comment_id: row
        for row in session.connection().execute(
            select(_V.c.id, _V.c.comment_id, _V.c.created_at).where(
                _V.c.comment_id.in_(ids), _V.c.revision == 0
            )
        )
    }
    numbers = {number: row.id for number, row in before.items()}
    mine = _F.c.verdict_id.in_(list(numbers.values()))
    spoke = {
        (row.comment_id, row.check, row.mode)
        for row in session.connection().execute(
            select(_F.c.comment_id, _F.c.check, _F.c.mode).where(mine)
        )
    }
    session.connection().execute(delete(_F).where(mine))
    session.connection().execute(
        update(_V)
        .where(_V.c.id == bindparam("own_id"))
        .values(rescored=None, **{name: bindparam(f"new_{name}") for name in _CHANGED}),
        [
            {"own_id": numbers[said.comment.id]}
            | {
                f"new_{name}": value
                for name, value in _row(
                    said, before[said.comment.id].created_at
                ).items()
                if name in _CHANGED
            }
            for said in verdicts
        ],
    )
    _add_findings(session, verdicts, numbers)
    for said in verdicts:
        fired = [
            Fired(said.comment.site_id, f.check, f.mode)
            for f in said.verdict.findings
            if (said.comment.id, f.check, f.mode) not in spoke
        ]
        tally_fired(session, fired, before[said.comment.id].created_at)


def _add_findings(
    session: Session, verdicts: Sequence[Said], numbers: Mapping[int, int]
) -> None:
    insert_rows(
        session,
        FindingRow,
        [
            {
                "verdict_id": numbers[said.comment.id],
                "comment_id": said.comment.id,
                "check": f.check,
                "check_version": f.version,
                "log_odds": f.log_odds,
                "reason": f.reason[:500],
                "detail": dict(f.detail),
                "at_least": f.at_least.value if f.at_least else None,
                "weight": f.weight,
                "mode": f.mode,
            }
            for said in verdicts
            for f in said.verdict.findings
        ],
    )


def _count(session: Session, verdicts: Sequence[Said], now: datetime) -> None:
    # An edit is judged again, and would count twice for one decision.
    fired = (
        Fired(said.comment.site_id, f.check, f.mode)
        for said in verdicts
        if said.revision == 0
        for f in said.verdict.findings
    )
    tally_fired(session, fired, now)
    found = Counter(
        hit["id"]
        for said in verdicts
        if said.revision == 0
        for f in said.verdict.findings
        for hit in f.detail.get("hits", ())
        if f.check in _OF_LISTS and hit.get("id")
    )
    count_found(session, found, now)


def _row(said: Said, now: datetime) -> dict[str, Any]:
    verdict = said.verdict
    return {
        "comment_id": said.comment.id,
        "revision": said.revision,
        "status": verdict.status.value,
        "score": verdict.score if said.is_finished else None,
        "would_be": verdict.would_be.value if verdict.would_be else None,
        "thresholds": verdict.thresholds and verdict.thresholds.to_json(),
        "model_version": verdict.model_version,
        "created_at": now,
    }
