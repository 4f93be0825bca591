"""What the learned model says of the words and the style."""

import re
from collections.abc import Iterator

from service.domain.checking import CheckInput, Opinion
from service.domain.findings import MODEL, MODEL_LIMIT, Finding
from service.domain.status import Status
from worker.checks.parts import counted, shown

SUSPICIOUS_PART = 4.0
"""Log-odds of a part of a text from which a person should look, whatever the whole
says. Good words around spam hide it from a model of the whole (SPAM.md 3.5)."""
WORSE_THAN_WHOLE = 2.0
"""By how much the part must be worse than the whole."""
_MOST_REASON_CHARS = 480
_QUOTED = re.compile("“([^”]+)”")
_LINK = re.compile(r"a link to (\S+)")


def _words(opinion: Opinion, log_odds: float) -> str:
    learned = ""
    if opinion.decisions:
        learned = f", after {counted(opinion.decisions, 'decision')} here"
    if log_odds > 0:
        because = f": {', '.join(opinion.reasons)}" if opinion.reasons else ""
        return f"Reads like spam{learned}{because}"
    return f"Reads like a good comment{learned}"


def _marked(opinion: Opinion, of: re.Pattern[str]) -> Iterator[str]:
    """What the reasons that are nothing but a word, or a link, name."""
    for reason in opinion.reasons:
        if found := of.fullmatch(reason):
            yield found[1]


def model(given: CheckInput) -> Finding | None:
    """What the shared base and the site's own model say together.

    A part of a long text that is much worse than the whole demands that a person looks;
    it never makes it spam.
    """
    learned = given.evidence.model
    if learned is None:
        return None
    opinion = learned.opinion(given.reading)
    log_odds = round(
        max(-MODEL_LIMIT, min(MODEL_LIMIT, opinion.base + opinion.site)), 3
    )
    detail: dict[str, object] = {
        "base": round(opinion.base, 3),
        "site": round(opinion.site, 3),
        "words": list(opinion.reasons),
        "marked_words": list(_marked(opinion, _QUOTED)),
        "marked_hosts": list(_marked(opinion, _LINK)),
        "version": opinion.version,
        "decisions": opinion.decisions,
    }
    reason = _words(opinion, log_odds)
    at_least = None
    part = opinion.part
    if part is not None and part >= max(SUSPICIOUS_PART, log_odds + WORSE_THAN_WHOLE):
        at_least = Status.HELD
        detail["part"] = round(part, 3)
        detail["marked_words"] = [*_marked(opinion, _QUOTED), shown(opinion.part_words)]
        reason += f"; its part “{shown(opinion.part_words)}” reads like spam by itself"
    return Finding(
        check=MODEL,
        log_odds=log_odds,
        reason=f"{reason[:_MOST_REASON_CHARS]}.",
        detail=detail,
        at_least=at_least,
    )
