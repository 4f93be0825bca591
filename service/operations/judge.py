"""Store what the checks led to, once, and move the comment by it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    CommentBand,
    CommentHost,
    Revision,
)
from service.db.upsert import insert_rows
from service.domain.check_names import UNFINISHED_NAME, reasons_of
from service.domain.checking import Reading
from service.domain.findings import Finding, Verdict
from service.domain.revisions import REFUSED, TAKEN, WAITING
from service.domain.status import Actor, Status
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.claim import Lease, finish, finish_all, holding
from service.operations.flooding import Judged, join_floods
from service.operations.floods import leave_floods
from service.operations.move import Due, move, move_all, touch_thread
from service.operations.outside.inquiries import awaiting, settle
from service.operations.verdicts import (
    Said,
    judged_before,
    replace_verdicts,
    store_verdicts,
)
from service.operations.word_index import index_words

UNFINISHED = Finding(
    check=UNFINISHED_NAME,
    log_odds=0.0,
    reason="The checks did not finish, so a person must look.",
    at_least=Status.HELD,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A comment's text as safe HTML."""

    html: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks led to for one comment."""

    lease: Lease
    verdict: Verdict
    reading: Reading
    rendered: Rendered
    seen_version: int
    """The comment's version when its text was read for the checks."""
    is_drawn: bool = False
    """True if a moderator is to be asked whether a verdict that settles the comment was
    right."""
    telling_hosts: tuple[str, ...] | None = None
    """Of its hosts those that make comments alike; None for all."""
    waits: bool = False
    """True if a service outside still owes an answer that may change the verdict."""


class Outcome(Enum):
    """What became of a verdict."""

    MOVED = auto()
    """It is stored, and the comment was moved by it."""
    KEPT = auto()
    """It is stored for the record; the comment had been decided on, and stays so."""
    GONE = auto()
    """There is no such comment any more, or nothing to judge; the job is done."""
    LOST = auto()
    """The lease was no longer the caller's: nothing is written."""
    CHANGED = auto()
    """The comment was edited or erased since it was read: nothing is written, and the
    lease holds. Check it again."""


_C: Any = Comment.__table__
_H: Any = CommentHost.__table__
_B: Any = CommentBand.__table__
_IDS: Any = bindparam("ids", expanding=True)
_NOW_STORED = (
    select(
        *(_C.c.id, _C.c.site_id, _C.c.thread_id, _C.c.status, _C.c.version),
        *(_C.c.title, _C.c.text, _C.c.website, _C.c.erased_at, _C.c.created_at),
    )
    .where(_C.c.id.in_(_IDS))
    .order_by(_C.c.id)
    .with_for_update()
)
_LAID_OUT = (
    update(_C)
    .where(_C.c.id == bindparam("own_id"))
    .values(
        html=bindparam("new_html"),
        render_version=bindparam("new_render_version"),
        score=bindparam("new_score"),
        normal_hash=bindparam("new_normal_hash"),
        group_key=bindparam("new_group_key"),
        audit=bindparam("new_audit"),
        reasons=bindparam("new_reasons"),
    )
)
_FORGET = tuple(delete(table).where(table.c.comment_id.in_(_IDS)) for table in (_H, _B))
_MOST_HOSTS = 100


def remember(session: Session, read: Sequence[tuple[Any, Reading]]) -> None:
    """Keep what later comments are compared with; each with its comment's columns."""
    given = {"ids": [comment.id for comment, _ in read]}
    for forget in _FORGET:
        session.connection().execute(forget, given)
    hosts, bands = [], []
    for comment, reading in read:
        own = {"comment_id": comment.id, "site_id": comment.site_id}
        named = {h for h in (*reading.hosts, reading.website_host) if h}
        hosts += [own | {"host": host} for host in sorted(named)[:_MOST_HOSTS]]
        bands += [own | {"band": band} for band in sorted(set(reading.bands))]
    insert_rows(session, CommentHost, hosts, unique=("comment_id", "host"))
    insert_rows(session, CommentBand, bands, unique=("comment_id", "band"))


def _is_changed(comment: Any, checked: Checked) -> bool:
    """True if what was read for the checks is no longer what the comment says."""
    if comment.status == Status.PENDING:
        return bool(comment.version != checked.seen_version)
    # A decision alone changes the version, and nothing of what was read.
    said = (comment.text[:MAX_COMMENT_CHARS], comment.website)
    return said != (checked.reading.text, checked.reading.website)


def _reasons(verdict: Verdict) -> int:
    return reasons_of(finding.check for finding in verdict.findings)


def _why(verdict: Verdict) -> str:
    # Names of checks, not their reasons: those may quote a person, and a move's row
    # stays as it is when that person is erased.
    named = [f.check for f in verdict.findings if f.share > 0 or f.at_least]
    if not named:
        return "Nothing spoke against it."
    return f"Because of: {', '.join(dict.fromkeys(named[:5]))}."


def judge_all(
    session: Session, checked: Sequence[Checked], *, now: datetime
) -> list[Outcome]:
    """Store the verdicts on comments, and move those that are pending by them.

    None is hindered by what has happened to another meanwhile. A moderator's decision
    always wins: a comment that is no longer pending keeps its state. But for one that
    the checks hold only because a service outside owes its answer: its verdict is
    replaced, and moves it if it says something else now.

    :param checked: of jobs that were claimed together.
    :returns: what became of each, in the order given.
    """
    held = holding(session, [each.lease for each in checked])
    given = {"ids": [each.lease.subject for each in checked]}
    rows = session.connection().execute(_NOW_STORED, given)
    comments = {row.id: row for row in rows}
    again = _again(session, comments.values())
    outcomes = [
        _outcome(each, comments.get(each.lease.subject), held, again)
        for each in checked
    ]
    stored = [
        (each, comments[each.lease.subject])
        for each, outcome in zip(checked, outcomes, strict=True)
        if outcome in {Outcome.MOVED, Outcome.KEPT}
    ]
    if stored:
        _store(session, stored, again, now)
    done = {*(each.lease.job_id for each, _ in stored)} | {
        each.lease.job_id
        for each, outcome in zip(checked, outcomes, strict=True)
        if outcome is Outcome.GONE
    }
    finish_all(session, [c.lease for c in checked if c.lease.job_id in done])
    return outcomes


def _again(session: Session, comments: Iterable[Any]) -> dict[int, bool]:
    """Comments that were judged before, and if they only wait for an answer."""
    ids = [each.id for each in comments if each.status != Status.PENDING]
    if not ids:
        return {}
    waiting = awaiting(session, ids)
    return {number: number in waiting for number in judged_before(session, ids)}


def _outcome(
    checked: Checked, comment: Any, held: set[int], again: Mapping[int, bool]
) -> Outcome:
    if checked.lease.job_id not in held:
        return Outcome.LOST
    if comment is None or not again.get(comment.id, True):
        return Outcome.GONE
    if _is_changed(comment, checked):
        return Outcome.CHANGED
    is_free = comment.status == Status.PENDING or comment.id in again
    return Outcome.MOVED if is_free else Outcome.KEPT


def _store(
    session: Session,
    stored: Sequence[tuple[Checked, Any]],
    again: Mapping[int, bool],
    now: datetime,
) -> None:
    session.connection().execute(
        _LAID_OUT,
        [
            {
                "own_id": comment.id,
                "new_html": each.rendered.html,
                "new_render_version": each.rendered.version,
                "new_score": each.verdict.score,
                "new_normal_hash": each.reading.normal_hash,
                "new_group_key": each.reading.group_key[:300],
                "new_audit": _is_audited(each, comment, again),
                "new_reasons": _reasons(each.verdict),
            }
            for each, comment in stored
        ],
    )
    remember(session, [(comment, each.reading) for each, comment in stored])
    index_words(session, [comment.id for _, comment in stored])
    said = [Said(comment, each.verdict) for each, comment in stored]
    store_verdicts(session, [s for s in said if s.comment.id not in again], now)
    replace_verdicts(session, [s for s in said if s.comment.id in again])
    settle(
        session,
        [comment.id for _, comment in stored],
        {comment.id: each.waits for each, comment in stored},
    )
    due = [_due(each.verdict, comment) for each, comment in stored]
    free = [d for d in due if _is_moved(d, again)]
    move_all(session, free, actor=Actor.CHECKS, now=now)
    # Of an erased person's comment nothing is compared any more.
    alike = [
        Judged(comment=comment, reading=each.reading, hosts=each.telling_hosts)
        for each, comment in stored
        if comment.erased_at is None and comment.id not in again
    ]
    join_floods(session, alike)


def _is_moved(due: Due, again: Mapping[int, bool]) -> bool:
    """True for what is pending, and for what is held no longer."""
    is_pending = due.comment.status == Status.PENDING
    return is_pending or (due.comment.id in again and due.new is not Status.HELD)


def _is_audited(checked: Checked, comment: Any, again: Mapping[int, bool]) -> bool:
    """True for a comment that these checks settle, if it was drawn."""
    is_settled = checked.verdict.status is not Status.HELD
    is_free = comment.status == Status.PENDING or comment.id in again
    return checked.is_drawn and is_settled and is_free and comment.erased_at is None


def _due(verdict: Verdict, comment: Any) -> Due:
    if comment.erased_at is not None:
        # What is left of an erased person's comment is for a moderator to look at.
        new, reason = Status.HELD, "Its writer was erased meanwhile."
    else:
        new, reason = verdict.status, _why(verdict)
    return Due(
        comment=comment,
        new=new,
        reason=reason,
        score=verdict.score,
        model_version=verdict.model_version,
    )


def judge_revision(  # noqa: PLR0913  # each is a part of the verdict
    session: Session,
    lease: Lease,
    verdict: Verdict,
    reading: Reading,
    rendered: Rendered,
    *,
    telling_hosts: tuple[str, ...] | None = None,
    now: datetime,
) -> bool:
    """Store the verdict on a writer's edit, and take the new text if it passed.

    The old text of a published comment stays where the new one is doubtful. A held
    comment takes it in any case, since a person will look at it; so does one called
    spam, whose writer is told that it is held.

    :param telling_hosts: as in `Checked`.
    :returns: True if the edit was taken.
    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    finish(session, lease)
    revision = session.get(Revision, lease.subject)
    if revision is None or revision.state != WAITING:
        return False
    comment = session.get_one(Comment, revision.comment_id, with_for_update=True)
    store_verdicts(session, [Said(comment, verdict, revision.number)], now)
    passed = comment.status in {Status.HELD, Status.SPAM} or (
        comment.status == Status.PUBLISHED and verdict.status is Status.PUBLISHED
    )
    if comment.erased_at is not None or not passed:
        revision.state = REFUSED
        return False
    revision.state = TAKEN
    comment.text = revision.text
    comment.html = rendered.html
    comment.render_version = rendered.version
    comment.score = verdict.score
    comment.edited_at = revision.created_at
    comment.version += 1
    comment.normal_hash = reading.normal_hash
    comment.group_key = reading.group_key[:300]
    comment.reasons = _reasons(verdict)
    remember(session, [(comment, reading)])
    session.flush()
    index_words(session, [comment.id])
    if comment.status == Status.PUBLISHED:
        touch_thread(session, comment.thread_id)
    session.flush()
    leave_floods(session, [comment.id])
    alike = Judged(comment=comment, reading=reading, hosts=telling_hosts)
    join_floods(session, [alike])
    session.expire(comment, ["flood_key"])
    return True


def give_up(session: Session, lease: Lease, *, now: datetime) -> None:
    """Hold a pending comment whose checks cannot finish: fail closed, never stuck.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    finish(session, lease)
    comment = session.get(Comment, lease.subject, with_for_update=True)
    if comment is None or comment.status != Status.PENDING:
        return
    unfinished = Verdict(status=Status.HELD, score=1.0, findings=(UNFINISHED,))
    store_verdicts(session, [Said(comment, unfinished, is_finished=False)], now)
    comment.reasons = _reasons(unfinished)
    session.flush()
    settle(session, [comment.id], {})
    index_words(session, [comment.id])
    move(
        session,
        comment,
        Status.HELD,
        actor=Actor.CHECKS,
        now=now,
        reason=UNFINISHED.reason,
    )


def refuse_revision(session: Session, lease: Lease) -> None:
    """Refuse an edit whose checks cannot finish: the old text stays as it is.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    finish(session, lease)
    revision = session.get(Revision, lease.subject)
    if revision is not None and revision.state == WAITING:
        revision.state = REFUSED
