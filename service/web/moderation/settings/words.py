"""Settings in words: what each is called, what it does, and how it stands."""

from collections.abc import Mapping

from service.domain.policy import SitePolicy
from service.operations.members import LAST_OWNER
from service.operations.moderators import Role
from service.web.language import gettext, mark, ngettext

LABELS: Mapping[str, str] = {
    "name": mark("Name"),
    "origins": mark("Origins"),
    "query_keys": mark("Query keys"),
    "mode": mark("Which comments wait for a moderator"),
    "held_from": mark("Hold from this score on"),
    "spam_from": mark("Call it spam from this score on"),
    "budget": mark("Good comments that may be called spam: at most 1 in"),
    "audit_share": mark("Audits, in per cent"),
    "checks": mark("Checks"),
    "required": mark("Required fields"),
    "edit_seconds": mark("Time for the writer to edit, in minutes"),
    "max_depth": mark("Depth of replies"),
    "close_after_days": mark("Close threads after so many days"),
    "consent": mark("What writers must agree to"),
    "origin_days": mark("Keep IP addresses and user agents, in days"),
    "spam_days": mark("Empty spam after so many days"),
    "trash_days": mark("Empty the trash after so many days"),
    "akismet_url": mark("Where the check akismet asks"),
    "akismet_address": mark("Tell akismet e-mail addresses, too"),
    "custom_url": mark("Where the check custom asks"),
    "custom_address": mark("Tell custom e-mail addresses, too"),
}

HINTS: Mapping[str, str] = {
    "name": mark("What people call the blog; shown in the queue."),
    "origins": mark(
        "Where the blog is, one address a line. Only pages from there may send "
        "comments, and only they count as pages of this site."
    ),
    "query_keys": mark(
        "Parts of a page's address that tell pages apart, such as p; all others are "
        "left out, so that tracking links do not split a thread."
    ),
    "mode": mark("Nothing is ever published before the checks are done."),
    "held_from": mark("A score goes from 0, surely good, to 1, surely spam."),
    "spam_from": mark(
        "Not below the one above. Once the filter has learned enough, it finds this "
        "score itself, by the next setting."
    ),
    "budget": mark(
        "How often the filter may be wrong: it calls less spam by itself rather than "
        "lose more good comments. From 10 to 1,000."
    ),
    "audit_share": mark(
        "So much of what the checks settle alone comes to the queue as a question, by "
        "lot. The filter learns from the answers whether it is right."
    ),
    "required": mark("What a writer must give, besides the comment itself."),
    "edit_seconds": mark(
        "So long a writer may change a comment or take it back. 0 means never."
    ),
    "max_depth": mark(
        "So deep replies are set in; deeper ones stand on the last level. 0 means not "
        "at all."
    ),
    "close_after_days": mark(
        "Counted from the first comment on a page. 0 means never; single threads are "
        "closed under Threads."
    ),
    "consent": mark(
        "One line beside a box that must be ticked to send a comment, such as that the "
        "name and the text are kept. Empty asks for nothing."
    ),
    "origin_days": mark(
        "Both are encrypted, and help against spam only while they are fresh. At most "
        "30 days; a shorter time counts for what is there, too."
    ),
    "spam_days": mark(
        "Then writer and text are erased, counted from the day it was called spam. The "
        "filter forgets them when it is built anew. 0 means never."
    ),
    "trash_days": mark(
        "The same for what was moved to the trash, counted from that day. 0 means "
        "never."
    ),
    "akismet_url": mark(
        "Akismet, or another service that speaks like it. It is told the comment, its "
        "writer's name and website, IP address and browser, and the page."
    ),
    "akismet_address": mark(
        "Off by default: readers are promised that their address is not given away."
    ),
    "custom_url": mark(
        "A service of your own, which gets a signed message with the comment, its "
        "writer's name and website, and the page. Empty means nowhere."
    ),
    "custom_address": mark(
        "Off by default: readers are promised that their address is not given away."
    ),
    "outside_secret": mark(
        "Akismet's key, or the secret that signs the messages to a service of your "
        "own. It is encrypted, and never shown again."
    ),
}
"""One line to each field: what it does."""

MODES: Mapping[str, str] = {
    "all": mark("Everything waits"),
    "new": mark("Comments of new writers wait"),
    "doubtful": mark("Only doubtful ones wait"),
}

CHECK_MODES: Mapping[str, str] = {
    "on": mark("on"),
    "log": mark("log"),
    "off": mark("off"),
}

ROLES: Mapping[Role, str] = {
    Role.OWNER: mark("Owner"),
    Role.MODERATOR: mark("Moderator"),
    Role.VIEWER: mark("Viewer"),
}
ROLE_HINTS: Mapping[Role, str] = {
    Role.OWNER: mark("decides on comments, and changes everything on these pages"),
    Role.MODERATOR: mark("decides on comments, and sees these pages"),
    Role.VIEWER: mark("sees the queue, and changes nothing"),
}

REQUIRED: Mapping[str, str] = {
    "name": mark("Name of the writer"),
    "email": mark("E-mail address"),
}

PROBLEMS = (
    mark("A site needs an owner. Make somebody else an owner first."),
    mark("This person has a role here already; change it in the list."),
    mark("This person can sign in already, or belongs to sites of others."),
    mark("Somebody else has changed this meanwhile; nothing was overwritten."),
    mark("Write the key as it was given to you: 6-200 letters, digits and signs."),
    mark("Write whsec_ and then 24-64 bytes in base64."),
    mark(
        "Write an address like https://filter.example/check, without a password and "
        "without anything behind a question mark."
    ),
)
"""What acts say when something does not fit, marked here for translation."""
assert LAST_OWNER in PROBLEMS  # noqa: S101  # one of them has changed its words


def isolated(text: str) -> str:
    """A text of somebody's, so that its direction stays its own (FSI and PDI)."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def number_words(number: float) -> str:
    """A number with as many decimals as it has, six at most."""
    return f"{round(number, 6):.15g}"


def days_words(days: int) -> str:
    """A number of days; 0 is never."""
    if not days:
        return gettext("never")
    return ngettext("%(num)s day", "%(num)s days", days)


def value_words(name: str, policy: SitePolicy) -> str:
    """How a field of the policy stands."""
    value = getattr(policy, name)
    if name == "mode":
        return gettext(MODES.get(value, value))
    if name == "budget":
        return gettext("1 in %(number)s", number=number_words(round(1 / value)))
    if name == "audit_share":
        return gettext("%(number)s %%", number=number_words(100 * value))
    if name in {"close_after_days", "origin_days", "spam_days", "trash_days"}:
        return days_words(value)
    if name == "edit_seconds":
        return _minutes_words(value)
    return _list_words(name, policy)


def _minutes_words(seconds: int) -> str:
    if not seconds:
        return gettext("never")
    if seconds == 60:  # noqa: PLR2004  # a minute
        return gettext("1 minute")
    return gettext("%(number)s minutes", number=number_words(seconds / 60))


def _list_words(name: str, policy: SitePolicy) -> str:
    value = getattr(policy, name)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, str):
        return value or gettext("none")
    if name == "checks":
        parts = [f"{check}: {gettext(CHECK_MODES[m])}" for check, m in value.items()]
        return ", ".join(sorted(parts)) or gettext("as usual")
    if name == "required":
        parts = [gettext(REQUIRED[each]) for each in value if each in REQUIRED]
        return ", ".join(parts) or gettext("none")
    if isinstance(value, tuple):
        return ", ".join(value) or gettext("none")
    return number_words(value)
