"""What a trainer reads: labels that are due or stand, with what they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from service.db.models import FindingRow, Label, Revision, VerdictRow
from service.domain.revisions import TAKEN
from service.operations.label_subjects import (
    is_outside,
    last_taken,
    stored_of,
    subject_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A label, and the comment it is about, or the question from outside."""

    label_id: int
    comment_id: int
    """`service.operations.label_subjects.subject_of`."""
    public_id: str
    is_spam: bool | None
    source: str
    moderator_id: int | None
    bulk_size: int
    created_at: datetime
    number: int | None
    """Its place among the site's labels; None if it was not taken yet."""
    weight: float | None
    """How much it counted when it was taken."""
    log_odds: float | None
    """What the comment had just before it was learned."""
    name: str
    website: str
    text: str
    group_key: str
    findings: tuple[tuple[str, float], ...] = ()
    """``(check, log-odds)`` of the checks that acted on the text that is shown."""


_L: Any = Label.__table__
_V: Any = VerdictRow.__table__
_F: Any = FindingRow.__table__
_R: Any = Revision.__table__
_IDS: Any = bindparam("ids", expanding=True)
_MINE = _L.c.site_id == bindparam("site_id")
# One table each: joined, PostgreSQL would rather read some of them whole.
_DUE = (
    select(_L)
    .where(_MINE, _L.c.taken_number.is_(None), _L.c.due_at <= bindparam("now"))
    .order_by(_L.c.due_at, _L.c.id)
    .limit(bindparam("most"))
)
_NEXT = (
    select(_L)
    .where(_MINE, _L.c.taken_number > bindparam("after"))
    .order_by(_L.c.taken_number)
    .limit(bindparam("most"))
)
_THESE = select(_L).where(_L.c.id.in_(_IDS)).order_by(_L.c.id)
_VERDICTS = (
    select(_V.c.id, _V.c.comment_id, _V.c.revision)
    .where(_V.c.comment_id.in_(_IDS))
    .order_by(_V.c.revision)
)
_REVISIONS = select(_R.c.comment_id, _R.c.number).where(
    _R.c.comment_id.in_(_IDS), _R.c.state == TAKEN
)
_FINDINGS = (
    select(_F.c.comment_id, _F.c.check, _F.c.log_odds)
    .where(_F.c.verdict_id.in_(_IDS), _F.c.mode == "on")
    .order_by(_F.c.id)
)


def due_lessons(
    session: Session, site_id: int, now: datetime, most: int
) -> list[Lesson]:
    """Labels that may be learned and were not taken yet, those due longest first."""
    return _lessons(session, _due(session, site_id, now, most))


def is_any_due(session: Session, site_id: int, now: datetime) -> bool:
    """True if there is a label that may be learned now."""
    return bool(_due(session, site_id, now, 1))


def standing_lessons(
    session: Session, site_id: int, after: int, most: int
) -> tuple[list[Lesson], int]:
    """Labels that stand, among those that were taken next; in that order.

    A label stands if it is the last that was taken of its comment, says something,
    and was not written off.

    :param after: only labels with a higher number are looked at.
    :param most: how many are looked at.
    :returns: those that stand, and the last number that was looked at; 0 if there was
        nothing more to look at.
    """
    ask = session.connection().execute
    rows = ask(_NEXT, {"site_id": site_id, "after": after, "most": most}).all()
    if not rows:
        return [], 0
    last = last_taken(session, _subjects(rows))
    standing = [
        row
        for row in rows
        if row.is_spam is not None
        and not row.written_off
        and row.id == last[subject_of(row)]
    ]
    return _lessons(session, standing), rows[-1].taken_number


def lessons_of(session: Session, label_ids: Iterable[int]) -> list[Lesson]:
    """These labels, by row number."""
    given = {"ids": sorted(set(label_ids))}
    return _lessons(session, session.connection().execute(_THESE, given).all())


def verdicts_shown(session: Session, comment_ids: Sequence[int]) -> Mapping[int, int]:
    """Row numbers of the verdicts on the texts that are shown, by comment."""
    given = {"ids": list(comment_ids)}
    ask = session.connection().execute
    verdicts = ask(_VERDICTS, given).all()
    taken = set()
    if any(row.revision for row in verdicts):
        taken = {(row.comment_id, row.number) for row in ask(_REVISIONS, given)}
    return {
        row.comment_id: row.id
        for row in verdicts
        if row.revision == 0 or (row.comment_id, row.revision) in taken
    }


def findings_shown(
    session: Session, comment_ids: Sequence[int]
) -> Mapping[int, tuple[tuple[str, float], ...]]:
    """``(check, log-odds)`` of what acted, of the verdict on the text that is shown."""
    shown = verdicts_shown(session, comment_ids)
    found: dict[int, list[tuple[str, float]]] = defaultdict(list)
    given = {"ids": list(shown.values())}
    for row in session.connection().execute(_FINDINGS, given):
        found[row.comment_id].append((row.check, row.log_odds))
    return {comment_id: tuple(said) for comment_id, said in found.items()}


def _due(session: Session, site_id: int, now: datetime, most: int) -> Sequence[Any]:
    given = {"site_id": site_id, "now": now, "most": most}
    return session.connection().execute(_DUE, given).all()


def _subjects(rows: Iterable[Any]) -> list[int]:
    return sorted({subject_of(row) for row in rows})


def _lessons(session: Session, rows: Sequence[Any]) -> list[Lesson]:
    """The labels with what they are about."""
    subjects = _subjects(rows)
    about = stored_of(session, subjects)
    comments = [number for number in subjects if not is_outside(number)]
    findings = dict(findings_shown(session, comments))
    for number in filter(is_outside, subjects):
        findings[number] = tuple(
            (check, log_odds) for check, log_odds in about[number].findings
        )
    return [_lesson(row, about[subject_of(row)], findings) for row in rows]


def _lesson(
    row: Any, about: Any, findings: Mapping[int, tuple[tuple[str, float], ...]]
) -> Lesson:
    subject = subject_of(row)
    return Lesson(
        label_id=row.id,
        comment_id=subject,
        public_id=about.public_id,
        is_spam=row.is_spam,
        source=row.source,
        moderator_id=row.moderator_id,
        bulk_size=row.bulk_size,
        created_at=row.created_at,
        number=row.taken_number,
        weight=row.weight,
        log_odds=row.log_odds,
        name=about.name,
        website=about.website,
        text=about.text,
        group_key="" if is_outside(subject) else about.group_key,
        findings=findings.get(subject, ()),
    )
