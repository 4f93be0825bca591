"""What is odd about the letters of a text: tricks that hide words from filters."""

import re
from html import unescape
from typing import Final

from service.text.lookalikes import (
    count_marked,
    has_letter_symbols,
    with_one_alphabet,
)
from service.text.marks import has_stacked_marks

ZERO_WIDTH: Final = "zero-width"
BIDI: Final = "bidi"
MIXED_SCRIPT: Final = "mixed-script"
FANCY_LETTERS: Final = "fancy-letters"
ENTITIES: Final = "entities"
COMBINING: Final = "combining"

# Joiners and soft hyphens have no work between Latin letters; tag characters have none
# outside the flags of England, Scotland and Wales.
_ZERO_WIDTH = re.compile(
    "[\u200b\u2060\ufeff]|(?<=[A-Za-z])[\u00ad\u200c\u200d](?=[A-Za-z])"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)
_OVERRIDE = re.compile("[\u202d\u202e]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

# Mathematical alphabets, letters in circles and boxes, full-width Latin. One alone may
# be mathematics; three in a row, or one inside a word, are decoration or disguise.
_MATHS = "\U0001d400-\U0001d7cb\u24b6-\u24e9\U0001f110-\U0001f189"
_FULL_WIDTH = "\uff21-\uff3a\uff41-\uff5a"
_FANCY = re.compile(f"[{_MATHS}]{{3}}|[a-z][{_MATHS}]|[{_MATHS}][a-z]", re.IGNORECASE)
_WIDE = re.compile(f"[{_FULL_WIDTH}]{{3}}|[a-z][{_FULL_WIDTH}]|[{_FULL_WIDTH}][a-z]")
_MARKED_LETTERS = 3
"""Letters under marks that no language gives them; one or two are a slip or a joke."""

_EAST_ASIAN = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")

_NUMERIC_ENTITY = re.compile(r"&#(?:[0-9]{1,7}|x[0-9a-f]{1,6});?", re.IGNORECASE)


def markers_of(text: str) -> frozenset[str]:
    """Return what is odd about the letters, as a set of this module's constants."""
    found = {COMBINING} if has_stacked_marks(text) else set()
    if _has_coded_letters(text):
        found.add(ENTITIES)
    if text.isascii():
        return frozenset(found)
    if _ZERO_WIDTH.search(text):
        found.add(ZERO_WIDTH)
    if _OVERRIDE.search(text) or _has_idle_bidi(text):
        found.add(BIDI)
    if with_one_alphabet(text) != text:
        found.add(MIXED_SCRIPT)
    if _has_fancy_letters(text):
        found.add(FANCY_LETTERS)
    if count_marked(text) >= _MARKED_LETTERS:
        found.add(COMBINING)
    return frozenset(found)


def _has_fancy_letters(text: str) -> bool:
    if _FANCY.search(text) or has_letter_symbols(text):
        return True
    return bool(_WIDE.search(text)) and not _EAST_ASIAN.search(text)


def _has_coded_letters(text: str) -> bool:
    # Old browsers send letters a form cannot express as entities, but never ASCII.
    coded = (unescape(match.group()) for match in _NUMERIC_ENTITY.finditer(text))
    return any(char.isascii() and char.isalpha() for char in coded)


def _has_idle_bidi(text: str) -> bool:
    return bool(_BIDI.search(text)) and not _RIGHT_TO_LEFT.search(text)
