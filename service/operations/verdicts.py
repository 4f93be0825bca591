"""Store what the checks said."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert
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


def store_verdicts(session: Session, verdicts: Sequence[Said], now: datetime) -> None:
    """Store verdicts on different comments with their findings, and count those."""
    rows = session.connection().execute(_ADD_VERDICTS, [_row(v, now) for v in verdicts])
    numbers = {row.comment_id: row.id for row in rows}
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
