"""Numbers, times and states in words."""

from datetime import timedelta

from service.domain.status import Status

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))

TAB_NAMES = {
    Status.HELD: "Held",
    Status.SPAM: "Spam",
    Status.PUBLISHED: "Published",
    Status.TRASHED: "Trash",
}

DONE = {
    Status.HELD: "Put back to held:",
    Status.SPAM: "Marked as spam:",
    Status.PUBLISHED: "Published",
    Status.TRASHED: "Moved to trash:",
}
"""How a decision is confirmed, before the first words of the comment."""

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
