"""Numbers, times and states in words, in the page's language."""

from datetime import timedelta

from service.domain.status import Status
from service.operations.queue import Tab
from service.operations.tallies import LOOKED_BACK, Record
from service.web import formats
from service.web.language import gettext, mark, ngettext

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))

TAB_NAMES = {
    Tab.HELD: mark("Held"),
    Tab.AUDIT: mark("Audit"),
    Tab.SPAM: mark("Spam"),
    Tab.PUBLISHED: mark("Published"),
    Tab.TRASHED: mark("Trash"),
}
"""Short names of tabs; `tab_name` translates them."""

LEARNED_FROM = {
    True: mark("another one was called spam"),
    False: mark("another one was called good"),
    None: mark("a decision on another one was taken back"),
}
"""What the filter has learned from, by what was decided."""

FEW_DECISIONS = 5
"""Of fewer decisions a share says nothing."""

DECIDED_BY = {
    Status.HELD: mark("%(who)s put it back to held."),
    Status.SPAM: mark("%(who)s called it spam."),
    Status.PUBLISHED: mark("%(who)s published it."),
    Status.TRASHED: mark("%(who)s moved it to trash."),
}
"""What somebody else did to a comment."""

BUTTONS = {
    Status.PUBLISHED: mark("Publish"),
    Status.SPAM: mark("Spam"),
    Status.TRASHED: mark("Trash"),
    Status.HELD: mark("Back to held"),
}

STATES = {
    Status.PENDING: mark("pending"),
    Status.HELD: mark("held"),
    Status.SPAM: mark("spam"),
    Status.PUBLISHED: mark("published"),
    Status.TRASHED: mark("trashed"),
}

HEADINGS = {
    Status.PENDING: mark("Comment being checked"),
    Status.HELD: mark("Held comment"),
    Status.SPAM: mark("Spam comment"),
    Status.PUBLISHED: mark("Published comment"),
    Status.TRASHED: mark("Trashed comment"),
}
"""Above the page of one comment."""

_WOULD_BE = {
    Status.HELD: mark("With what is only logged, it would be held."),
    Status.SPAM: mark("With what is only logged, it would be spam."),
    Status.PUBLISHED: mark("With what is only logged, it would be published."),
}

_DEMANDS = {
    Status.HELD: mark("enough by itself to hold it"),
    Status.SPAM: mark("enough by itself to call it spam"),
}

_ACTORS = {
    "checks": mark("the checks"),
    "writer": mark("the writer"),
    "operator": mark("the operator"),
    "moderator": mark("a former moderator"),
}

_FOR = (
    (0.5, mark("slightly for spam")),
    (1.5, mark("somewhat for spam")),
    (3.0, mark("clearly for spam")),
)
_AGAINST = (
    (0.5, mark("slightly against spam")),
    (1.5, mark("somewhat against spam")),
    (3.0, mark("clearly against spam")),
)


def tab_name(tab: Tab) -> str:
    """The name of a tab."""
    return gettext(TAB_NAMES[tab])


def state_words(status: str) -> str:
    """A state in a word, such as ``held``."""
    return gettext(STATES[Status(status)])


def _largest(span: timedelta) -> tuple[int, str, int]:
    """Count, name and seconds of the largest unit that a span fills; 0 for none."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in _UNITS:
        if seconds >= size:
            return seconds // size, unit, size
    return 0, "minute", 60


def span_words(span: timedelta) -> str:
    """A span of time in its largest unit, rounded down, such as ``3 hours``."""
    count, unit, _ = _largest(span)
    if not count:
        return gettext("less than a minute")
    return formats.units(count, unit)


def ago_words(span: timedelta) -> str:
    """How long ago something was, rounded down, such as ``3 hours ago``."""
    count, _, size = _largest(span)
    if not count:
        return gettext("less than a minute ago")
    return formats.ago(count * size)


def count_words(count: int, limit: int) -> str:
    """The count, or ``999+`` from the limit on."""
    if count >= limit:
        return f"{formats.number(limit - 1)}+"
    return formats.number(count)


def strength_words(log_odds: float) -> str:
    """How strongly a finding speaks, and for what, such as ``clearly for spam``.

    Empty for one that is neutral.
    """
    if not log_odds:
        return ""
    words = _FOR if log_odds > 0 else _AGAINST
    most = mark("strongly for spam") if log_odds > 0 else mark("strongly against spam")
    size = abs(log_odds)
    return gettext(next((word for top, word in words if size < top), most))


def percent_words(share: float) -> str:
    """A share as people read it; never 100 % for what was wrong once."""
    percent = 100 * share
    is_nearly_all = share < 1 and round(percent) == 100  # noqa: PLR2004  # in a hundred
    words = formats.whole_percent(0.99 if is_nearly_all else share)
    return gettext("over %(percent)s", percent=words) if is_nearly_all else words


def right_words(record: Record) -> str:
    """Share of decisions that agreed with a check; a dash where too few were made."""
    share = record.share_right
    if share is None or record.right + record.wrong < FEW_DECISIONS:
        return "\N{EN DASH}"
    return percent_words(share)


def record_words(record: Record) -> str:
    """How often a check spoke, and how often it was right, if enough is known."""
    facts = {"times": formats.number(record.fired), "days": LOOKED_BACK.days}
    if record.right + record.wrong < FEW_DECISIONS:
        return ngettext(
            "%(times)s time in %(days)s days",
            "%(times)s times in %(days)s days",
            record.fired,
            **facts,
        )
    return ngettext(
        "%(times)s time in %(days)s days, right in %(share)s",
        "%(times)s times in %(days)s days, right in %(share)s",
        record.fired,
        share=right_words(record),
        **facts,
    )


def logged_words(share: float, at_least: str | None) -> str:
    """What a finding that only logs would have done."""
    words = {
        (True, None): mark("would have added %(share)s"),
        (True, Status.HELD): mark("would have added %(share)s and would have held it"),
        (True, Status.SPAM): mark(
            "would have added %(share)s and would have called it spam"
        ),
        (False, None): mark("would have changed nothing"),
        (False, Status.HELD): mark("would have held it"),
        (False, Status.SPAM): mark("would have called it spam"),
    }[bool(share), Status(at_least) if at_least else None]
    return gettext(words, share=formats.signed(share))


def outcome_words(would_be: str | None, verdict: str | None) -> str:
    """What a verdict would have been if what only logs had acted; empty if all did."""
    if not would_be:
        return ""
    if would_be == verdict:
        return gettext("With what is only logged, the verdict would be the same.")
    return gettext(_WOULD_BE[Status(would_be)])


def demand_words(at_least: str | None) -> str:
    """What a finding demands by itself, or an empty text."""
    return gettext(_DEMANDS[Status(at_least)]) if at_least else ""


def actor_words(actor: str, who: str) -> str:
    """Who moved a comment."""
    return who or gettext(_ACTORS[actor])


def decided_words(new: str, actor: str, who: str) -> str:
    """What somebody did to a comment, in a sentence."""
    words = gettext(DECIDED_BY[Status(new)], who=actor_words(actor, who))
    return words[:1].upper() + words[1:]
