"""All checks, in the order in which they run."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from service.domain.checking import Check, CheckInput
from service.domain.findings import Finding
from worker.checks.address_domain import address_domain
from worker.checks.akismet import akismet
from worker.checks.copied import copied
from worker.checks.custom import custom
from worker.checks.disguise import disguise
from worker.checks.form import form
from worker.checks.history import history
from worker.checks.hosts import hosts
from worker.checks.language import language
from worker.checks.links import links
from worker.checks.lists import lists, rules
from worker.checks.model import model
from worker.checks.repeats import repeats
from worker.checks.template import template
from worker.checks.unknown_website import unknown_website
from worker.checks.waiting import waiting
from worker.checks.website import website
from worker.checks.writer_name import writer_name


class NamedCheck(NamedTuple):
    """A check and the name that its findings carry."""

    name: str
    run: Check


CHECKS: tuple[NamedCheck, ...] = (
    NamedCheck("lists", lists),
    NamedCheck("rules", rules),
    NamedCheck("waiting", waiting),
    NamedCheck("form", form),
    NamedCheck("history", history),
    NamedCheck("hosts", hosts),
    NamedCheck("repeats", repeats),
    NamedCheck("copied", copied),
    NamedCheck("links", links),
    NamedCheck("website", website),
    NamedCheck("unknown_website", unknown_website),
    NamedCheck("writer_name", writer_name),
    NamedCheck("template", template),
    NamedCheck("disguise", disguise),
    NamedCheck("language", language),
    NamedCheck("address_domain", address_domain),
    NamedCheck("model", model),
    NamedCheck("akismet", akismet),
    NamedCheck("custom", custom),
)
"""Names and order are stable: findings are stored and counted by them."""


def findings_of(given: CheckInput, checks: Iterable[NamedCheck]) -> list[Finding]:
    """What these checks say, each in the mode in which the site runs it."""
    policy = given.evidence.policy
    found = []
    for check in checks:
        mode = policy.check_mode(check.name)
        said = None if mode == "off" else check.run(given)
        if said is not None:
            # What is on trial only logs, whatever the site says of the check.
            found.append(replace(said, mode="log" if said.mode == "log" else mode))
    return found
