"""Why the model says what it says, in whole words and plain facts."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.domain.checking import Reading
from worker.filter.features import Features, features_of, gram_text, single_word
from worker.filter.hashing import GRAM_SIZES, Family, Ids
from worker.filter.model import Base, SiteModel, places
from worker.filter.style import in_words

LEAST_SHARE = 0.02
"""Log-odds below which a word is no reason."""

MAX_SHOWN_CHARS = 40

Floats = NDArray[np.float32]

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def reasons(
    reading: Reading,
    base: Base,
    site_model: SiteModel | None,
    most: int = 5,
    *,
    seen: Features | None = None,
) -> tuple[str, ...]:
    """What speaks for spam in a comment: at most `most` clauses, strongest first.

    Grams are never shown: their weight goes to the words they lie in. The answer is
    empty for a comment in which nothing speaks for spam. E-mail addresses, and names
    that hold one, are left out.

    :param seen: what the model looks at in the comment, where it is at hand.
    """
    seen = features_of(reading) if seen is None else seen
    weigh = _Weigher(seen, base, site_model)
    found: dict[str, float] = {}
    for clause, share in _clauses(reading, seen, weigh):
        found[clause] = max(share, found.get(clause, 0.0))
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(clause for clause, _ in ranked[:most])


class _Weigher:
    """What each id of one comment adds to its log-odds."""

    def __init__(
        self, seen: Features, base: Base, site_model: SiteModel | None
    ) -> None:
        weights = base.weights[places(seen.ids, base.bits)]
        if site_model is not None:
            at = places(seen.ids, site_model.bits)
            weights = weights + site_model.weights[at]
        self._ids = seen.ids
        self._shares = weights * seen.counts

    def shares(self, ids: Ids) -> Floats:
        """The share of each id; all must be of the comment."""
        return self._shares[np.searchsorted(self._ids, ids)]

    def spread(self, ids: Ids) -> NDArray[np.float64]:
        """The share of each id, split among the places where it stands."""
        at = np.searchsorted(self._ids, ids)
        # A gram counts once, however often it stands there.
        spread: NDArray[np.float64] = self._shares[at] / np.bincount(at)[at]
        return spread


def _clauses(
    reading: Reading, seen: Features, weigh: _Weigher
) -> Iterator[tuple[str, float]]:
    """What is worth saying: each share is at least `LEAST_SHARE`."""
    yield from _of_words(reading, seen, weigh)
    for family, clause in _CLAUSES.items():
        block = seen.blocks[family]
        shares = weigh.shares(block.ids)
        telling = np.flatnonzero(shares >= LEAST_SHARE).tolist()
        if not telling:
            continue
        # Parts of an address do not show what they are; then none of the block is told.
        if any("@" in one for one in (*block.names, *_sources(reading, family))):
            continue
        for at in telling:
            if said := clause(block.names[at]):
                yield said, float(shares[at])


def _sources(reading: Reading, family: Family) -> Iterator[str]:
    """What the pieces of a family were cut from."""
    if family is Family.NAME:
        yield reading.name
    elif family is Family.WEBSITE:
        yield reading.website
    elif family is Family.LINK:
        yield from (link.url for link in reading.links)


def _of_words(
    reading: Reading, seen: Features, weigh: _Weigher
) -> Iterator[tuple[str, float]]:
    """Words with the weight of their grams; a phrase takes the place of its words."""
    words = seen.blocks[Family.WORD].names
    own = weigh.shares(seen.blocks[Family.WORD].ids).tolist()
    # Without the pairs with the ends of the text.
    pairs = weigh.shares(seen.blocks[Family.PAIR].ids).tolist()[1:-1]
    text = gram_text(reading.normal)
    spans = list(_spans(text, words))
    private = [match.span() for match in _ADDRESS.finditer(text)]
    by_place = _by_place(len(text), seen, weigh).tolist()
    whole: dict[str, float] = dict(zip(words, own, strict=True))
    for word, (start, end) in zip(words, spans, strict=True):
        whole[word] += by_place[end] - by_place[start]
    hidden = {
        word
        for word, (start, end) in zip(words, spans if private else (), strict=False)
        if any(start < last and first < end for first, last in private)
    }
    in_phrase: set[str] = set()
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
    for (first, second), share, gap in zip(pairwise(words), pairs, gaps, strict=True):
        if share < LEAST_SHARE:
            continue
        parts = (whole[first], whole[second])
        # Across a sign, such as a slash, nobody reads a phrase.
        is_phrase = gap == " " and hidden.isdisjoint((first, second))
        if is_phrase and min(parts) > 0:
            in_phrase |= {first, second}
            yield _quoted(f"{first} {second}"), share + sum(parts) / 2
    for word, share in whole.items():
        if share < LEAST_SHARE or len(word) <= 1:
            continue
        if word not in in_phrase and word not in hidden:
            yield _quoted(word), share


def _spans(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each word stands in the text that grams are taken of."""
    start = 0
    for word in words:
        short = single_word(word)
        found = text.find(short, start)
        if found < 0:
            yield start, start
            continue
        yield found, found + len(short)
        start = found + 1


def _by_place(length: int, seen: Features, weigh: _Weigher) -> Floats:
    """The weight of all grams left of each place, spread evenly over their letters."""
    change = np.zeros(length + 1, np.float32)
    for size, ids in zip(GRAM_SIZES, seen.grams, strict=True):
        spread = weigh.spread(ids) / np.float32(size)
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
