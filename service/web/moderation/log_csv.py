"""The log as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable
from io import StringIO

from service.operations.log import LogEntry
from service.web.moderation.log_words import detail_words

COLUMNS = (
    *("time", "site", "actor", "moderator", "what", "comment", "from", "to"),
    *("reason", "score", "decided_at_once", "detail"),
)
"""Names and words of the file stay English: programs read it."""

# A spreadsheet takes a cell that begins so for a formula, or for the end of one. The
# wide forms are taken for the narrow ones by some.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def safe_cell(text: str) -> str:
    """The text as a cell that no spreadsheet reads as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(entry: LogEntry) -> list[str]:
    move = entry.move
    score = None if move is None else move.score
    return [
        entry.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        entry.site_key,
        entry.actor.value,
        entry.who,
        "moved" if move else entry.action,
        move.comment if move else "",
        move.old.value if move else "",
        move.new.value if move else "",
        move.reason if move else "",
        "" if score is None else f"{score:.4f}",
        str(move.bulk_size) if move else "",
        detail_words(entry.detail),
    ]


def csv_of(entries: Iterable[LogEntry], cut: str = "") -> bytes:
    """The entries as a CSV file with a header, in UTF-8 with its mark.

    :param cut: said in a last line of its own where the file does not hold all.
    """
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow(map(safe_cell, _row(entry)))
    if cut:
        writer.writerow([safe_cell(cut), *[""] * (len(COLUMNS) - 1)])
    # Without the mark, spreadsheets on Windows take it for another encoding.
    return text.getvalue().encode("utf-8-sig", "replace")
