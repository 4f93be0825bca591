"""Answer a question from outside by the checks that comments of the site get."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from service.db.store import Store
from service.domain.checking import CheckInput, Evidence
from service.domain.findings import weigh
from service.operations.claim import Lease, finish
from service.operations.gather import Asked, Past, gather
from service.operations.inbound.checks import Outside, outside_by_id, store_answer
from service.operations.sites import site_by_id
from service.privacy.keyring import Keyring
from service.text.reading import read as read_text
from worker.checks.registry import NamedCheck, findings_of
from worker.filter.learned import LearnedModel
from worker.resolver import DomainResolver
from worker.site_models import SiteModels

_NOT_ASKED = "waiting"
# Who has to wait for a moderator is a rule for the site's own comments.


class _Doors(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def resolver(self) -> DomainResolver: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def checks(self) -> tuple[NamedCheck, ...]: ...
    @property
    def models(self) -> SiteModels: ...


def answer_question(doors: _Doors, lease: Lease) -> None:
    """Check what was asked about, and store what that led to.

    :raises LeaseLost: if the lease is no longer the caller's; then nothing is written.
    """
    question = doors.store.read(lambda s: outside_by_id(s, lease.subject))
    if question is None:
        doors.store.write(lambda s: finish(s, lease))
        return
    asked = Asked(
        comment=question,
        contact=question,
        reading=read_text(
            name=question.name, website=question.website, text=question.text
        ),
    )
    past, model = doors.store.read(lambda s: _gathered(s, doors, asked))
    evidence = replace(past.evidence(asked), model=model)
    given = _given(question, asked, _with_dns(doors, evidence))
    checks = [check for check in doors.checks if check.name != _NOT_ASKED]
    policy = evidence.policy
    verdict = weigh(findings_of(given, checks), policy, model.learned(policy.budget))
    doors.store.write(lambda s: store_answer(s, lease, verdict))


def _gathered(
    session: Session, doors: _Doors, asked: Asked
) -> tuple[Past, LearnedModel]:
    site_id = asked.comment.site_id
    site = site_by_id(session, site_id)
    past = gather(session, doors.keyring, site, [asked])
    return past, doors.models.of(session, site_id)


def _with_dns(doors: _Doors, evidence: Evidence) -> Evidence:
    asks_dns = evidence.policy.check_mode("address_domain") != "off"
    if not evidence.email_domain or not asks_dns:
        return evidence
    # No transaction is open here.
    resolves = doors.resolver.takes_mail(evidence.email_domain)
    return replace(evidence, email_domain_resolves=resolves)


def _given(question: Outside, asked: Asked, evidence: Evidence) -> CheckInput:
    return CheckInput(
        reading=asked.reading,
        evidence=evidence,
        # How the other program's form came back is not known: it speaks for nothing.
        origin="registered",
        token="good",  # noqa: S106  # no secret
        trap_filled=question.trap_filled,
        is_reply=question.is_reply,
        received_at=question.created_at,
    )
