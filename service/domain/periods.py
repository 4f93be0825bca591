"""Periods that are looked back on, and the spans of days that they are shown in."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

PERIODS: Final = (7, 30, 90, 365)
"""How many days may be looked back on."""
PRESENT_PERIOD: Final = 90
"""The one that is shown unless another is asked for."""

_WEEK = 7
_MOST_DAYS = 90
# Of more days than these nobody tells one bar from the next.


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Some days in a row that are counted together, as days in UTC."""

    first: date
    days: int

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=self.days - 1)


def days_of(today: date, period: int) -> list[Span]:
    """The days of a period that ends today; weeks, if they are too many."""
    return _spans(today, period, 1 if period <= _MOST_DAYS else _WEEK)


def weeks_of(today: date, period: int) -> list[Span]:
    """Spans of seven days that hold the period; days, if it has no more than seven.

    The last week ends today, so that every one of them is whole.
    """
    return _spans(today, period, 1 if period <= _WEEK else _WEEK)


def _spans(today: date, period: int, days: int) -> list[Span]:
    count = -(-period // days)
    return [
        Span(today - timedelta(days=(count - place) * days - 1), days)
        for place in range(count)
    ]
