"""Safe HTML with the places marked that a finding speaks of.

Only text is looked at and only ``<mark>`` is added: what a browser makes of the result,
the marks taken away, is what it made of the HTML before.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import idna
from typing_extensions import override

from service.text.hosts import host_of
from service.text.normal_form import normal_form
from service.text.plain import INVISIBLE

MOST_SOUGHT = 40
"""Words and hosts that are looked for in one text."""
MOST_DISGUISED = 60
"""Odd words of a text whose normal form is asked for; that is what takes long."""

_APART = frozenset({"p", "blockquote", "ul", "ol", "li", "pre"})
"""Elements between whose texts no phrase goes on."""
_BETWEEN = "\0"
"""Stands between their texts, and in no text: the border lets none in."""
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_SPACES = re.compile(r"\s+")
_AFTER_ADDRESS = ".,;:!?)'\"»\N{RIGHT DOUBLE QUOTATION MARK}]"

Span = tuple[int, int]


@dataclass(slots=True)
class _Piece:
    """A tag as it stands, or a text."""

    raw: str = ""
    text: str = ""
    start: int = 0
    """Where the text begins in the whole."""


@dataclass(slots=True)
class _Whole:
    """The HTML in pieces, and all its texts as one."""

    pieces: list[_Piece] = field(default_factory=list)
    text: str = ""
    links: list[tuple[str, Span]] = field(default_factory=list)
    """Host of each link, and where its words stand."""


class _Cutter(HTMLParser):
    """Cuts HTML into tags and texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.whole = _Whole()
        self._texts: list[str] = []
        self._length = 0
        self._opened: tuple[str, int] | None = None

    def cut(self, html: str) -> _Whole:
        """The HTML in pieces."""
        self.feed(html)
        self.close()
        self.whole.text = "".join(self._texts)
        return self.whole

    def _add(self, text: str) -> None:
        self._texts.append(text)
        self._length += len(text)

    @override
    def handle_data(self, data: str) -> None:
        self.whole.pieces.append(_Piece(text=data, start=self._length))
        self._add(data)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.whole.pieces.append(_Piece(raw=self.get_starttag_text() or ""))
        if tag in _APART:
            self._add(_BETWEEN)
        if tag == "a":
            self._opened = host_of(dict(attrs).get("href") or ""), self._length

    @override
    def handle_endtag(self, tag: str) -> None:
        self.whole.pieces.append(_Piece(raw=f"</{tag}>"))
        if tag in _APART:
            self._add(_BETWEEN)
        if tag == "a" and self._opened is not None:
            host, start = self._opened
            self.whole.links.append((host, (start, self._length)))
            self._opened = None


def marked(html: str, words: Sequence[str], hosts: Sequence[str]) -> str:
    """The same HTML with ``<mark>`` around these words and links to these hosts.

    Words are found whatever their case and width, and whole; odd ones also by their
    normal form, so that a disguise hides nothing. HTML in which nothing is found comes
    back as it is.

    :param html: as `service.text.sanitise` lets it out, or escaped text; it is not made
        any safer here.
    :param words: words or phrases.
    :param hosts: as `service.text.hosts.host_of` spells them; one that ends in an
        ellipsis stands for all that begin so.
    """
    if not words and not hosts:
        return html
    whole = _Cutter().cut(html)
    spans = [
        *_of_words(whole.text, words[:MOST_SOUGHT]),
        *_of_hosts(whole, hosts[:MOST_SOUGHT]),
    ]
    return _put_together(whole.pieces, _merged(spans)) if spans else html


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _put_together(pieces: Sequence[_Piece], spans: Sequence[Span]) -> str:
    made: list[str] = []
    at = 0
    for piece in pieces:
        if piece.raw:
            made.append(piece.raw)
            continue
        end = piece.start + len(piece.text)
        while at < len(spans) and spans[at][1] <= piece.start:
            at += 1
        position = piece.start
        for start, stop in _within(spans, at, piece.start, end):
            made.append(_shown(piece, position, start))
            made.append(f"<mark>{_shown(piece, start, stop)}</mark>")
            position = stop
        made.append(_shown(piece, position, end))
    return "".join(made)


def _within(spans: Sequence[Span], at: int, first: int, last: int) -> Iterator[Span]:
    """The parts of the spans from number ``at`` on that lie between two places."""
    for number in range(at, len(spans)):
        start, end = max(spans[number][0], first), min(spans[number][1], last)
        if start >= last:
            return
        if start < end:
            yield start, end


def _shown(piece: _Piece, start: int, end: int) -> str:
    return escape(piece.text[start - piece.start : end - piece.start], quote=False)


def _fold(char: str) -> str:
    return unicodedata.normalize("NFKC", char).casefold()


def _folded(text: str) -> tuple[str, list[int]]:
    """The text for comparison, and where each of its letters comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if INVISIBLE.match(char):
            continue
        folded = " " if char.isspace() else _fold(char)
        if folded == " " and letters and letters[-1] == " ":
            continue
        letters.extend(folded)
        places.extend([place] * len(folded))
    return "".join(letters), places


def _is_spaced(char: str) -> bool:
    """True for a letter or digit of a script that sets words apart."""
    return char.isalnum() and not ("\u0e00" <= char <= "\u17ff" or char >= "\u2e80")


def _of_words(text: str, words: Sequence[str]) -> Iterator[Span]:
    folded, places = _folded(text)
    left: set[str] = set()
    for word in words:
        sought = _SPACES.sub(" ", "".join(map(_fold, INVISIBLE.sub("", word)))).strip()
        found = list(_places_of(sought, folded)) if sought else []
        yield from ((places[start], places[end - 1] + 1) for start, end in found)
        if sought and not found:
            left.add(sought)
    if left:
        yield from _disguised(text, left)


def _places_of(sought: str, folded: str) -> Iterator[Span]:
    # Whole words: "ass" is not in "class".
    before = r"(?<!\w)" if _is_spaced(sought[0]) else ""
    after = r"(?!\w)" if _is_spaced(sought[-1]) else ""
    for match in re.finditer(f"{before}{re.escape(sought)}{after}", folded):
        yield match.span()


def _disguised(text: str, sought: set[str]) -> Iterator[Span]:
    """Odd words, such as ``v1agra``, whose normal form is sought."""
    looked_at = 0
    for match in re.finditer(r"[^\s\0]+", text):
        word = match.group()
        if word.isalpha() and word.isascii():
            continue
        looked_at += 1
        if looked_at > MOST_DISGUISED:
            return
        if normal_form(word).text.strip(".,;:!?()'\"") in sought:
            yield match.span()


def _of_hosts(whole: _Whole, hosts: Sequence[str]) -> Iterator[Span]:
    for host in hosts:
        for spelled in _spellings(host):
            yield from _addresses(spelled, whole.text)
        yield from (span for linked, span in whole.links if _is_same(host, linked))


def _is_same(host: str, linked: str) -> bool:
    if host.endswith(_CUT):
        return linked.startswith(host[:-1])
    return linked == host


def _spellings(host: str) -> Iterator[str]:
    """A host as it is compared, and as people write it."""
    if not host.strip(_CUT):
        return
    yield host
    if "xn--" in host and not host.endswith(_CUT):
        try:
            yield idna.decode(host)
        except idna.IDNAError:
            return


def _addresses(host: str, text: str) -> Iterator[Span]:
    is_cut = host.endswith(_CUT)
    end = r"[^\s\0]*" if is_cut else r"(?![\w-]|\.\w)(?:[/?#:][^\s\0]*)?"
    pattern = (
        rf"(?<![\w.@-])(?:https?://)?(?:www\.)?{re.escape(host.rstrip(_CUT))}{end}"
    )
    for match in re.finditer(pattern, text, re.IGNORECASE):
        start, stop = match.span()
        yield start, start + len(text[start:stop].rstrip(_AFTER_ADDRESS))
