"""What a protocol found, for people and for programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from math import isnan
from typing import Any

from worker.filter.evaluation.metrics import Figures

Cell = str | float | int

HEADINGS = {
    "accuracy": "accuracy",
    "mcc": "MCC",
    "roc_auc": "AUC",
    "caught_at_half_percent": "caught@0.5%",
    "caught_at_one_percent": "caught@1%",
    "ece": "ECE",
    "spam_caught": "spam caught",
    "ham_blocked": "ham blocked",
    "score_microseconds": "score us",
    "learn_microseconds": "learn us",
}
"""By field of `Figures`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The figures of one file, or of one way to measure."""

    name: str
    comments: int
    """How many were scored."""
    spam: int
    """How many of these are spam."""
    figures: Figures

    @property
    def ham(self) -> int:
        """How many are good."""
        return self.comments - self.spam


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The figures of a protocol."""

    protocol: str
    figures: Figures
    """Over all parts: their mean, or what the protocol says."""
    parts: tuple[Part, ...]
    rows: tuple[Mapping[str, Cell], ...] = ()
    """What this protocol alone tells, such as one row a trick; equal keys in all."""
    notes: tuple[str, ...] = ()
    """What a reader must know to read the figures rightly, a sentence each."""

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values; what is unknown is None."""
        return {
            "protocol": self.protocol,
            "figures": _known(asdict(self.figures)),
            "parts": [
                {
                    "name": part.name,
                    "comments": part.comments,
                    "spam": part.spam,
                    "ham": part.ham,
                    **_known(asdict(part.figures)),
                }
                for part in self.parts
            ],
            "rows": [_known(row) for row in self.rows],
            "notes": list(self.notes),
        }

    def to_text(self) -> str:
        """The result as tables for a terminal."""
        head = ["", "spam", "ham", *HEADINGS.values()]
        lines = [
            [part.name, str(part.spam), str(part.ham), *_cells(part.figures)]
            for part in self.parts
        ]
        if len(self.parts) > 1:
            lines.append(["all", "", "", *_cells(self.figures)])
        tables = [_columns([head, *lines])]
        if self.rows:
            tables.append(_columns([list(self.rows[0]), *map(_row, self.rows)]))
        return "\n\n".join([self.protocol, *tables, *self.notes])


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and isnan(value) else value
        for name, value in values.items()
    }


def _cells(figures: Figures) -> list[str]:
    return [
        shown(getattr(figures, one.name), is_time="microseconds" in one.name)
        for one in fields(figures)
    ]


def _row(row: Mapping[str, Cell]) -> list[str]:
    return [shown(value) for value in row.values()]


def shown(value: Cell, *, is_time: bool = False) -> str:
    """A figure as it is printed; a dash for what is unknown.

    Shares get four digits after the point, times none.
    """
    if not isinstance(value, float):
        return str(value)
    if isnan(value):
        return "-"
    return f"{value:.0f}" if is_time else f"{value:.4f}"


def _columns(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def line(cells: Iterable[str]) -> str:
        first, *others = cells
        padded = [cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True)]
        return "  ".join([first.ljust(widths[0]), *padded]).rstrip()

    return "\n".join(map(line, lines))
