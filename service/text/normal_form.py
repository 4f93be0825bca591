"""The normal form of a text: what is left when the tricks that hide words are undone.

The filter reads this form, so that a word counts as the same word however it was
dressed up. What was undone stays known as markers, because the dress itself tells.
The order of the steps is that of the entries in `_once`; it matters: a tag can hide in
an entity, a dot in a full-width letter, a digit in a mathematical alphabet.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from typing import Final

from service.domain.submission import MAX_COMMENT_CHARS
from service.text.border import without_controls
from service.text.lookalikes import (
    with_one_alphabet,
    with_plain_letters,
    without_accents,
)
from service.text.marks import limit_marks
from service.text.oddities import markers_of
from service.text.plain import BBCODE_BLOCK, BBCODE_INLINE, INLINE_TAGS, INVISIBLE, TAG
from service.text.spelling import (
    has_letters_apart,
    has_stretched_words,
    joined,
    squeezed,
    unleet,
    with_real_dots,
)

NORMAL_VERSION = 2
"""Changes whenever any text's normal form may change: models are made for one."""

HIDDEN_ADDRESS: Final = "hidden-address"
LETTERS_APART: Final = "letters-apart"
STRETCHED: Final = "stretched"
LEET: Final = "leet"
SPLIT_WORDS: Final = "split-words"

_ROUNDS = 4
"""Tricks can be nested, such as an entity inside an entity; deeper is no use to anyone,
since the page resolves an entity once."""

_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7};?|#x[0-9a-f]{1,6};?|[a-z][a-z0-9]{1,31};)", re.IGNORECASE
)
_HREF = re.compile(
    r"<a\s[^<>]{0,300}?href\s{0,5}=\s{0,5}[\"']?\s{0,5}([^\s\"'<>]{1,2048})",
    re.IGNORECASE,
)
_BBCODE_URL = re.compile(
    r"\[(?:url|link)\s{0,3}=\s{0,3}[\"']?([^\]\[\s\"'<>]{1,2048})[^\]\[]{0,100}\]",
    re.IGNORECASE,
)
_SPLIT_WORD = re.compile(
    r"(?<=[^\W\d_])</?(?:[bisu]|em|font|span|strong|!)(?=[\s>/!-])[^<>]{0,200}>(?=[^\W\d_])",
    re.IGNORECASE,
)
_NO_SURROGATE = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A text without its tricks, and what they were."""

    text: str
    """Lower case, single spaces, at most 10,000 characters."""
    markers: frozenset[str]
    """What was undone: constants of this module and of `service.text.oddities`."""


def normal_form(text: str) -> NormalForm:
    """Return the normal form of any text, in linear time.

    Applied to its own result, it changes nothing more (but for tricks nested deeper
    than four times). What lies behind 10,000 characters is not looked at.
    """
    text = without_controls(text[:MAX_COMMENT_CHARS])
    markers = set(markers_of(text))
    if "&amp;" in text:
        markers |= markers_of(text.replace("&amp;", "&"))
    for _ in range(_ROUNDS):
        before = " ".join(text.split()).lower()
        text = _once(text, markers)
        if text == before:
            break
    return NormalForm(text, frozenset(markers))


def _once(text: str, markers: set[str]) -> str:
    text = _without_markup(_without_entities(text), markers)
    if not text.isascii():
        text = _with_plain_letters(text)
    text = _noted(text, with_real_dots(text), HIDDEN_ADDRESS, markers)
    if has_letters_apart(text):
        markers.add(LETTERS_APART)
    text = joined(text).lower()
    if not text.isascii():
        # Lower case of some capitals is a letter with a loose mark.
        text = without_accents(text)
    if has_stretched_words(text):
        markers.add(STRETCHED)
    text = squeezed(text)
    text = _noted(text, unleet(text), LEET, markers)
    return " ".join(text.split())[:MAX_COMMENT_CHARS].rstrip()


def _noted(before: str, after: str, marker: str, markers: set[str]) -> str:
    if after != before:
        markers.add(marker)
    return after


def _without_entities(text: str) -> str:
    # Twice: forms that escape once too often send "&amp;lt;".
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda entity: unescape(entity.group()), text)
        text = without_controls(text)
    return text.translate(_NO_SURROGATE) if not text.isascii() else text


def _without_markup(text: str, markers: set[str]) -> str:
    if "[" in text:
        text = _BBCODE_URL.sub(r" \1 ", text)
        text = BBCODE_BLOCK.sub(" ", BBCODE_INLINE.sub("", text))
    if "<" not in text:
        return text
    if _SPLIT_WORD.search(text):
        markers.add(SPLIT_WORDS)
    return TAG.sub(_instead_of_tag, text)


def _instead_of_tag(tag: re.Match[str]) -> str:
    name = tag["name"].lower()
    if name == "a" and (target := _HREF.match(tag.group())):
        return f" {target.group(1)} "
    return "" if name in INLINE_TAGS or name == "!" else " "


def _with_plain_letters(text: str) -> str:
    text = limit_marks(INVISIBLE.sub("", text))
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))[:MAX_COMMENT_CHARS]
    return with_one_alphabet(with_plain_letters(without_accents(text)))
