"""Labelled comments, read from the CSV files that sites export.

A file is UTF-8 with a first line of column names. ``text`` and ``label`` are needed;
``author``, ``url`` (the writer's website), ``date`` and ``post`` (the page's title) are
used when they are there; all other columns, ids and addresses among them, are not read.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from io import StringIO
from pathlib import Path

from service.domain.errors import MalformedInput
from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_NAME_CHARS,
    MAX_TITLE_CHARS,
    MAX_WEBSITE_CHARS,
)

NEEDED = ("text", "label")
MOST_CHARS = 1_000_000
"""Of one cell; a comment is cut to what a submission may hold."""
MOST_SHOWN = 20

LABELS = {"1": True, "spam": True, "0": False, "ham": False}
"""What a label may say, in any case."""

_SPACED_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledComment:
    """A comment, and what a person said it is."""

    text: str
    """The source text, at most 10,000 characters."""
    is_spam: bool
    author: str = ""
    """The name, empty if the file has none."""
    url: str = ""
    """The writer's website, empty without one."""
    at: datetime | None = None
    """When it was written, aware; None if the file does not say."""
    post: str = ""
    """Title of the page it was left on, empty if the file does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFile:
    """The comments of one file, which is taken for one site, in file order."""

    name: str
    """The file's name without folder and ending."""
    comments: tuple[LabelledComment, ...]

    @property
    def is_dated(self) -> bool:
        """True if every comment has a date."""
        return all(comment.at is not None for comment in self.comments)

    def in_order(self) -> tuple[LabelledComment, ...]:
        """The comments as they came: by date if all have one, else as in the file.

        A file in which only some have a date keeps its order: dates that are missing
        may go with the label, and sorting by them would tell it.
        """
        if not self.is_dated:
            return self.comments
        return tuple(sorted(self.comments, key=lambda one: one.at or _NEVER))


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file something stands, for messages."""

    file: str
    line: int = 0
    column: str = ""

    def refuse(self, what: str, mend: str) -> MalformedInput:
        where = self.file
        where += f", line {self.line}" if self.line else ""
        where += f", column {self.column}" if self.column else ""
        return MalformedInput(f"{where}: {what}. {mend}")


def read_comments(path: Path) -> CommentFile:
    """The comments of a CSV file.

    Names, websites and titles may hold HTML entities, as exports do; these are
    resolved. Texts are left as they are, for checks resolve what they hold themselves.

    :raises MalformedInput: naming file, line, column and the mend; never a cell's
        content, but for a short label or date.
    """
    place = _Place(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as err:
        line = 1 + err.object[: err.start].count(b"\n")
        raise _Place(path.name, line).refuse(
            "this is not UTF-8", "Save the file as CSV in UTF-8"
        ) from None
    except OSError as err:
        raise place.refuse(
            f"it cannot be read: {err.strerror}", "Give the path of a CSV file"
        ) from err
    comments = tuple(_comments(path.name, text))
    if not comments:
        raise place.refuse(
            "there is no comment in it", "Give at least one line below the names"
        )
    return CommentFile(name=path.stem, comments=comments)


def read_files(paths: Iterable[Path]) -> tuple[CommentFile, ...]:
    """The comments of several files, as `read_comments` reads each."""
    return tuple(read_comments(path) for path in paths)


def _comments(file: str, text: str) -> Iterator[LabelledComment]:
    before = csv.field_size_limit(MOST_CHARS)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    begun = 1
    try:
        columns = _columns(file, next(reader, []))
        begun = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _comment(file, begun, columns, cells)
            begun = reader.line_num + 1
    except csv.Error as err:
        mend = "Quote cells that hold commas, quotes or line ends, as CSV asks for"
        raise _Place(file, begun).refuse(f"this is no CSV ({err})", mend) from err
    finally:
        csv.field_size_limit(before)


def _columns(file: str, names: Sequence[str]) -> dict[str, int]:
    columns = {name.strip().lower(): number for number, name in enumerate(names)}
    for needed in NEEDED:
        if needed not in columns:
            raise _Place(file, 1).refuse(
                f"there is no column {needed!r}",
                "Name the columns in the first line; text and label are needed",
            )
    return columns


def _comment(
    file: str, line: int, columns: Mapping[str, int], cells: Sequence[str]
) -> LabelledComment:
    if len(cells) < len(columns):
        raise _Place(file, line).refuse(
            f"there are {len(cells)} cells for {len(columns)} columns",
            "Give every column a cell, if an empty one",
        )

    def cell(column: str) -> str:
        return cells[columns[column]].strip() if column in columns else ""

    text = cell("text")[:MAX_COMMENT_CHARS]
    if not text:
        raise _Place(file, line, "text").refuse(
            "the comment is empty", "Leave out lines without a text"
        )
    return LabelledComment(
        text=text,
        is_spam=_label(_Place(file, line, "label"), cell("label")),
        author=unescape(cell("author"))[:MAX_NAME_CHARS],
        url=unescape(cell("url"))[:MAX_WEBSITE_CHARS],
        at=_date(_Place(file, line, "date"), cell("date")),
        post=unescape(cell("post"))[:MAX_TITLE_CHARS],
    )


def _shown(cell: str) -> str:
    # A file with its columns in a muddle may have an address anywhere.
    return "what stands there" if "@" in cell else repr(cell[:MOST_SHOWN])


def _label(place: _Place, cell: str) -> bool:
    label = LABELS.get(cell.lower())
    if label is None:
        raise place.refuse(f"{_shown(cell)} is no label", "Write 1 or spam, 0 or ham")
    return label


def _date(place: _Place, cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        at = datetime.fromisoformat(_SPACED_OFFSET.sub("", cell))
        # A date without an offset is taken for UTC, since files seldom say.
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise place.refuse(
            f"{_shown(cell)} is no date",
            "Write it like 2026-11-28T14:05:00+00:00, or leave it empty",
        ) from None
