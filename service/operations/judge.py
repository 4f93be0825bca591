"""Store what the checks led to, once, and move the comment by it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.db.models import (
    Comment,
    CommentBand,
    CommentHost,
    FindingRow,
    Revision,
    VerdictRow,
)
from service.db.upsert import insert_rows
from service.domain.checking import Reading
from service.domain.findings import Finding, Verdict
from service.domain.status import Actor, Status
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.claim import Lease, TextChanged, finish
from service.operations.move import move, touch_thread

WAITING, TAKEN, REFUSED = "waiting", "taken", "refused"
"""States of a `Revision`."""

UNFINISHED = Finding(
    check="checks",
    log_odds=0.0,
    reason="The checks did not finish, so a person must look.",
    at_least=Status.HELD,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A comment's text as safe HTML."""

    html: str
    version: int


def _store_verdict(
    session: Session, comment: Comment, verdict: Verdict, revision: int, now: datetime
) -> None:
    row = VerdictRow(
        comment_id=comment.id,
        revision=revision,
        status=verdict.status.value,
        score=verdict.score,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        FindingRow(
            verdict_id=row.id,
            comment_id=comment.id,
            check=f.check,
            check_version=f.version,
            log_odds=f.log_odds,
            reason=f.reason[:500],
            detail=dict(f.detail),
            at_least=f.at_least.value if f.at_least else None,
        )
        for f in verdict.findings
    )


def _remember(session: Session, comment: Comment, reading: Reading) -> None:
    """Keep what later comments are compared with."""
    session.execute(delete(CommentHost).where(CommentHost.comment_id == comment.id))
    session.execute(delete(CommentBand).where(CommentBand.comment_id == comment.id))
    own = {"comment_id": comment.id, "site_id": comment.site_id}
    hosts = {h for h in (*reading.hosts, reading.website_host) if h}
    if hosts:
        rows = [own | {"host": host} for host in sorted(hosts)[:100]]
        insert_rows(session, CommentHost, rows, unique=("comment_id", "host"))
    if reading.bands:
        rows = [own | {"band": band} for band in sorted(set(reading.bands))]
        insert_rows(session, CommentBand, rows, unique=("comment_id", "band"))
    comment.normal_hash = reading.normal_hash
    comment.group_key = reading.group_key[:300]


def _is_changed(comment: Comment, reading: Reading, seen_version: int) -> bool:
    """True if what was read for the checks is no longer what the comment says."""
    if comment.status == Status.PENDING:
        return comment.version != seen_version
    # A decision alone changes the version, and nothing of what was read.
    said = (comment.text[:MAX_COMMENT_CHARS], comment.website)
    return said != (reading.text, reading.website)


def _why(verdict: Verdict) -> str:
    # Names of checks, not their reasons: those may quote a person, and a move's row
    # stays as it is when that person is erased.
    named = [f.check for f in verdict.findings if f.log_odds > 0 or f.at_least]
    if not named:
        return "Nothing spoke against it."
    return f"Because of: {', '.join(dict.fromkeys(named[:5]))}."


def judge(  # noqa: PLR0913  # all that the checks led to
    session: Session,
    lease: Lease,
    verdict: Verdict,
    reading: Reading,
    rendered: Rendered,
    *,
    seen_version: int,
    now: datetime,
) -> bool:
    """Store the verdict on a comment and move it by it.

    A moderator's decision always wins: a comment that is no longer pending keeps its
    state, and the verdict is stored for the record only.

    :param seen_version: the comment's version when its text was read for the checks.
    :returns: True if the comment was moved.
    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    :raises TextChanged: if the comment was edited or erased since it was read; then
        write nothing, and check it again.
    """
    finish(session, lease)
    comment = session.get(Comment, lease.subject, with_for_update=True)
    if comment is None:
        return False
    if _is_changed(comment, reading, seen_version):
        raise TextChanged
    comment.html = rendered.html
    comment.render_version = rendered.version
    comment.score = verdict.score
    _remember(session, comment, reading)
    _store_verdict(session, comment, verdict, 0, now)
    session.flush()
    if comment.status != Status.PENDING:
        return False
    erased = comment.erased_at is not None
    move(
        session,
        comment,
        # What is left of an erased person's comment is for a moderator to look at.
        Status.HELD if erased else verdict.status,
        actor=Actor.CHECKS,
        now=now,
        reason="Its writer was erased meanwhile." if erased else _why(verdict),
    )
    return True


def judge_revision(
    session: Session,
    lease: Lease,
    verdict: Verdict,
    reading: Reading,
    rendered: Rendered,
    *,
    now: datetime,
) -> bool:
    """Store the verdict on a writer's edit, and take the new text if it passed.

    The old text of a published comment stays where the new one is doubtful. A held
    comment takes it in any case, since a person will look at it; so does one called
    spam, whose writer is told that it is held.

    :returns: True if the edit was taken.
    :raises LeaseLost: if the lease is no longer the caller's; then write nothing.
    """
    finish(session, lease)
    revision = session.get(Revision, lease.subject)
    if revision is None or revision.state != WAITING:
        return False
    comment = session.get_one(Comment, revision.comment_id, with_for_update=True)
    _store_verdict(session, comment, verdict, revision.number, now)
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
    _remember(session, comment, reading)
    if comment.status == Status.PUBLISHED:
        touch_thread(session, comment.thread_id)
    return True


def give_up(session: Session, lease: Lease, *, now: datetime) -> None:
    """Hold a pending comment whose checks cannot finish: fail closed, never stuck.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    finish(session, lease)
    comment = session.get(Comment, lease.subject, with_for_update=True)
    if comment is None or comment.status != Status.PENDING:
        return
    session.add_all(_unfinished(session, comment, now))
    move(
        session,
        comment,
        Status.HELD,
        actor=Actor.CHECKS,
        now=now,
        reason=UNFINISHED.reason,
    )


def _unfinished(session: Session, comment: Comment, now: datetime) -> list[FindingRow]:
    row = VerdictRow(
        comment_id=comment.id, revision=0, status=Status.HELD.value, created_at=now
    )
    session.add(row)
    session.flush()
    return [
        FindingRow(
            verdict_id=row.id,
            comment_id=comment.id,
            check=UNFINISHED.check,
            check_version=UNFINISHED.version,
            log_odds=UNFINISHED.log_odds,
            reason=UNFINISHED.reason,
            detail={},
            at_least=Status.HELD.value,
        )
    ]


def refuse_revision(session: Session, lease: Lease) -> None:
    """Refuse an edit whose checks cannot finish: the old text stays as it is.

    :raises LeaseLost: if the lease is no longer the caller's.
    """
    finish(session, lease)
    revision = session.get(Revision, lease.subject)
    if revision is not None and revision.state == WAITING:
        revision.state = REFUSED
