"""How the form came back: its token's age, the field hidden from people, the origin."""

from collections.abc import Iterator

from service.domain.checking import CheckInput
from service.domain.findings import LOG_ODDS_LIMIT, Finding
from service.domain.status import Status
from worker.checks.parts import Part, counted, finding

TOO_FAST_SECONDS = 3.0
"""Nobody reads a form, types a sentence and sends it in less."""
STALE_SECONDS = 86_400.0
"""A day: a tab may stay open that long, but harvested forms are often older."""

_TRAP = Part(LOG_ODDS_LIMIT, "the field hidden from people was filled in")
_FAST_LOG_ODDS = 1.5
_STALE_LOG_ODDS = 0.3
# A program can wait, so an age like a person's says little.
_TIMELY = Part(-0.5, "the form took as long as people take")
_TOKENS = {
    # Programs and forms in static pages have none, and so do many readers.
    "missing": Part(0.3, "no form token came with it"),
    "forged": Part(1.5, "its form token was forged"),
    "foreign": Part(1.5, "its form token was given out for another page or site"),
}
# Blogs with "Referrer-Policy: no-referrer" send null for honest readers.
_NULL_ORIGIN = Part(0.1, "the browser hid which page it came from")
# Browsers send Origin with every POST of a form (Fetch standard, section 3.2).
_NO_ORIGIN = Part(0.3, "a form was sent without naming its page, as programs do")


def _span(seconds: float) -> str:
    if seconds >= STALE_SECONDS:
        return counted(int(seconds // STALE_SECONDS), "day")
    return f"{seconds:.1f} s"


def _age(given: CheckInput) -> Part | None:
    age = given.token_age_seconds
    if given.token in _TOKENS or age is None:
        return None
    if age < TOO_FAST_SECONDS:
        words = f"it came back {_span(max(0.0, age))} after the form was given out"
        return Part(_FAST_LOG_ODDS, words)
    if age > STALE_SECONDS:
        return Part(_STALE_LOG_ODDS, f"the form had been given out {_span(age)} before")
    return _TIMELY


def _origin(given: CheckInput) -> Part | None:
    if given.origin == "null":
        return _NULL_ORIGIN
    if given.origin == "absent" and given.via == "form":
        return _NO_ORIGIN
    return None


def _parts(given: CheckInput) -> Iterator[Part]:
    if given.trap_filled:
        yield _TRAP
    for part in (_TOKENS.get(given.token), _age(given), _origin(given)):
        if part is not None:
            yield part


def form(given: CheckInput) -> Finding | None:
    """What token, hidden field and origin say together; a filled trap always holds."""
    detail = {
        "token": given.token,
        "token_age_seconds": given.token_age_seconds,
        "origin": given.origin,
        "trap_filled": given.trap_filled,
    }
    at_least = Status.HELD if given.trap_filled else None
    return finding("form", _parts(given), detail, at_least)
