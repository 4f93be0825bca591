"""Why the model says what it says, in whole words and plain facts."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.domain.checking import Reading
from worker.filter.features import features, gram_ids, gram_text, pieces, single, values
from worker.filter.hashing import GRAM_SIZES, Family, Ids, ids_of
from worker.filter.model import Base, SiteModel, places
from worker.filter.style import in_words

LEAST_SHARE = 0.02
"""Log-odds below which a word is no reason."""

MAX_SHOWN_CHARS = 40

Floats = NDArray[np.float32]

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def reasons(
    reading: Reading, base: Base, site_model: SiteModel | None, most: int = 5
) -> tuple[str, ...]:
    """What speaks for spam in a comment: at most `most` clauses, strongest first.

    Grams are never shown: their weight goes to the words they lie in. The answer is
    empty for a comment in which nothing speaks for spam. E-mail addresses, and names
    that hold one, are left out.
    """
    weigh = _Weigher(features(reading), base, site_model)
    found: dict[str, float] = {}
    for clause, share in _clauses(reading, weigh):
        found[clause] = max(share, found.get(clause, 0.0))
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(clause for clause, share in ranked if share >= LEAST_SHARE)[:most]


class _Weigher:
    """What each id of one comment adds to its log-odds."""

    def __init__(self, ids: Ids, base: Base, site_model: SiteModel | None) -> None:
        weights = base.weights[places(ids, base.bits)]
        if site_model is not None:
            weights = weights + site_model.weights[places(ids, site_model.bits)]
        self._ids = ids
        self._shares = weights * values(ids)

    def shares(self, ids: Ids) -> Floats:
        """The share of each id; all must be of the comment."""
        return self._shares[np.searchsorted(self._ids, ids)]


def _clauses(reading: Reading, weigh: _Weigher) -> Iterator[tuple[str, float]]:
    blocks = {block.family: block for block in pieces(reading)}
    shares = {
        family: weigh.shares(ids_of(family, block.hashes)).tolist()
        for family, block in blocks.items()
    }
    words = blocks[Family.WORD].names
    pairs = shares[Family.PAIR][1:-1]
    yield from _of_words(reading, words, shares[Family.WORD], pairs, weigh)
    for family, clause in _CLAUSES.items():
        names = blocks[family].names
        # Parts of an address do not show what they are; then none of the block is told.
        if any("@" in one for one in (*names, *_sources(reading, family))):
            continue
        for name, share in zip(names, shares[family], strict=True):
            if said := clause(name):
                yield said, share


def _sources(reading: Reading, family: Family) -> Iterator[str]:
    """What the pieces of a family were cut from."""
    if family is Family.NAME:
        yield reading.name
    elif family is Family.WEBSITE:
        yield reading.website
    elif family is Family.LINK:
        yield from (link.url for link in reading.links)


def _of_words(
    reading: Reading,
    words: Sequence[str],
    own: Sequence[float],
    pairs: Sequence[float],
    weigh: _Weigher,
) -> Iterator[tuple[str, float]]:
    """Words with the weight of their grams; a phrase takes the place of its words."""
    text = gram_text(reading.normal)
    spans = list(_spans(text, words))
    private = [match.span() for match in _ADDRESS.finditer(text)]
    by_place = _by_place(text, weigh)
    whole: dict[str, float] = dict(zip(words, own, strict=True))
    for word, (start, end) in zip(words, spans, strict=True):
        whole[word] += float(by_place[end] - by_place[start])
    hidden = {
        word
        for word, (start, end) in zip(words, spans, strict=True)
        if any(start < last and first < end for first, last in private)
    }
    in_phrase: set[str] = set()
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
    for (first, second), share, gap in zip(pairwise(words), pairs, gaps, strict=True):
        parts = (whole[first], whole[second])
        # Across a sign, such as a slash, nobody reads a phrase.
        is_phrase = gap == " " and hidden.isdisjoint((first, second))
        if is_phrase and share >= LEAST_SHARE and min(parts) > 0:
            in_phrase |= {first, second}
            yield _quoted(f"{first} {second}"), share + sum(parts) / 2
    for word, share in whole.items():
        if word not in in_phrase and word not in hidden and len(word) > 1:
            yield _quoted(word), share


def _spans(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each word stands in the text that grams are taken of."""
    start = 0
    for word in words:
        short = single(word)
        found = text.find(short, start)
        if found < 0:
            yield start, start
            continue
        yield found, found + len(short)
        start = found + 1


def _by_place(text: str, weigh: _Weigher) -> Floats:
    """The weight of all grams left of each place, spread evenly over their letters."""
    change = np.zeros(len(text) + 1, np.float32)
    for size, ids in zip(GRAM_SIZES, gram_ids(text), strict=True):
        # A gram counts once, however often it stands there.
        _, which, times = np.unique(ids, return_inverse=True, return_counts=True)
        spread = weigh.shares(ids) / times[which] / np.float32(size)
        change[: len(ids)] += spread
        change[size : size + len(ids)] -= spread
    by_letter = np.cumsum(change)
    return np.concatenate([np.zeros(1, np.float32), np.cumsum(by_letter)])


def _quoted(text: str) -> str:
    return f"“{text[:MAX_SHOWN_CHARS]}”"


def _link_clause(name: str) -> str:
    kind, _, rest = name.partition(":")
    if kind == "host":
        return f"a link to {rest[:MAX_SHOWN_CHARS]}"
    if kind == "tld":
        return f"a link that ends in .{rest}"
    return f"{_quoted(rest or kind)} in a link"


def _name_clause(name: str) -> str:
    whole = name.removeprefix("name:")
    if not whole:
        return ""
    return f"{'the name' if whole != name else 'in the name:'} {_quoted(whole)}"


def _website_clause(name: str) -> str:
    kind, _, rest = name.partition(":")
    if kind == "host":
        return f"the website {rest[:MAX_SHOWN_CHARS]}"
    if kind == "tld":
        return f"a website that ends in .{rest}"
    return f"{_quoted(rest or kind)} in the website's address"


_CLAUSES: dict[Family, Callable[[str], str]] = {
    Family.LINK: _link_clause,
    Family.NAME: _name_clause,
    Family.WEBSITE: _website_clause,
    Family.STYLE: in_words,
}
