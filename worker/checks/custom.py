"""What a service of the owner's own says of the comment."""

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.domain.outside import CUSTOM
from worker.checks.parts import limited, shown

_MAX_REASON_CHARS = 200


def custom(given: CheckInput) -> Finding | None:
    """What was answered, as far as a check may count; nothing without an answer."""
    answer = given.evidence.outside.get(CUSTOM)
    if answer is None:
        return None
    reason = shown(answer.reason, _MAX_REASON_CHARS).rstrip(" .") or "nothing more"
    return Finding(
        check=CUSTOM,
        log_odds=limited(answer.log_odds),
        reason=f"The custom check says: {reason}.",
        detail={"log_odds": answer.log_odds},
    )
