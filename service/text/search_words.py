"""Words by which a comment is found, and those that somebody looks for.

Both databases are given the same words, made here, so that a search finds the same on
each. Letter case and accents do not count. Scripts that are written without spaces come
as overlapping runs of characters, two of Chinese and Japanese, three of Thai, Lao,
Khmer and Burmese, so that finding a word needs no dictionary.
"""

import re
import unicodedata
from collections.abc import Iterator

from service.domain.search_term import Term
from service.text.marks import limit_marks
from service.text.plain import INVISIBLE
from service.text.words import MARKS, UNSPACED

MOST_CHARS = 32
"""Longer words are cut: what comes behind tells nobody what to look for."""
MOST_TERMS = 8
"""Words of a search that count; the others are left out."""
PREFIX_CHARS = 3
"""Words of a search from this length on are also found as the beginning of others. A
Korean syllable counts as the letters it is made of."""

_PAIRED = UNSPACED
_IN_THREES = (
    "\u0e00-\u0e4e\u0e80-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
)
_JOINED = f"{_PAIRED}{_IN_THREES}"
_RUN = re.compile(
    rf"(?P<paired>[{_PAIRED}]+)|(?P<threes>[{_IN_THREES}]+)"
    rf"|[^\W_{_JOINED}](?:[^\W_{_JOINED}]|[{MARKS}])*+"
)
_SCHEME = re.compile(r"\bhttps?://", re.IGNORECASE)
_ASCII_RUN = re.compile(r"[a-z0-9]+")
# Accents, points of Hebrew, vowel signs of Arabic and its lengthening stroke: people
# leave them out when they look for something. Marks of other scripts are spelling.
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640"
    "\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)


def search_words(*parts: str) -> list[str]:
    """The different words of all parts, sorted; letters, digits and marks only."""
    found: set[str] = set()
    for run, size in _runs(" ".join(parts)):
        if not size:
            found.add(run)
            continue
        # The ends are kept as well, so that fewer characters are found anywhere.
        found.update(run[at : at + size] for at in range(len(run)))
    return sorted(found)


def search_terms(text: str) -> list[Term]:
    """What a comment must hold, all of it, for a search; empty if it holds no word."""
    terms: dict[Term, None] = {}
    for run, size in _runs(text):
        if not size:
            terms[Term(run, _is_prefix(run))] = None
        elif len(run) < size:
            terms[Term(run, is_prefix=True)] = None
        else:
            whole = (run[at : at + size] for at in range(len(run) - size + 1))
            terms |= dict.fromkeys(Term(part, is_prefix=False) for part in whole)
    return list(terms)[:MOST_TERMS]


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Each run of letters, and into pieces of how many it is cut; 0 for a word."""
    text = _SCHEME.sub(" ", text)
    if text.isascii():
        for match in _ASCII_RUN.finditer(text.lower()):
            yield match.group()[:MOST_CHARS], 0
        return
    for match in _RUN.finditer(_folded(text)):
        if match["paired"]:
            yield match.group(), 2
        elif match["threes"]:
            yield match.group(), 3
        else:
            yield match.group()[:MOST_CHARS], 0


def _is_prefix(word: str) -> bool:
    return len(unicodedata.normalize("NFD", word)) >= PREFIX_CHARS


def _folded(text: str) -> str:
    plain = INVISIBLE.sub("", limit_marks(text))
    apart = unicodedata.normalize("NFKD", plain).casefold()
    return unicodedata.normalize("NFKC", _LEFT_OUT.sub("", apart))
