"""What happens to a due job: claim, read, check, weigh, store. Plain functions."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from service.db.models import Comment, Revision
from service.db.store import Store
from service.domain.checking import CheckInput, Evidence, Reading
from service.domain.errors import FoyerError, Unavailable
from service.domain.findings import Finding, Verdict, weigh
from service.domain.status import Status
from service.jobs import Kind
from service.operations.claim import (
    MAX_ATTEMPTS,
    RETENTION_PAUSE,
    Lease,
    LeaseLost,
    TextChanged,
    carry_on,
    claim,
    finish,
    put_back,
)
from service.operations.gather import gather
from service.operations.judge import (
    Rendered,
    give_up,
    judge,
    judge_revision,
    refuse_revision,
)
from service.operations.owe import owe
from service.operations.retention import retain
from service.operations.sites import site_by_id
from service.privacy.keyring import Keyring
from service.text.reading import read as read_text
from service.text.render import RENDER_VERSION, render, render_plain
from worker.checks.registry import CHECKS
from worker.resolver import DomainResolver

log = logging.getLogger(__name__)

MAX_JOBS = 50
MAX_SECONDS = 5.0
"""A task ends after so many jobs or so long, so that a stop need not wait for it."""

_UNRENDERED = Finding(
    check="render",
    log_odds=0.0,
    reason="The text could not be laid out and is shown as it was written.",
    at_least=Status.HELD,
)


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What a worker process needs, opened once after the fork."""

    store: Store
    keyring: Keyring
    resolver: DomainResolver
    clock: Callable[[], datetime] = utc_now
    checks: tuple[Callable[[CheckInput], Finding | None], ...] = field(
        default=tuple(check.run for check in CHECKS)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A comment as read for its checks."""

    comment: Comment
    version: int
    reading: Reading
    evidence: Evidence


def drain(doors: Doors) -> int:
    """Do due jobs until none is left or the task has run long enough.

    :returns: how many were done.
    """
    until = time.monotonic() + MAX_SECONDS
    done = 0
    while done < MAX_JOBS and time.monotonic() < until:
        leases = _claimed(doors)
        if not leases:
            break
        for lease in leases:
            do(doors, lease)
            done += 1
    return done


def _claimed(doors: Doors) -> list[Lease]:
    try:
        return doors.store.write(lambda s: claim(s, doors.clock()))
    except Unavailable:
        return []  # said in the log by the store; a sweeper rings again


def do(doors: Doors, lease: Lease) -> None:
    """Do one job; whatever goes wrong, it ends stored, put back or given up."""
    try:
        if lease.attempts > MAX_ATTEMPTS:
            _give_up(doors, lease)
        else:
            _work(doors, lease)
    except LeaseLost:
        log.warning("job %d was taken over by another worker", lease.job_id)
    except Exception as err:  # noqa: BLE001  # a job may fail in any way, a worker in none
        _failed(doors, lease, err)


def _work(doors: Doors, lease: Lease) -> None:
    try:
        _WORK[lease.kind](doors, lease)
    except TextChanged:
        log.info("job %d begins again: its comment was changed", lease.job_id)
        doors.store.write(lambda s: carry_on(s, lease, doors.clock()))


def _failed(doors: Doors, lease: Lease, err: Exception) -> None:
    log.warning(
        "job %d failed, attempt %d: %s",
        lease.job_id,
        lease.attempts,
        type(err).__name__,
        exc_info=not isinstance(err, FoyerError),
    )
    try:
        if lease.attempts >= MAX_ATTEMPTS:
            _give_up(doors, lease)
            return
        # 1, 2, 4, 8 s with up to half as much again, so that retries spread out.
        pause = 2 ** (lease.attempts - 1) * (1 + random.random() / 2)  # noqa: S311
        due_at = doors.clock() + timedelta(seconds=pause)
        doors.store.write(lambda s: put_back(s, lease, type(err).__name__, due_at))
    except Exception as again:  # noqa: BLE001  # nor may giving up
        # The lease runs out by itself, and a sweeper finds the job then.
        log.warning("job %d stays leased: %s", lease.job_id, type(again).__name__)


def _give_up(doors: Doors, lease: Lease) -> None:
    log.error("job %d of kind %s was given up", lease.job_id, lease.kind)
    acts: dict[str, Callable[[Session], None]] = {
        Kind.CHECK: lambda s: give_up(s, lease, now=doors.clock()),
        Kind.CHECK_REVISION: lambda s: refuse_revision(s, lease),
        Kind.RETENTION: lambda s: _next_retention(s, lease, doors.clock()),
    }
    doors.store.write(acts[lease.kind])


def _check(doors: Doors, lease: Lease) -> None:
    def the_comment(session: Session) -> tuple[Comment | None, str]:
        comment = session.get(Comment, lease.subject)
        return comment, comment.text if comment is not None else ""

    comment, text = doors.store.read(the_comment)
    if comment is None:
        doors.store.write(lambda s: finish(s, lease))
        return
    case = _case(doors, comment, text)
    rendered, failures = _rendered(text)
    verdict = _verdict(doors, case, failures)
    doors.store.write(
        lambda s: judge(
            s,
            lease,
            verdict,
            case.reading,
            rendered,
            seen_version=case.version,
            now=doors.clock(),
        )
    )


def _check_revision(doors: Doors, lease: Lease) -> None:
    def the_revision(session: Session) -> tuple[Comment | None, str]:
        revision = session.get(Revision, lease.subject)
        if revision is None:
            return None, ""
        return session.get(Comment, revision.comment_id), revision.text

    comment, text = doors.store.read(the_revision)
    if comment is None:
        doors.store.write(lambda s: finish(s, lease))
        return
    case = _case(doors, comment, text)
    rendered, failures = _rendered(text)
    verdict = _verdict(doors, case, failures)
    doors.store.write(
        lambda s: judge_revision(
            s, lease, verdict, case.reading, rendered, now=doors.clock()
        )
    )


def _case(doors: Doors, comment: Comment, text: str) -> _Case:
    reading = read_text(name=comment.name, website=comment.website, text=text)

    def act(session: Session) -> Evidence:
        site = site_by_id(session, comment.site_id)
        return gather(session, doors.keyring, site, comment, reading)

    return _Case(
        comment=comment,
        version=comment.version,
        reading=reading,
        evidence=doors.store.read(act),
    )


def _verdict(doors: Doors, case: _Case, failures: list[Finding]) -> Verdict:
    evidence = case.evidence
    if evidence.email_domain:
        # DNS is asked here, with no transaction open, and its answer is evidence.
        resolves = doors.resolver.takes_mail(evidence.email_domain)
        evidence = replace(evidence, email_domain_resolves=resolves)
    arrival = case.comment.arrival
    given = CheckInput(
        reading=case.reading,
        evidence=evidence,
        origin=arrival.get("origin", "absent"),
        token=arrival.get("token", "missing"),
        token_age_seconds=arrival.get("token_age_seconds"),
        trap_filled=arrival.get("trap_filled", False),
        via=arrival.get("via", "json"),
        is_reply=case.comment.parent_id is not None,
        received_at=case.comment.created_at,
    )
    findings = [finding for check in doors.checks if (finding := check(given))]
    return weigh([*findings, *failures], evidence.policy)


def _rendered(text: str) -> tuple[Rendered, list[Finding]]:
    try:
        return Rendered(html=render(text), version=RENDER_VERSION), []
    except Exception:  # whatever the library stumbles on
        log.warning("a text could not be rendered", exc_info=True)
        return Rendered(html=render_plain(text), version=RENDER_VERSION), [_UNRENDERED]


def _next_retention(session: Session, lease: Lease, now: datetime) -> None:
    finish(session, lease)
    owe(
        session,
        Kind.RETENTION,
        0,
        now=now,
        due_at=now + RETENTION_PAUSE,
        dedupe_key="retention",
    )


def _retain(doors: Doors, lease: Lease) -> None:
    more = doors.store.write(lambda s: retain(s, doors.clock()))
    if more:
        doors.store.write(lambda s: carry_on(s, lease, doors.clock()))
    else:
        doors.store.write(lambda s: _next_retention(s, lease, doors.clock()))


_WORK: dict[str, Callable[[Doors, Lease], None]] = {
    Kind.CHECK: _check,
    Kind.CHECK_REVISION: _check_revision,
    Kind.RETENTION: _retain,
}
