"""Numbers for words and pieces of words, the same in every process and everywhere.

An id has 32 bits: the family in the upper three, a hash in the lower 29. Families are
told apart so that each can weigh as one block, however many pieces it has.
"""

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]


class Family(IntEnum):
    """What kind of piece an id stands for."""

    GRAM = 0
    """Three to five characters in a row, across words."""
    WORD = 1
    PAIR = 2
    """Two words in a row."""
    LINK = 3
    """Part of a link's address in the text."""
    NAME = 4
    """Word of the writer's name."""
    WEBSITE = 5
    """Part of the website's address."""
    STYLE = 6
    """Fact about how the comment is written."""


FAMILY_SHIFT: Final = 29
GRAM_SIZES: Final = (3, 4, 5)

# Odd, so that no bit is lost; any will do, but they must never change.
_STEPS = np.array(
    [0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], np.uint32
)
_PAIR_STEP = np.uint32(0x2C1B3C6D)


def mixed(numbers: Ids) -> Ids:
    """Spread every bit over all 32: the finaliser of MurmurHash3 (Appleby 2011)."""
    numbers = numbers ^ (numbers >> np.uint32(16))
    numbers = numbers * np.uint32(0x85EBCA6B)
    numbers = numbers ^ (numbers >> np.uint32(13))
    numbers = numbers * np.uint32(0xC2B2AE35)
    return numbers ^ (numbers >> np.uint32(16))


def ids_of(family: Family, hashes: Ids) -> Ids:
    """The ids of hashes in a family."""
    return ids_of_families(np.full(len(hashes), family), hashes)


def ids_of_families(families: NDArray[np.int_], hashes: Ids) -> Ids:
    """The ids of hashes, each in the family that stands at its place."""
    low = mixed(hashes ^ _STEPS[families % len(_STEPS)]) >> np.uint32(3)
    return low | (families.astype(np.uint32) << np.uint32(FAMILY_SHIFT))


@lru_cache(maxsize=65_536)
def word_hash(word: str) -> int:
    """A word's hash, 32 bits."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def word_hashes(words: Sequence[str]) -> Ids:
    """The hashes of words, in order."""
    return np.array([word_hash(word) for word in words], np.uint32)


def pair_hashes(hashes: Ids) -> Ids:
    """The hashes of neighbours; one fewer than the words."""
    return mixed(hashes[:-1] * _PAIR_STEP) + hashes[1:]


def gram_hashes(text: str) -> tuple[Ids, ...]:
    """For each size of `GRAM_SIZES`, the hash of the run that starts at each place."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    codes = codes.astype(np.uint32)
    sums: list[Ids] = []
    total = np.zeros(len(codes), np.uint32)
    for at in range(max(GRAM_SIZES)):
        total = total[: max(0, len(codes) - at)] + codes[at:] * _STEPS[at]
        if at + 1 in GRAM_SIZES:
            sums.append(total)
    return tuple(sums)
