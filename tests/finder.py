"""Finds e-mail addresses in any bytes, however they were written down.

Looked for is each address as it is and in lower case, in the forms of `FORMS`. What is
compressed or encrypted must be opened by the caller first.
"""

import base64
import hashlib
import html
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick

_CHUNK_BYTES = 4 * 1024 * 1024
_DIGEST_DIGITS = 16

_Encode = Callable[[str], Iterable[bytes]]


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """One place where an address was found."""

    where: str
    """The name of the data, or the path of the file."""
    offset: int
    """Bytes before it."""
    form: str
    """How it was written, one of `FORMS`."""
    address: str
    """Which one, as it was given to the finder."""


def _plain(address: str) -> Iterator[bytes]:
    yield address.encode()
    # Beyond ASCII, lowering bytes does not make cases equal.
    yield address.upper().encode()


def _percent(address: str) -> Iterator[bytes]:
    once = quote(address, safe="")
    yield once.encode()
    yield address.replace("@", "%40").encode()
    yield quote(once, safe="").encode()


def _escaped(address: str) -> Iterator[bytes]:
    for at in ("&#64;", "&#x40;", "&commat;", "\\u0040", "\\x40"):
        yield address.replace("@", at).encode()
    for spelled in (
        html.escape(address),
        html.escape(address).replace("&#x27;", "&#39;"),
        json.dumps(address)[1:-1],
    ):
        if spelled != address:
            yield spelled.encode()


def _base64(address: str) -> Iterator[bytes]:
    raw = address.encode()
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + raw)
        # Only the characters that no neighbouring byte has a share in: at the start
        # ceil(8 * shift / 6) are mixed, at the end what is not a full six bits.
        whole = coded[-(-8 * shift // 6) : 8 * (shift + len(raw)) // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def _digest(name: str) -> _Encode:
    def encode(address: str) -> Iterator[bytes]:
        digest = hashlib.new(name, address.encode(), usedforsecurity=False)
        # Digests that were cut are found too, and 64 bits do not come by chance.
        yield digest.hexdigest()[:_DIGEST_DIGITS].encode()

    return encode


_ANY_CASE: dict[str, _Encode] = {
    "plain": _plain,
    "percent": _percent,
    "escaped": _escaped,
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "hex": lambda address: [address.encode().hex().encode()],
    "reversed": lambda address: [address[::-1].encode()],
    "utf-16": lambda address: [address.encode("utf-16-le")],
}
"""Forms looked for without regard to the case of ASCII letters."""

_EXACT: dict[str, _Encode] = {"base64": _base64}
"""Forms in which case counts."""

FORMS = (*_ANY_CASE, *_EXACT)


class _Patterns:
    """Byte patterns, each with the forms and addresses it stands for."""

    def __init__(self, forms: dict[str, _Encode], addresses: list[str]) -> None:
        self.ignores_case = forms is _ANY_CASE
        meanings: dict[bytes, dict[tuple[str, str], None]] = {}
        for address in addresses:
            for form, pattern in _patterns(forms, address):
                key = pattern.lower() if self.ignores_case else pattern
                meanings.setdefault(key, {})[form, address] = None
        self.meanings = [tuple(of) for of in meanings.values()]
        self.longest = max(map(len, meanings), default=0)
        self._automaton = BytesAhoCorasick(meanings)

    def hits(self, data: bytes) -> Iterator[tuple[int, int, str, str]]:
        """Start, end, form and address of each occurrence."""
        text = data.lower() if self.ignores_case else data
        for index, start, end in self._automaton.find_matches_as_indexes(
            text, overlapping=True
        ):
            for form, address in self.meanings[index]:
                yield start, end, form, address


def _patterns(forms: dict[str, _Encode], address: str) -> Iterator[tuple[str, bytes]]:
    for spelling in dict.fromkeys((address, address.lower())):
        for form, encode in forms.items():
            for pattern in encode(spelling):
                yield form, pattern


class Finder:
    """Finds any of some addresses; made once, it searches many places fast.

    :raises ValueError: if one of the addresses is empty.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(addresses))
        if "" in wanted:
            raise ValueError("an empty address would be found everywhere")
        self._all = [_Patterns(_ANY_CASE, wanted), _Patterns(_EXACT, wanted)]
        self._longest = max(patterns.longest for patterns in self._all)

    def find(self, data: bytes, where: str) -> list[Leak]:
        """Every occurrence in the data, sorted by offset."""
        return sorted(self._search(data, where))

    def find_in_tree(self, path: Path) -> list[Leak]:
        """Every occurrence in the file, or in all files below and in their names.

        Files that vanish meanwhile, and what is no plain file, are passed over.
        """
        paths = sorted(path.rglob("*")) if path.is_dir() else [path]
        leaks: list[Leak] = []
        for found in paths:
            name = str(found.relative_to(path)) if found != path else found.name
            leaks += self.find(name.encode("utf-8", "surrogateescape"), f"name {name}")
            if not found.is_file():
                continue
            try:
                with found.open("rb") as file:
                    leaks += sorted(self._stream(file, str(found)))
            except FileNotFoundError:
                continue
        return leaks

    def _stream(self, file: BinaryIO, where: str) -> Iterator[Leak]:
        kept, offset = b"", 0
        while chunk := file.read(_CHUNK_BYTES):
            data = kept + chunk
            # What ends in the kept part was reported with the chunk before.
            yield from self._search(data, where, offset - len(kept), len(kept))
            offset += len(chunk)
            kept = data[-(self._longest - 1) :] if self._longest > 1 else b""

    def _search(
        self, data: bytes, where: str, base: int = 0, ends_after: int = 0
    ) -> Iterator[Leak]:
        for patterns in self._all:
            for start, end, form, address in patterns.hits(data):
                if end > ends_after:
                    yield Leak(where, base + start, form, address)
