"""What happens to due jobs: claim, read, check, weigh, store. Plain functions.

Jobs are claimed and their verdicts stored several at a time: a statement and a commit
cost far more than what one comment adds to them.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Revision
from service.db.store import Store
from service.domain.check_names import UNRENDERED_NAME
from service.domain.checking import CheckInput, Evidence
from service.domain.errors import FoyerError, Unavailable
from service.domain.findings import Finding, Verdict, weigh
from service.domain.outside import digest_of
from service.domain.revisions import WAITING
from service.domain.status import Status
from service.jobs import Kind
from service.operations.bulk import give_up_bulk, go_on
from service.operations.claim import (
    MAX_ATTEMPTS,
    RETENTION_PAUSE,
    UPKEEP_PAUSE,
    WORDS_PAUSE,
    Lease,
    LeaseLost,
    anything_due_outside,
    carry_on,
    claim,
    finish,
    finish_all,
    put_back,
    release,
)
from service.operations.gather import DECIDED, Asked, Past, Settled, gather
from service.operations.inbound.checks import leave_unanswered
from service.operations.judge import (
    Checked,
    Outcome,
    Rendered,
    give_up,
    judge_all,
    judge_revision,
    refuse_revision,
)
from service.operations.model_upkeep import owe_upkeep
from service.operations.outside.inquiries import Asking, ask_all, inquiries_of
from service.operations.owe import owe
from service.operations.retention import retain
from service.operations.site_retention import empties_discarded
from service.operations.sites import site_by_id
from service.operations.word_backfill import make_words
from service.privacy.keyring import Keyring
from service.text.reading import read as read_text
from service.text.render import RENDER_VERSION, render, render_plain
from worker.checks.registry import CHECKS, NamedCheck, findings_of
from worker.checks.telling_hosts import telling_hosts
from worker.filter.learned import LearnedModel
from worker.giving_way import GivingWay
from worker.inbound import answer_question
from worker.outside.evidence import NOBODY, Heard, heard, is_asked
from worker.resolver import DomainResolver
from worker.site_models import SiteModels
from worker.training.jobs import learn, retrain

log = logging.getLogger(__name__)

MAX_JOBS = 1_000
MAX_SECONDS = 5.0
"""A task ends after so many jobs or so long, so that a stop need not wait for it."""
MOST_TOGETHER = 32
"""Jobs that are claimed together. Storing their verdicts keeps other writers out for
some 10 ms; twice as many would not make a job much cheaper."""
BEGIN_SECONDS = 4.0
"""No job is begun later than this after its claim: the slowest one, which waits for DNS
four times, is then still done within the lease."""

_UNRENDERED = Finding(
    check=UNRENDERED_NAME,
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
    giving_way: GivingWay = field(default_factory=GivingWay)
    checks: tuple[NamedCheck, ...] = CHECKS
    draw: Callable[[], float] = random.SystemRandom().random
    """A number from 0 to 1 that nobody can foresee: which verdicts are audited."""
    models: SiteModels = field(default_factory=SiteModels)
    wake_asker: Callable[[], None] = lambda: None
    """Says that something is to be asked outside; returns at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A comment as read for its checks."""

    lease: Lease
    asked: Asked
    text: str
    """As it is stored; what is read of it may be less."""
    rendered: Rendered
    failures: list[Finding]


def drain(doors: Doors) -> int:
    """Do due jobs until none is left or the task has run long enough.

    :returns: how many were done.
    """
    until = time.monotonic() + MAX_SECONDS
    done = 0
    while done < MAX_JOBS and time.monotonic() < until:
        began_at = time.monotonic()
        leases = _claimed(doors, min(MOST_TOGETHER, MAX_JOBS - done))
        if not leases:
            break
        done += do_all(doors, leases)
        _wake_asker(doors)
        doors.giving_way.pause(time.monotonic() - began_at)
    if not done:
        _wake_asker(doors)
    return done


def _wake_asker(doors: Doors) -> None:
    """Have what is due outside be asked, by a thread that holds up nothing here."""
    try:
        if doors.store.read(lambda s: anything_due_outside(s, doors.clock())):
            doors.wake_asker()
    except Unavailable:
        pass  # said in the log by the store; a sweeper rings again


def _claimed(doors: Doors, limit: int) -> list[Lease]:
    try:
        return doors.store.write(lambda s: claim(s, doors.clock(), limit))
    except Unavailable:
        return []  # said in the log by the store; a sweeper rings again


class _Batch:
    """Jobs that were claimed together, and the time in which they may be begun."""

    def __init__(self, leases: Sequence[Lease]) -> None:
        self.left = {lease.job_id: lease for lease in leases}
        """Those that have not ended, by job."""
        self._reading_until = time.monotonic() + BEGIN_SECONDS / 2
        self._until = time.monotonic() + BEGIN_SECONDS
        self._has_begun = False

    def may_read(self) -> bool:
        """False when the time that is left is needed for what was read so far."""
        return time.monotonic() < self._reading_until

    def begin(self) -> bool:
        """False if it is too late to begin another job; never so for the first."""
        if self._has_begun and time.monotonic() >= self._until:
            return False
        self._has_begun = True
        return True

    def end(self, *leases: Lease) -> None:
        """These have ended, in whatever way."""
        for lease in leases:
            self.left.pop(lease.job_id, None)


def do_all(doors: Doors, leases: Sequence[Lease]) -> int:
    """Do jobs that were claimed together; those that it gets too late for go back.

    Whatever goes wrong, each that was begun ends stored, put back or given up, and
    hinders none of the others.

    :returns: how many were begun.
    """
    batch = _Batch(leases)
    if len(leases) > 1:
        _together(doors, batch)
    for lease in list(batch.left.values()):
        if not batch.begin():
            break
        do(doors, lease)
        batch.end(lease)
    late = list(batch.left.values())
    if late:
        _try_to_write(doors, late, lambda s: release(s, late, doors.clock()))
    return len(leases) - len(late)


def _together(doors: Doors, batch: _Batch) -> None:
    """End as many of the checks as can be; what is left is for each one alone."""
    checks = [lease for lease in batch.left.values() if lease.kind == Kind.CHECK]
    try:
        _check_all(doors, checks, batch)
    except Unavailable as err:
        # It may be one of them that asks too much: next time each comes alone.
        left = [lease for lease in checks if lease.job_id in batch.left]
        batch.end(*left)
        _put_back(doors, left, type(err).__name__)
    except Exception as err:  # noqa: BLE001  # any of them may be the cause
        log.warning("jobs go on one by one: %s", type(err).__name__)


def _try_to_write(
    doors: Doors, leases: Sequence[Lease], act: Callable[[Session], None]
) -> None:
    try:
        doors.store.write(act)
    except Exception as err:  # noqa: BLE001  # nor may giving back fail
        # The leases run out by themselves, and a sweeper finds the jobs then.
        log.warning("%d jobs stay leased: %s", len(leases), type(err).__name__)


def _put_back(doors: Doors, leases: Sequence[Lease], error: str) -> None:
    def act(session: Session) -> None:
        for lease in leases:
            # 1, 2, 4, 8 s with up to half as much again, so that retries spread out.
            pause = 2 ** (lease.attempts - 1) * (1 + random.random() / 2)  # noqa: S311
            put_back(session, lease, error, doors.clock() + timedelta(seconds=pause))

    _try_to_write(doors, leases, act)


def do(doors: Doors, lease: Lease) -> None:
    """Do one job; whatever goes wrong, it ends stored, put back or given up."""
    try:
        if lease.attempts > MAX_ATTEMPTS:
            _give_up(doors, lease)
        else:
            _WORK[lease.kind](doors, lease)
    except LeaseLost:
        _say_lost(lease)
    except Exception as err:  # noqa: BLE001  # a job may fail in any way, a worker in none
        _failed(doors, lease, err)


def _say_lost(lease: Lease) -> None:
    log.warning("job %d was taken over by another worker", lease.job_id)


def _failed(doors: Doors, lease: Lease, err: Exception) -> None:
    log.warning(
        "job %d failed, attempt %d: %s",
        lease.job_id,
        lease.attempts,
        type(err).__name__,
        exc_info=not isinstance(err, FoyerError),
    )
    if lease.attempts < MAX_ATTEMPTS:
        _put_back(doors, [lease], type(err).__name__)
        return
    try:
        _give_up(doors, lease)
    except Exception as again:  # noqa: BLE001  # nor may giving up
        # The lease runs out by itself, and a sweeper finds the job then.
        log.warning("job %d stays leased: %s", lease.job_id, type(again).__name__)


def _give_up(doors: Doors, lease: Lease) -> None:
    log.error("job %d of kind %s was given up", lease.job_id, lease.kind)
    acts: dict[str, Callable[[Session], None]] = {
        Kind.CHECK: lambda s: give_up(s, lease, now=doors.clock()),
        Kind.CHECK_REVISION: lambda s: refuse_revision(s, lease),
        Kind.QUESTION: lambda s: leave_unanswered(s, lease),
        Kind.BULK: lambda s: give_up_bulk(s, lease, now=doors.clock()),
        Kind.RETENTION: lambda s: _next_retention(s, lease, doors.clock()),
        # Owed again by the next upkeep, since the labels wait.
        Kind.TRAIN: lambda s: finish(s, lease),
        Kind.RETRAIN: lambda s: finish(s, lease),
        Kind.MODELS: lambda s: _next_upkeep(s, lease, doors.clock()),
        Kind.WORDS: lambda s: carry_on(s, lease, doors.clock() + WORDS_PAUSE),
    }
    doors.store.write(acts[lease.kind])


_C: Any = Comment.__table__
_CONTACT: Any = Contact.__table__
_IDS: Any = bindparam("ids", expanding=True)
_COMMENTS = select(
    *(_C.c.id, _C.c.public_id, _C.c.site_id, _C.c.thread_id, _C.c.parent_id),
    *(_C.c.status, _C.c.version, _C.c.name, _C.c.website, _C.c.text, _C.c.arrival),
    *(_C.c.created_at, _C.c.erased_at, DECIDED.label("is_decided")),
).where(_C.c.id.in_(_IDS))
_CONTACTS = select(_CONTACT).where(_CONTACT.c.comment_id.in_(_IDS))


def _stored(session: Session, ids: Sequence[int]) -> dict[int, tuple[Any, Any]]:
    """The columns of comments and of their contacts, by row number."""
    ask = session.connection().execute
    contacts = {row.comment_id: row for row in ask(_CONTACTS, {"ids": ids})}
    comments = ask(_COMMENTS, {"ids": ids})
    return {row.id: (row, contacts.get(row.id)) for row in comments}


def _check(doors: Doors, lease: Lease) -> None:
    _check_all(doors, [lease], _Batch([lease]))


def _check_all(doors: Doors, leases: Sequence[Lease], batch: _Batch) -> None:
    """Check comments together: what can be asked or stored at once is.

    Those that end are struck off ``batch``; those that it gets too late for are not.
    """
    cases = _read_all(doors, leases, batch)
    if not cases:
        return
    pasts = _gathered(doors, cases)
    checked, settled, asking = list[Checked](), list[Settled](), list[Asking]()
    for case in cases:
        if not batch.begin():
            break
        try:
            past, model, inquiries = pasts[case.asked.comment.site_id]
            said = _heard(case, past, inquiries)
            evidence = replace(past.evidence(case.asked, settled), model=model)
            verdict = _verdict(doors, case, evidence, model, said)
        except Exception as err:  # noqa: BLE001  # it alone has failed
            _failed(doors, case.lease, err)
            batch.end(case.lease)
            continue
        if said.untried and verdict.status is not Status.SPAM:
            asking.append(_asking(case, said))
            continue
        checked.append(
            Checked(
                lease=case.lease,
                verdict=verdict,
                reading=case.asked.reading,
                rendered=case.rendered,
                seen_version=case.asked.comment.version,
                is_drawn=doors.draw() < evidence.policy.audit_share,
                telling_hosts=telling_hosts(case.asked.reading, evidence.policy),
                waits=said.waits and verdict.status is Status.HELD,
            )
        )
        settled.append(Settled(asked=case.asked, status=_status(case, verdict)))
    if checked:
        _judge_all(doors, checked)
        batch.end(*(each.lease for each in checked))
    if asking:
        _ask_first(doors, asking)
        batch.end(*(each.lease for each in asking))


def _heard(case: _Case, past: Past, inquiries: dict[int, dict[str, Any]]) -> Heard:
    """What is known from outside about a comment as it is now.

    Of one that somebody has decided on, or that was erased, nothing is asked; of one
    that was judged without asking, nothing is asked later.
    """
    comment, policy = case.asked.comment, past.site.policy
    own = inquiries.get(comment.id, {})
    is_owed = any(not row.settled for row in own.values())
    is_open = comment.status == Status.PENDING or (
        comment.status == Status.HELD and is_owed and not case.asked.is_decided
    )
    if not is_open or comment.erased_at is not None or not is_asked(policy):
        return NOBODY
    return heard(policy, own, _digest(case))


def _digest(case: _Case) -> bytes:
    return digest_of(case.asked.comment.name, case.asked.comment.website, case.text)


def _asking(case: _Case, said: Heard, revision: int = 0) -> Asking:
    return Asking(
        lease=case.lease,
        site_id=case.asked.comment.site_id,
        comment_id=case.asked.comment.id,
        revision=revision,
        checks=said.untried,
        digest=_digest(case),
    )


def _ask_first(doors: Doors, asking: Sequence[Asking]) -> None:
    """Owe the questions in place of the checks, which come again after them."""
    for lease in doors.store.write(lambda s: ask_all(s, asking, doors.clock())):
        _say_lost(lease)


def _read_all(doors: Doors, leases: Sequence[Lease], batch: _Batch) -> list[_Case]:
    ids = [lease.subject for lease in leases]
    stored = doors.store.read(lambda s: _stored(s, ids))
    gone = [lease for lease in leases if lease.subject not in stored]
    if gone:
        doors.store.write(lambda s: finish_all(s, gone))
        batch.end(*gone)
    cases: list[_Case] = []
    for lease in leases:
        if lease.subject in stored and (not cases or batch.may_read()):
            comment, contact = stored[lease.subject]
            try:
                with doors.giving_way.working():
                    case = _case(lease, comment, contact, comment.text)
                cases.append(case)
            except Exception as err:  # noqa: BLE001  # it alone has failed
                _failed(doors, lease, err)
                batch.end(lease)
    return cases


def _status(case: _Case, verdict: Verdict) -> Status:
    """Where the comment will stand with this verdict."""
    now = Status(case.asked.comment.status)
    return verdict.status if now is Status.PENDING else now


def _judge_all(doors: Doors, checked: Sequence[Checked]) -> None:
    changed: list[Lease] = []
    for each, outcome in zip(checked, _stored_all(doors, checked), strict=True):
        if outcome is Outcome.LOST:
            _say_lost(each.lease)
        elif outcome is Outcome.CHANGED:
            log.info("job %d begins again: its comment changed", each.lease.job_id)
            changed.append(each.lease)

    def begin_again(session: Session) -> None:
        for lease in changed:
            carry_on(session, lease, doors.clock())

    if changed:
        _try_to_write(doors, changed, begin_again)


def _stored_all(doors: Doors, checked: Sequence[Checked]) -> list[Outcome]:
    def act(session: Session) -> list[Outcome]:
        return judge_all(session, checked, now=doors.clock())

    try:
        return doors.store.write(act)
    except Unavailable:
        # Somebody writes much. The checks were dear, and the leases last a while yet.
        return doors.store.write(act)


def _check_revision(doors: Doors, lease: Lease) -> None:
    def the_revision(session: Session) -> tuple[Any, Any, Revision | None]:
        revision = session.get(Revision, lease.subject)
        if revision is None:
            return None, None, None
        return *_stored(session, [revision.comment_id])[revision.comment_id], revision

    comment, contact, revision = doors.store.read(the_revision)
    if revision is None:
        doors.store.write(lambda s: finish(s, lease))
        return
    case = _case(lease, comment, contact, revision.text)
    number = revision.number
    past, model, inquiries = _gathered(doors, [case], number)[comment.site_id]
    said = _heard_of_edit(case, past, inquiries, revision)
    evidence = replace(past.evidence(case.asked), model=model)
    verdict = _verdict(doors, case, evidence, model, said)
    if said.untried and verdict.status is not Status.SPAM:
        _ask_first(doors, [_asking(case, said, number)])
        return
    doors.store.write(
        lambda s: judge_revision(
            s,
            lease,
            verdict,
            case.asked.reading,
            case.rendered,
            telling_hosts=telling_hosts(case.asked.reading, evidence.policy),
            now=doors.clock(),
        )
    )


def _heard_of_edit(
    case: _Case,
    past: Past,
    inquiries: dict[int, dict[str, Any]],
    revision: Revision,
) -> Heard:
    """What is known from outside about an edit that waits; nothing of any other.

    One whose service is silent is not waited for: it is doubtful, as any other.
    """
    comment, policy = case.asked.comment, past.site.policy
    is_open = revision.state == WAITING and comment.erased_at is None
    if not is_open or not is_asked(policy):
        return NOBODY
    return heard(policy, inquiries.get(comment.id, {}), _digest(case))


def _case(lease: Lease, comment: Any, contact: Any, text: str) -> _Case:
    reading = read_text(name=comment.name, website=comment.website, text=text)
    rendered, failures = _rendered(text)
    return _Case(
        lease=lease,
        asked=Asked(
            comment=comment,
            contact=contact,
            reading=reading,
            is_decided=comment.is_decided,
        ),
        text=text,
        rendered=rendered,
        failures=failures,
    )


_Gathered = tuple[Past, LearnedModel, dict[int, dict[str, Any]]]


def _gathered(
    doors: Doors, cases: Sequence[_Case], revision: int = 0
) -> dict[int, _Gathered]:
    """What is known for the comments, by site.

    The past, what was learned of it, and the questions about them that were asked
    outside.
    """
    by_site: dict[int, list[Asked]] = {}
    for case in cases:
        by_site.setdefault(case.asked.comment.site_id, []).append(case.asked)

    def of_site(session: Session, site_id: int, asked: list[Asked]) -> _Gathered:
        past = gather(session, doors.keyring, site_by_id(session, site_id), asked)
        ids = [each.comment.id for each in asked]
        known: dict[int, dict[str, Any]] = {}
        if is_asked(past.site.policy):
            known = inquiries_of(session, ids, revision)
        return past, doors.models.of(session, site_id), known

    def act(session: Session) -> dict[int, _Gathered]:
        return {
            site_id: of_site(session, site_id, asked)
            for site_id, asked in by_site.items()
        }

    return doors.store.read(act)


def _verdict(
    doors: Doors, case: _Case, evidence: Evidence, model: LearnedModel, said: Heard
) -> Verdict:
    evidence = replace(evidence, outside=said.answers)
    asks_dns = evidence.policy.check_mode("address_domain") != "off"
    if evidence.email_domain and asks_dns:
        # DNS is asked here, with no transaction open, and its answer is evidence.
        resolves = doors.resolver.takes_mail(evidence.email_domain)
        evidence = replace(evidence, email_domain_resolves=resolves)
    comment = case.asked.comment
    arrival = comment.arrival
    given = CheckInput(
        reading=case.asked.reading,
        evidence=evidence,
        origin=arrival.get("origin", "absent"),
        token=arrival.get("token", "missing"),
        token_age_seconds=arrival.get("token_age_seconds"),
        trap_filled=arrival.get("trap_filled", False),
        via=arrival.get("via", "json"),
        is_reply=comment.parent_id is not None,
        received_at=comment.created_at,
    )
    findings = [*findings_of(given, doors.checks), *case.failures, *said.silences]
    policy = evidence.policy
    return weigh(findings, policy, model.learned(policy.budget))


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
        if doors.store.read(empties_discarded):
            # What was emptied shall be in no file any more, as for a person who asks.
            doors.store.forget_log()
        doors.store.write(lambda s: _next_retention(s, lease, doors.clock()))


def _learn(doors: Doors, lease: Lease) -> None:
    learn(doors.store, doors.models, lease, doors.clock)


def _retrain(doors: Doors, lease: Lease) -> None:
    retrain(doors.store, doors.models, lease, doors.clock)


def _next_upkeep(session: Session, lease: Lease, now: datetime) -> None:
    finish(session, lease)
    owe(
        session,
        Kind.MODELS,
        0,
        now=now,
        due_at=now + UPKEEP_PAUSE,
        dedupe_key="models",
    )


def _see_to_models(doors: Doors, lease: Lease) -> None:
    def act(session: Session) -> None:
        owe_upkeep(session, doors.models.base.name, doors.clock())
        _next_upkeep(session, lease, doors.clock())

    doors.store.write(act)


def _make_words(doors: Doors, lease: Lease) -> None:
    doors.store.write(lambda s: make_words(s, lease, doors.clock()))


def _go_on(doors: Doors, lease: Lease) -> None:
    doors.store.write(lambda s: go_on(s, lease, now=doors.clock()))


_WORK: dict[str, Callable[[Doors, Lease], None]] = {
    Kind.CHECK: _check,
    Kind.CHECK_REVISION: _check_revision,
    Kind.QUESTION: answer_question,
    Kind.BULK: _go_on,
    Kind.RETENTION: _retain,
    Kind.TRAIN: _learn,
    Kind.RETRAIN: _retrain,
    Kind.MODELS: _see_to_models,
    Kind.WORDS: _make_words,
}
