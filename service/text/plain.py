"""What a person reads in a text: no tags, no addresses, no invisible letters."""

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

from service.text.addresses import find_addresses
from service.text.links import Found
from service.text.marks import limit_marks

# Only with a semicolon: "?a=1&copy=2" in an address is no copyright sign.
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_INLINE = """
    a abbr acronym b bdi bdo big cite del dfn em font i ins kbd mark q s samp small span
    strike strong sub sup tt u var
"""
INLINE_TAGS = frozenset(_INLINE.split())
"""Elements that may stand inside a word."""
TAG = re.compile(r"</?(?P<name>[a-z][a-z0-9]*+|[!?])[^<>]{0,1000}>", re.IGNORECASE)
BBCODE_INLINE = re.compile(
    r"\[/?(?:b|i|u|s|url|link|color|size|font)(?:=[^\]\[]{0,200})?\]", re.IGNORECASE
)
BBCODE_BLOCK = re.compile(
    r"\[/?(?:quote|code|list|center|img|\*)(?:=[^\]\[]{0,200})?\]", re.IGNORECASE
)

# Zero-width and bidirectional controls, soft hyphen, variation selectors, fillers and
# tag characters: what Unicode calls Default_Ignorable_Code_Point.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)

# Braille's empty cell, which is no white space by its properties.
_EMPTY_CELL = "\u2800"


def resolve(text: str) -> str:
    """Return the text with HTML entities and Markdown's backslashes resolved.

    Entities are resolved twice at most: ``&amp;lt;`` is how a form that escapes once
    too often sends ``<``.
    """
    once = _ENTITY.sub(lambda entity: unescape(entity.group()), text)
    twice = _ENTITY.sub(lambda entity: unescape(entity.group()), once)
    return _ESCAPED.sub(r"\1", twice)


def visible(text: str, links: Sequence[Found]) -> str:
    """Return the text as it is read: links by their labels, tags and addresses gone.

    Compatibility forms of letters are made the usual ones (NFKC).

    :param text: as `resolve` leaves it.
    :param links: of this text, by place.
    """
    pieces: list[str] = []
    position = 0
    for found in links:
        if found.start >= position:
            pieces += (text[position : found.start], _without_addresses(found))
            position = found.end
    untagged = _without_tags("".join([*pieces, text[position:]]))
    bare = limit_marks(INVISIBLE.sub("", untagged))
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", bare))


def is_blank(text: str) -> bool:
    """Tell whether nothing of the text can be seen: it holds no letter that shows."""
    return not INVISIBLE.sub("", text).replace(_EMPTY_CELL, "").strip()


def _without_addresses(found: Found) -> str:
    label = found.link.label
    for start, end in reversed(list(find_addresses(label))):
        label = f"{label[:start]} {label[end:]}"
    return label or " "


def _without_tags(text: str) -> str:
    text = TAG.sub(lambda tag: "" if tag["name"].lower() in INLINE_TAGS else " ", text)
    return BBCODE_BLOCK.sub(" ", BBCODE_INLINE.sub("", text))
