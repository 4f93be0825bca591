"""The domain of the writer's address: whether anybody could read mail sent there."""

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from worker.checks.parts import Part, finding, shown
from worker.checks.throwaway import THROWAWAY_DOMAINS

UNUSABLE_LOG_ODDS = 1.5
"""Not enough to hold alone: people who fear spam invent addresses too."""
DOCUMENTATION_LOG_ODDS = 0.3
"""People who do not want to be written to give one of these."""

_DOCUMENTATION = frozenset({"example", "example.com", "example.net", "example.org"})
"""Reserved for documentation (RFC 2606, sections 2 and 3)."""
_LATER_SPECIAL = frozenset({"alt", "internal"})
"""Set aside since email-validator's list: RFC 9476, and ICANN's decision of 2024."""
_SPECIAL = frozenset(SPECIAL_USE_DOMAIN_NAMES) | _LATER_SPECIAL
_NUMERIC = re.compile(r"\[.*\]|[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*")
_MAX_DOMAIN_CHARS = 253  # RFC 1035, section 2.3.4, as text


def _is_under(domain: str, names: frozenset[str]) -> bool:
    """True if the domain is one of the names or below one."""
    labels = domain.split(".")
    return any(".".join(labels[at:]) in names for at in range(len(labels)))


def _part(domain: str, resolves: bool | None) -> Part | None:
    said = shown(domain)
    if _NUMERIC.fullmatch(domain):
        return Part(UNUSABLE_LOG_ODDS, "the address ends in a number, not a domain")
    if _is_under(domain, _DOCUMENTATION):
        words = f"the address is under {said}, which is for documentation"
        return Part(DOCUMENTATION_LOG_ODDS, words)
    if "." not in domain or _is_under(domain, _SPECIAL):
        words = f"the address is under {said}, where no mail can be sent"
        return Part(UNUSABLE_LOG_ODDS, words)
    if _is_under(domain, THROWAWAY_DOMAINS):
        words = f"the address is a throw-away box at {said}"
        return Part(UNUSABLE_LOG_ODDS, words)
    if resolves is False:
        return Part(UNUSABLE_LOG_ODDS, f"the domain {said} takes no mail")
    return None


def address_domain(given: CheckInput) -> Finding | None:
    """What the domain of the address says; never enough to hold a comment alone."""
    domain = given.evidence.email_domain[:_MAX_DOMAIN_CHARS].lower().strip(".")
    if not domain:
        return None
    resolves = given.evidence.email_domain_resolves
    part = _part(domain, resolves)
    detail = {"domain": shown(domain), "resolves": resolves}
    return finding("address_domain", [part] if part else [], detail)
