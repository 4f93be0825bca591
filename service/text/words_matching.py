"""Which entries of a block list stand in a text, in time linear in the text.

Words count whole: ``ass`` is not in ``class``. That is settled before the search: each
word is put between marks, in entries and texts alike, so that plain substring
search (Aho and Corasick, "Efficient string matching", 1975) finds whole words only.
Scripts that are written without spaces, or that glue endings to words as Korean does,
get no marks, so that there substrings count.

An entry that mixes plain letters with others that only look like them, such as full
width ones, means that disguise: it is found as it is written, also inside a word, and
says nothing against the plain word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from service.text.hosts import MAX_HOST_CHARS, host_of
from service.text.marks import limit_marks
from service.text.plain import INVISIBLE

# Blocks (Unicode 15.0, Blocks.txt) of scripts without spaces, and of Hangul.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0x2E80, 0xA4CF),  # CJK radicals, kana, Bopomofo, ideographs, Yi
    (0xA960, 0xA9FF),  # Hangul Jamo Extended-A, Javanese, Myanmar Extended-B
    (0xAA60, 0xAADF),  # Myanmar Extended-A, Tai Viet
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),  # CJK compatibility ideographs
)
_PLANE_END = 0x10000
_BEYOND = "\U00010000-\U0001afef\U0001b170-\U0001cfff\U0001df00-\U0001efff"
# Blocks of rare scripts with spaces, whole: `re` goes through each range beyond the
# first plane one by one for every character.


def _is_unspaced(code: int) -> bool:
    return any(first <= code <= last for first, last in _UNSPACED)


def _word_ranges() -> Iterator[str]:
    """Ranges of the letters, combining marks and digits of scripts with spaces."""
    first: int | None = None
    for code in range(_PLANE_END + 1):
        inside = (
            code < _PLANE_END
            and unicodedata.category(chr(code))[0] in "LMN"
            and not _is_unspaced(code)
        )
        if inside and first is None:
            first = code
        elif not inside and first is not None:
            yield f"{chr(first)}-{chr(code - 1)}"
            first = None


@dataclass(frozen=True, slots=True)
class _Shapes:
    word: re.Pattern[str]
    """One group, so that `re.split` keeps the words."""
    host: re.Pattern[str]


def _shapes_of(word_class: str) -> _Shapes:
    return _Shapes(re.compile(f"([{word_class}]+)"), re.compile(f"[{word_class}.-]+"))


_ASCII = _shapes_of("a-z0-9")


@cache  # Made when first needed: asking for each letter's category takes a while.
def _unicode() -> _Shapes:
    return _shapes_of("".join(_word_ranges()) + _BEYOND)


def _shapes(folded: str) -> _Shapes:
    return _ASCII if folded.isascii() else _unicode()


_MARK = "\x1f"
# Folded text has none: it counts as white space.

_ENTRY_HOST = re.compile(
    r"(?:https?://)?(?:\*\.|www\.)?((?:[\w-]{1,63}\.)+(?:xn--[\w-]+|[^\W\d_]{2,63}))/?"
)


def fold(text: str) -> str:
    """The text for comparison: NFKC, case folded, invisible letters left out.

    White space of any kind becomes single spaces, none at the ends.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", limit_marks(INVISIBLE.sub("", text)))
    folded = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(INVISIBLE.sub("", folded).split())


def pattern_of(entry: str) -> str:
    """What to look for: the entry folded, or as it is written where letters are mixed.

    Published lists have entries such as ``b`` with a full width ``e``, which would else
    be found in every "be".
    """
    folded = fold(entry)
    if entry.isascii() or not folded.isascii():
        return folded
    written = _written(entry)
    letters = [char for char in written if char.isalpha()]
    plain = sum(char.isascii() for char in letters)
    return written if 0 < plain < len(letters) else folded


def _written(text: str) -> str:
    return " ".join(INVISIBLE.sub("", text).casefold().split())


def host_of_entry(pattern: str) -> str:
    """The host that an entry names, in ASCII without ``www.``; empty if it names none.

    ``https://spam.example/`` and ``*.spam.example`` name one, too.

    :param pattern: folded.
    """
    found = _ENTRY_HOST.fullmatch(pattern)
    return host_of(f"http://{found.group(1)}") if found else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A text made ready to be searched, with the hosts in it."""

    marked: str
    hosts: tuple[str, ...]
    written: str = ""
    """As it was written, for entries that are disguises; empty if it is plain ASCII."""


def read_place(text: str, hosts: Sequence[str] = ()) -> Place:
    """The text made ready.

    :param hosts: hosts that belong to it, as `service.text.hosts.host_of` spells them;
        those that stand in the text as plain words are added.
    """
    folded = fold(text)
    named = dict.fromkeys((*hosts, *_hosts_in(folded)))
    written = "" if text.isascii() else _written(limit_marks(text))
    return Place(_marked(folded), tuple(host for host in named if host), written)


def _hosts_in(folded: str) -> Iterator[str]:
    shape = _shapes(folded).host
    for chunk in folded.split():
        if "." in chunk.strip("."):
            for token in shape.findall(chunk):
                if "." in token:
                    yield token.strip("-.")


def _marked(folded: str) -> str:
    return _MARK.join(_shapes(folded).word.split(folded))


class HostTable:
    """Finds entries by host: an entry stands for itself and all hosts under it."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[int]] = {}

    def add(self, host: str, number: int) -> None:
        """Make ``host``, lower case, stand for the entry of this number."""
        self._numbers.setdefault(host, []).append(number)

    def find(self, hosts: Sequence[str]) -> Iterator[int]:
        """Numbers of the entries that one of the hosts belongs to."""
        if not self._numbers:
            return
        for host in hosts:
            # Longer ones are no hosts; the cut keeps the time linear.
            rest = host[-MAX_HOST_CHARS:]
            while rest:
                yield from self._numbers.get(rest, ())
                rest = rest.partition(".")[2]


class Terms:
    """Entries to find in texts.

    An entry that is a host is found as a host, by its labels: ``spam.example`` is in
    ``www.spam.example``, and neither in ``notspam.example`` nor ``spam.example.org``.

    :param patterns: as `pattern_of` gives them, not empty; they are told apart by their
        number in this sequence.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._hosts = HostTable()
        self._numbers: list[int] = []
        words: list[str] = []
        disguises: list[tuple[int, str]] = []
        for number, pattern in enumerate(patterns):
            if not pattern.isascii() and fold(pattern).isascii():
                disguises.append((number, pattern))
                continue
            if host := host_of_entry(pattern):
                self._hosts.add(host, number)
            # In a text, a host in other letters is a word until it is a link.
            if not host or not pattern.isascii():
                self._numbers.append(number)
                words.append(_marked(pattern))
        self._automaton = (
            AhoCorasick(words, matchkind=MatchKind.LeftmostLongest) if words else None
        )
        self._disguise_numbers = [number for number, _ in disguises]
        self._disguises = (
            AhoCorasick(
                [pattern for _, pattern in disguises],
                matchkind=MatchKind.LeftmostLongest,
            )
            if disguises
            else None
        )

    def find(self, place: Place) -> Iterator[int]:
        """Numbers of the entries in the place; of overlapping ones the first, longest.

        The same number may come several times.
        """
        yield from self._hosts.find(place.hosts)
        if self._automaton is not None:
            for index, _, _ in self._automaton.find_matches_as_indexes(place.marked):
                yield self._numbers[index]
        if self._disguises is not None and place.written:
            for index, _, _ in self._disguises.find_matches_as_indexes(place.written):
                yield self._disguise_numbers[index]
