"""Lines of the log in words."""

from collections.abc import Mapping

from service.domain.status import Actor, Status
from service.operations.log import LogEntry
from service.web.language import gettext, mark

STATES = {
    Status.PENDING: mark("pending"),
    Status.PUBLISHED: mark("published"),
    Status.HELD: mark("held"),
    Status.SPAM: mark("spam"),
    Status.TRASHED: mark("trashed"),
}
_ACTORS = {
    Actor.CHECKS: mark("the checks"),
    Actor.WRITER: mark("the writer"),
    Actor.OPERATOR: mark("the operator"),
    Actor.MODERATOR: mark("a former moderator"),
}
_ACTIONS = {
    "address-revealed": mark("saw a writer's address"),
    "comment-edited": mark("edited a comment"),
    "erasures-reapplied": mark("applied earlier erasures again"),
    "feed-renewed": mark("gave the private feed a new address"),
    "labels-written-off": mark("wrote labels off"),
    "link-made": mark("made a one-time sign-in link"),
    "list-added": mark("added to a list"),
    "list-imported": mark("imported into a list"),
    "list-removed": mark("removed from a list"),
    "model-rolled-back": mark("went back to an earlier filter"),
    "moderator-added": mark("added a moderator"),
    "moderator-disabled": mark("shut a moderator out"),
    "outside-key-changed": mark("changed the key of a check that asks outside"),
    "password-set": mark("set a password"),
    "person-erased": mark("erased a person"),
    "policy-set": mark("changed settings"),
    "posts-mapped": mark("told which numbers posts have"),
    "recovery-code-used": mark("used a recovery code"),
    "recovery-codes-made": mark("made new recovery codes"),
    "role-set": mark("gave a role"),
    "rule-acts": mark("let a rule act"),
    "rule-stopped": mark("stopped a rule"),
    "second-factor-off": mark("switched the second factor off"),
    "second-factor-on": mark("switched the second factor on"),
    "session-ended": mark("ended a session"),
    "sessions-ended": mark("ended all other sessions"),
    "signed-in": mark("signed in"),
    "site-renamed": mark("gave the site another name"),
    "thread-closed": mark("closed a thread"),
    "thread-opened": mark("opened a thread"),
    "thread-titled": mark("gave a thread a title"),
    "emptied": mark("emptied what was discarded long ago"),
    "token-made": mark("made an API token"),
    "token-revoked": mark("revoked an API token"),
}


def state_words(status: Status) -> str:
    """The name of a state."""
    return gettext(STATES[status])


def who_words(entry: LogEntry) -> str:
    """Who did it: the moderator's name, or what it was."""
    return entry.who or gettext(_ACTORS[entry.actor])


def action_words(action: str) -> str:
    """What was done; a word that is not known stays as it is stored."""
    known = _ACTIONS.get(action)
    return gettext(known) if known else action.replace("-", " ")


def detail_words(detail: Mapping[str, object]) -> str:
    """The detail of an act as ``name: value`` pairs, in the order of its names."""
    return ", ".join(
        f"{name}: {_value(value)}" for name, value in sorted(detail.items())
    )


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_value(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(map(_value, value))
    return "\N{EN DASH}" if value is None else str(value)
