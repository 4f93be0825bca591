"""Numbers, times and states in words."""

from datetime import timedelta

from service.domain.status import Status
from service.operations.queue import Tab
from service.operations.tallies import LOOKED_BACK, Record

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))

TAB_NAMES = {
    Tab.HELD: "Held",
    Tab.AUDIT: "Audit",
    Tab.SPAM: "Spam",
    Tab.PUBLISHED: "Published",
    Tab.TRASHED: "Trash",
}

LEARNED_FROM = {
    True: "another one was called spam",
    False: "another one was called good",
    None: "a decision on another one was taken back",
}
"""What the filter has learned from, by what was decided."""

FEW_DECISIONS = 5
"""Of fewer decisions a share says nothing."""

BUTTONS = {
    Status.PUBLISHED: "Publish",
    Status.SPAM: "Spam",
    Status.TRASHED: "Trash",
    Status.HELD: "Back to held",
}

_STRENGTHS = ((0.5, "slightly"), (1.5, "somewhat"), (3.0, "clearly"))


def span_words(span: timedelta) -> str:
    """A span of time in its largest unit, rounded down, such as ``3 hours``."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in _UNITS:
        count = seconds // size
        if count:
            return f"{count} {unit}" if count == 1 else f"{count:,} {unit}s"
    return "less than a minute"


def count_words(count: int, limit: int) -> str:
    """The count, or ``999+`` from the limit on."""
    return f"{limit - 1}+" if count >= limit else str(count)


def strength_words(log_odds: float) -> str:
    """How strongly a finding speaks, and for what, such as ``clearly for spam``.

    Empty for one that is neutral.
    """
    if not log_odds:
        return ""
    size = abs(log_odds)
    strength = next((word for top, word in _STRENGTHS if size < top), "strongly")
    return f"{strength} {'for' if log_odds > 0 else 'against'} spam"


def percent_words(share: float) -> str:
    """A share as people read it; never 100 % for what was wrong once."""
    percent = 100 * share
    if share < 1 and round(percent) == 100:  # noqa: PLR2004  # a hundred in a hundred
        return "over 99\N{NO-BREAK SPACE}%"
    return f"{percent:.0f}\N{NO-BREAK SPACE}%"


def right_words(record: Record) -> str:
    """Share of decisions that agreed with a check; a dash where too few were made."""
    share = record.share_right
    if share is None or record.right + record.wrong < FEW_DECISIONS:
        return "\N{EN DASH}"
    return percent_words(share)


def record_words(record: Record) -> str:
    """How often a check spoke, and how often it was right, if enough is known."""
    times = "once" if record.fired == 1 else f"{record.fired:,} times"
    said = f"{times} in {LOOKED_BACK.days} days"
    if record.right + record.wrong < FEW_DECISIONS:
        return said
    return f"{said}, right in {right_words(record)}"


def logged_words(share: float, at_least: str | None) -> str:
    """What a finding that only logs would have done."""
    parts = []
    if share:
        parts.append(f"would have added {share:+.1f}".replace("-", "\N{MINUS SIGN}"))
    if at_least == Status.HELD:
        parts.append("would have held it")
    if at_least == Status.SPAM:
        parts.append("would have called it spam")
    return " and ".join(parts) or "would have changed nothing"


def outcome_words(would_be: str | None, verdict: str | None) -> str:
    """What a verdict would have been if what only logs had acted; empty if all did."""
    return "the same" if would_be and would_be == verdict else would_be or ""


def demand_words(at_least: str | None) -> str:
    """What a finding demands by itself, or an empty text."""
    if at_least == Status.HELD:
        return "enough by itself to hold it"
    if at_least == Status.SPAM:
        return "enough by itself to call it spam"
    return ""


def actor_words(actor: str, who: str) -> str:
    """Who moved a comment."""
    return who or {"checks": "the checks", "writer": "the writer"}.get(
        actor, f"a former {actor}" if actor == "moderator" else f"the {actor}"
    )
