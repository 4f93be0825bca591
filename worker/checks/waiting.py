"""The owner's rule on who waits for a moderator, whatever the other checks say."""

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.domain.status import Status


def _held(reason: str, mode: str) -> Finding:
    return Finding(
        check="waiting",
        log_odds=0.0,
        reason=reason,
        detail={"mode": mode},
        at_least=Status.HELD,
    )


def waiting(given: CheckInput) -> Finding | None:
    """Holds every comment, or those of new writers, where the site says so.

    New is whoever has no published comment that is *proven* to be theirs.
    """
    mode = given.evidence.policy.mode
    if mode == "all":
        return _held("This site holds every comment for a moderator.", mode)
    if mode == "new" and given.evidence.proven_published == 0:
        return _held("This site holds the first comment of every new writer.", mode)
    return None
