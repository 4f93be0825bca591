"""All checks, in the order in which they run."""

from typing import NamedTuple

from service.domain.checking import Check
from worker.checks.address_domain import address_domain
from worker.checks.disguise import disguise
from worker.checks.form import form
from worker.checks.history import history
from worker.checks.hosts import hosts
from worker.checks.links import links
from worker.checks.lists import lists
from worker.checks.repeats import repeats
from worker.checks.template import template
from worker.checks.waiting import waiting
from worker.checks.website import website
from worker.checks.writer_name import writer_name


class NamedCheck(NamedTuple):
    """A check and the name that its findings carry."""

    name: str
    run: Check


CHECKS: tuple[NamedCheck, ...] = (
    NamedCheck("lists", lists),
    NamedCheck("waiting", waiting),
    NamedCheck("form", form),
    NamedCheck("history", history),
    NamedCheck("hosts", hosts),
    NamedCheck("repeats", repeats),
    NamedCheck("links", links),
    NamedCheck("website", website),
    NamedCheck("writer_name", writer_name),
    NamedCheck("template", template),
    NamedCheck("disguise", disguise),
    NamedCheck("address_domain", address_domain),
)
"""Names and order are stable: findings are stored and counted by them."""
