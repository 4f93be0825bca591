"""Names that are search phrases or addresses instead of what people are called.

Names never count for being rare or foreign: only shapes that no naming custom has,
such as four words without a capital in a script that has capitals.
"""

import re
from collections.abc import Iterator

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, counted, finding

PHRASE_WORDS = 3
LONG_PHRASE_WORDS = 5
"""More words than nearly all names have, whatever the custom."""

_ADDRESS = re.compile(r"(?i)://|\bwww\.")
_HOST = re.compile(
    r"(?i)(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|info|biz|xyz|shop|site|top|online)"
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@/]+")
_WORD = re.compile(r"\w+")

# Tuned on one blog (dylan) of the measured four; see benchmarks/checks.py.
_HAS_ADDRESS = Part(2.0, "the name holds an address")
_HAS_HOST = Part(1.2, "the name holds a domain")
_OPENS_TEXT = Part(2.0, "the text opens with the writer's name, as a headline")
_IN_WEBSITE = Part(0.8, "the name's words stand in the website's address")
_HAS_NUMBER = Part(0.7, "the name has a number among its words")
_LOWER_PHRASE = 1.5
_LONG_PHRASE = 1.2


def _is_lower(name: str) -> bool:
    """True for a name without capitals in a script that has them."""
    return name == name.lower() and name != name.upper()


def _address(name: str, own: frozenset[str]) -> Part | None:
    """A web address or domain in the name."""
    if _ADDRESS.search(name):
        return _HAS_ADDRESS
    named = {
        match.group().lower().removeprefix("www.") for match in _HOST.finditer(name)
    }
    return _HAS_HOST if named - own else None


def _phrase(name: str, words: list[str]) -> Iterator[Part]:
    number = counted(len(words), "word")
    if len(words) >= PHRASE_WORDS and _is_lower(name):
        yield Part(_LOWER_PHRASE, f"the name is {number} without a capital")
    if len(words) >= LONG_PHRASE_WORDS:
        yield Part(_LONG_PHRASE, f"the name is {number} long")
    if len(words) >= PHRASE_WORDS and any(word.isdecimal() for word in words):
        yield _HAS_NUMBER


def _opens_text(given: CheckInput, words: list[str]) -> bool:
    """True if the text starts with all words of a name of several words."""
    return len(words) > 1 and given.reading.words[: len(words)] == tuple(words)


def _in_website(given: CheckInput, words: list[str]) -> bool:
    """True if a phrase stands in the website's address.

    People's own names do too: two words, or three with capitals, do not count.
    """
    enough = PHRASE_WORDS if _is_lower(given.reading.name) else PHRASE_WORDS + 1
    address = given.reading.website.casefold()
    return len(words) >= enough and all(word in address for word in words)


def _parts(given: CheckInput, own: frozenset[str]) -> Iterator[Part]:
    name = given.reading.name
    # Readers give their e-mail address as a name now and then; spam hardly does.
    if _EMAIL.fullmatch(name.strip()):
        return
    words = [word.casefold() for word in _WORD.findall(name)]
    address = _address(name, own)
    if address is not None:
        yield address
    yield from _phrase(name, words)
    if _opens_text(given, words):
        yield _OPENS_TEXT
    if _in_website(given, words):
        yield _IN_WEBSITE


def writer_name(given: CheckInput) -> Finding | None:
    """What the name says of a writer without proven past.

    Nothing where the website is the blog's own: notices that other pages of the blog
    send are named after those pages.
    """
    own = own_hosts(given.evidence.policy)
    if given.evidence.proven_published > 0 or given.reading.website_host in own:
        return None
    detail = {"words": len(given.reading.name.split())}
    return finding("writer_name", _parts(given, own), detail)
