"""Raw text made fit to store: one form of each letter, no invisible steering.

The rules are the same for form, JSON, import and command line. None of them raises, all
take time linear in the input, and applying one twice changes nothing. NFC can make a
text up to three times as long (Unicode Standard Annex 15, section 11), so lengths are
to be checked after cleaning, not before.
"""

import re
import unicodedata

from service.text.marks import limit_marks

# U+FFFE and U+FFFF are valid UTF-8 but not valid XML: one of them would break a feed.
_NOT_IN_TEXT = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff"
_NOT_IN_LINE = "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"

_NEWLINES = re.compile("\r\n|[\r\x85\u2028\u2029]")
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]")
_DROPPED_FROM_TEXT = re.compile(f"[{_NOT_IN_TEXT}]")
_DROPPED_FROM_LINE = re.compile(f"[{_NOT_IN_TEXT}{_NOT_IN_LINE}]")
_WHITE_SPACE = re.compile(r"\s+")
_LEADING_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*+\n)+")
_SURROGATE = re.compile("[\ud800-\udfff]")

_MARKS_BEFORE_NFC = 32
"""Marks in a row that normalisation gets to see: enough that no composed letter is
lost, few enough that sorting them costs nothing."""


def clean_line(text: str) -> str:
    """Return a single-line field (name, website, title) without controls, in NFC.

    White space of any kind becomes single spaces, none at the ends. Bidirectional
    controls and zero-width spaces go; the zero-width joiner and non-joiner stay, which
    Persian, Indic scripts and emoji need.
    """
    text = _DROPPED_FROM_LINE.sub("", _BREAKS.sub(" ", text))
    return _compose(_WHITE_SPACE.sub(" ", text).strip())


def clean_text(text: str) -> str:
    r"""Return a comment's source without controls, in NFC, with ``\n`` line ends.

    White space inside is kept, since Markdown reads it; blank lines at both ends and
    white space at the end go.
    """
    text = without_controls(text)
    return _compose(_LEADING_BLANK_LINES.sub("", text.rstrip()))


def without_controls(text: str) -> str:
    r"""Return the text without controls but tabs, and with ``\n`` for line ends."""
    return _DROPPED_FROM_TEXT.sub("", _NEWLINES.sub("\n", text))


def has_lone_surrogate(text: str) -> bool:
    """Tell whether the text holds half a character, which UTF-8 cannot express."""
    return _SURROGATE.search(text) is not None


def _compose(text: str) -> str:
    if text.isascii():
        return text
    bounded = limit_marks(text, _MARKS_BEFORE_NFC)
    return limit_marks(unicodedata.normalize("NFC", bounded))
