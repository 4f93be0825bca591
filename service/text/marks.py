"""Runs of combining marks: found, and cut to a length that stays readable.

Marks stacked without end ("Zalgo") climb over the lines around them, and make Unicode
normalisation quadratic: CPython sorts each run by insertion.
"""

import re
import unicodedata

MAX_MARKS = 4
"""Marks in a row that are kept. Vietnamese needs two, pointed Hebrew and Quranic Arabic
up to four."""

# A mark is never alphanumeric for Python, so that only these runs need a closer look;
# the first mark is U+0300.
_SUSPECTS = re.compile(rf"[^\w\s\x00-\u02ff]{{{MAX_MARKS + 1},}}")


def limit_marks(text: str, most: int = MAX_MARKS) -> str:
    """Return the text with each run of more than `most` marks cut to `most`.

    :param most: at least `MAX_MARKS`.
    """
    return _SUSPECTS.sub(lambda run: _cut(run.group(), most), text)


def has_stacked_marks(text: str) -> bool:
    """Tell whether more than `MAX_MARKS` combining marks stand in a row."""
    return any(
        len(_cut(run.group(), MAX_MARKS)) < len(run.group())
        for run in _SUSPECTS.finditer(text)
    )


def is_mark(char: str) -> bool:
    """Tell whether the character combines with the one before it (category M)."""
    return unicodedata.category(char).startswith("M")


def _cut(run: str, most: int) -> str:
    kept: list[str] = []
    in_a_row = 0
    for char in run:
        in_a_row = in_a_row + 1 if is_mark(char) else 0
        if in_a_row <= most:
            kept.append(char)
    return "".join(kept)
