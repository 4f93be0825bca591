"""What is known from outside when a comment is judged, and what must be asked first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.check_names import UNFINISHED_NAME
from service.domain.findings import Finding
from service.domain.outside import OUTSIDE_NAMES, OutsideAnswer, silence_words
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.outside.inquiries import ANSWERED, FORLORN


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What services outside have said about a text, and what they have not."""

    answers: Mapping[str, OutsideAnswer]
    """By name of the check."""
    silences: tuple[Finding, ...] = ()
    """What is to be said of services that gave no answer."""
    untried: tuple[str, ...] = ()
    """Checks whose service has to be asked before the comment is judged."""
    waits: bool = False
    """True if a service that acts is still to be asked again."""


NOBODY = Heard(answers={})
"""For a comment about which nobody outside is asked."""


def is_asked(policy: SitePolicy) -> bool:
    """True for a site of which a check asks outside."""
    return any(policy.check_mode(check) != "off" for check in OUTSIDE_NAMES)


def heard(policy: SitePolicy, inquiries: Mapping[str, Any], digest: bytes) -> Heard:
    """What is known about a text.

    :param inquiries: the questions about the comment, by name of the check.
    :param digest: of what the comment says now; answers about anything else are none.
    """
    answers: dict[str, OutsideAnswer] = {}
    silences: list[Finding] = []
    untried: list[str] = []
    waits = False
    for check in OUTSIDE_NAMES:
        mode = policy.check_mode(check)
        if mode == "off":
            continue
        row = inquiries.get(check)
        if row is None or row.digest != digest:
            untried.append(check)
        elif row.state == ANSWERED:
            answers[check] = OutsideAnswer.from_json(row.answer)
        elif row.state == FORLORN or row.tries:
            is_over = row.state == FORLORN
            waits = waits or (mode == "on" and not is_over)
            silences.append(_silence(check, row.trouble, mode, is_over=is_over))
        else:
            untried.append(check)
    return Heard(
        answers=answers,
        silences=tuple(silences),
        untried=tuple(untried),
        waits=waits,
    )


def _silence(check: str, trouble: str, mode: Any, *, is_over: bool) -> Finding:
    # Said under the name for checks that did not finish: silence is no evidence, and
    # must not count for or against the check.
    return Finding(
        check=UNFINISHED_NAME,
        log_odds=0.0,
        reason=silence_words(check, trouble, is_given_up=is_over),
        detail={"outside": check, "trouble": trouble},
        at_least=Status.HELD,
        mode=mode,
    )
