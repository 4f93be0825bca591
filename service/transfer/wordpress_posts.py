"""Numbers and addresses of posts from a file: WordPress's own export (WXR), or CSV.

The XML is read by expat, piece by piece. A document type is refused, and with it every
entity but the five of XML itself, so nothing can be included or blown up.
"""

import csv
import io
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from service.domain.errors import InvalidInput
from service.transfer.post_rows import PostRow

MAX_FILE_BYTES = 512 * 2**20
"""WordPress's own exports rarely have a tenth of it."""
MAX_ADDRESS_CHARS = 4_096
_PIECE = 64 * 1024
_EXPORT = "http://wordpress.org/export/"
_SHOWN = frozenset({"publish", "inherit", "private"})
"""States of a post that has an address of its own; drafts have none yet."""


def rows_of(file: IO[bytes]) -> Iterator[PostRow]:
    """The rows of a file, which is WXR if it begins with ``<``.

    :raises InvalidInput: naming ``file``, and the line, if it is neither.
    """
    begin = file.read(_PIECE)
    if begin.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        yield from _WordPressExport().rows(begin, file)
    else:
        yield from _csv_rows(begin + file.read(MAX_FILE_BYTES))


def _wrong(message: str) -> InvalidInput:
    return InvalidInput({"file": [message]})


def _csv_rows(raw: bytes) -> Iterator[PostRow]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("It is neither WordPress's export nor UTF-8 text.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if reader.line_num == 1 and cells[0].strip().lower() in {"id", "number"}:
                continue
            number, address, *_ = (*cells, "")
            yield PostRow(reader.line_num, number, address)
    except csv.Error as err:
        raise _wrong(f"Line {reader.line_num} cannot be read as CSV: {err}.") from None


class _WordPressExport:
    """Picks number, address and state of each item out of an export."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.ExternalEntityRefHandler = self._refuse
        self._item: dict[str, str] | None = None
        self._name = ""
        self._depth = self._item_depth = self._line = 0
        self._made: list[PostRow] = []
        self._is_export = False

    def rows(self, begin: bytes, file: IO[bytes]) -> Iterator[PostRow]:
        """The rows of the export that begins like this and goes on in the file."""
        piece, read = begin, 0
        try:
            while piece:
                read += len(piece)
                if read > MAX_FILE_BYTES:
                    raise _wrong(f"It is larger than {MAX_FILE_BYTES >> 20} MiB.")
                self._parser.Parse(piece, False)  # it takes no names
                yield from self._take()
                piece = file.read(_PIECE)
            self._parser.Parse(b"", True)
        except expat.ExpatError as err:
            why = expat.ErrorString(err.code)
            raise _wrong(f"Line {err.lineno} is not XML: {why}.") from None
        yield from self._take()
        if not self._is_export:
            raise _wrong("It is XML, but not WordPress's export (WXR).")

    def _take(self) -> list[PostRow]:
        made, self._made = self._made, []
        return made

    def _refuse(self, *_: object) -> int:
        raise _wrong(
            f"Line {self._parser.CurrentLineNumber} declares a document type or an "
            "entity, which WordPress's export never does."
        )

    def _begin(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        if name == "item" and self._item is None:
            self._item, self._item_depth = {}, self._depth
            self._line = self._parser.CurrentLineNumber
        elif self._item is not None and self._depth == self._item_depth + 1:
            self._name = self._wanted(name)

    def _wanted(self, name: str) -> str:
        space, _, local = name.rpartition(" ")
        if space.startswith(_EXPORT) and local in {"post_id", "status"}:
            self._is_export = True
            return local
        return "link" if name == "link" else ""

    def _text(self, text: str) -> None:
        if self._item is not None and self._name:
            before = self._item.get(self._name, "")
            self._item[self._name] = (before + text)[:MAX_ADDRESS_CHARS]

    def _end(self, name: str) -> None:
        item = self._item
        if name == "item" and item is not None and self._depth == self._item_depth:
            if "post_id" in item and item.get("status", "").strip() in _SHOWN:
                address = item.get("link", "").strip()
                self._made.append(PostRow(self._line, item["post_id"], address))
            self._item = None
        self._name = ""
        self._depth -= 1
