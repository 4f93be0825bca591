"""The measurements as a table: an operation a row, a program a column."""

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.first_read import FirstRead
from benchmarks.load import Load

COMPARED = "isso"
"""The program whose figures are 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value, and what else is said of it."""

    value: float
    unit: str
    """``/s`` (more is better), or ``ms``, ``MB`` or ``MiB`` (less is better)."""
    said: str = ""
    """More of the same measurement, in words."""
    good: int = 0
    """How many answers were as they should be, where that was counted."""
    errors: int = 0
    """How many were not, or never came."""

    def times_better(self, other: "Figure") -> float:
        """How many times better this one is."""
        if not self.value or not other.value:
            return 0.0
        ratio = self.value / other.value
        return ratio if self.unit == "/s" else 1 / ratio


def load_figure(load: Load) -> Figure:
    """Answers in a second, and the middle and the slow ones."""
    said = f"p50 {_short(load.p50)}, p99 {_short(load.p99)} ms"
    return Figure(
        value=load.rps, unit="/s", said=said, good=load.good, errors=load.errors
    )


def first_read_figure(first: FirstRead) -> Figure:
    """Milliseconds of the read, and how long until the comment was seen."""
    said = f"slowest {_short(first.slowest)} ms, seen after {_short(first.seen)} ms"
    return Figure(
        value=first.read, unit="ms", said=said, good=first.good, errors=first.errors
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004


def times(ratio: float) -> str:
    """A ratio in two digits or more."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"  # noqa: PLR2004


class Table:
    """Figures by operation and program, in the order in which they came."""

    def __init__(self) -> None:
        self._figures: dict[str, dict[str, Figure | str]] = {}
        self._programs: list[str] = []
        self._bases: dict[str, str] = {}

    def add_program(self, program: str) -> None:
        """Give it a column."""
        self._programs.append(program)

    def add(
        self, operation: str, program: str, figure: Figure | str, base: str = ""
    ) -> None:
        """Fill one cell.

        :param figure: a measurement, or why there is none.
        :param base: operation of the same program that this one is compared with.
        """
        self._figures.setdefault(operation, {})[program] = figure
        if base:
            self._bases[operation] = base

    @property
    def programs(self) -> list[str]:
        """The columns, in order."""
        return list(self._programs)

    def figure(self, operation: str, program: str) -> Figure | None:
        """What was measured; None if nothing was."""
        found = self._figures.get(operation, {}).get(program)
        return found if isinstance(found, Figure) else None

    def answers(self, program: str) -> tuple[int, int]:
        """How many answers of a program were as they should be, and how many not."""
        row = [self.figure(operation, program) for operation in self._figures]
        found = [figure for figure in row if figure is not None]
        return sum(f.good for f in found), sum(f.errors for f in found)

    def _cell(self, operation: str, program: str) -> str:
        figure = self._figures[operation].get(program, "-")
        if isinstance(figure, str):
            return figure
        text = f"**{_short(figure.value)} {figure.unit}**".replace(" /s", "/s")
        if figure.said:
            text += f" {figure.said}"
        if figure.errors:
            text += f"; {figure.errors:,} FAILED"
        return text + self._compared(operation, program, figure)

    def _compared(self, operation: str, program: str, figure: Figure) -> str:
        base = self._bases.get(operation, "")
        if base:
            other, name = self._figures.get(base, {}).get(program), f" of {base}"
        else:
            other, name = self._figures[operation].get(COMPARED), ""
        if not isinstance(other, Figure) or other is figure:
            return ""
        return f"; **{times(figure.times_better(other))}\u00d7**{name}"

    def markdown(self) -> str:
        """The table; cells end with how many times better they are than `COMPARED`."""
        head = (
            f"| | {' | '.join(self._programs)} |\n|---|{'---|' * len(self._programs)}"
        )
        rows = (
            f"| {operation} | "
            + " | ".join(self._cell(operation, program) for program in self._programs)
            + " |"
            for operation in self._figures
        )
        return "\n".join((head, *rows))

    def values(self) -> dict[str, Any]:
        """The figures as JSON values, by operation and program."""
        return {
            operation: {
                program: asdict(figure) if isinstance(figure, Figure) else figure
                for program, figure in row.items()
            }
            for operation, row in self._figures.items()
        }
