"""The tricks by which spam hides its words, played on comments that are known.

They are made of Unicode's own names, not of the tables by which the normal form undoes
them, so that both can be wrong only apart. A trick keeps what must work for the sender:
links and the insides of tags are left alone, but for the tricks on links.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from worker.filter.evaluation.comments import LabelledComment

Change = Callable[[str, random.Random], str]

# What a sender needs as it is: tags, addresses, entities.
_KEPT = re.compile(
    r"<[^<>]{0,2000}>|\[/?url[^\]]{0,2000}\]|https?://[^\s<>\"'\[\]]+|www\.[^\s<>\"'\[\]]+"
    r"|&#?[a-z0-9]{1,31};|[\w.-]+@[\w.-]+",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'\[\]]+", re.IGNORECASE)
_ANCHOR = re.compile(
    r"(?:<a\b[^<>]{0,500}?href=[\"']?([^\s<>\"']+)[^<>]{0,500}>|\[url=([^\]]+)\])"
    r"(.{0,500}?)(?:</a>|\[/url\])",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)


def _named(script: str, names: str, letters: str) -> dict[str, str]:
    pairs = zip(letters, names.split(","), strict=True)
    return {
        change(letter): unicodedata.lookup(f"{script} {case} LETTER {name.strip()}")
        for letter, name in pairs
        for case, change in (("SMALL", str.lower), ("CAPITAL", str.upper))
    }


_CYRILLIC = _named(
    "CYRILLIC",
    "A, IE, O, ER, ES, HA, DZE, BYELORUSSIAN-UKRAINIAN I, JE, U",
    "aeopcxsijy",
)
_GREEK = {"v": unicodedata.lookup("GREEK SMALL LETTER NU")} | {
    letter: unicodedata.lookup(f"GREEK CAPITAL LETTER {name}")
    for letter, name in zip(
        "BHKMNTZ",
        ("BETA", "ETA", "KAPPA", "MU", "NU", "TAU", "ZETA"),
        strict=True,
    )
}
_HOMOGLYPHS = _GREEK | _CYRILLIC
"""Letters of other alphabets that look the same; 10 small and 17 capital ones."""
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "$", "t": "7", "b": "8"}
_BOLD = {
    letter: unicodedata.lookup(f"MATHEMATICAL BOLD {case} {letter.upper()}")
    for alphabet, case in (
        ("abcdefghijklmnopqrstuvwxyz", "SMALL"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "CAPITAL"),
    )
    for letter in alphabet
}
_HIDDEN = tuple(
    unicodedata.lookup(name)
    for name in ("ZERO WIDTH SPACE", "ZERO WIDTH NON-JOINER", "WORD JOINER")
)
_MARKS = tuple(
    unicodedata.lookup(f"COMBINING {name}")
    for name in (
        "GRAVE ACCENT",
        "TILDE",
        "DIAERESIS",
        "RING ABOVE",
        "DOT BELOW",
        "LONG STROKE OVERLAY",
    )
)
_TAGS = ("<b></b>", "<i></i>", "<span></span>")


def _each_letter(
    text: str, chance: float, change: Callable[[str], str], dice: random.Random
) -> str:
    return "".join(
        change(char) if char.isalpha() and dice.random() < chance else char
        for char in text
    )


def _each_word(
    text: str, chance: float, change: Callable[[str], str], dice: random.Random
) -> str:
    return _WORD.sub(
        lambda word: change(word.group()) if dice.random() < chance else word.group(),
        text,
    )


def _homoglyphs(text: str, dice: random.Random) -> str:
    return _each_letter(text, 0.4, lambda c: _HOMOGLYPHS.get(c, c), dice)


def _zero_width(text: str, dice: random.Random) -> str:
    return _each_letter(text, 0.35, lambda c: c + dice.choice(_HIDDEN), dice)


def _leet(text: str, dice: random.Random) -> str:
    return _each_letter(text, 0.6, lambda c: _LEET.get(c.lower(), c), dice)


def _entities(text: str, dice: random.Random) -> str:
    def code(char: str) -> str:
        return dice.choice((f"&#{ord(char)};", f"&#x{ord(char):x};"))

    return _each_letter(text, 0.5, code, dice)


def _fancy(text: str, dice: random.Random) -> str:
    return _each_word(
        text, 0.7, lambda word: "".join(_BOLD.get(c, c) for c in word), dice
    )


def _spaced(text: str, dice: random.Random) -> str:
    return _each_word(text, 0.5, " ".join, dice)


def _dotted(text: str, dice: random.Random) -> str:
    return _each_word(text, 0.5, ".".join, dice)


def _stretched(text: str, dice: random.Random) -> str:
    def stretch(word: str) -> str:
        vowels = list(_VOWEL.finditer(word))
        if not vowels:
            return word
        at = dice.choice(vowels).start()
        return word[:at] + word[at] * dice.randint(3, 6) + word[at + 1 :]

    return _each_word(text, 0.6, stretch, dice)


def _marked(text: str, dice: random.Random) -> str:
    def mark(char: str) -> str:
        return char + "".join(dice.choices(_MARKS, k=dice.randint(1, 3)))

    return _each_letter(text, 0.4, mark, dice)


def _tag_split(text: str, dice: random.Random) -> str:
    def split(word: str) -> str:
        at = dice.randrange(1, len(word))
        return word[:at] + dice.choice(_TAGS) + word[at:]

    return _each_word(text, 0.6, split, dice)


def _on_prose(change: Change) -> Change:
    """The change, made between what a sender needs as it is."""

    def changed(text: str, dice: random.Random) -> str:
        pieces, position = list[str](), 0
        for kept in _KEPT.finditer(text):
            pieces += (change(text[position : kept.start()], dice), kept.group())
            position = kept.end()
        return "".join([*pieces, change(text[position:], dice)])

    return changed


def _spoken_links(text: str, dice: random.Random) -> str:
    dot = dice.choice((" (dot) ", "[.]", "[dot]", "(.)"))

    def spoken(link: re.Match[str]) -> str:
        bare = re.sub(r"^https?://(?:www\.)?", "", link.group(), flags=re.IGNORECASE)
        host, slash, rest = bare.partition("/")
        return host.replace(".", dot) + slash + rest

    # Who speaks an address has no use for an anchor: its label stands before it.
    return _LINK.sub(spoken, _ANCHOR.sub(r"\3 \1\2", text))


def _short_links(text: str, dice: random.Random) -> str:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return _LINK.sub(
        lambda _: "https://bit.ly/" + "".join(dice.choices(letters, k=7)), text
    )


CHARACTERS: dict[str, Change] = {
    "homoglyphs": _on_prose(_homoglyphs),
    "zero-width": _on_prose(_zero_width),
    "leet": _on_prose(_leet),
    "entities": _on_prose(_entities),
    "fancy": _on_prose(_fancy),
    "spaced": _on_prose(_spaced),
    "dotted": _on_prose(_dotted),
    "stretched": _on_prose(_stretched),
    "marks": _on_prose(_marked),
    "tags": _on_prose(_tag_split),
    "spoken-links": _spoken_links,
}
"""Tricks that disguise what is said, by name; those that the normal form must undo."""

LINKS: dict[str, Change] = {"short-links": _short_links}
"""Tricks that change where links lead; no reading of the text can undo them."""
COMPANY = ("ham-padding", "copied-ham")
"""Tricks that put good words around spam, or spam's website beside good words. They are
told beside the others, and only checks other than the text model can see the second."""

TRICKS = (*CHARACTERS, *LINKS, *COMPANY)


@dataclass(frozen=True, slots=True)
class Trickster:
    """Plays tricks, the same ones for the same seed."""

    ham: Sequence[LabelledComment]
    """Good comments to hide behind; at least one."""
    seed: int = 1

    def play(
        self, trick: str, comments: Sequence[LabelledComment]
    ) -> tuple[LabelledComment, ...]:
        """The comments with one of `TRICKS` played on each.

        :raises KeyError: for an unknown trick.
        """
        dice = random.Random(f"{self.seed} {trick}")  # noqa: S311  # repeatable
        return tuple(self._played(trick, comment, dice) for comment in comments)

    def _played(
        self, trick: str, comment: LabelledComment, dice: random.Random
    ) -> LabelledComment:
        if trick == "ham-padding":
            other = self.ham[dice.randrange(len(self.ham))]
            return replace(comment, text=f"{comment.text}\n\n{other.text}")
        if trick == "copied-ham":
            other = self.ham[dice.randrange(len(self.ham))]
            return replace(comment, text=other.text)
        change = (CHARACTERS | LINKS)[trick]
        return replace(comment, text=change(comment.text, dice))
