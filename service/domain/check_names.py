"""The checks there are, by the name that their findings carry, and their modes."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

CheckMode = Literal["off", "log", "on"]

CHECK_MODES: tuple[CheckMode, ...] = get_args(CheckMode)
"""``off`` does not run; ``log`` says what it would have done, and does nothing; ``on``
acts."""

CHECK_NAMES: Mapping[str, str] = {
    "lists": "entries of the block lists",
    "rules": "rules on trial, which only say what they would have done",
    "waiting": "whom the site lets wait in any case",
    "form": "how the form was sent: trap, token, time, origin",
    "history": "earlier comments of the writer, the address and the network",
    "hosts": "what moderators decided on links to the same hosts",
    "repeats": "the same or nearly the same words before",
    "copied": "words of an earlier comment or of the page's title, with a link",
    "links": "links in the text",
    "website": "the website that a new writer gives",
    "unknown_website": "whether a new writer's website is known on the site",
    "writer_name": "the writer's name",
    "template": "open choices of a comment program",
    "disguise": "letters that hide words",
    "language": "another script or language than that of the page",
    "address_domain": "whether the address's domain takes mail",
    "model": "words and style, as the filter has learned them",
    "akismet": "what Akismet, or what speaks like it, says; it is told of comments",
    "custom": "what a service of your own says; it is told of comments",
}
"""What each check looks at, in the order in which they run."""

OFF_BY_DEFAULT = frozenset({"akismet", "custom"})
"""Checks that an owner must turn on: what they ask about leaves the house."""


def usual_mode(name: str) -> CheckMode:
    """The mode of a check of which nobody has said anything."""
    return "off" if name in OFF_BY_DEFAULT else "on"


UNFINISHED_NAME = "checks"
"""The name under which it is said that the checks did not finish."""

UNRENDERED_NAME = "render"
"""The name under which it is said that a text could not be laid out."""

_BITS: Mapping[str, int] = {
    "lists": 0,
    "waiting": 1,
    "form": 2,
    "history": 3,
    "hosts": 4,
    "repeats": 5,
    "copied": 6,
    "links": 7,
    "website": 8,
    "unknown_website": 9,
    "writer_name": 10,
    "template": 11,
    "disguise": 12,
    "language": 13,
    "address_domain": 14,
    "model": 15,
    UNFINISHED_NAME: 16,
    UNRENDERED_NAME: 17,
    "rules": 18,
    "akismet": 19,
    "custom": 20,
}
# Stored with each comment: a new check gets the next free number, and the number of one
# that is gone is never given again. 30 is the last one.

REASON_NAMES: tuple[str, ...] = tuple(_BITS)
"""Names that a finding may carry and comments are found by."""


def reasons_of(names: Iterable[str]) -> int:
    """The checks of these names as a set in one number; others are left out."""
    found = 0
    for name in names:
        if name in _BITS:
            found |= 1 << _BITS[name]
    return found


FIXED: Mapping[str, str] = {
    "rules": "it only logs; let a rule act on its own page instead",
    "waiting": "it only does what --mode says; set --mode doubtful instead",
}
"""Checks without a mode of their own, and what to do instead."""


def mistakes(checks: Mapping[str, str]) -> Iterable[str]:
    """What is wrong with the modes given by name of check, each with its mend."""
    for name, mode in checks.items():
        if name in FIXED:
            yield f"{name} has no mode: {FIXED[name]}."
        elif name not in CHECK_NAMES:
            known = ", ".join(each for each in CHECK_NAMES if each not in FIXED)
            yield f"There is no check {name!r}; choose one of {known}."
        elif mode not in CHECK_MODES:
            yield f"{name} can be {', '.join(CHECK_MODES)}, not {mode!r}."
