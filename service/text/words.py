"""Words of plain text, in scripts with spaces and without."""

import re
import unicodedata
from itertools import pairwise

_LAST_MARK_LOOKED_FOR = 0x1DFF
"""Marks of living scripts end here; those beyond are for notation and old scripts."""

# Han, Hiragana and Katakana, with the signs that repeat or lengthen.
UNSPACED = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""For a set of a regular expression: scripts that are written without spaces."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words, case folded, in order.

    Chinese and Japanese runs come as overlapping pairs of characters, so that finding a
    word needs no dictionary. Underscores separate: Markdown uses them for stress.
    """
    words: list[str] = []
    for match in _WORD.finditer(text):
        run = match.group("unspaced")
        if run is None:
            words.append(match.group().casefold())
        else:
            words += [a + b for a, b in pairwise(run)] or [run]
    return tuple(words)


def _mark_ranges() -> str:
    # Marks are not alphanumeric for Python, but Indic vowels and pointed Hebrew are
    # written with them inside words.
    marks = [
        code
        for code in range(0x300, _LAST_MARK_LOOKED_FOR + 1)
        if unicodedata.category(chr(code)).startswith("M")
    ]
    ends = [a for a, b in pairwise([*marks, 0]) if b != a + 1]
    starts = [b for a, b in pairwise([0, *marks]) if b != a + 1]
    pairs = zip(starts, ends, strict=True)
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in pairs)


MARKS = _mark_ranges()
"""For a set of a regular expression: marks that may stand inside a word."""

_WORD = re.compile(
    rf"(?P<unspaced>[{UNSPACED}]+)|[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[{MARKS}])*+"
)
