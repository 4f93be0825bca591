"""What Foyer must reach, beside what it reached, as rows of the table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.operations import COUNTS, DRAIN, FIRST_READ, MEMORY, POST, THREAD
from benchmarks.table import COMPARED, Figure, Table, times

TIMES_COMPARED = {POST: 8, THREAD: 150, COUNTS: 5}
"""How many times as fast as `COMPARED` by operation."""
OF_SMALLEST = 0.8
"""What is left at least, in a large store, of what the smallest one gives."""
FLAT = (POST, THREAD, FIRST_READ)
MEGABYTES = 300
"""All processes together stay below."""
CHECKS_PER_SECOND = 300


def said_at(stored: int) -> str:
    """What is added to an operation's name when it is measured in a larger store."""
    return f" at {stored:,} stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, and what a program reached of it."""

    row: str
    shown: str
    is_met: bool | None
    """None if it was not measured."""

    @property
    def cell(self) -> str:
        """What the table says."""
        if self.is_met is None:
            return "not measured"
        return f"{self.shown}: {'met' if self.is_met else '**MISSED**'}"


def _ratio(row: str, figure: Figure | None, base: Figure | None, least: float) -> Bar:
    row = f"bar: {row}"
    if figure is None or base is None:
        return Bar(row=row, shown="", is_met=None)
    ratio = figure.times_better(base)
    return Bar(row=row, shown=f"{times(ratio)}\u00d7", is_met=ratio >= least)


def _bars(table: Table, program: str, sizes: Sequence[int]) -> Iterator[Bar]:
    for operation, least in TIMES_COMPARED.items():
        yield _ratio(
            f"{operation} \u2265 {least}\u00d7 {COMPARED}",
            table.figure(operation, program),
            table.figure(operation, COMPARED),
            least,
        )
    for stored in sizes[1:]:
        for operation in FLAT:
            named = operation + said_at(stored)
            yield _ratio(
                f"{named} \u2265 {OF_SMALLEST}\u00d7 of that at {sizes[0]:,}",
                table.figure(named, program),
                table.figure(operation, program),
                OF_SMALLEST,
            )
    memory, drain = table.figure(MEMORY, program), table.figure(DRAIN, program)
    yield Bar(
        row=f"bar: {MEMORY} < {MEGABYTES} MB",
        shown=f"{memory.value:.0f} MB" if memory else "",
        is_met=memory.value < MEGABYTES if memory else None,
    )
    yield Bar(
        row=f"bar: {DRAIN} \u2265 {CHECKS_PER_SECOND}/s",
        shown=f"{drain.value:.0f}/s" if drain else "",
        is_met=drain.value >= CHECKS_PER_SECOND if drain else None,
    )


def add_bars(table: Table, sizes: Sequence[int]) -> None:
    """Add a row for each bar, with what each column of Foyer's reached of it.

    :param sizes: the sizes of the stores, the smallest first.
    """
    for program in table.programs:
        if program.startswith("foyer"):
            for bar in _bars(table, program, sizes):
                table.add(bar.row, program, bar.cell)
