"""What the model looks at: a comment as a set of ids, and how much each id counts.

Pieces of a comment are hashed ("the hashing trick", Weinberger et al. 2009), so that
no dictionary of words is kept and a model has a fixed size.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.domain.checking import Reading
from service.text.hosts import host_of
from service.text.normal_form import normal_form
from service.text.words import words_of
from worker.filter.hashing import (
    FAMILY_SHIFT,
    GRAM_SIZES,
    Family,
    Ids,
    gram_hashes,
    ids_of_families,
    pair_hashes,
    word_hashes,
)
from worker.filter.style import hidden_addresses, style_of

FEATURES_VERSION = 1
"""Changes whenever the ids of any comment may change: models are made for one."""

MAX_URLS = 20
"""Links whose addresses are looked into."""

_SHARES = np.array([2.0, 2.0, 1.0, 1.0, 0.5, 0.7, 1.0, 0.0], np.float32)
_START, _END = "\x02", "\x03"
"""Stand for the ends of a text; no normal form holds them."""

_PIECE = re.compile(r"[^\W\d_]{2,}")
_DOUBLE = re.compile(r"(\D)\1+")


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one family, and what each stands for."""

    family: Family
    hashes: Ids
    names: Sequence[str]
    """One for each hash."""


@dataclass(frozen=True, slots=True)
class Block:
    """The ids of one family of pieces, and what each stands for."""

    ids: Ids
    names: Sequence[str]
    """One for each id."""


@dataclass(frozen=True, slots=True)
class Features:
    """A comment as the model looks at it."""

    ids: Ids
    """Distinct and sorted."""
    counts: NDArray[np.float32]
    """How much each id counts."""
    blocks: Mapping[Family, Block]
    """All families but the grams."""
    grams: tuple[Ids, ...]
    """For each size of `GRAM_SIZES`, the id of the run that starts at each place."""


def features_of(reading: Reading) -> Features:
    """What the model looks at, with what each piece stands for.

    The ids depend on text, name, website and markers alone, and are the same in every
    process. No id stands for an e-mail address, a date or a database id.
    """
    cut = list(pieces(reading))
    grams = gram_hashes(gram_text(reading.normal))
    sizes = [len(one.hashes) for one in cut] + [len(one) for one in grams]
    families = [one.family for one in cut] + [Family.GRAM] * len(grams)
    hashes = [one.hashes for one in cut]
    hashes += [h + np.uint32(size) for size, h in zip(GRAM_SIZES, grams, strict=True)]
    # All at once: most families are small, and NumPy's cost is by call.
    ids = ids_of_families(np.repeat(families, sizes), np.concatenate(hashes))
    parts = np.split(ids, np.cumsum(sizes)[:-1])
    distinct = _distinct(ids)
    return Features(
        ids=distinct,
        counts=values(distinct),
        blocks={
            one.family: Block(part, one.names)
            for one, part in zip(cut, parts[: len(cut)], strict=True)
        },
        grams=tuple(parts[len(cut) :]),
    )


def features(reading: Reading) -> Ids:
    """The comment's distinct ids alone, sorted; see `features_of`."""
    return features_of(reading).ids


def _distinct(ids: Ids) -> Ids:
    ordered = np.sort(ids)
    is_new = np.empty(len(ordered), np.bool_)
    is_new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    found: Ids = ordered[is_new]
    return found


def values(ids: Ids) -> NDArray[np.float32]:
    """How much each id counts: each family as one block, all together of length 1."""
    families = ids >> np.uint32(FAMILY_SHIFT)
    sizes = np.bincount(families, minlength=len(_SHARES))
    weights = _SHARES * (sizes > 0)
    total = float(np.sqrt((weights**2).sum())) or 1.0
    each = weights / np.sqrt(np.maximum(sizes, 1)) / np.float32(total)
    counted: NDArray[np.float32] = each.astype(np.float32)[families]
    return counted


def gram_text(normal: str) -> str:
    """The text that grams are taken of.

    Doubled letters are single, so that a stretched word has the grams of the plain one.
    Both ends are marked, because a comment that opens with "check" is another thing
    than one that has it somewhere.
    """
    return f"{_START} {single(normal)} {_END}"


def single(text: str) -> str:
    """The text with each run of equal signs, digits left out, cut to one."""
    return _DOUBLE.sub(r"\1", text)


@lru_cache(maxsize=8_192)
def single_word(word: str) -> str:
    """`single` of one word; words come again and again."""
    return single(word)


def pieces(reading: Reading) -> Iterator[Pieces]:
    """All pieces but the grams, with their names."""
    words = words_of(reading.normal)
    singled = [single_word(word) for word in words]
    hashes = word_hashes(singled)
    yield Pieces(Family.WORD, hashes, words)
    ended = word_hashes([_START, *singled, _END])
    # The pairs with the ends have no name that would be worth reading.
    pairs = ["", *(f"{a} {b}" for a, b in pairwise(words)), ""]
    yield Pieces(Family.PAIR, pair_hashes(ended), pairs[: len(words) + 1])
    for family, names in (
        (Family.LINK, _link_pieces(reading)),
        (Family.NAME, _name_pieces(reading.name)),
        (Family.WEBSITE, _url_pieces(reading.website, reading.website_host)),
        (Family.STYLE, style_of(reading)),
    ):
        distinct = tuple(dict.fromkeys(names))
        yield Pieces(family, word_hashes(distinct), distinct)


def _link_pieces(reading: Reading) -> Iterator[str]:
    for link in reading.links[:MAX_URLS]:
        yield from _url_pieces(link.url, link.host)
    for url in hidden_addresses(reading):
        yield from _url_pieces(url, host_of(url))


def _url_pieces(url: str, host: str) -> Iterator[str]:
    if not host:
        return
    yield f"host:{host}"
    labels = host.split(".")
    yield f"tld:{labels[-1]}"
    for label in labels[:-1]:
        yield from _PIECE.findall(label)
    bare = url.lower().partition("://")[2] or url.lower()
    _, _, path = bare.partition("/")
    yield from (f"path:{piece}" for piece in _PIECE.findall(path[:300])[:20])


def _name_pieces(name: str) -> Iterator[str]:
    normal = normal_form(name).text
    words = words_of(normal)
    yield from words
    yield f"name:{normal}"
