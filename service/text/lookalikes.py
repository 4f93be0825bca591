"""Letters that pass for others: which, and how the disguise is taken off a word.

Only words that mix alphabets are changed, and only if every foreign letter in them has
a look-alike: real Cyrillic and Greek stays, and so does Russian slang, which hangs
Cyrillic endings on Latin words honestly.
"""

import re
import unicodedata

_PAIRS = """
    а a  в b  е e  о o  р p  с c  у y  х x  ү y  һ h  ѕ s  і i  ј j  ԁ d  ԛ q  ԝ w  ӏ l
    ё e
    А A  В B  Е E  Ѕ S  І I  Ј J  К K  М M  Н H  О O  Р P  С C  Т T  У Y  Х X  Ү Y
    Ԍ G  Ԝ W  Ӏ I  Ё E  Я R
    Α A  Β B  Ε E  Ζ Z  Η H  Ι I  Κ K  Μ M  Ν N  Ο O  Ρ P  Τ T  Υ Y  Χ X  Ϲ C  Λ A
    ι i  ν v  ο o  ρ p  υ u  ϲ c  ϳ j
"""
"""From confusables.txt of Unicode Technical Standard 39, with some that people take for
the Latin letter though Unicode does not (``Я``, ``Λ``). Left out are mu, pi, omega and
delta: units are written so."""

_INNER_PAIRS = "α a  β b  ε e  η n  κ k  τ t  χ x"
"""These only between other letters: names of proteins and the like end in them."""


def _paired(pairs: str) -> dict[str, str]:
    both = pairs.split()
    return dict(zip(both[::2], both[1::2], strict=True))


LIKE_LATIN: dict[str, str] = _paired(_PAIRS)
"""Latin letters by the Cyrillic or Greek ones that pass for them."""

LIKE_CYRILLIC: dict[str, str] = {
    latin: other
    for other, latin in LIKE_LATIN.items()
    if "\u0400" <= other <= "\u052f" and latin in "aceopxyABCEHKMOPTXY"
}
"""The other way: Cyrillic letters by the Latin ones that pass for them."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_OTHER_LETTER = re.compile("[\u0370-\u052f]")
_INNER = _paired(_INNER_PAIRS)
_ANYWHERE_OR_INNER = LIKE_LATIN.keys() | _INNER.keys()
_TO_LATIN = str.maketrans(LIKE_LATIN | _INNER)
_TO_CYRILLIC = str.maketrans(LIKE_CYRILLIC)


def may_mix(text: str) -> bool:
    """Tell whether the text has Latin letters beside Cyrillic or Greek ones."""
    return bool(_LATIN_LETTER.search(text) and _OTHER_LETTER.search(text))


def with_one_alphabet(text: str) -> str:
    """Return the text with the disguise taken off each word that mixes alphabets."""
    if not may_mix(text):
        return text
    return _WORD.sub(lambda word: _in_one_alphabet(word.group()), text)


def _in_one_alphabet(word: str) -> str:
    latin = set(_LATIN_LETTER.findall(word))
    other = set(_OTHER_LETTER.findall(word))
    if not latin or not other:
        return word
    if other <= _ANYWHERE_OR_INNER and _INNER.keys().isdisjoint((word[0], word[-1])):
        return word.translate(_TO_LATIN)
    if latin <= LIKE_CYRILLIC.keys():
        return word.translate(_TO_CYRILLIC)
    return word


def _symbols() -> dict[int, str]:
    # Alphabets that people write Latin words with, and for which Unicode has no
    # compatibility form: white letters on black, flags' letters, small capitals.
    starts = (0x1F150, 0x1F170, 0x1F1E6)
    found = {start + at: chr(0x61 + at) for start in starts for at in range(26)}
    small = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ"
    found |= dict(zip(map(ord, small), "abcdefghijklmnopqrstuvwyz", strict=True))
    return found


_SYMBOLS = _symbols()
_SYMBOL_CLASS = "".join(map(chr, _SYMBOLS))
_SYMBOL = re.compile(f"[{_SYMBOL_CLASS}]")
# Two of the flags' letters are a flag, with nothing to read.
_SYMBOL_WORD = re.compile(f"[{_SYMBOL_CLASS}A-Za-z]{{3,}}")


def has_letter_symbols(text: str) -> bool:
    """Tell whether symbols stand for at least three letters in a row."""
    return any(_SYMBOL.search(run) for run in _SYMBOL_WORD.findall(text))


def with_plain_letters(text: str) -> str:
    """Return the text with symbols that spell Latin words written as letters."""
    if not _SYMBOL.search(text):
        return text
    return _SYMBOL_WORD.sub(lambda run: run.group().translate(_SYMBOLS), text)


def _bases() -> dict[int, str]:
    # Latin letters with accents, by what is left without: U+00C0 to U+024F, U+1E00 on.
    bases: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            bases[code] = base
    return bases


_BASES = _bases()
# The general marks, which stand over any letter. The vowel signs and tones of Hebrew,
# Arabic, Thai and the Indic scripts lie in the blocks of these scripts: they stay.
_LOOSE_MARK = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_MARKED_LATIN = re.compile(f"[A-Za-z](?:{_LOOSE_MARK.pattern})+")


def without_accents(text: str) -> str:
    """Return the text without accents on Latin letters, and without loose marks.

    Letters of other alphabets that are written with an accent, such as the Russian
    short i, are letters of their own and stay.

    :param text: composed (NFC or NFKC).
    """
    return _LOOSE_MARK.sub("", text.translate(_BASES))


def count_marked(text: str) -> int:
    """Return how many Latin letters carry marks that no language composes with them.

    :param text: composed (NFC or NFKC).
    """
    return len(_MARKED_LATIN.findall(text))
