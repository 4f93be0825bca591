"""What Akismet, or a service that speaks like it, calls the comment."""

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.domain.outside import AKISMET
from worker.checks.parts import Part, finding

PARTS = {
    # Of spam it misses 2 in 100, and of good comments it takes some 5 in 100 for spam
    # by what its users tell: 98 to 5 for spam.
    "spam": Part(3.0, "Akismet calls it spam"),
    "blatant": Part(4.0, "Akismet calls it spam that need not even be kept"),
    # By the same figures "good" would weigh 4. It counts for less, since what comes
    # through to a site is what its other checks have to find.
    "good": Part(-1.0, "Akismet calls it good"),
}
"""What each answer counts for."""


def akismet(given: CheckInput) -> Finding | None:
    """What was answered; nothing while there is no answer."""
    answer = given.evidence.outside.get(AKISMET)
    if answer is None or answer.said not in PARTS:
        return None
    return finding(AKISMET, [PARTS[answer.said]], {"said": answer.said})
