"""Ask DNS whether a domain takes mail: rarely, briefly, and never to hold things up."""

import time
from collections import OrderedDict
from collections.abc import Callable

from dns.exception import DNSException
from dns.name import EmptyLabel, LabelTooLong, NameTooLong
from dns.resolver import NXDOMAIN, NoAnswer, Resolver
from email_validator import EmailUndeliverableError, caching_resolver
from email_validator.deliverability import validate_email_deliverability

MAX_CACHED = 10_000
CACHE_SECONDS = 3_600.0
PAUSE_SECONDS = 60.0
"""How long nobody is asked after a question went unanswered."""
MAX_DOMAIN_CHARS = 253  # RFC 1035, section 2.3.4, as text


class ResolverUnreachable(Exception):
    """DNS gave no answer in time, or none at all."""


_NO = (NXDOMAIN, NoAnswer, EmptyLabel, LabelTooLong, NameTooLong)
"""Causes that mean no such domain, or none that DNS could ever hold."""


def _is_answer(error: EmailUndeliverableError) -> bool:
    """True if DNS said no; the validator reports its own failures in the same class.

    Without a cause it met a null MX (RFC 7505) or a policy never to send mail.
    """
    return error.__cause__ is None or isinstance(error.__cause__, _NO)


def ask_dns(
    domain: str, seconds: float, resolver: Resolver | None = None
) -> bool | None:
    """True if the domain has a mail server, or else an address; False if it has not.

    Asks for MX, then A, AAAA and TXT, each for at most ``seconds``, and ends with the
    first that goes unanswered.

    :raises ResolverUnreachable: if DNS gives no answer.
    """
    try:
        asked = caching_resolver(timeout=1, dns_resolver=resolver)
        asked.lifetime = seconds
        told = validate_email_deliverability(domain, domain, dns_resolver=asked)
    except EmailUndeliverableError as err:
        if _is_answer(err):
            return False
        raise ResolverUnreachable("DNS could not be asked") from err
    except DNSException as err:
        raise ResolverUnreachable("This machine has no DNS resolver set") from err
    if "unknown-deliverability" in told:
        raise ResolverUnreachable("DNS gave no answer in time")
    return True


class DomainResolver:
    """Answers from memory where it can; one per process, used by one thread.

    :param seconds: how long one question may take; 0 never asks.
    :param clock: seconds that only grow.
    :param ask: who answers; raises `ResolverUnreachable` when nobody does.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        ask: Callable[[str, float], bool | None] = ask_dns,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._ask = ask
        self._cache: OrderedDict[str, tuple[float, bool | None]] = OrderedDict()
        self._paused_until = float("-inf")

    def takes_mail(self, domain: str) -> bool | None:
        """True if the domain takes mail, False if it cannot, None if nobody knows."""
        domain = domain[:MAX_DOMAIN_CHARS].lower().strip(".")
        if self._seconds <= 0 or not domain:
            return None
        now = self._clock()
        kept_until, answer = self._cache.get(domain, (now, None))
        if now < kept_until:
            self._cache.move_to_end(domain)
            return answer
        return None if now < self._paused_until else self._asked(domain, now)

    def _asked(self, domain: str, now: float) -> bool | None:
        try:
            answer = self._ask(domain, self._seconds)
        except ResolverUnreachable:
            self._paused_until = self._clock() + PAUSE_SECONDS
            return None
        self._cache[domain] = (now + CACHE_SECONDS, answer)
        self._cache.move_to_end(domain)
        if len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)
        return answer
