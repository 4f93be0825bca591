"""Tricks of spelling undone: letters set apart, stretched, or swapped for digits.

Each function takes any text and answers in time linear in it.
"""

import re
from itertools import pairwise

from service.text.addresses import TLDS

_OPEN, _CLOSE = r"[(\[{<]", r"[)\]}>]"
_DOT_WORD = r"(?:dot|d0t|punkt|punto|точка)"
_BRACKETED_DOT = re.compile(
    rf"\s{{0,3}}{_OPEN}\s{{0,3}}(?:\.|{_DOT_WORD})\s{{0,3}}{_CLOSE}\s{{0,3}}",
    re.IGNORECASE,
)
_ENDINGS = "|".join(sorted({*TLDS} - {"shop", "online", "website", "club"}))
# White space on both sides: "written in .NET" holds no address.
_SPOKEN_DOT = re.compile(
    rf"(?<=\w)\s{{1,3}}(?:{_DOT_WORD}|\.)\s{{1,3}}(?=(?:{_ENDINGS})\b)",
    re.IGNORECASE,
)
_HXXP = re.compile(r"\b(?:hxxp|h\*\*p|htxp|hxtp)(?=s?:)", re.IGNORECASE)
_SPOKEN_SLASHES = re.compile(
    r"\b(https?)\s{0,3}[\[(]:[\])]\s{0,3}(?=//)", re.IGNORECASE
)


def with_real_dots(text: str) -> str:
    """Return the text with ``name (dot) com`` and ``hxxp://`` as addresses again."""
    text = _BRACKETED_DOT.sub(".", text)
    text = _SPOKEN_DOT.sub(".", text)
    return _HXXP.sub("http", _SPOKEN_SLASHES.sub(r"\1:", text))


# Letters of alphabets with capitals; others write single letters as words.
_LETTER = "A-Za-z\u00aa-\u024f\u0370-\u052f"
_CAPITAL = "A-Z\u0391-\u03a9\u0410-\u042f"
_SMALL = "a-z\u03b1-\u03c9\u0430-\u044f"


def _apart(least_spaced: int) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w])(?<![\w][.*_|~+-])(?:"
        rf"[{_LETTER}](?:(?P<gap>[.*_|~+·•/-])[{_LETTER}])(?:(?P=gap)[{_LETTER}])+"
        rf"|[{_LETTER}](?:(?P<space>[ \t])[{_LETTER}])"
        rf"(?:(?P=space)[{_LETTER}]){{{least_spaced - 2},}})"
        rf"(?![\w]|[.*_|~+-][\w])"
    )


_APART = _apart(4)
_APART_BESIDE_OTHERS = _apart(3)
"""In a text that has letters set apart for certain, "t h e" and "y o u" are, too."""
_SEPARATOR = re.compile(r"[^\w]|_")
# Not before any capital, or "cAsInO" would fall to pieces.
_WORD_BEGINS = re.compile(rf"(?<=[{_LETTER}])(?=[{_CAPITAL}][{_SMALL}]{{2}})")


def joined(text: str) -> str:
    """Return the text with ``c.a.s.i.n.o`` and ``c a s i n o`` written together.

    Three letters with one sign between them are enough, or four with spaces; beside
    these, three with spaces as well. Where spaces hide the ends of words, a capital
    before small letters begins one: ``C a s i n o B o n u s`` are two.
    """
    spaced = (run for run in _APART.finditer(text) if run["space"])
    is_certain = any(not run.group().isupper() for run in spaced)
    return (_APART_BESIDE_OTHERS if is_certain else _APART).sub(_together, text)


def _together(run: re.Match[str]) -> str:
    letters = _SEPARATOR.sub("", run.group())
    return _WORD_BEGINS.sub(" ", letters) if run["space"] else letters


def has_letters_apart(text: str) -> bool:
    """Tell whether `joined` finds a word that is no abbreviation in capitals."""
    return any(not run.group().isupper() for run in _APART.finditer(text))


_REPEATED = re.compile(r"(?!www(?!w))([^\d\s])\1{2,}")
_STRETCHED = re.compile(r"(?!www)([^\W\d_])\1{3,}")


def squeezed(text: str) -> str:
    """Return the text with more than two equal signs in a row cut to two.

    Digits stay, and so does ``www``.
    """
    return _REPEATED.sub(r"\1\1", text)


def has_stretched_words(text: str) -> bool:
    """Tell whether a letter is repeated more than three times in a row."""
    return bool(_STRETCHED.search(text))


_ADDRESS_LIKE = re.compile(r"[a-z0-9]{4,}@[a-z0-9]{4,}|[a-z0-9@]+@")

_LEET = str.maketrans("0134578@$", "oieastbas")
_SWAPPED = frozenset("0134578@$")
# Not inside addresses and file names, where digits are what they are.
_TOKEN = re.compile(r"(?<![\w./=&?%@#$:-])[a-z0-9@$]{3,40}(?![\w/=&?%@$-]|[.:]\w)")
_HAS_BOTH = re.compile(r"(?=[a-z0-9@$]*[a-z])[a-z0-9@$]*[0134578@$]")
_ORDINARY = re.compile(
    r"[a-z]+[0-9]+|[0-9]+[a-z]{1,3}|[a-z]{0,3}\$[0-9]+[a-z]{0,3}|[0-9]+\$?|@[a-z0-9]+"
    r"|[0-9]+[a-z]+|[a-f0-9]{6,}|[a-z][0-9][a-z]|[a-z]{1,5}[0-9]{2,}[a-z]{1,5}"
    r"|[0-9]+x[0-9]+[a-z]?"
)
_TRAILING = re.compile(r"[a-z]{3,}[013457]|[a-z]{2,}[013457]{2}")
_BOLD_FROM = 3
"""Tokens that are certainly leet from which a text is taken for leet throughout."""
_BOLD_TOKEN = re.compile(
    r"(?<![\w./=&?%@#$:-])(?=[a-z0-9@$]*[a-z])[a-z0-9@$]{2,40}(?![\w/=&?%@$-]|[.:]\w)"
)
# Units, ordinals and years stay even there.
_MEASURED = re.compile(
    r"[0-9]+(?:st|nd|rd|th|am|pm|k|m|x|px|mb|gb|kg|km)?|[a-z]+[0-9]{2,}|\$[0-9]+[a-z]?"
)


def unleet(text: str) -> str:
    """Return the text with ``v1agra`` and ``c@sino`` spelled with letters.

    Words with a number before or behind (``mp3``, ``covid19``, ``2nd``), prices,
    hexadecimal numbers and parts of addresses stay.

    :param text: in lower case.
    """
    found = [m for m in _TOKEN.finditer(text) if _HAS_BOTH.match(m.group())]
    swapped = [_is_leet(match.group()) for match in found]
    if not any(swapped):
        return text
    if sum(swapped) >= _BOLD_FROM:
        # Where nearly every word is, "7he" and "l3t" are, too.
        bold = _BOLD_TOKEN.finditer(text)
        return _translated(
            text, [m for m in bold if not _MEASURED.fullmatch(m.group())]
        )
    # Beside certain ones, a digit at the end is likely one as well: "fr33 c@sin0".
    chosen = [
        match
        for match, certain in zip(found, swapped, strict=True)
        if certain or _TRAILING.fullmatch(match.group())
    ]
    return _translated(text, chosen)


def _is_leet(token: str) -> bool:
    if _ORDINARY.fullmatch(token) or _ADDRESS_LIKE.fullmatch(token):
        return False
    signs = sum(char in _SWAPPED for char in token)
    letters = sum(char.isalpha() for char in token)
    return letters >= signs


def _translated(text: str, chosen: list[re.Match[str]]) -> str:
    edges = [0, *(edge for match in chosen for edge in match.span()), len(text)]
    return "".join(
        text[start:end].translate(_LEET) if odd % 2 else text[start:end]
        for odd, (start, end) in enumerate(pairwise(edges))
    )
